/**
 * Choosing features when there are more than can be paired: by local dispersion, with an account of what is left.
 *
 * Purpose: LAVA's cost grows with the square of the features. Those that hardly vary inside any locality cannot
 * correlate there, however much they differ between regions, so variance over all samples is the wrong measure.
 * Source: ours. The local dispersion of a feature is the mean over localities of its variance inside, divided by
 * its variance over the localities' samples together: 1 when it varies inside as it does overall, 0 when it only
 * tells regions apart. Features are ranked by variance inside relative to what their mean makes expected: the
 * residual of log variance on log mean (a running median over features of similar mean) when all values are 0 or
 * more, as in counts, and the variance inside as it is otherwise. Cost: entries of the rows in localities.
 * Deterministic; ties by column. Features constant in every locality are never chosen.
 */

import { isCsr } from '../core/csr.js';
import { gatherColumns } from '../core/matrix.js';
import { median } from '../core/statistics.js';
import { type Context, watchStage } from '../engine/context.js';
import { OptionError } from '../errors.js';
import type { Csr, Localities, Matrix, Table, Warning } from '../model.js';

export interface FeatureSelection {
  /** Columns kept, ascending. */
  readonly kept: Int32Array;
  /** Score of every feature, larger is better; -Infinity for those constant in every locality. */
  readonly scores: Float64Array;
  /** Share of all variance inside localities (each feature scaled to variance 1 over all) that the kept hold. */
  readonly localVariance: number;
  readonly warning: Warning | null;
}

/** Neighbors by mean that make the expected variance. */
const WINDOW = 50;

/** Ranks features and keeps `maxFeatures` of them. */
export async function selectFeatures(
  table: Table,
  localities: Localities,
  maxFeatures: number,
  context: Context,
): Promise<FeatureSelection> {
  if (!Number.isInteger(maxFeatures) || maxFeatures < 2) {
    throw new OptionError({
      got: `${maxFeatures} features at most`,
      expected: 'a whole number, 2 or more',
      remedy: 'modules are made of pairs: raise --max-features, or leave it out to use all',
    });
  }
  const moments = await localMoments(table.features, localities, context);
  const scores = dispersionScores(moments);
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const kept = Int32Array.from(
    order.slice(0, maxFeatures).filter((f) => scores[f] > Number.NEGATIVE_INFINITY),
  ).sort();
  const relative = moments.within.map((value, f) =>
    moments.overall[f] > 0 ? value / moments.overall[f] : 0,
  );
  const total = relative.reduce((a, b) => a + b, 0);
  const held = kept.reduce((sum, f) => sum + relative[f], 0);
  const localVariance = total > 0 ? held / total : 0;
  return { kept, scores, localVariance, warning: selectionWarning(table, order, kept.length, localVariance) };
}

interface Moments {
  /** Mean over localities of the variance inside, one a feature. */
  readonly within: Float64Array;
  /** Variance and mean over the samples of all localities together, counted as often as they are in one. */
  readonly overall: Float64Array;
  readonly mean: Float64Array;
  readonly negative: boolean;
}

async function localMoments(
  features: Matrix | Csr,
  localities: Localities,
  context: Context,
): Promise<Moments> {
  const watch = watchStage(context, 'features');
  const d = features.columns;
  const { count, size, members } = localities;
  const center = columnMeans(features);
  const within = new Float64Array(d);
  const totalSum = new Float64Array(d);
  const totalSquare = new Float64Array(d);
  for (let l = 0; l < count; l++) {
    const sum = new Float64Array(d);
    const square = new Float64Array(d);
    for (let s = 0; s < size; s++) addRow(features, members[l * size + s], center, sum, square);
    for (let f = 0; f < d; f++) {
      within[f] += Math.max(0, square[f] / size - (sum[f] / size) ** 2) / count;
      totalSum[f] += sum[f];
      totalSquare[f] += square[f];
    }
    watch.progress((l + 1) / count);
    await watch.checkpoint();
  }
  const n = count * size;
  const overall = totalSquare.map((value, f) => Math.max(0, value / n - (totalSum[f] / n) ** 2));
  // what rounding leaves of a constant is no variance
  const settled = within.map((value, f) => (value > 1e-12 * (overall[f] + center[f] ** 2) ? value : 0));
  const values = isCsr(features) ? features.values : features.data;
  return {
    within: settled,
    overall,
    mean: totalSum.map((value, f) => center[f] + value / n),
    negative: values.some((value) => value < 0),
  };
}

function columnMeans(features: Matrix | Csr): Float64Array {
  const means = new Float64Array(features.columns);
  if (isCsr(features)) return means;
  for (let p = 0; p < features.data.length; p++) means[p % features.columns] += features.data[p];
  return means.map((sum) => sum / features.rows);
}

/** Adds a row less the center: sparse rows have a center of 0, so that their zeros cost nothing. */
function addRow(
  features: Matrix | Csr,
  row: number,
  center: Float64Array,
  sum: Float64Array,
  square: Float64Array,
): void {
  if (isCsr(features)) {
    for (let p = features.offsets[row]; p < features.offsets[row + 1]; p++) {
      const x = features.values[p];
      sum[features.indices[p]] += x;
      square[features.indices[p]] += x * x;
    }
    return;
  }
  const base = row * features.columns;
  for (let f = 0; f < features.columns; f++) {
    const x = features.data[base + f] - center[f];
    sum[f] += x;
    square[f] += x * x;
  }
}

function dispersionScores({ within, mean, negative }: Moments): Float64Array {
  const scores = within.map((value) => (value > 0 ? Math.log(value) : Number.NEGATIVE_INFINITY));
  if (negative) return scores;
  const varying = [...scores.keys()].filter((f) => within[f] > 0 && mean[f] > 0);
  varying.sort((a, b) => mean[a] - mean[b] || a - b);
  const expected = new Float64Array(scores.length);
  varying.forEach((f, i) => {
    const from = Math.max(0, Math.min(i - (WINDOW >> 1), varying.length - WINDOW));
    expected[f] = median(varying.slice(from, from + WINDOW).map((other) => scores[other]));
  });
  return scores.map((score, f) => score - expected[f]);
}

function selectionWarning(
  table: Table,
  order: readonly number[],
  kept: number,
  share: number,
): Warning | null {
  const left = table.features.columns - kept;
  if (left === 0) return null;
  const names = order.slice(kept, kept + 3).map((f) => table.featureNames[f]);
  return {
    code: 'features-left-out',
    message: `${kept} of ${table.features.columns} features were kept, those of largest dispersion inside localities; they hold ${Math.round(100 * share)}% of the variance there. The ${left} left out begin with ${names.join(', ')}.`,
  };
}

/** The table with the given columns only, in that order. */
export function keepFeatures(table: Table, columns: Int32Array): Table {
  return {
    ...table,
    features: isCsr(table.features)
      ? sparseColumns(table.features, columns)
      : gatherColumns(table.features, columns),
    featureNames: Array.from(columns, (f) => table.featureNames[f]),
  };
}

function sparseColumns(m: Csr, columns: Int32Array): Csr {
  const place = new Int32Array(m.columns).fill(-1);
  columns.forEach((f, i) => {
    place[f] = i;
  });
  const offsets = new Float64Array(m.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let r = 0; r < m.rows; r++) {
    const entries: [number, number][] = [];
    for (let p = m.offsets[r]; p < m.offsets[r + 1]; p++) {
      if (place[m.indices[p]] >= 0) entries.push([place[m.indices[p]], m.values[p]]);
    }
    entries.sort((a, b) => a[0] - b[0]);
    for (const [index, value] of entries) {
      indices.push(index);
      values.push(value);
    }
    offsets[r + 1] = indices.length;
  }
  return {
    rows: m.rows,
    columns: columns.length,
    offsets,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}
