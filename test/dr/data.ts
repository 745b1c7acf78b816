/** Small made data sets and access to results, for the tests of dimensionality reduction. */
import { createRandom } from '#whymap/core/random.js';
import { tableOf } from '#whymap/dr/index.js';
import { type Context, createContext } from '#whymap/engine/context.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import type { Matrix } from '../../src/model.js';

export function matrixOf(rows: number, columns: number, entry: (r: number, c: number) => number): Matrix {
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[r * columns + c] = entry(r, c);
  return { rows, columns, data };
}

/** Gaussian features whose variances fall, so that leading directions are distinct. */
export function gaussianData(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed, 'gaussian data');
  return matrixOf(rows, columns, (_, c) => random.normal() * 3 * 0.75 ** c);
}

/** A rolled-up rectangle in three dimensions, stretched so that its axes differ. */
export function swissRoll(rows: number, seed: number): Matrix {
  const random = createRandom(seed, 'swiss roll');
  const data = new Float32Array(rows * 3);
  for (let r = 0; r < rows; r++) {
    const t = 1.5 * Math.PI * (1 + 2 * random.uniform());
    data.set([t * Math.cos(t), 12 * random.uniform(), t * Math.sin(t)], r * 3);
  }
  return { rows, columns: 3, data };
}

/** Well separated Gaussian clusters, with the cluster of each row. */
export function clusters(rows: number, columns: number, count: number, seed: number) {
  const random = createRandom(seed, 'clusters');
  const centers = Float64Array.from({ length: count * columns }, () => 6 * random.normal());
  const labels = Int32Array.from({ length: rows }, () => random.below(count));
  const features = matrixOf(rows, columns, (r, c) => centers[labels[r] * columns + c] + random.normal());
  return { features, labels };
}

export const table = (features: Matrix) => tableOf(features);
/** These tests compare with the readable engine, which has no threads. */
const base = await createContext({ engine: createJsEngine() });
export const context = (seed = 0): Context => ({ ...base, random: createRandom(seed) });
