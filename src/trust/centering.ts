/** Moving columns near zero before products in float32, so that distances and variances keep their digits. */

import { matrix } from '../core/matrix.js';
import type { Matrix } from '../model.js';

/** Every column at mean 0 and variance 1; a constant column becomes 0. */
export function standardized(m: Matrix): Matrix {
  const { means, variances } = columnMoments(m);
  const data = m.data.map((value, p) => {
    const variance = variances[p % m.columns];
    return variance > 0 ? (value - means[p % m.columns]) / Math.sqrt(variance) : 0;
  });
  return matrix(m.rows, m.columns, data);
}

/** Mean and variance (divided by the rows) of every column, in two passes. */
export function columnMoments(m: Matrix): { means: Float64Array; variances: Float64Array } {
  const means = new Float64Array(m.columns);
  const variances = new Float64Array(m.columns);
  m.data.forEach((value, p) => {
    means[p % m.columns] += value / m.rows;
  });
  m.data.forEach((value, p) => {
    variances[p % m.columns] += (value - means[p % m.columns]) ** 2 / m.rows;
  });
  return { means, variances };
}

/**
 * Columns moved near their mean, by a multiple of a power of two below their spread: whole numbers stay whole, so
 * that counts and pixels keep exact distances.
 */
export function centered(m: Matrix): Matrix {
  const { means: shift, variances: spread } = columnMoments(m);
  for (let c = 0; c < m.columns; c++) {
    const grid = 2 ** Math.floor(Math.log2(Math.max(Math.sqrt(spread[c]), 2 ** -100)));
    shift[c] = spread[c] > 0 ? Math.round(shift[c] / grid) * grid : shift[c];
  }
  const data = new Float32Array(m.data.length);
  for (let p = 0; p < data.length; p++) data[p] = m.data[p] - shift[p % m.columns];
  return matrix(m.rows, m.columns, data);
}
