/**
 * Compressed rows or columns from a file as checked compressed rows.
 * Types: `Csr`: sparse, entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending)
 *   and `values`.
 * Fails: FormatError for parts that contradict themselves.
 */

import { FormatError } from '../../errors.js';
import type { Csr, Warning } from '../../model.js';
import { countRounded, precision } from '../numpy/arrays.js';
import { offsetFor, packed, someOffsets, withOffsets } from './units.js';

export interface CompressedShape {
  readonly rows: number;
  readonly columns: number;
  /** Compressed by column (CSC) rather than by row (CSR). */
  readonly byColumn: boolean;
}

export interface CompressedParts {
  readonly offsets: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/**
 * A sparse matrix of a file as compressed rows: checks offsets and indices, sorts each row, and turns columns into
 * rows where needed. FormatError where they do not fit. Call `checkShape` before.
 * @param name of the file.
 * @param shape rows, columns, and whether lines are columns.
 * @param parts offsets, indices and values as stored.
 * @returns single precision, with a warning where values were moved.
 */
export function compressedToCsr(
  shape: CompressedShape,
  parts: CompressedParts,
  name: string,
): { features: Csr; warnings: Warning[] } {
  const lines = shape.byColumn ? shape.columns : shape.rows;
  const width = shape.byColumn ? shape.rows : shape.columns;
  checkParts(parts, lines, width, name);
  const moved = entryOffsets(shape, entryColumns(shape, parts), parts.values);
  const pack = (value: number, c: number) => packed(value, moved === null ? 0 : moved[c]);
  const features: Csr = shape.byColumn
    ? columnsToRows(shape, parts, pack)
    : {
        rows: shape.rows,
        columns: shape.columns,
        offsets: Float64Array.from(parts.offsets),
        indices: Int32Array.from(parts.indices),
        values: Float32Array.from(parts.values, (value, p) => pack(value, parts.indices[p])),
      };
  sortRows(features, name);
  const whole = parts.values instanceof Float32Array || parts.values instanceof Float64Array;
  return {
    features: { ...features, ...withOffsets(moved) },
    warnings: whole ? [] : precision(countRounded(parts.values), name),
  };
}

/**
 * FormatError unless offsets rise from 0 to the number of entries and every index is inside.
 * @param lines compressed rows, or columns.
 * @param width indices that a line may have.
 * @param name of the file.
 */
export function checkParts(parts: CompressedParts, lines: number, width: number, name: string): void {
  const { offsets, indices, values } = parts;
  const count = indices.length;
  let sound =
    offsets.length === lines + 1 && offsets[0] === 0 && offsets[lines] === count && values.length === count;
  for (let i = 0; sound && i < lines; i++) sound = offsets[i] <= offsets[i + 1];
  if (!sound) throw damaged(name, `sparse offsets that do not fit ${lines} lines of ${count} entries`);
  for (let i = 0; i < count; i++) {
    if (!(indices[i] >= 0 && indices[i] < width))
      throw damaged(name, `the sparse index ${indices[i]} of ${width}`);
  }
}

/**
 * For each column, what is subtracted from its values before they become single precision: 0 unless every row has an
 * entry there and all values are far from 0, compared with their range. Null where all are 0. Takes 24 bytes a
 * column, so call `checkShape` before.
 * @param columnOf column of each entry.
 * @param values of the entries.
 */
export function entryOffsets(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  columnOf: ArrayLike<number>,
  values: ArrayLike<number>,
): Float64Array | null {
  // as few entries fill no column
  if (values.length < rows) return null;
  const counts = new Float64Array(columns);
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (let p = 0; p < values.length; p++) {
    const c = columnOf[p];
    counts[c]++;
    low[c] = Math.min(low[c], values[p]);
    high[c] = Math.max(high[c], values[p]);
  }
  return someOffsets(counts.map((count, c) => (count === rows ? offsetFor(low[c], high[c]) : 0)));
}

/** Column of each entry of a compressed matrix, in the order in which they are stored. */
function entryColumns(
  { columns, byColumn }: CompressedShape,
  { offsets, indices }: CompressedParts,
): ArrayLike<number> {
  if (!byColumn) return indices;
  const result = new Int32Array(indices.length);
  for (let c = 0; c < columns; c++) result.fill(c, offsets[c], offsets[c + 1]);
  return result;
}

/**
 * A matrix in compressed columns as compressed rows, those entries of a row in order of column. Parts must have been
 * checked.
 * @param pack the stored number of a value in a column.
 */
function columnsToRows(
  shape: CompressedShape,
  parts: CompressedParts,
  pack: (value: number, column: number) => number,
): Csr {
  const { rows, columns } = shape;
  const offsets = new Float64Array(rows + 1);
  for (let i = 0; i < parts.indices.length; i++) offsets[parts.indices[i] + 1]++;
  for (let r = 0; r < rows; r++) offsets[r + 1] += offsets[r];
  const next = offsets.slice(0, rows);
  const indices = new Int32Array(parts.indices.length);
  const values = new Float32Array(parts.indices.length);
  for (let c = 0; c < columns; c++) {
    for (let p = parts.offsets[c]; p < parts.offsets[c + 1]; p++) {
      const at = next[parts.indices[p]]++;
      indices[at] = c;
      values[at] = pack(parts.values[p], c);
    }
  }
  return { rows, columns, offsets, indices, values };
}

/**
 * Puts the entries of each row in ascending order of column, in place; FormatError when a column comes twice.
 * Changes indices and values.
 * @param name of the file.
 * @param m its rows may have entries in any order.
 */
export function sortRows(m: Csr, name: string): void {
  for (let r = 0; r < m.rows; r++) {
    const start = m.offsets[r];
    const end = m.offsets[r + 1];
    let ascending = true;
    for (let p = start + 1; p < end; p++) ascending &&= m.indices[p - 1] < m.indices[p];
    if (ascending) continue;
    const order = Array.from({ length: end - start }, (_, i) => start + i);
    order.sort((a, b) => m.indices[a] - m.indices[b]);
    const indices = order.map((p) => m.indices[p]);
    const values = order.map((p) => m.values[p]);
    const twice = indices.findIndex((column, i) => i > 0 && column === indices[i - 1]);
    if (twice >= 0) throw damaged(name, `two entries for row ${r}, column ${indices[twice]}`);
    m.indices.set(indices, start);
    m.values.set(values, start);
  }
}

/**
 * The error for compressed rows or columns that contradict themselves.
 * @param name of the file.
 * @param what is wrong, as "got".
 */
function damaged(name: string, what: string): FormatError {
  return new FormatError({
    got: `${what} in ${name}`,
    expected: 'a sound sparse matrix',
    remedy: 'write the file again: it is damaged (or sum duplicate entries first)',
  });
}
