/**
 * Scores: whether a module is up or down in each sample.
 *
 * Purpose: presence says that features move together around a sample; the score says at which level they are in it.
 * Source: ours, after common module scores (Tirosh et al. 2016); equal to NumPy from the formula (fixtures/scores). The score of a sample is the mean over the module's
 *   leading features of the standardized value (mean 0, variance 1 over all samples), with the feature's sign, so that
 *   opposed features count against it. With `control` each feature is compared with the features of similar mean: the
 *   mean standardized value of its control features is subtracted, so that a sample with more counts in all features
 *   does not score higher in every module. Control features: the other features of the same of 25 equal bins by mean.
 * Values are taken as they are: normalize counts first. Missing cells count as they would in any sum (NaN).
 * Shapes: samples x modules. Cost: two passes over the cells of the table and modules x features weights.
 * Precision: double sums, float32 results. Deterministic; ties of the mean by feature index.
 * Types: `Context`: shards (of a cluster). `Table`, samples x features: features (Matrix or Csr). `Matrix`: row-major float32, element (r, c) at
 *   `data[r * columns + c]`; its rows (how many). `Csr`: sparse, entries of row r are at `offsets[r]` to `offsets[r +
 *   1]` of `indices` (columns, ascending) and `values`. `Explanation`, of a map: image (width and height in pixels,
 *   or null). `ModuleDescription`, of one module: topFeatures (`feature` (column) and `loading`, strongest first),
 *   signs (which features go together and which oppose).
 * Fails: never; a missing cell gives NaN.
 */

import { isCsr } from '../../core/csr.js';
import {
  addSquares,
  addValues,
  type FeatureMoments,
  isPause,
  momentsOf,
  newFeatureSums,
} from '../../core/rows/feature-moments.js';
import { atOnce } from '../../core/steps.js';
import { trueValue } from '../../core/units.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { ScoreWeights } from '../../engine/row-shards.js';
import { paced } from '../../engine/watch.js';
import type { Csr, Explanation, Matrix, ModuleDescription, Table } from '../../model.js';
import { partsOf, type RowBlock, rowBlocks } from '../associations/parted.js';

export interface ScoreOptions {
  /**
   * Whether features of similar mean are subtracted. Default: when no value is negative, there are at least 100
   * features, and they are not the pixels of an image.
   */
  readonly control?: boolean;
}

/** Parts of an explanation that scores are made from. */
export type ScoredModules = Pick<Explanation, 'image'> & {
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures' | 'signs'>[];
};

const BINS = 25;
/** Fewer features leave too few of similar mean. */
const LEAST_CONTROLLED = 100;

/**
 * Scores of all modules, in standardized feature units: samples x modules, 0 on average; NaN where a cell is missing.
 * Constant features are left out. A module whose leading features are all constant has a score of 0.
 * @param options `control`: subtract features of similar mean; default for 100 features or more without negative
 * values that are no pixels.
 * @param explanation its descriptions with leading features and signs.
 * @param table the table that was explained, or one with the same feature columns.
 */
export function moduleScores(explanation: ScoredModules, table: Table, options: ScoreOptions = {}): Matrix {
  return atOnce(moduleScoreSteps(explanation, table, options));
}

/** The same in steps of about STEP_CELLS cells, so that others may work between them. */
export function* moduleScoreSteps(
  explanation: ScoredModules,
  table: Table,
  options: ScoreOptions = {},
): Generator<void, Matrix> {
  const { features } = table;
  const sums = newFeatureSums(features);
  yield* addValues(sums, features);
  yield* addSquares(sums, features);
  const scored = scoreWeights(explanation, features, momentsOf(sums), options);
  const result = newScores(features, explanation);
  yield* addScores(result, { values: features, rows: null }, scored);
  return result;
}

/** The same where the rows may lie in parts, which then come by three times: on the shards of the context, where there are some. */
export async function moduleScoresOf(
  explanation: ScoredModules,
  table: Table,
  context: Context,
): Promise<Matrix> {
  const { features } = table;
  const watch = watchStage(context, 'scores');
  const { shards } = context;
  if (shards && partsOf(features)) {
    const sums = await shards.rows.sums(features, watch);
    return shards.rows.scores(features, scoreWeights(explanation, features, momentsOf(sums), {}), watch);
  }
  const sums = newFeatureSums(features);
  for await (const { values } of rowBlocks(features)) await paced(addValues(sums, values), watch);
  watch.progress(0.3);
  for await (const { values } of rowBlocks(features)) await paced(addSquares(sums, values), watch);
  watch.progress(0.6);
  const scored = scoreWeights(explanation, features, momentsOf(sums), {});
  const result = newScores(features, explanation);
  for await (const block of rowBlocks(features)) await paced(addScores(result, block, scored), watch);
  return result;
}

/** The weights of all features in the scores of all modules. */
function scoreWeights(
  explanation: ScoredModules,
  features: Matrix | Csr,
  moments: FeatureMoments,
  options: ScoreOptions,
): ScoreWeights {
  const enough = features.columns >= LEAST_CONTROLLED && explanation.image === null;
  const control = options.control ?? (enough && !moments.negative);
  const bins = control ? binsByMean(moments.mean.map((mean, f) => trueValue(mean, f, features.units))) : null;
  const m = explanation.descriptions.length;
  const weights = new Float64Array(features.columns * m);
  explanation.descriptions.forEach((description, k) => {
    for (const [feature, weight] of featureWeights(description, moments.deviation, bins)) {
      weights[feature * m + k] += weight;
    }
  });
  return { weights, modules: m, mean: moments.mean };
}

/**
 * Pairs of a feature and the weight of its centered value in the module's score; none when all its features are
 * constant. Weights of the module's features sum to the sign-weighted mean of standardized values; those of control
 * features are negative.
 * @param deviation standard deviation of every feature.
 * @param bins features of similar mean that are subtracted, or null.
 */
function featureWeights(
  { topFeatures, signs }: ScoredModules['descriptions'][number],
  deviation: Float64Array,
  bins: { readonly members: readonly number[][]; readonly binOf: Int32Array } | null,
): [feature: number, weight: number][] {
  const opposed = new Set(signs?.opposed);
  const used = topFeatures.map(({ feature }) => feature).filter((feature) => deviation[feature] > 0);
  const inModule = new Set(used);
  return used.flatMap((feature) => {
    const weight = (opposed.has(feature) ? -1 : 1) / used.length;
    const weights: [number, number][] = [[feature, weight / deviation[feature]]];
    if (!bins) return weights;
    const similar = bins.members[bins.binOf[feature]].filter(
      (other) => !inModule.has(other) && deviation[other] > 0,
    );
    for (const other of similar) weights.push([other, -weight / similar.length / deviation[other]]);
    return weights;
  });
}

/**
 * Features in 25 bins of equal size by mean: the members of each bin, and the bin of each feature. Ties in the order
 * of the features. Bins are empty where there are fewer features than bins.
 * @param mean one a feature.
 */
function binsByMean(mean: Float64Array): { members: number[][]; binOf: Int32Array } {
  const order = [...mean.keys()].sort((a, b) => mean[a] - mean[b] || a - b);
  const members: number[][] = Array.from({ length: BINS }, () => []);
  const binOf = new Int32Array(mean.length);
  order.forEach((feature, i) => {
    const bin = Math.floor((i * BINS) / order.length);
    members[bin].push(feature);
    binOf[feature] = bin;
  });
  return { members, binOf };
}

/** Scores of all samples, 0 yet. */
const newScores = ({ rows }: Matrix | Csr, { descriptions }: ScoredModules): Matrix => ({
  ...{ rows, columns: descriptions.length },
  data: new Float32Array(rows * descriptions.length),
});

/**
 * Sums over features of weight x (value - mean), for some samples and every module. NaN where a cell with a weight is missing.
 * @param scores samples x modules, changed in place.
 */
export function* addScores(
  scores: Matrix,
  { values: features, rows }: RowBlock,
  scored: ScoreWeights,
): Generator<void> {
  const { weights, modules: m, mean } = scored;
  const center = centerOf(scored);
  const sums = new Float64Array(m);
  const counted = Uint8Array.from(mean, (_, f) =>
    weights.subarray(f * m, (f + 1) * m).some((weight) => weight !== 0) ? 1 : 0,
  );
  const ofDense = Int32Array.from(counted.keys()).filter((f) => counted[f] === 1);
  for (let row = 0; row < features.rows; row++) {
    if (isPause(features, row)) yield;
    sums.fill(0);
    if (isCsr(features)) addSparseRow(sums, features, row, weights, counted);
    else addDenseRow(sums, features, row, weights, ofDense);
    const to = (rows === null ? row : rows[row]) * m;
    for (let k = 0; k < m; k++) scores.data[to + k] = sums[k] - center[k];
  }
}

/** Adds weight x value of a sample for the features with weights, ascending. @param sums one a module. */
function addDenseRow(
  sums: Float64Array,
  { data, columns }: Matrix,
  row: number,
  weights: Float64Array,
  weighted: Int32Array,
): void {
  const m = sums.length;
  const from = row * columns;
  for (let at = 0; at < weighted.length; at++) {
    const feature = weighted[at];
    const value = data[from + feature];
    // a zero changes no sum
    if (value === 0) continue;
    const first = feature * m;
    for (let k = 0; k < m; k++) sums[k] += weights[first + k] * value;
  }
}

/** The same of a sparse sample. @param counted one a feature, 1 for those with weights. */
function addSparseRow(
  sums: Float64Array,
  { offsets, indices, values }: Csr,
  row: number,
  weights: Float64Array,
  counted: Uint8Array,
): void {
  const m = sums.length;
  for (let p = offsets[row]; p < offsets[row + 1]; p++) {
    if (counted[indices[p]] === 0) continue;
    const first = indices[p] * m;
    for (let k = 0; k < m; k++) sums[k] += weights[first + k] * values[p];
  }
}

/** The weighted sum of all means, one a module. */
function centerOf({ weights, modules: m, mean }: ScoreWeights): Float64Array {
  const center = new Float64Array(m);
  mean.forEach((value, f) => {
    for (let k = 0; k < m; k++) center[k] += weights[f * m + k] * value;
  });
  return center;
}
