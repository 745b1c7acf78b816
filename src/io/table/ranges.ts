/**
 * What the checks of a table ask of all its cells, found in one pass: the range of every column, whether all are whole numbers, whether
 * any is missing.
 *
 * Purpose: five checks each looked at every cell. Cost: one pass over the stored cells, once for an array: it is kept as long as the
 *   array is (inputs are immutable, model.ts).
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 * Fails: never.
 */

import { isCsr } from '../../core/csr.js';
import type { Csr, Matrix } from '../../model.js';

export interface Ranges {
  /** Least and largest stored value of each column, as stored; infinite (low above high) for a column without a number. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Stored values of each column. */
  readonly stored: Int32Array;
  /** Whether every stored value is a finite number. */
  readonly finite: boolean;
  /** Whether every stored number is whole. */
  readonly whole: boolean;
}

/** The ranges of arrays that were asked for. */
const known = new WeakMap<Float32Array, Ranges>();

/** The ranges of stored values, without the zeros that sparse rows do not store. @param features samples x features. */
export function rangesOf(features: Matrix | Csr): Ranges {
  const values = isCsr(features) ? features.values : features.data;
  const before = known.get(values);
  if (before && before.low.length === features.columns) return before;
  const found = isCsr(features) ? sparseRanges(features) : denseRanges(features);
  known.set(values, found);
  return found;
}

/** No column has a value yet. */
const noRanges = (columns: number) => ({
  low: new Float32Array(columns).fill(Number.POSITIVE_INFINITY),
  high: new Float32Array(columns).fill(Number.NEGATIVE_INFINITY),
});

/** The ranges of dense rows. */
function denseRanges({ rows, columns, data }: Matrix): Ranges {
  const { low, high } = noRanges(columns);
  // a value less itself is 0, or NaN where it is not finite
  let odd = 0;
  let fractions = 0;
  for (let from = 0; from < rows * columns; from += columns) {
    for (let c = 0; c < columns; c++) {
      const value = data[from + c];
      odd += value - value;
      if (value < low[c]) low[c] = value;
      if (value > high[c]) high[c] = value;
      if (value !== Math.floor(value)) fractions++;
    }
  }
  return { low, high, stored: new Int32Array(columns).fill(rows), finite: odd === 0, whole: fractions === 0 };
}

/** The ranges of sparse rows. */
function sparseRanges({ rows, columns, offsets, indices, values }: Csr): Ranges {
  const { low, high } = noRanges(columns);
  const stored = new Int32Array(columns);
  let odd = 0;
  let fractions = 0;
  for (let p = offsets[0]; p < offsets[rows]; p++) {
    const value = values[p];
    const c = indices[p];
    stored[c]++;
    odd += value - value;
    if (value < low[c]) low[c] = value;
    if (value > high[c]) high[c] = value;
    if (value !== Math.floor(value)) fractions++;
  }
  return { low, high, stored, finite: odd === 0, whole: fractions === 0 };
}
