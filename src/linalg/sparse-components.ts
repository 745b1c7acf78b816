/**
 * Leading principal components of sparse rows, without making them dense.
 *
 * Source: the covariance from products of stored values, less the product of means; then as
 *   principal-components.ts.
 * Shapes: samples x features in, samples x components out.
 * Precision: sums in double; scores to about 1e-5 of the largest.
 * Cost: the square of a row's stored values, row by row, then features^2 for each pass. Memory: features^2 and
 *   the result.
 * Fails: as principal-components.ts.
 * Determinism: stream `trust-pca`; fixed order of sums.
 */

import { matrix } from '../core/matrix.js';
import type { Context } from '../engine/context.js';
import type { Watch } from '../engine/engine.js';
import { paced } from '../engine/watch.js';
import type { Csr, Matrix } from '../model.js';
import { leadingVectors, MOST_SQUARE_SIDE, startingVectors, withFixedSigns } from './principal-components.js';

/** Whether sparse rows have at most as many features as samples, and few enough for a square of them. */
export function fitsSparseComponents({ rows, columns }: Csr): boolean {
  return columns <= Math.min(rows, MOST_SQUARE_SIDE);
}

/**
 * Scores on the first `count` components, largest variance first (samples x count).
 * @param count at most the number of features.
 */
export async function sparseComponents(
  features: Csr,
  count: number,
  { engine, random }: Pick<Context, 'engine' | 'random'>,
  watch: Watch,
): Promise<Matrix> {
  const means = columnMeans(features);
  const square = await covariance(features, means, watch);
  const start = startingVectors(features.columns, count, random);
  const { vectors } = await leadingVectors((block) => engine.multiply(square, block), start, count, watch);
  return paced(withFixedSigns(await scoresOf(features, means, vectors, watch), count), watch);
}

/** Mean of each feature. */
function columnMeans({ rows, columns, indices, values }: Csr): Float64Array {
  const means = new Float64Array(columns);
  for (let p = 0; p < values.length; p++) means[indices[p]] += values[p] / rows;
  return means;
}

/** Sums of products of centered features, features x features. */
async function covariance(features: Csr, means: Float64Array, watch: Watch): Promise<Matrix> {
  const { rows, columns: d, offsets, indices, values } = features;
  const sums = new Float64Array(d * d);
  for (let r = 0; r < rows; r++) {
    const end = offsets[r + 1];
    for (let p = offsets[r]; p < end; p++) {
      const base = indices[p] * d;
      const value = values[p];
      for (let q = p; q < end; q++) sums[base + indices[q]] += value * values[q];
    }
    if ((r & 255) === 0) await watch.checkpoint();
  }
  const square = matrix(d, d);
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      const value = sums[i * d + j] - rows * means[i] * means[j];
      square.data[i * d + j] = value;
      square.data[j * d + i] = value;
    }
  }
  return square;
}

/** Centered rows times the vectors. @param vectors features x components. */
async function scoresOf(features: Csr, means: Float64Array, vectors: Matrix, watch: Watch): Promise<Matrix> {
  const width = vectors.columns;
  const shift = new Float64Array(width);
  means.forEach((value, f) => {
    for (let c = 0; c < width; c++) shift[c] += value * vectors.data[f * width + c];
  });
  const scores = matrix(features.rows, width);
  const sums = new Float64Array(width);
  for (let r = 0; r < features.rows; r++) {
    sums.fill(0);
    for (let p = features.offsets[r]; p < features.offsets[r + 1]; p++) {
      const base = features.indices[p] * width;
      const value = features.values[p];
      for (let c = 0; c < width; c++) sums[c] += value * vectors.data[base + c];
    }
    for (let c = 0; c < width; c++) scores.data[r * width + c] = sums[c] - shift[c];
    if ((r & 255) === 0) await watch.checkpoint();
  }
  return scores;
}
