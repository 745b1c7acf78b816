/**
 * Mean and standard deviation of every feature over all samples, whose rows come by some at a time, in any order.
 *
 * Source: ours. Precision: sums in twice the precision of a double. Determinism: the same for every order of the rows.
 * Types: `Matrix`: row-major float32. `Csr`: sparse rows (offsets, indices, values).
 * Fails: never; a missing cell gives NaN.
 */

import type { Csr, Matrix } from '../../model.js';
import { isCsr } from '../csr.js';
import { trueValue } from '../units.js';
import { addExactly, addTo, type ExactSums, newExactSums } from './exact-sums.js';

/** Cells that are read in a few milliseconds. */
const STEP_CELLS = 2 ** 20;

/** Mean and standard deviation of every feature, and whether any value is negative. */
export interface FeatureMoments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly negative: boolean;
}

/** Sums over the samples while they come by, one entry a feature. */
export interface FeatureSums {
  readonly rows: number;
  readonly total: ExactSums;
  /** Of squared distances from the mean. */
  readonly squares: ExactSums;
  /** Entries that came by. */
  readonly stored: Float64Array;
  /** Means, once all values have come by. */
  mean: Float64Array;
  negative: boolean;
}

/** Sums of no samples yet. */
export function newFeatureSums({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): FeatureSums {
  const [total, squares] = [newExactSums(columns), newExactSums(columns)];
  const stored = new Float64Array(columns);
  return { rows, total, squares, stored, mean: new Float64Array(columns), negative: false };
}

/** Adds the values of some rows. A sparse cell that is not stored is 0. */
export function* addValues(sums: FeatureSums, features: Matrix | Csr): Generator<void> {
  for (let row = 0; row < features.rows; row++) {
    if (isPause(features, row)) yield;
    const { indices, values } = cellsOf(features, row);
    for (let p = 0; p < values.length; p++) {
      const feature = indices === null ? p : indices[p];
      // a zero changes no sum
      if (values[p] !== 0) addTo(sums.total, feature, values[p]);
      sums.stored[feature]++;
      if (!sums.negative && trueValue(values[p], feature, features.units) < 0) sums.negative = true;
    }
  }
  sums.mean = meansOf(sums);
}

/** Means, of the values that have come by. */
const meansOf = ({ total, rows }: FeatureSums) => total.high.map((sum) => sum / rows);

/** Adds what was summed of other rows: values, before any squares. */
export function addSums(sums: FeatureSums, others: Pick<FeatureSums, 'total' | 'stored' | 'negative'>): void {
  addExactly(sums.total, others.total);
  others.stored.forEach((count, f) => {
    sums.stored[f] += count;
  });
  if (others.negative) sums.negative = true;
  sums.mean = meansOf(sums);
}

/** Adds the squared distances of some rows from the means, once all values have been added. */
export function* addSquares({ squares, mean }: FeatureSums, features: Matrix | Csr): Generator<void> {
  for (let row = 0; row < features.rows; row++) {
    if (isPause(features, row)) yield;
    const { indices, values } = cellsOf(features, row);
    for (let p = 0; p < values.length; p++) {
      const feature = indices === null ? p : indices[p];
      addTo(squares, feature, (values[p] - mean[feature]) ** 2);
    }
  }
}

/**
 * Mean and standard deviation (divisor n) of every feature over all samples (0 where it is constant up to rounding), in stored
 * units, and whether any value is negative, in true ones.
 */
export function momentsOf({ rows, squares, stored, mean, negative }: FeatureSums): FeatureMoments {
  const deviation = squares.high.map((square, f) => {
    const variance = (square + (rows - stored[f]) * mean[f] ** 2) / rows;
    // below this share of its size a spread is what rounding leaves of a constant
    return variance > 1e-12 * mean[f] ** 2 ? Math.sqrt(variance) : 0;
  });
  return { mean, deviation, negative };
}

/** Whether STEP_CELLS cells have been read since the last pause, or none. @param row the one to be read next. */
export function isPause({ columns }: Matrix | Csr, row: number): boolean {
  return row % Math.max(1, Math.floor(STEP_CELLS / columns)) === 0;
}

/**
 * The stored cells of a row, views: of a dense table all (`indices` is null), of a sparse one without zeros that are not
 * stored. Values are given as stored.
 * @param features samples x d.
 */
export function cellsOf(
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
