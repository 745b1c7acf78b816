/**
 * Moves columns near zero, in double, before their values become single precision.
 *
 * Purpose: every reader of dense numbers packs through here, so that nothing is lost that double holds (model/matrix.ts, `units`).
 * Rule: a column is moved where its largest value is more than RATIO times its range, by a multiple of a power of two near
 *   its middle. Then adding such a multiple to a column of the file changes no stored number, and ordinary columns
 *   (with values near zero) are stored as they are. The range is that of the first rows: later rows can only
 *   widen it, and then less was needed.
 * Cost: a pass over the first rows. Determinism: exact.
 * Fails: a finite value beyond single precision is stored as the largest number; `checkMagnitudes` refuses it with its cell.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 */

import { trueValue } from '../../core/units.js';
import { FormatError, option, words } from '../../errors.js';
import type { ColumnUnits, Csr, Matrix } from '../../model.js';
import { rangesOf } from './ranges.js';

/** A column of smaller values loses at most as many digits to its offset as any sum in single precision does. */
const RATIO = 8;
/** First rows that ranges are taken from: the same in every reader, so that each stores the same numbers. */
export const SAMPLE_ROWS = 64;
/** Values that a typical magnitude is taken from. */
const SAMPLE_VALUES = 2 ** 20;
const LARGEST = 3.4028234663852886e38;
/** Typical magnitudes outside these bounds are scaled: squares of the stored numbers must fit in single precision. */
const TYPICAL = 2 ** 50;
/** A stored number beyond this has a square that all others vanish beside. */
const FARTHEST = 2 ** 56;

/**
 * What is subtracted from a column whose values range from `low` to `high`, so that it is near zero; 0 where it stays
 * as it is. NaN bounds give 0.
 */
export function offsetFor(low: number, high: number): number {
  const range = high - low;
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (!(largest > RATIO * range)) return 0;
  if (range === 0) return low;
  const grid = 2 ** Math.ceil(Math.log2(range));
  return Math.round((low / 2 + high / 2) / grid) * grid;
}

/**
 * What is subtracted from a column, by the finite values of its first SAMPLE_ROWS rows; 0 where there are none. How it fails: a
 * column far from zero whose first rows are all missing keeps 0, and its later values single precision.
 * @param from position of the first value.
 * @param step positions between two.
 */
export function offsetOf(values: ArrayLike<number>, from = 0, step = 1): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const end = Math.min(values.length, from + SAMPLE_ROWS * step);
  for (let p = from; p < end; p += step) {
    const value = values[p];
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? offsetFor(low, high) : 0;
}

/**
 * What is subtracted from each column, by whole first rows; null where that is 0 for all.
 * @param rows values, row by row.
 * @param columns of a row.
 */
export function chooseOffsets(rows: ArrayLike<number>, columns: number): Float64Array | null {
  const offsets = Float64Array.from({ length: columns }, (_, c) => offsetOf(rows, c, columns));
  return someOffsets(offsets);
}

/** The offsets, or null where all are 0; NaN (a column without values) counts as 0. */
export function someOffsets(offsets: Float64Array): Float64Array | null {
  const known = offsets.map((offset) => (Number.isNaN(offset) ? 0 : offset));
  return known.some((offset) => offset !== 0) ? known : null;
}

/**
 * A value less the offset of its column as it is stored: finite as long as the value is. NaN and infinite values stay
 * so.
 */
export function packed(value: number, offset: number): number {
  const stored = value - offset;
  if (stored > LARGEST && stored < Number.POSITIVE_INFINITY) return LARGEST;
  if (stored < -LARGEST && stored > Number.NEGATIVE_INFINITY) return -LARGEST;
  return stored;
}

/**
 * Writes values that stand row by row, the first in column `position % columns`, to `data` from `position` on, each
 * less what is subtracted from its column.
 * @param offsets one a column, or null.
 */
export function packRows(
  values: ArrayLike<number>,
  data: Float32Array,
  position: number,
  columns: number,
  offsets: Float64Array | null,
): void {
  if (offsets === null && isWithinSingle(values)) {
    data.set(values, position);
    return;
  }
  let c = position % columns;
  for (let i = 0; i < values.length; i++) {
    data[position + i] = packed(values[i], offsets === null ? 0 : offsets[c]);
    if (++c === columns) c = 0;
  }
}

/** Whether every number of such an array is within the range of single precision, so that none is stored as another than the nearest. */
const isWithinSingle = (values: ArrayLike<number>): boolean =>
  ArrayBuffer.isView(values) && !(values instanceof Float64Array) && !(values instanceof DataView);

/** The units of a matrix from whose columns these offsets were subtracted, to be spread into it; empty for null. */
export function withOffsets(offsets: Float64Array | null): { units?: ColumnUnits } {
  return offsets === null ? {} : { units: { offsets, scale: 1 } };
}

/**
 * A matrix in single precision from values in double, row by row; columns far from zero are moved near it.
 * @param values rows x columns.
 */
export function packMatrix(rows: number, columns: number, values: ArrayLike<number>): Matrix {
  const offsets = chooseOffsets(values, columns);
  const data = new Float32Array(rows * columns);
  packRows(values, data, 0, columns, offsets);
  return { rows, columns, data, ...withOffsets(offsets) };
}

/** Names for the cell of a table. */
interface CellNames {
  readonly name: string;
  readonly featureNames: readonly string[];
  readonly ids: readonly string[] | null;
}

/**
 * Scales a table whose typical values are so large or small that their squares leave single precision, by a power of
 * two, which loses nothing. Throws FormatError that names a cell beside which all others vanish. The matrix itself
 * where no scale is needed; `units` keeps the scale.
 */
export function checkMagnitudes<T extends Matrix | Csr>(m: T, names: CellNames): T {
  const stored = 'values' in m ? m.values : m.data;
  const { low, high } = rangesOf(m);
  let largest = 0;
  for (let c = 0; c < m.columns; c++)
    if (low[c] <= high[c]) largest = Math.max(largest, Math.abs(low[c]), Math.abs(high[c]));
  if (largest <= TYPICAL && largest >= 1 / TYPICAL) return m;
  if (largest === 0) return m;
  const scale = scaleFor(stored);
  // values of different size beyond single precision were all stored as the largest number
  if (largest >= LARGEST || largest / scale > FARTHEST) throw tooFar(m, largest, names);
  if (scale === 1) return m;
  const units = { offsets: m.units?.offsets ?? new Float64Array(m.columns), scale };
  const scaled = stored.map((value) => value / scale);
  return ('values' in m ? { ...m, values: scaled, units } : { ...m, data: scaled, units }) as T;
}

/**
 * A power of two near the median magnitude of the values that are not 0; 1 where that needs no scale.
 * @param stored values less their offsets.
 */
function scaleFor(stored: Float32Array): number {
  const step = Math.max(1, Math.floor(stored.length / SAMPLE_VALUES));
  const magnitudes: number[] = [];
  for (let p = 0; p < stored.length; p += step) if (stored[p] !== 0) magnitudes.push(Math.abs(stored[p]));
  const typical = magnitudes.sort((a, b) => a - b)[magnitudes.length >> 1] ?? 1;
  return typical > TYPICAL || typical < 1 / TYPICAL ? 2 ** Math.floor(Math.log2(typical)) : 1;
}

/**
 * The error for the first cell of the largest magnitude, `largest` as stored.
 * @param m samples x features.
 */
function tooFar(m: Matrix | Csr, largest: number, { name, featureNames, ids }: CellNames): FormatError {
  const stored = 'values' in m ? m.values : m.data;
  const p = stored.findIndex((value) => Math.abs(value) === largest);
  const [row, column] =
    'values' in m
      ? [m.offsets.findLastIndex((offset) => offset <= p), m.indices[p]]
      : [Math.floor(p / m.columns), p % m.columns];
  const value = trueValue(stored[p], column, m.units);
  const amount =
    largest >= LARGEST
      ? `a value of ${value < 0 ? '-' : ''}3.4e38 or beyond`
      : `the value ${value.toPrecision(6)}`;
  const id = ids === null ? '' : ` (${ids[row]})`;
  return new FormatError({
    got: `${amount} in row ${row + 1}${id}, ${featureNames[column] ?? `column ${column + 1}`} of ${name}`,
    expected:
      largest >= LARGEST
        ? 'values that single precision holds'
        : 'values that single precision holds beside the others, which vanish beside this one',
    remedy: words`leave the cell empty if it marks a missing value (then see ${option('missing')}), or change the unit of that column`,
  });
}
