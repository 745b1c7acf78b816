/**
 * The law of locally linear embedding: L = tr(Y' M Y), M = (I - W)'(I - W), under Y'Y = n I and means of 0 (the
 * constraint takes the place of a repulsion that would keep Y apart). Rows of M sum to 0, so
 * L = -1/2 sum_ij M_ij |y_i - y_j|^2: attraction 2 (w_ij + w_ji), repulsion 2 sum_k w_ki w_kj.
 *
 * Source: Roweis and Saul (2000). Cost: the entries of M a dimension. Deterministic.
 */

import { addScaled, orthonormalize } from '../../linalg/vectors.js';
import { multiplySparse, type SparseRows } from '../affinities/alignment.js';
import type { Law, LawDefinition } from './law.js';

/** Stated over dense W (rows x rows). */
export function lleDefinition(weights: Float64Array, rows: number): LawDefinition {
  const shared = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < rows; k++) sum += weights[k * rows + i] * weights[k * rows + j];
    return sum;
  };
  const linked = (i: number, j: number) => weights[i * rows + j] + weights[j * rows + i];
  return {
    reduce: () => null,
    attract: ({ i, j }) => 2 * linked(i, j),
    repulse: ({ i, j }) => 2 * shared(i, j),
    loss: ({ i, j, squared }) => 0.5 * (linked(i, j) - shared(i, j)) * squared,
  };
}

/** The law over sparse M, without its constraint (see `constrainVariance`). */
export function lleLaw(m: SparseRows): Law {
  return {
    rows: m.rows,
    forces(y, dimensions, out) {
      multiplySparse(m, y, dimensions, out);
      let loss = 0;
      for (let at = 0; at < y.length; at++) {
        loss += y[at] * out[at];
        out[at] *= -2;
      }
      return loss;
    },
  };
}

/** The nearest means of 0 and Y'Y = n I in the order of the dimensions (Gram-Schmidt). */
export function constrainVariance(y: Float64Array, dimensions: number): void {
  const rows = y.length / dimensions;
  const basis = [new Float64Array(rows).fill(1 / Math.sqrt(rows))];
  for (let k = 0; k < dimensions; k++) {
    const column = Float64Array.from({ length: rows }, (_, r) => y[r * dimensions + k]);
    if (orthonormalize(column, basis)) basis.push(column);
    else column.fill(0);
    const scaled = new Float64Array(rows);
    addScaled(scaled, Math.sqrt(rows), column);
    for (let r = 0; r < rows; r++) y[r * dimensions + k] = scaled[r];
  }
}
