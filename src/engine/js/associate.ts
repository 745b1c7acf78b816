/**
 * Associations of localities, reference.
 *
 * Purpose: for each locality, gather its rows, standardize every feature that has support, correlate, and
 * keep the upper triangle of what passes the rules.
 * Source: LAVA (arXiv 2509.21149), step 2: pairwise correlations inside each locality. Ours: the support
 * rule, the noise gate, levels, and the debiased square rho^2 - 1/(n-1), see `AssociationRules`.
 * Shapes: rows n x d a locality. Cost: count * n * d^2 / 2 multiply-adds. Precision: double sums.
 * A feature that is constant inside a locality has association 0 with every other, and is counted.
 */

import { ASSOCIATION_MEASURES, type MeasureSteps } from '../../core/association-measures.js';
import { denseRows } from '../../core/csr.js';
import { centerRuns, levelRuns } from '../../core/level-runs.js';
import type { AssociationBlock, Matrix } from '../../model.js';
import type { AssociationRules, Engine } from '../engine.js';
import { unwatched } from '../watch.js';

/** See `Engine.associate`. */
export const associate: Engine['associate'] = async (features, members, range, rules, watch = unwatched) => {
  const d = features.columns;
  const { first, count, size } = range;
  const supported = new Uint8Array(count * d);
  const offsets = new Uint32Array(count * d + 1);
  const columns: number[] = [];
  const values: number[] = [];
  let constant = 0;
  const samplesOf = localitySamples(members.subarray(first * size, (first + count) * size), size, rules);
  for (let l = 0; l < count; l++) {
    const { rows, ...samples } = samplesOf(l);
    const local = standardizeLocality(denseRows(features, rows), rules, samples);
    constant += local.constant;
    supported.set(local.supported, l * d);
    for (let i = 0; i < d; i++) {
      appendRow(local, i, rules, columns, values);
      offsets[l * d + i + 1] = columns.length;
    }
    watch.progress((l + 1) / count);
    await watch.checkpoint();
  }
  const columnType = d <= 65536 ? Uint16Array : Int32Array;
  const block: AssociationBlock = {
    first,
    count,
    features: d,
    offsets,
    columns: columnType.from(columns),
    values: Float32Array.from(values),
  };
  const squaredNorms = Float64Array.from({ length: count }, (_, l) =>
    squaredNorm(block.values.subarray(offsets[l * d], offsets[(l + 1) * d])),
  );
  return { block, supported, constant, squaredNorms };
};

/** Sum of the squares, in order. */
function squaredNorm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** How the samples of a locality are centered. */
interface Centering {
  /** Samples of each run of one level; null where all are one level. */
  readonly lengths: Int32Array | null;
  /** Degrees of freedom of a correlation. */
  readonly freedom: number;
}

/** The samples of locality l that take part, level after level, and how they are centered. */
export function localitySamples(
  members: Int32Array,
  size: number,
  { levels }: AssociationRules,
): (l: number) => Centering & { readonly rows: Int32Array } {
  if (!levels)
    return (l) => ({ rows: members.subarray(l * size, (l + 1) * size), lengths: null, freedom: size - 1 });
  const runs = levelRuns(members, size, levels);
  return (l) => ({
    rows: runs.members.subarray(l * size, l * size + runs.counts[l]),
    lengths: runs.lengths.subarray(runs.offsets[l], runs.offsets[l + 1]),
    freedom: runs.freedom[l],
  });
}

/**
 * The association of a correlation under the rules, with the correlation's sign; 0 is not stored.
 * @param rho correlation.
 * @param freedom degrees of freedom: samples of the locality less 1, or less its levels.
 */
export function associationOf(rho: number, freedom: number, rules: AssociationRules): number {
  const squared = rho * rho;
  if (squared < (rules.gate * rules.gate) / freedom) return 0;
  if (rules.form !== 'debiased') return rho;
  return Math.sign(rho) * Math.max(0, squared - 1 / freedom);
}

/** The features of one locality, standardized. */
interface StandardizedLocality extends Centering {
  readonly size: number;
  readonly d: number;
  /** d x size: one standardized feature a row, sum of squares 1; zeros without support. */
  readonly data: Float64Array;
  readonly supported: Uint8Array;
  readonly constant: number;
}

/**
 * Standardizes the features that have support. Of a locality without samples that take part none has.
 * @param rows the locality's samples, size x d.
 */
export function standardizeLocality(
  rows: Matrix,
  rules: AssociationRules,
  centering: Centering,
): StandardizedLocality {
  const size = rows.rows;
  const d = rows.columns;
  const data = new Float64Array(d * size);
  const supported = new Uint8Array(d);
  let constant = 0;
  const column = new Float64Array(size);
  for (let f = 0; f < d && size > 0; f++) {
    for (let s = 0; s < size; s++) column[s] = rows.data[s * d + f];
    const differing = differFromMedian(column);
    const isConstant = column.every((value) => value === column[0]);
    if (isConstant) constant++;
    if (isConstant || differing < rules.support) continue;
    const steps = ASSOCIATION_MEASURES[rules.measure];
    if (standardizeInto(column, steps, centering.lengths, data.subarray(f * size, (f + 1) * size)))
      supported[f] = 1;
  }
  return { ...centering, size, d, data, supported, constant };
}

/** How many values differ from the lower median. */
function differFromMedian(column: Float64Array): number {
  const sorted = Float64Array.from(column).sort();
  const median = sorted[(sorted.length - 1) >> 1];
  let differing = 0;
  for (const value of column) if (value !== median) differing++;
  return differing;
}

/**
 * Writes the column, centered in each level, then as the measure says, and scaled to a norm of 1, to `target`; zeros and
 * false when its spread is lost in rounding: below 1e-6 of the largest value that counts.
 * @param lengths samples of each level, null for one level.
 */
function standardizeInto(
  column: Float64Array,
  measure: MeasureSteps,
  lengths: Int32Array | null,
  target: Float64Array,
): boolean {
  const compared = measure.values(column);
  const values = lengths ? centerRuns(compared, lengths) : compared;
  const centered = measure.center(values);
  let largest = 0;
  let sum = 0;
  centered.forEach((value, s) => {
    if (value !== 0) largest = Math.max(largest, Math.abs(values[s]));
    sum += value * value;
  });
  if (!(Math.sqrt(sum / values.length) > 1e-6 * largest)) {
    target.fill(0);
    return false;
  }
  const scale = 1 / Math.sqrt(sum);
  centered.forEach((value, s) => {
    target[s] = value * scale;
  });
  return true;
}

/** Appends the associations of feature i with features j > i that are not 0. */
function appendRow(
  local: StandardizedLocality,
  i: number,
  rules: AssociationRules,
  columns: number[],
  values: number[],
): void {
  if (!local.supported[i]) return;
  const { size, d, data, freedom } = local;
  for (let j = i + 1; j < d; j++) {
    if (!local.supported[j]) continue;
    let rho = 0;
    for (let s = 0; s < size; s++) rho += data[i * size + s] * data[j * size + s];
    const value = associationOf(Math.max(-1, Math.min(1, rho)), freedom, rules);
    if (value === 0) continue;
    columns.push(j);
    values.push(value);
  }
}
