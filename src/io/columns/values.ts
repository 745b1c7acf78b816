/**
 * Purpose: copies the values of columns into matrices as they are decoded, a run of rows at a time.
 * Shapes: matrices are row-major, samples x features.
 * Precision: each column is moved near zero by an offset, in double, before it becomes single precision
 *   (`table/units.ts`). The offset is chosen from the first values to come, so it does not depend on later ones.
 * Fails: `FormatError` for a value that is no number, and for lists of unequal length.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `ColumnUnits`, stored = (value -
 *   offset) * scale: offsets (one a column).
 */

import { FormatError } from '../../errors.js';
import type { Matrix } from '../../model.js';
import { numberOf } from '../numpy/dtypes.js';
import { tooLarge } from '../source/bytes.js';
import { chooseOffsets, offsetOf, packed, packRows, withOffsets } from '../table/units.js';

/**
 * A copy of `values` with NaN for each whole number that a double cannot represent. The last of these is noted in
 * `unsafe` under the column's name: ids may be so large, features may not.
 */
export function withoutUnsafe(
  values: ArrayLike<unknown>,
  column: string,
  unsafe: Map<string, bigint>,
): ArrayLike<unknown> {
  return Array.from(values, (value) => {
    if (typeof value !== 'bigint' || Number.isSafeInteger(Number(value))) return value;
    unsafe.set(column, value);
    return Number.NaN;
  });
}

/** A matrix that is being filled, with the offset of each column; NaN until its first values have come. */
export interface Filling extends Matrix {
  readonly offsets: Float64Array;
}

/**
 * Writes `values` into one column of `m`, from row `start` on; the first values choose the column's offset.
 * FormatError for a value that is no number.
 * @param name the column and its file, for messages.
 */
export function putNumbers(
  m: Filling,
  column: number,
  start: number,
  values: ArrayLike<unknown>,
  name: string,
): void {
  const numbers = Array.from(values, (value) => numberOf(value, name));
  if (Number.isNaN(m.offsets[column])) m.offsets[column] = offsetOf(numbers);
  for (let i = 0, at = start * m.columns + column; i < numbers.length; i++, at += m.columns) {
    m.data[at] = packed(numbers[i], m.offsets[column]);
  }
}

/** The lists of some rows of a column. */
export interface ListRows {
  /** Index of the first row. */
  readonly start: number;
  /** Rows of the whole column. */
  readonly rows: number;
  /** One list a row. */
  readonly values: ArrayLike<unknown>;
  /** The file, for messages. */
  readonly name: string;
  /** Bytes that the matrix may take. */
  readonly memory: number;
}

/**
 * Writes the lists of some rows, all of one length, as rows of the column's matrix in `lists`, which the first lists
 * make. FormatError for a list of another length.
 * @param lists matrices (samples x length of a list) by name of the column.
 * @param column its name.
 */
export function putLists(lists: Map<string, Matrix>, column: string, listRows: ListRows): void {
  const { start, rows, values, name, memory } = listRows;
  const source = `${column} of ${name}`;
  const numbers: number[] = [];
  let length = lists.get(column)?.columns;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as ArrayLike<unknown> | null | undefined;
    const found = value?.length ?? 0;
    length ??= found;
    if (rows * length * 4 > memory) throw tooLarge(name, `lists of ${rows} x ${length}`, memory);
    if (found !== length) throw unequalLists(found, length, start + i + 1, source);
    for (let j = 0; j < length; j++) numbers.push(numberOf(value?.[j], source));
  }
  if (length === undefined) return;
  let target = lists.get(column);
  if (!target) {
    const data = new Float32Array(rows * length);
    target = { rows, columns: length, data, ...withOffsets(chooseOffsets(numbers, length)) };
    lists.set(column, target);
  }
  packRows(numbers, target.data, start * length, length, target.units?.offsets ?? null);
}

/**
 * The error for a list of another length than those before.
 * @param row number of the list, from 1.
 * @param found length of the other list.
 * @param source name of the file.
 */
function unequalLists(found: number, length: number, row: number, source: string): FormatError {
  return new FormatError({
    got: `a list of ${found} values in row ${row}, column ${source}`,
    expected: `${length} values, as in the rows before`,
    remedy: 'give every sample a vector of one length',
  });
}
