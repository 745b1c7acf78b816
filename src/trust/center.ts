/** Moving columns near zero before products in float32, so that distances and variances keep their digits. */

import { matrix } from '../core/matrix.js';
import type { Matrix } from '../model.js';

/**
 * Columns moved near their mean, by a multiple of a power of two below their spread: whole numbers stay whole, so
 * that counts and pixels keep exact distances.
 */
export function centered(m: Matrix): Matrix {
  const shift = new Float64Array(m.columns);
  const spread = new Float64Array(m.columns);
  for (let p = 0; p < m.data.length; p++) shift[p % m.columns] += m.data[p] / m.rows;
  for (let p = 0; p < m.data.length; p++)
    spread[p % m.columns] += (m.data[p] - shift[p % m.columns]) ** 2 / m.rows;
  for (let c = 0; c < m.columns; c++) {
    const grid = 2 ** Math.floor(Math.log2(Math.max(Math.sqrt(spread[c]), 2 ** -100)));
    shift[c] = spread[c] > 0 ? Math.round(shift[c] / grid) * grid : shift[c];
  }
  const data = new Float32Array(m.data.length);
  for (let p = 0; p < data.length; p++) data[p] = m.data[p] - shift[p % m.columns];
  return matrix(m.rows, m.columns, data);
}
