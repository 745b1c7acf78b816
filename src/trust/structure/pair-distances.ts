/** Euclidean distances of all pairs of some rows. */

import type { Matrix } from '../../model.js';

/** rows x rows distances, symmetric, row-major, in double precision. */
export function pairDistances({ columns, data }: Matrix, rows: ArrayLike<number>): Float64Array {
  const n = rows.length;
  const distances = new Float64Array(n * n);
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const distance = rowDistance(data, columns, rows[i], rows[j]);
      distances[i * n + j] = distance;
      distances[j * n + i] = distance;
    }
  }
  return distances;
}

/** Euclidean distance of two rows. */
export function rowDistance(data: Float32Array, columns: number, i: number, j: number): number {
  let squared = 0;
  for (let c = 0; c < columns; c++) squared += (data[i * columns + c] - data[j * columns + c]) ** 2;
  return Math.sqrt(squared);
}
