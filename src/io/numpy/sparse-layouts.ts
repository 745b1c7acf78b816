/**
 * SciPy's other sparse layouts as compressed rows: coordinates (COO), diagonals (DIA) and blocks (BSR).
 *
 * Source: scipy.sparse.save_npz and the documentation of coo_array, dia_array and bsr_array. Entries for one cell are added up, as
 * SciPy does. Fails: FormatError for an index outside the matrix.
 */

import { FormatError } from '../../errors.js';
import type { CompressedParts } from '../table/sparse.js';

/** The arrays of a file by their keys. */
export type SparseArrays = (
  key: string,
) => Promise<{ readonly values: ArrayLike<number>; readonly shape: readonly number[] }>;

interface Entry {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** Layouts besides CSR and CSC, and the arrays that each needs. */
export const OTHER_LAYOUTS: Readonly<Record<string, (read: SparseArrays) => Promise<Entry[]>>> = {
  async coo(read) {
    const [row, column, data] = [await read('row'), await read('col'), await read('data')];
    return Array.from(data.values, (value, p) => ({ row: row.values[p], column: column.values[p], value }));
  },
  async dia(read) {
    const [data, offsets, shape] = [await read('data'), await read('offsets'), await read('shape')];
    const [rows, columns] = Array.from(shape.values);
    const width = data.shape[1];
    const entries: Entry[] = [];
    Array.from(offsets.values).forEach((offset, d) => {
      for (let column = Math.max(0, offset); column < Math.min(width, columns, rows + offset); column++) {
        entries.push({ row: column - offset, column, value: data.values[d * width + column] });
      }
    });
    return entries;
  },
  async bsr(read) {
    const [data, indices, indptr] = [await read('data'), await read('indices'), await read('indptr')];
    const [, height, width] = data.shape;
    const entries: Entry[] = [];
    for (let line = 0; line + 1 < indptr.values.length; line++) {
      for (let b = indptr.values[line]; b < indptr.values[line + 1]; b++) {
        for (let cell = 0; cell < height * width; cell++) {
          const row = line * height + Math.floor(cell / width);
          const column = indices.values[b] * width + (cell % width);
          entries.push({ row, column, value: data.values[b * height * width + cell] });
        }
      }
    }
    return entries;
  },
};

/**
 * Entries, in any order, as compressed rows; those of one cell are added up, and zeros are left out. FormatError for
 * one outside the matrix.
 * @param rows of the matrix.
 * @param columns of the matrix.
 * @param name of the file.
 * @returns offsets, indices ascending in each row, and values in double.
 */
export function compressEntries(
  entries: readonly Entry[],
  rows: number,
  columns: number,
  name: string,
): CompressedParts {
  const lines = Array.from({ length: rows }, () => new Map<number, number>());
  for (const { row, column, value } of entries) {
    if (!(row >= 0 && row < rows && column >= 0 && column < columns)) throw outside(name, row, column);
    lines[row].set(column, (lines[row].get(column) ?? 0) + value);
  }
  const offsets = new Float64Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  lines.forEach((line, row) => {
    for (const [column, value] of [...line].sort((a, b) => a[0] - b[0])) {
      if (value === 0) continue;
      indices.push(column);
      values.push(value);
    }
    offsets[row + 1] = indices.length;
  });
  return { offsets, indices, values: Float64Array.from(values) };
}

/**
 * The error for an entry that lies outside the matrix.
 * @param name of the file.
 * @param row from 0.
 * @param column from 0.
 */
function outside(name: string, row: number, column: number): FormatError {
  return new FormatError({
    got: `an entry at row ${row}, column ${column} of ${name}, outside its shape`,
    expected: 'a sound sparse matrix',
    remedy: 'write the file again: it is damaged',
  });
}
