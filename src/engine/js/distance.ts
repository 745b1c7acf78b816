/**
 * The distance between two rows for each metric, in double precision. This is the definition that all engines
 * reproduce.
 *
 * Fails: cosine and correlation are 1 - similarity. A row of zeros (correlation: a constant row) has no
 *   direction: its distance is 0 from another such row and 1 from every other, as in scikit-learn's cosine.
 */

import type { Matrix } from '../../model.js';
import type { Metric } from '../engine.js';

/** Distance between row i of a and row j of b. */
export type Distance = (a: Matrix, i: number, b: Matrix, j: number) => number;

/**
 * The distance function of a metric that orders rows: the metric itself, but squared for `euclidean`, which is
 * exact for integers.
 */
export function rankingDistance(metric: Metric): Distance {
  return { euclidean: squared, cosine, correlation, manhattan }[metric];
}

/** Turns a ranking distance into the metric's own: the square root for `euclidean`. */
export function trueDistance(metric: Metric, ranking: number): number {
  return metric === 'euclidean' ? Math.sqrt(ranking) : ranking;
}

/** Squared Euclidean distance. */
function squared(a: Matrix, i: number, b: Matrix, j: number): number {
  const d = a.columns;
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = a.data[i * d + c] - b.data[j * d + c];
    sum += difference * difference;
  }
  return sum;
}

/** Sum of absolute differences. */
function manhattan(a: Matrix, i: number, b: Matrix, j: number): number {
  const d = a.columns;
  let sum = 0;
  for (let c = 0; c < d; c++) sum += Math.abs(a.data[i * d + c] - b.data[j * d + c]);
  return sum;
}

/** 1 - cosine similarity. */
function cosine(a: Matrix, i: number, b: Matrix, j: number): number {
  return angular(a, i, 0, b, j, 0);
}

/** 1 - Pearson correlation. */
function correlation(a: Matrix, i: number, b: Matrix, j: number): number {
  return angular(a, i, rowMean(a, i), b, j, rowMean(b, j));
}

/** Mean of row r. */
function rowMean(m: Matrix, r: number): number {
  let sum = 0;
  for (let c = 0; c < m.columns; c++) sum += m.data[r * m.columns + c];
  return sum / m.columns;
}

/** 1 - normalized product of two rows less their means. */
function angular(a: Matrix, i: number, meanA: number, b: Matrix, j: number, meanB: number): number {
  const d = a.columns;
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let c = 0; c < d; c++) {
    const x = a.data[i * d + c] - meanA;
    const y = b.data[j * d + c] - meanB;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  if (squareA === 0 || squareB === 0) return squareA === squareB ? 0 : 1;
  return Math.max(0, 1 - product / Math.sqrt(squareA * squareB));
}
