/** Sparse rows: gathering them into a dense matrix, and telling dense from sparse. See `Csr` in model/matrix.ts. */

import type { Csr, Matrix } from '../model.js';
import { gatherRows } from './matrix.js';
import { keepUnits } from './units.js';

/** Whether the matrix is stored sparse. */
export function isCsr(m: Matrix | Csr): m is Csr {
  return 'offsets' in m;
}

/** The given rows as a dense matrix, in that order, whichever way they are stored. */
export function denseRows(m: Matrix | Csr, rows: ArrayLike<number>): Matrix {
  if (!isCsr(m)) return gatherRows(m, rows);
  const result = new Float32Array(rows.length * m.columns);
  for (let i = 0; i < rows.length; i++) {
    const base = i * m.columns;
    for (let p = m.offsets[rows[i]]; p < m.offsets[rows[i] + 1]; p++) {
      result[base + m.indices[p]] = m.values[p];
    }
  }
  return { rows: rows.length, columns: m.columns, data: result, ...keepUnits(m) };
}

/** The cells of the given rows and columns, dense, in those orders, whichever way the matrix is stored. */
export function denseCells(m: Matrix | Csr, rows: ArrayLike<number>, columns: ArrayLike<number>): Matrix {
  const width = columns.length;
  const result = new Float32Array(rows.length * width);
  if (!isCsr(m)) {
    for (let r = 0, to = 0; r < rows.length; r++) {
      const from = rows[r] * m.columns;
      for (let c = 0; c < width; c++) result[to++] = m.data[from + columns[c]];
    }
    return { rows: rows.length, columns: width, data: result };
  }
  const line = new Float32Array(m.columns);
  for (let r = 0; r < rows.length; r++) {
    spreadRow(m, rows[r], line, true);
    for (let c = 0; c < width; c++) result[r * width + c] = line[columns[c]];
    spreadRow(m, rows[r], line, false);
  }
  return { rows: rows.length, columns: width, data: result };
}

/** Writes the entries of a sparse row to a dense line, or zeros in their places. */
function spreadRow(m: Csr, r: number, line: Float32Array, written: boolean): void {
  for (let p = m.offsets[r]; p < m.offsets[r + 1]; p++) line[m.indices[p]] = written ? m.values[p] : 0;
}

/** The whole matrix, dense. Costs rows x columns x 4 bytes. */
export function toDense(m: Matrix | Csr): Matrix {
  if (!isCsr(m)) return m;
  return denseRows(
    m,
    Int32Array.from({ length: m.rows }, (_, i) => i),
  );
}

/** The given rows, in that order, in the same storage, copied. */
export function selectRows(m: Matrix | Csr, rows: ArrayLike<number>): Matrix | Csr {
  if (!isCsr(m)) return gatherRows(m, rows);
  const offsets = new Float64Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    offsets[i + 1] = offsets[i] + m.offsets[rows[i] + 1] - m.offsets[rows[i]];
  }
  const indices = new Int32Array(offsets[rows.length]);
  const values = new Float32Array(offsets[rows.length]);
  for (let i = 0; i < rows.length; i++) {
    indices.set(m.indices.subarray(m.offsets[rows[i]], m.offsets[rows[i] + 1]), offsets[i]);
    values.set(m.values.subarray(m.offsets[rows[i]], m.offsets[rows[i] + 1]), offsets[i]);
  }
  return { rows: rows.length, columns: m.columns, offsets, indices, values, ...keepUnits(m) };
}
