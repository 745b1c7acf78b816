/**
 * Centers move to the weighted means of their samples: one half of Lloyd's iteration.
 *
 * Shapes: samples E x k, centers count x k. Precision: sums in double, in the order of the samples; centers in float32.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 * Fails: never.
 */

import type { Matrix } from '../model.js';

/**
 * Moves each center (count x dimensions, in place) to the weighted mean of its samples; one without any stays.
 * Returns how far each moved, and their movement relative to the spread of the samples around them.
 * @param coordinates samples x dimensions, row by row.
 * @param weights one a sample.
 * @param assigned center of each sample.
 */
export function moveCenters(
  coordinates: Float32Array,
  weights: Float64Array,
  centers: Matrix,
  assigned: Int32Array,
): { moves: Float64Array; relative: number } {
  const d = centers.columns;
  const sums = new Float64Array(centers.rows * d);
  const mass = new Float64Array(centers.rows);
  for (let p = 0; p < assigned.length; p++) {
    const c = assigned[p];
    mass[c] += weights[p];
    for (let i = 0; i < d; i++) sums[c * d + i] += weights[p] * coordinates[p * d + i];
  }
  const moves = new Float64Array(centers.rows);
  let moved = 0;
  for (let c = 0; c < centers.rows; c++) {
    if (!(mass[c] > 0)) continue;
    let squared = 0;
    for (let i = 0; i < d; i++) {
      const value = Math.fround(sums[c * d + i] / mass[c]);
      squared += (value - centers.data[c * d + i]) ** 2;
      centers.data[c * d + i] = value;
    }
    moves[c] = Math.sqrt(squared);
    moved += squared;
  }
  let spread = 0;
  for (let p = 0; p < assigned.length; p++) {
    const c = assigned[p];
    for (let i = 0; i < d; i++) spread += (coordinates[p * d + i] - centers.data[c * d + i]) ** 2;
  }
  const meanSpread = spread / assigned.length;
  const relative = meanSpread > 0 ? Math.sqrt(moved / centers.rows / meanSpread) : 0;
  return { moves, relative };
}
