/**
 * The law of PCA, classical MDS and Isomap: L = |C (G_X - G_Y) C|_F^2 with G Gram matrices and C centering.
 * Forces -grad = 4 (B - Yc Yc') Yc, B the centered input Gram matrix. As a pair law: attraction 4 B_ij,
 * repulsion 4 (yc_i . yc_j), one reduction (the means of Y).
 *
 * Source: arXiv 2306.11898 for the loss; the two-sided centering of the repulsion is what makes the
 * gradient exact from any start (one-sided is wrong unless Y starts centered).
 * Shapes: B rows x rows as an operator. Cost: one application of B a dimension; no rows x rows array of Y.
 * The loss leaves out the constant |B|_F^2. Deterministic.
 */

import type { Gram } from '../affinities/gram.js';
import type { Law, LawDefinition } from './law.js';

export const gramDefinition: LawDefinition<Float64Array> = {
  reduce: (y, dimensions) => dimensionMeans(y, dimensions),
  attract: (pair) => 4 * pair.input,
  repulse: (pair, means) => 4 * centeredDot(pair, means),
  loss: (pair, means) => (pair.input - centeredDot(pair, means)) ** 2,
};

/**
 * The reduction holds, after the means, (y_i . mean) for every i and |mean|^2 last, so that a pair's centered
 * product needs only its own: (y_i - m) . (y_j - m) = y_i . y_j - y_i . m - y_j . m + m . m.
 */
function centeredDot(pair: { i: number; j: number; dot: number }, reduction: Float64Array): number {
  const last = reduction.length - 1;
  return pair.dot - reduction[pair.i] - reduction[pair.j] + reduction[last];
}

/** The reduction: y_i . mean for every i, then |mean|^2. */
function dimensionMeans(y: Float64Array, dimensions: number): Float64Array {
  const rows = y.length / dimensions;
  const means = new Float64Array(dimensions);
  for (let at = 0; at < y.length; at++) means[at % dimensions] += y[at] / rows;
  const reduction = new Float64Array(rows + 1);
  for (let at = 0; at < y.length; at++) {
    reduction[Math.floor(at / dimensions)] += y[at] * means[at % dimensions];
  }
  for (const m of means) reduction[rows] += m * m;
  return reduction;
}

/** The law over a centered input Gram matrix. */
export function gramLaw(gram: Gram): Law {
  const rows = gram.size;
  const image = new Float64Array(rows);
  let columns: Float64Array[] = [];
  return {
    rows,
    forces(y, dimensions, out) {
      if (columns.length !== dimensions) {
        columns = Array.from({ length: dimensions }, () => new Float64Array(rows));
      }
      centeredColumns(y, dimensions, columns);
      const inner = innerProducts(columns);
      let loss = 0;
      for (const value of inner) loss += value * value;
      for (let k = 0; k < dimensions; k++) {
        gram.apply(columns[k], image);
        for (let r = 0; r < rows; r++) {
          let repulsion = 0;
          for (let l = 0; l < dimensions; l++) repulsion += columns[l][r] * inner[l * dimensions + k];
          loss -= 2 * columns[k][r] * image[r];
          out[r * dimensions + k] = 4 * (image[r] - repulsion);
        }
      }
      return loss;
    },
  };
}

/** Writes each dimension of y less its mean as a column. */
function centeredColumns(y: Float64Array, dimensions: number, columns: readonly Float64Array[]): void {
  columns.forEach((column, k) => {
    let mean = 0;
    for (let r = 0; r < column.length; r++) mean += y[r * dimensions + k];
    mean /= column.length;
    for (let r = 0; r < column.length; r++) column[r] = y[r * dimensions + k] - mean;
  });
}

/** Yc' Yc, dimensions x dimensions. */
function innerProducts(columns: readonly Float64Array[]): Float64Array {
  const d = columns.length;
  const inner = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = 0;
      const a = columns[k];
      const b = columns[l];
      for (let r = 0; r < a.length; r++) sum += a[r] * b[r];
      inner[k * d + l] = inner[l * d + k] = sum;
    }
  }
  return inner;
}
