/** Making and reading dense matrices. Row-major float32; see `Matrix` in model/matrix.ts. */

import { ShapeError } from '../errors.js';
import type { Matrix } from '../model.js';
import { keepUnits, pickUnits } from './units.js';

/** A matrix over the given data (not copied), or of zeros. Throws ShapeError when the length is wrong. */
export function matrix(rows: number, columns: number, data?: Float32Array): Matrix {
  const values = data ?? new Float32Array(rows * columns);
  if (values.length !== rows * columns) {
    throw new ShapeError({
      got: `${values.length} values for ${rows} x ${columns}`,
      expected: `${rows * columns} values`,
      remedy: 'pass data of rows * columns values, row by row',
    });
  }
  return { rows, columns, data: values };
}

/** Row r of a matrix, as a view that shares its memory. */
export function row(m: Matrix, r: number): Float32Array {
  return m.data.subarray(r * m.columns, (r + 1) * m.columns);
}

/** The given rows, in that order, copied. */
export function gatherRows(m: Matrix, rows: ArrayLike<number>): Matrix {
  const result = new Float32Array(rows.length * m.columns);
  for (let i = 0; i < rows.length; i++) result.set(row(m, rows[i]), i * m.columns);
  return { rows: rows.length, columns: m.columns, data: result, ...keepUnits(m) };
}

/** The given columns, in that order, copied. */
export function gatherColumns(m: Matrix, columns: ArrayLike<number>): Matrix {
  const result = new Float32Array(m.rows * columns.length);
  for (let r = 0; r < m.rows; r++) {
    for (let c = 0; c < columns.length; c++)
      result[r * columns.length + c] = m.data[r * m.columns + columns[c]];
  }
  return { rows: m.rows, columns: columns.length, data: result, ...pickUnits(m.units, columns) };
}

/** The transpose of the stored numbers, copied. */
export function transpose(m: Matrix): Matrix {
  const result = new Float32Array(m.data.length);
  for (let r = 0; r < m.rows; r++) {
    for (let c = 0; c < m.columns; c++) result[c * m.rows + r] = m.data[r * m.columns + c];
  }
  return { rows: m.columns, columns: m.rows, data: result };
}
