/**
 * The features that vary most, found from sums over the samples that one pass collects.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 * Fails: never; a missing cell makes a variance NaN.
 */

import type { Csr, Matrix, Warning } from '../../model.js';
import { forEachCell } from './missing-cells.js';

/** Sums over samples, feature by feature. What is not stored of a sparse matrix is zero. */
export interface FeatureSums {
  /** Entries seen. */
  readonly stored: Float64Array;
  /** Sums of (value - origin) and its square are taken, so that large means do not swamp variances. */
  readonly origin: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
  /** Smallest and largest value. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Whether every value is a whole number that is not negative. */
  whole: boolean;
  largest: number;
  /** Offsets of the columns of a dense matrix (see units.ts), once its first rows have come; null where none is moved. */
  moved: Float64Array | null;
  add(value: number, column: number): void;
}

/** Sums of each of `columns` features before any value was added, by which their variances are found. */
export function newSums(columns: number): FeatureSums {
  const sums: FeatureSums = {
    stored: new Float64Array(columns),
    origin: new Float64Array(columns),
    sum: new Float64Array(columns),
    square: new Float64Array(columns),
    low: new Float64Array(columns).fill(Number.POSITIVE_INFINITY),
    high: new Float64Array(columns).fill(Number.NEGATIVE_INFINITY),
    whole: true,
    largest: 0,
    moved: null,
    add(value, column) {
      const away = value - sums.origin[column];
      sums.stored[column]++;
      sums.sum[column] += away;
      sums.square[column] += away * away;
      if (value < sums.low[column]) sums.low[column] = value;
      if (value > sums.high[column]) sums.high[column] = value;
      if (value > sums.largest) sums.largest = value;
      if (!(value >= 0) || value !== Math.floor(value)) sums.whole = false;
    },
  };
  return sums;
}

/**
 * Sums of every feature of a matrix in memory. Zeros of a sparse matrix that are not stored are not counted in
 * `stored`.
 * @param features samples x features.
 */
export function sumsOf(features: Matrix | Csr): FeatureSums {
  const sums = newSums(features.columns);
  if ('data' in features) sums.origin.set(features.data.subarray(0, features.columns));
  forEachCell(features, (value, _row, column) => sums.add(value, column));
  return sums;
}

/** Variance of each feature over `rows` samples (divided by rows - 1). NaN for one row. */
export function variances(sums: FeatureSums, rows: number): Float64Array {
  return Float64Array.from(
    sums.sum,
    (sum, c) => Math.max(0, sums.square[c] - (sum * sum) / rows) / (rows - 1),
  );
}

/**
 * Positions of the `most` features of largest variance, ascending, ties to the earlier; null (all) when there
 * are no more. With a warning that says what was left out.
 * @param rows samples.
 * @param source name of the file.
 * @param names one a feature.
 */
export function chooseFeatures(
  sums: FeatureSums,
  rows: number,
  names: readonly string[],
  most: number | undefined,
  source: string,
): { kept: readonly number[] | null; warnings: Warning[] } {
  const columns = sums.sum.length;
  if (most === undefined || columns <= most) return { kept: null, warnings: [] };
  // A feature with a missing cell is kept, so that the data checks meet it.
  const variance = variances(sums, rows).map((value) =>
    Number.isNaN(value) ? Number.POSITIVE_INFINITY : value,
  );
  const order = Array.from({ length: columns }, (_, c) => c).sort(
    (a, b) => variance[b] - variance[a] || a - b,
  );
  const kept = order.slice(0, most).sort((a, b) => a - b);
  const strongest = order.slice(0, 3).map((c) => names[c] ?? `f${c}`);
  const message = `Kept the ${most} of ${columns} features of ${source} with the largest variance (${strongest.join(', ')}...).`;
  return { kept, warnings: [{ code: 'features-selected', message }] };
}
