/**
 * Maps on which every point stands for several samples: placed once, so that a table with all rows twice has the localities of the
 * table with each row once.
 *
 * Purpose: leaves of the kd-tree hold a number of samples, which copies fill; probes then start elsewhere, and another covering of the
 *   same map gives other modules. Source: ours. Samples at one point follow one another in canonical order, so every `copies`-th position
 *   stands for `copies` samples. Deterministic. Cost: one pass over the points.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 * Fails: never.
 */

import { gatherRows } from '../../core/matrix.js';
import type { Matrix } from '../../model.js';

/** Points in a locality below which samples at one point are not taken together. */
const LEAST_POINTS = 3;

export interface DistinctPoints {
  /** Every `copies`-th of the points. */
  readonly points: Matrix;
  /** Samples that each of them stands for; 1 unless every point holds a multiple of them. */
  readonly copies: number;
  /** Positions among all points for positions among `points`: copies of each, one after another. */
  all(positions: Int32Array): Int32Array;
}

/**
 * The points with as many copies of each taken for one as all have in common: 1 on most maps, which come back as they are.
 * @param points samples x dimensions, in canonical order. @param size of the localities, which has to be a multiple of the copies.
 */
export function distinctPoints(points: Matrix, size: number): DistinctPoints {
  let copies = size;
  let first = 0;
  for (let next = 1; next <= points.rows && copies > 1; next++) {
    if (next < points.rows && samePoint(points, first, next)) continue;
    copies = greatestDivisor(copies, next - first);
    first = next;
  }
  if (copies <= 1 || size / copies < LEAST_POINTS)
    return { points, copies: 1, all: (positions) => positions };
  const kept = Int32Array.from({ length: points.rows / copies }, (_, i) => i * copies);
  return {
    points: gatherRows(points, kept),
    copies,
    all: (positions) =>
      Int32Array.from({ length: positions.length * copies }, (_, i) => {
        const position = positions[Math.floor(i / copies)];
        return position * copies + (i % copies);
      }),
  };
}

/** Whether two rows are equal in every coordinate. */
function samePoint({ columns, data }: Matrix, a: number, b: number): boolean {
  for (let c = 0; c < columns; c++) if (data[a * columns + c] !== data[b * columns + c]) return false;
  return true;
}

/** The greatest common divisor of two whole numbers above 0. */
function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
