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
 * Types: `Table`, samples x features: features (Matrix or Csr). `Matrix`: row-major float32, element (r, c) at
 *   `data[r * columns + c]`; its rows (how many). `Csr`: sparse, entries of row r are at `offsets[r]` to `offsets[r +
 *   1]` of `indices` (columns, ascending) and `values`. `Explanation`, of a map: image (width and height in pixels,
 *   or null). `ModuleDescription`, of one module: topFeatures (`feature` (column) and `loading`, strongest first),
 *   signs (which features go together and which oppose).
 * Fails: never; a missing cell gives NaN.
 */

import { isCsr } from '../../core/csr.js';
import { atOnce } from '../../core/steps.js';
import { trueValue } from '../../core/units.js';
import type { Csr, Explanation, Matrix, ModuleDescription, Table } from '../../model.js';

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

/** Cells that are read in a few milliseconds. */
const STEP_CELLS = 2 ** 20;
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
  const moments = yield* featureMoments(features);
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
  return yield* weightedSums(features, weights, m, moments.mean);
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

/** Mean and standard deviation of every feature, and whether any value is negative. */
interface FeatureMoments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly negative: boolean;
}

/**
 * Mean and standard deviation (divisor n) of every feature over all samples (0 where it is constant up to rounding),
 * and whether any value is negative.
 * @returns mean and deviation in stored units, one a feature; negative of true values. A sparse cell that is not
 * stored is 0.
 * @param features samples x d.
 */
function* featureMoments(features: Matrix | Csr): Generator<void, FeatureMoments> {
  const { rows, columns } = features;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  const stored = new Float64Array(columns);
  let negative = false;
  for (let row = 0; row < rows; row++) {
    if (isPause(features, row)) yield;
    const { indices, values } = cellsOf(features, row);
    for (let p = 0; p < values.length; p++) {
      const feature = indices === null ? p : indices[p];
      mean[feature] += values[p] / rows;
      stored[feature]++;
      if (!negative && trueValue(values[p], feature, features.units) < 0) negative = true;
    }
  }
  for (let row = 0; row < rows; row++) {
    if (isPause(features, row)) yield;
    const { indices, values } = cellsOf(features, row);
    for (let p = 0; p < values.length; p++) {
      const feature = indices === null ? p : indices[p];
      deviation[feature] += (values[p] - mean[feature]) ** 2;
    }
  }
  for (let f = 0; f < columns; f++) {
    const variance = (deviation[f] + (rows - stored[f]) * mean[f] ** 2) / rows;
    // below this share of its size a spread is what rounding leaves of a constant
    deviation[f] = variance > 1e-12 * mean[f] ** 2 ? Math.sqrt(variance) : 0;
  }
  return { mean, deviation, negative };
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

/**
 * sum over features of weight x (value - mean), for every sample and module: samples x m. NaN where a cell with a
 * weight is missing.
 * @param weights features x m.
 * @param m number of modules.
 * @param mean one a feature.
 */
function* weightedSums(
  features: Matrix | Csr,
  weights: Float64Array,
  m: number,
  mean: Float64Array,
): Generator<void, Matrix> {
  const sums = new Float64Array(features.rows * m);
  const center = new Float64Array(m);
  mean.forEach((value, f) => {
    for (let k = 0; k < m; k++) center[k] += weights[f * m + k] * value;
  });
  const counted = Uint8Array.from(mean, (_, f) =>
    weights.subarray(f * m, (f + 1) * m).some((weight) => weight !== 0) ? 1 : 0,
  );
  for (let row = 0; row < features.rows; row++) {
    if (isPause(features, row)) yield;
    const { indices, values } = cellsOf(features, row);
    for (let p = 0; p < values.length; p++) {
      const feature = indices === null ? p : indices[p];
      if (counted[feature] === 0) continue;
      const from = feature * m;
      for (let k = 0; k < m; k++) sums[row * m + k] += weights[from + k] * values[p];
    }
  }
  yield;
  const data = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) data[i] = sums[i] - center[i % m];
  yield;
  return { rows: features.rows, columns: m, data };
}

/** Whether STEP_CELLS cells have been read since the last pause, or none. @param row the one to be read next. */
function isPause({ columns }: Matrix | Csr, row: number): boolean {
  return row % Math.max(1, Math.floor(STEP_CELLS / columns)) === 0;
}

/**
 * The stored cells of a row, views: of a dense table all (`indices` is null), of a sparse one without zeros that are not
 * stored. Values are given as stored.
 * @param features samples x d.
 */
function cellsOf(
  features: Matrix | Csr,
  row: number,
): { readonly indices: Int32Array | null; readonly values: Float32Array } {
  if (!isCsr(features)) {
    const start = row * features.columns;
    return { indices: null, values: features.data.subarray(start, start + features.columns) };
  }
  const [start, end] = [features.offsets[row], features.offsets[row + 1]];
  return { indices: features.indices.subarray(start, end), values: features.values.subarray(start, end) };
}
