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
 * Types: `Table`, samples x features: features (Matrix or Csr), featureNames (one a column). `Localities`:
 *   n-neighborhoods of probes: count x size sample rows. `PartialContext`: a Context or some of its parts: engine,
 *   random or seed, signal, memory, onProgress. `Moments`: within (mean variance inside localities), overall and mean,
 *   one a feature; negative (any value below 0). `Matrix`: row-major float32, element (r, c) at `data[r * columns +
 *   c]`. `Csr`: sparse, entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and
 *   `values`. `Context`, what a run computes with: memory (bytes that may be held at once). `MomentSums`: passes,
 *   begin(pass), add(value, sample, feature), moments() at the end. `Watch`, of a stage: progress (takes the fraction
 *   done, 0 to 1), checkpoint (throws CancelledError once the signal is aborted).
 * Fails: OptionError for a number of features that is none; CancelledError once the signal is aborted.
 */

import { isCsr } from '../../core/csr.js';
import { gatherColumns } from '../../core/matrix.js';
import { median } from '../../core/statistics.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { OptionError, option, words } from '../../errors.js';
import type { Csr, Localities, Matrix, Table, Warning } from '../../model.js';
import { type MomentSums, type Moments, newMomentSums } from './local-moments.js';

export interface FeatureSelection {
  /** Columns kept, ascending. */
  readonly kept: Int32Array;
  /** Dispersion of every feature inside localities, by which they are kept, largest first; -Infinity for those constant in every locality. */
  readonly dispersions: Float64Array;
  /** Share of all variance inside localities (each feature scaled to variance 1 over all) that the kept hold. */
  readonly localVariance: number;
  readonly warning: Warning | null;
}

/** Number of features of similar mean over which the median is taken that makes the expected variance. */
const WINDOW = 50;

/**
 * Ranks the features by dispersion inside localities and keeps the best `maxFeatures` (2 or more; fewer where the others are
 * constant in every locality). Called by `explain` when that option is set. Use `keepFeatures` to apply the result.
 * OptionError unless `maxFeatures` is a whole number of 2 or more.
 * @param levels code of each sample's level, inside which dispersion counts (`AssociationOptions.levels`); default none.
 */
export async function selectFeatures(
  table: Table,
  localities: Localities,
  maxFeatures: number,
  partialContext: PartialContext = {},
  levels: Int32Array | null = null,
): Promise<FeatureSelection> {
  const context = await resolveContext(partialContext);
  checkMaxFeatures(maxFeatures);
  const moments = await localMoments(table.features, localities, context, levels);
  return selectByMoments(moments, table.featureNames, maxFeatures);
}

/**
 * OptionError unless the largest number of features is a whole number of 2 or more, since modules are made of pairs.
 * @param maxFeatures as requested.
 */
function checkMaxFeatures(maxFeatures: number): void {
  if (Number.isInteger(maxFeatures) && maxFeatures >= 2) return;
  throw new OptionError({
    got: `${maxFeatures} features at most`,
    expected: 'a whole number, 2 or more',
    remedy: words`modules are made of pairs: raise ${option('maxFeatures')}, or leave it out to use all`,
  });
}

/**
 * `selectFeatures` from the moments of every feature, for tables that are not in memory. A feature with a missing
 * cell (NaN) ranks first, so that the data checks find it. Ties keep the order of the table.
 * @returns the kept indices, ascending, and a warning that tells what was left out, or null.
 * @param names one a feature.
 * @param maxFeatures at most so many are kept.
 */
export function selectByMoments(
  moments: Moments,
  names: readonly string[],
  maxFeatures: number,
): FeatureSelection {
  const dispersions = dispersionsOf(moments);
  const order = [...dispersions.keys()].sort((a, b) => dispersions[b] - dispersions[a] || a - b);
  const kept = Int32Array.from(
    order.slice(0, maxFeatures).filter((f) => dispersions[f] > Number.NEGATIVE_INFINITY),
  ).sort();
  const relative = moments.within.map((value, f) =>
    moments.overall[f] > 0 ? value / moments.overall[f] : 0,
  );
  const total = relative.reduce((a, b) => a + b, 0);
  const keptSum = kept.reduce((sum, f) => sum + relative[f], 0);
  const localVariance = total > 0 ? keptSum / total : 0;
  return {
    kept,
    dispersions,
    localVariance,
    warning: selectionWarning(names, order, kept.length, localVariance),
  };
}

/**
 * Variance inside localities, variance and mean over all localities, of every feature of a table in memory. Takes one
 * pass over the rows, or several where a quarter of the memory does not hold the sums. CancelledError once the signal
 * is aborted.
 * @param features samples x d.
 * @param levels one a sample, -1 for none, or null.
 */
async function localMoments(
  features: Matrix | Csr,
  localities: Localities,
  context: Context,
  levels: Int32Array | null,
): Promise<Moments> {
  const watch = watchStage(context, 'features');
  const { rows, columns } = features;
  const sums = newMomentSums(
    localities,
    { samples: rows, features: columns, sparse: isCsr(features), levels },
    sumsMemory(context),
  );
  for (let pass = 0; pass < sums.passes; pass++) {
    sums.begin(pass);
    for (let r = 0; r < rows; r++) {
      addRow(features, r, sums);
      watch.progress((pass + (r + 1) / rows) / sums.passes);
      if ((r & 63) === 0) await watch.checkpoint();
    }
  }
  return sums.moments();
}

/** Bytes that the sums over localities may take: a quarter of the context's memory. */
export const sumsMemory = ({ memory }: Context) => memory / 4;

/**
 * Adds all stored cells of row `row` to the sums. Sparse cells that are not stored are not told: the sums take them
 * as 0.
 * @param features samples x d.
 */
function addRow(features: Matrix | Csr, row: number, sums: MomentSums): void {
  if (isCsr(features)) {
    for (let p = features.offsets[row]; p < features.offsets[row + 1]; p++) {
      sums.add(features.values[p], row, features.indices[p]);
    }
    return;
  }
  const base = row * features.columns;
  for (let f = 0; f < features.columns; f++) sums.add(features.data[base + f], row, f);
}

/**
 * Score of each feature: log variance inside localities, less what its mean makes expected when all values are 0 or
 * more. Infinity with a missing cell, -Infinity when constant in every locality. One score a feature, in natural
 * logarithms. The expected value is the median over a window of features with near means. Never throws.
 */
function dispersionsOf({ within, mean, negative }: Moments): Float64Array {
  const scores = within.map((value) => {
    if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
    return value > 0 ? Math.log(value) : Number.NEGATIVE_INFINITY;
  });
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

/**
 * The warning that says what was left out; null when nothing was.
 * @param order features by score, best first.
 * @param kept number of features kept.
 * @param share of local variance they hold, 0 to 1.
 * @param featureNames one a feature.
 */
function selectionWarning(
  featureNames: readonly string[],
  order: readonly number[],
  kept: number,
  share: number,
): Warning | null {
  const left = featureNames.length - kept;
  if (left === 0) return null;
  const names = order.slice(kept, kept + 3).map((f) => featureNames[f]);
  return {
    code: 'features-left-out',
    message: `${kept} of ${featureNames.length} features were kept, those of largest dispersion inside localities; they hold ${Math.round(100 * share)}% of the variance there. The ${left} left out begin with ${names.join(', ')}.`,
  };
}

/**
 * The table with these feature columns only, in that order; the values are copied. Ids, labels and warnings stay as
 * they are.
 * @param columns feature indices.
 */
export function keepFeatures(table: Table, columns: Int32Array): Table {
  return {
    ...table,
    features: isCsr(table.features)
      ? sparseColumns(table.features, columns)
      : gatherColumns(table.features, columns),
    featureNames: Array.from(columns, (f) => table.featureNames[f]),
  };
}

/**
 * The columns of a sparse matrix with these indices, in that order, copied.
 * @param columns feature indices, each once.
 * @returns rows x columns, indices ascending only if `columns` is.
 * @param m samples x features.
 */
function sparseColumns(m: Csr, columns: Int32Array): Csr {
  const target = new Int32Array(m.columns).fill(-1);
  columns.forEach((f, i) => {
    target[f] = i;
  });
  const offsets = new Float64Array(m.rows + 1);
  for (let r = 0; r < m.rows; r++) {
    let count = 0;
    for (let p = m.offsets[r]; p < m.offsets[r + 1]; p++) if (target[m.indices[p]] >= 0) count++;
    offsets[r + 1] = offsets[r] + count;
  }
  const indices = new Int32Array(offsets[m.rows]);
  const values = new Float32Array(offsets[m.rows]);
  for (let r = 0, at = 0; r < m.rows; r++) {
    const entries: number[] = [];
    for (let p = m.offsets[r]; p < m.offsets[r + 1]; p++) if (target[m.indices[p]] >= 0) entries.push(p);
    entries.sort((a, b) => target[m.indices[a]] - target[m.indices[b]]);
    for (const p of entries) {
      indices[at] = target[m.indices[p]];
      values[at++] = m.values[p];
    }
  }
  return { rows: m.rows, columns: columns.length, offsets, indices, values };
}
