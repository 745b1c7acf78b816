/**
 * The statistic of the significance tests: correlation of a module's features in held-out samples.
 *
 * Source: ours. For module k and locality l, T[k, l] is the mean correlation over pairs of the module's leading
 * features, weighted by both loadings and turned by the signs that the *fitted* samples have there, computed
 * on the held-out samples alone. It is linear in the correlations: 0 on average where they are chance, with no
 * noise floor to subtract, and as strong as the module where it is present. A feature takes part in a locality by the rule of
 * the associations (support, in proportion to the held-out samples): otherwise a single cell of a rare kind in a random
 * draw makes its genes correlate at 1, and the test of *local* sees nothing beside such draws.
 * Shapes: values N x f a module, over the N held-out samples in a random order; positions index that order.
 * How it fails: `bicor` is tested by Pearson's correlation, since weights over all held-out samples would silence rare
 * groups; outliers then cost power. Cost of one evaluation: modules x localities used x (n / 3) x features, row by row. Double precision.
 */

import type { AssociationMeasure, Localities, Modules, Table } from '../../model.js';
import { correlationMatrix, localValues, membersOf, unitColumn } from '../associations/local-values.js';
import { LEAST_LOADING, leadingFeatures } from '../describe/describe.js';
import { leadingSigns } from '../describe/signs.js';

/** Localities looked at for a module: the strongest in presence, and as many others at regular steps. */
const LOCALITIES_EACH = 24;
const FEATURES = 12;
/** Variance in a locality, as a share of that over all held-out samples, below which a feature is constant. */
const CONSTANT = 1e-9;

export interface HeldOutModule {
  /** Feature numbers of its columns. */
  readonly features: readonly number[];
  /** Held-out samples x features, each column standardized over all of them. */
  readonly values: Float64Array;
  /** For each locality used: its held-out samples as positions, and loading times sign of each feature. */
  readonly localities: readonly { readonly positions: Int32Array; readonly loadings: Float64Array }[];
  /** Sum over pairs i < j of both loadings, twice. */
  readonly pairWeight: number;
  /** Presence in the fitted samples, sum 1 over the localities used. */
  readonly presence: Float64Array;
  /** Least number of a locality's held-out samples that differ from their median, for a feature to take part. */
  readonly support: number;
}

export interface HeldOutInput {
  readonly table: Table;
  readonly fitted: Localities;
  readonly heldOut: Localities;
  /** Modules of the fitted samples. */
  readonly modules: Modules;
  readonly measure: AssociationMeasure;
  /** As in `HeldOutModule`. */
  readonly support: number;
  /** The held-out samples in their random order, and the position of each sample in it, -1 for the fitted. */
  readonly rows: Int32Array;
  readonly position: Int32Array;
}

/** Prepares module k. */
export function heldOutModule(input: HeldOutInput, k: number): HeldOutModule {
  const { modules, fitted, heldOut, position, table, measure } = input;
  const leading = notableFeatures(modules, k);
  const features = leading.map(({ feature }) => feature);
  const weights = Float64Array.from(leading, ({ loading }) => loading);
  const presence = Float64Array.from(
    { length: fitted.count },
    (_, l) => modules.presence.data[l * modules.count + k],
  );
  const used = localitiesUsed(presence);
  const total = used.reduce((sum, l) => sum + presence[l], 0);
  const overall = new Float64Array(features.length ** 2);
  const local = used.map((l) => {
    if (!(presence[l] > 0)) return null;
    const values = localValues(table.features, membersOf(fitted, l), features, measure);
    const correlations = correlationMatrix(values, measure);
    correlations.forEach((value, i) => {
      overall[i] += presence[l] * value;
    });
    return leadingSigns(correlations, weights);
  });
  const general = leadingSigns(overall, weights);
  return {
    features,
    values: interleaved(localValues(table.features, input.rows, features, measure)),
    localities: used.map((l, i) => ({
      positions: membersOf(heldOut, l).map((row) => position[row]),
      loadings: weights.map((weight, f) => weight * (local[i] ?? general)[f]),
    })),
    pairWeight: weights.reduce((a, b) => a + b, 0) ** 2 - weights.reduce((a, b) => a + b * b, 0),
    presence: Float64Array.from(used, (l) => (total > 0 ? presence[l] / total : 0)),
    support: input.support,
  };
}

/** Columns as rows x columns, each scaled to a variance of 1. */
function interleaved(columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0].length;
  const result = new Float64Array(rows * columns.length);
  columns.forEach((values, f) => {
    const column = unitColumn(values, 'pearson');
    for (let r = 0; r < rows; r++) result[r * columns.length + f] = column[r] * Math.sqrt(rows);
  });
  return result;
}

/** The leading features of a module that are notable; at least two. */
function notableFeatures(modules: Modules, k: number) {
  const leading = leadingFeatures(modules.loadings, k).slice(0, FEATURES);
  return leading.filter(({ loading }, i) => i < 2 || loading >= LEAST_LOADING);
}

/** Localities that a module is tested in: the strongest in presence, and others at regular steps, by number. */
function localitiesUsed(presence: Float64Array): number[] {
  const order = [...presence.keys()].sort((a, b) => presence[b] - presence[a] || a - b);
  const strongest = order.slice(0, LOCALITIES_EACH);
  const rest = order.slice(LOCALITIES_EACH).sort((a, b) => a - b);
  const step = Math.max(1, rest.length / LOCALITIES_EACH);
  const others = Array.from(
    { length: Math.min(rest.length, LOCALITIES_EACH) },
    (_, i) => rest[Math.floor(i * step)],
  );
  return [...strongest, ...others];
}

/** Where a draw takes the values of the sample at a position from: row `order[position]`, turned on by each feature. */
export interface Drawn {
  readonly order: Int32Array;
  /** One a feature of the module: rows to turn on by, cyclically; null for none. */
  readonly turns: Int32Array | null;
}

/** T[k, l] for every locality used by the module. */
export function heldOutCorrelations(module: HeldOutModule, drawn: Drawn, target: Float64Array): void {
  const f = module.features.length;
  const gathered = new Float64Array(f * (module.localities[0]?.positions.length ?? 0));
  const work = { gathered, mean: new Float64Array(f), scale: new Float64Array(f) };
  for (let l = 0; l < target.length; l++) {
    const { positions, loadings } = module.localities[l];
    gatherDrawn(module.values, drawn, positions, f, gathered);
    const sum = squaredScores({ n: positions.length, support: module.support }, loadings, work);
    target[l] = module.pairWeight > 0 ? sum / module.pairWeight : 0;
  }
}

/** Copies the values of the samples at `positions`, as the draw orders and turns them, to `target` (n x f). */
function gatherDrawn(
  values: Float64Array,
  { order, turns }: Drawn,
  positions: Int32Array,
  f: number,
  target: Float64Array,
): void {
  let at = 0;
  for (let s = 0; s < positions.length; s++) {
    const base = order[positions[s]] * f;
    for (let i = 0; i < f; i++) {
      const from = turns === null ? base : base + turns[i] * f;
      target[at++] = values[(from < values.length ? from : from - values.length) + i];
    }
  }
}

/** sum over samples of (sum_i loading_i z_i)^2 less sum_i loading_i^2: twice the pairs' weighted correlations. */
function squaredScores(
  { n, support }: { n: number; support: number },
  loadings: Float64Array,
  { gathered, mean, scale }: { gathered: Float64Array; mean: Float64Array; scale: Float64Array },
): number {
  const f = loadings.length;
  mean.fill(0);
  scale.fill(0);
  for (let at = 0; at < n * f; ) {
    for (let i = 0; i < f; i++, at++) {
      mean[i] += gathered[at];
      scale[i] += gathered[at] * gathered[at];
    }
  }
  let center = 0;
  let selfPairs = 0;
  for (let i = 0; i < f; i++) {
    const spread = scale[i] - (mean[i] * mean[i]) / n;
    const varies = spread > CONSTANT * n && differing(gathered, i, f, n) >= support;
    scale[i] = varies ? loadings[i] / Math.sqrt(spread) : 0;
    selfPairs += varies ? loadings[i] * loadings[i] : 0;
    center += (scale[i] * mean[i]) / n;
  }
  let sum = 0;
  for (let at = 0; at < n * f; ) {
    let score = -center;
    for (let i = 0; i < f; i++, at++) score += scale[i] * gathered[at];
    sum += score * score;
  }
  return sum - selfPairs;
}

/**
 * Samples whose value in column `i` of `f` is not the value that most of them have (Boyer and Moore's majority vote); all of
 * them where no value has a majority, which is no fewer than differ from the median wherever support is at most a half.
 */
function differing(values: Float64Array, i: number, f: number, n: number): number {
  const end = n * f;
  let value = Number.NaN;
  let votes = 0;
  for (let at = i; at < end; at += f) {
    if (votes === 0) value = values[at];
    votes += values[at] === value ? 1 : -1;
  }
  if (votes <= 0) return n;
  let same = 0;
  for (let at = i; at < end; at += f) if (values[at] === value) same++;
  return 2 * same > n ? n - same : n;
}
