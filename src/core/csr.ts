/** Sparse rows: gathering them into a dense matrix, and telling dense from sparse. See `Csr` in model.ts. */

import type { Csr, Matrix } from '../model.js';
import { gatherRows } from './matrix.js';

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
  return { rows: rows.length, columns: m.columns, data: result };
}

/** The whole matrix, dense. Costs rows x columns x 4 bytes. */
export function toDense(m: Matrix | Csr): Matrix {
  if (!isCsr(m)) return m;
  return denseRows(
    m,
    Int32Array.from({ length: m.rows }, (_, i) => i),
  );
}
