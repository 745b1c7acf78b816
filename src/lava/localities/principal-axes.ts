/**
 * A map in its principal axes, so that a turned or mirrored map is placed like the map itself.
 *
 * Purpose: probes start along the kd-tree of the samples, which splits along the axes; an embedding's axes mean
 *   nothing. Source: ours. Method: principal axes of the samples, largest spread first, each in the direction in which the
 *   sum of cubes is positive. For maps of up to three dimensions; latent spaces of more are left as they are.
 * Precision: double, coordinates rounded to float32 at the end. Sums are exact, so that the order of the samples
 *   has no say. How it fails: where two axes have the same spread, turning changes them. Cost: a few passes.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 */

import { keepUnits } from '../../core/units.js';
import { denseEigenpairs } from '../../linalg/dense-eigen.js';
import type { Matrix } from '../../model.js';

/** Dimensions above which coordinates are not turned. */
const MOST_DIMENSIONS = 3;

export interface PrincipalAxes {
  /** The samples in the frame, samples x dimensions. */
  readonly points: Matrix;
  /** Points of the frame (any number x dimensions) in the coordinates of the map. */
  readonly toMap: (framed: Matrix) => Matrix;
}

/**
 * The frame of a map. Never throws; coordinates are finite.
 * @param map samples x dimensions.
 */
export function principalAxes(map: Matrix): PrincipalAxes {
  const { rows, columns: d } = map;
  const inMap = (framed: Matrix): Matrix => ({ ...framed, ...keepUnits(map) });
  if (d > MOST_DIMENSIONS || rows === 0) return { points: map, toMap: inMap };
  const terms = new Float64Array(rows);
  const center = Float64Array.from({ length: d }, (_, c) => {
    for (let r = 0; r < rows; r++) terms[r] = map.data[r * d + c];
    return exactSum(terms) / rows;
  });
  const moments = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) {
      for (let r = 0; r < rows; r++)
        terms[r] = (map.data[r * d + a] - center[a]) * (map.data[r * d + b] - center[b]);
      moments[a * d + b] = moments[b * d + a] = exactSum(terms);
    }
  }
  const axes = denseEigenpairs(moments, d, d, 'largest').vectors.map((axis) => {
    for (let r = 0; r < rows; r++) terms[r] = along(map, r, axis, center) ** 3;
    return exactSum(terms) < 0 ? axis.map((value) => -value) : axis;
  });
  const points = new Float32Array(rows * d);
  for (let r = 0; r < rows; r++)
    axes.forEach((axis, c) => {
      points[r * d + c] = along(map, r, axis, center);
    });
  return {
    points: { rows, columns: d, data: points },
    toMap: (framed) => ({
      ...inMap(framed),
      data: framed.data.map((_, t) => {
        const first = t - (t % d);
        return axes.reduce((sum, axis, c) => sum + axis[t % d] * framed.data[first + c], center[t % d]);
      }),
    }),
  };
}

/** Sample r along an axis, from the center. @param axis one entry a dimension. */
function along({ columns: d, data }: Matrix, r: number, axis: Float64Array, center: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += axis[c] * (data[r * d + c] - center[c]);
  return sum;
}

/**
 * The sum of all terms, the same in any order of them: each is cut to a multiple of one power of two, so that
 * the sum of at most 2^53 of these is exact. Precision: terms / 2^52 of the largest.
 */
function exactSum(terms: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < terms.length; i++) largest = Math.max(largest, Math.abs(terms[i]));
  if (largest === 0) return 0;
  const unit = 2 ** (Math.ceil(Math.log2(largest)) + Math.ceil(Math.log2(terms.length)) - 52);
  let units = 0;
  for (let i = 0; i < terms.length; i++) units += Math.trunc(terms[i] / unit);
  return units * unit;
}
