/**
 * The directions along which rows are compared first.
 *
 * Source: two rounds of subspace iteration from random vectors over a sample of rows (Halko, Martinsson and
 *   Tropp 2011).
 * Precision: orthonormal in double. They need not be principal: any orthonormal directions give right bounds,
 *   directions of large variance give narrow ones.
 * Determinism: a fixed seed. Results do not depend on the directions, only the time does.
 * Types: `Engine`: the heavy routines; each rejects with CancelledError when its watch ends. `Matrix`: row-major
 *   float32, element (r, c) at `data[r * columns + c]`. `Frame`: origin and scale in which products are computed.
 *   `Random`, seeded numbers: stream (an independent stream by name), normal (standard normal).
 * Fails: as `multiply` does.
 */

import { createRandom } from '../../../core/random.js';
import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { type Frame, framedSample, PROBES, SAMPLED_ROWS, squaredLengths } from './frame.js';

/**
 * `count` orthonormal directions of large variance among the rows, by a sample of them: count x columns, one
 * direction a row.
 * @param frame center and scale of the rows.
 * @param count at most the columns.
 * @param data rows x columns.
 */
export const directionsOf = (multiply: Engine['multiply'], data: Matrix, frame: Frame, count: number) =>
  subspace(multiply, framedSample(data, SAMPLED_ROWS, frame), count);

/**
 * Squared distances, in units of the frame, within which the nearest `share` (0 to 1) of all rows lies from each of a
 * sample of rows, ascending. Infinite where all sampled rows are equal.
 * @param data rows x columns.
 */
export async function nearDistances(
  multiply: Engine['multiply'],
  data: Matrix,
  frame: Frame,
  share: number,
): Promise<number[]> {
  const [probes, sample] = [framedSample(data, PROBES, frame), framedSample(data, SAMPLED_ROWS, frame)];
  const products = await multiply(probes, sample, { transposeB: true });
  const found = quantiles(products, squaredLengths(probes), squaredLengths(sample), share);
  return found.map(([distance]) => distance).sort((a, b) => a - b);
}

/**
 * `count` orthonormal directions of large variance: count x columns, one a row. Two rounds of subspace iteration.
 * @param sample centered and scaled rows.
 * @param count at most the columns: there are no more orthonormal directions, and looking for one would not end.
 */
export async function subspace(multiply: Engine['multiply'], sample: Matrix, count: number): Promise<Matrix> {
  const random = createRandom(0).stream('directions');
  const { columns } = sample;
  const start = Float32Array.from({ length: count * columns }, () => random.normal());
  let block: Matrix = { rows: count, columns, data: start };
  for (let round = 0; round < 2; round++) {
    const images = await multiply(block, sample, { transposeB: true });
    block = await multiply(images, sample);
  }
  return orthonormal(block, () => random.normal());
}

/**
 * The rows made orthonormal, of the same shape: modified Gram-Schmidt in double, a second time where a row loses
 * three digits. A row that vanishes starts again at random, so that none is missing.
 * @param normal draws a normal number.
 */
function orthonormal({ rows, columns, data }: Matrix, normal: () => number): Matrix {
  const vectors = Array.from({ length: rows }, (_, r) =>
    Float64Array.from(data.subarray(r * columns, (r + 1) * columns)),
  );
  const lengths = vectors.map((vector) => Math.sqrt(dot(vector, vector)));
  const done: Float64Array[] = [];
  const result = new Float32Array(rows * columns);
  const reduce = (vector: Float64Array): number => {
    for (const other of done) addScaled(vector, other, -dot(vector, other));
    return Math.sqrt(dot(vector, vector));
  };
  for (let r = 0; r < rows; r++) {
    let vector = vectors[r];
    let before = lengths[r];
    let length = Math.sqrt(dot(vector, vector));
    while (!(length > 1e-3 * before)) {
      if (!(length > 1e-6 * before)) vector = Float64Array.from(vector, normal);
      before = Math.sqrt(dot(vector, vector));
      length = reduce(vector);
    }
    const scaled = vector.map((value) => value / length);
    done.push(scaled);
    removeFrom(vectors.slice(r + 1), scaled);
    result.set(scaled, r * columns);
  }
  return { rows, columns, data: result };
}

/**
 * Inner product of two vectors of equal length.
 * @param a a vector.
 * @param b of the same length.
 */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Takes the part along a direction from vectors of equal length, four at a time: sums that do not wait for one another. */
function removeFrom(vectors: readonly Float64Array[], along: Float64Array): void {
  let at = 0;
  for (; at + 4 <= vectors.length; at += 4) {
    const [a, b, c, d] = [vectors[at], vectors[at + 1], vectors[at + 2], vectors[at + 3]];
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = 0; i < along.length; i++) {
      const value = along[i];
      sumA += a[i] * value;
      sumB += b[i] * value;
      sumC += c[i] * value;
      sumD += d[i] * value;
    }
    for (let i = 0; i < along.length; i++) {
      const value = along[i];
      a[i] -= sumA * value;
      b[i] -= sumB * value;
      c[i] -= sumC * value;
      d[i] -= sumD * value;
    }
  }
  for (; at < vectors.length; at++) addScaled(vectors[at], along, -dot(vectors[at], along));
}

/** into += scale * from. */
function addScaled(into: Float64Array, from: Float64Array, scale: number): void {
  for (let i = 0; i < into.length; i++) into[i] += scale * from[i];
}

/**
 * For each probe (a row that stands for all), the squared distance within which about `share` of the sample lies: at
 * least that of its nearest row. Zero distances, of the row itself and its duplicates, do not count. Infinite where
 * all distances are zero.
 * @param products inner products, probes x sample.
 * @param probes squared lengths of the probes.
 * @param sample those of the sample.
 * @returns one array of one number for each probe.
 */
export function quantiles(
  products: Matrix,
  probes: Float64Array,
  sample: Float64Array,
  share: number,
): Float64Array[] {
  const columns = sample.length;
  return Array.from(probes, (norm, p) => {
    const distances = new Float64Array(columns);
    for (let s = 0; s < columns; s++) {
      const distance = norm + sample[s] - 2 * products.data[p * columns + s];
      // the row itself, or a duplicate of it
      distances[s] = distance > 1e-5 * norm ? distance : Number.POSITIVE_INFINITY;
    }
    distances.sort();
    return Float64Array.of(distances[Math.min(columns - 1, Math.ceil(share * columns))]);
  });
}
