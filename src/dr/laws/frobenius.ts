/**
 * The law of double-kernel LLE with a Frobenius penalty (our reconstruction, after the papers' names):
 * L = tr(M K) + lambda |K|_F^2, K_ij = q_ij = 1 / (1 + |y_i - y_j|^2) the kernel of the output.
 * Forces -grad_i = 4 sum_j (M_ij + 2 lambda q_ij) q_ij^2 (y_i - y_j): attraction 4 P_ij q^2 with
 * P = W + W' - W'W = -M off the diagonal, repulsion 8 lambda q^3.
 *
 * L equals lambda sum_{i != j} (q_ij - P_ij / (2 lambda))^2 plus a constant, so this is Frobenius ARDR.
 * Shapes: M rows x rows, sparse, symmetric. Cost: rows^2 * dimensions a call. Deterministic.
 */

import type { SparseRows } from '../affinities/alignment.js';
import type { Law, LawDefinition } from './law.js';

/** `input` is M_ij, its diagonal included. */
export function frobeniusDefinition(lambda: number): LawDefinition {
  const kernel = (squared: number) => 1 / (1 + squared);
  return {
    reduce: () => null,
    attract: ({ input, squared }) => -4 * input * kernel(squared) ** 2,
    repulse: ({ squared }) => 8 * lambda * kernel(squared) ** 3,
    loss: ({ input, squared }) => input * kernel(squared) + lambda * kernel(squared) ** 2,
  };
}

export function frobeniusLaw(m: SparseRows, lambda: number): Law {
  const { rows, offsets, indices, values } = m;
  const dense = new Float64Array(rows);
  return {
    rows,
    forces(y, dimensions, out) {
      out.fill(0);
      let loss = 0;
      for (let i = 0; i < rows; i++) {
        for (let p = offsets[i]; p < offsets[i + 1]; p++) dense[indices[p]] = values[p];
        loss += dense[i] + lambda;
        loss += dimensions === 2 ? pairsInPlane(i, dense, lambda, y, out) : pairs(i, dense, lambda, y, out);
        for (let p = offsets[i]; p < offsets[i + 1]; p++) dense[indices[p]] = 0;
      }
      return loss;
    },
  };
}

/** Adds the forces between sample i and those before it; `row` is row i of M. Returns their losses. */
function pairs(i: number, row: Float64Array, lambda: number, y: Float64Array, out: Float64Array): number {
  const dimensions = y.length / row.length;
  let loss = 0;
  for (let j = 0; j < i; j++) {
    let squared = 1;
    for (let k = 0; k < dimensions; k++) squared += (y[i * dimensions + k] - y[j * dimensions + k]) ** 2;
    const q = 1 / squared;
    loss += 2 * q * (row[j] + lambda * q);
    const coefficient = 4 * q * q * (row[j] + 2 * lambda * q);
    for (let k = 0; k < dimensions; k++) {
      const move = coefficient * (y[i * dimensions + k] - y[j * dimensions + k]);
      out[i * dimensions + k] += move;
      out[j * dimensions + k] -= move;
    }
  }
  return loss;
}

/** The same in two dimensions, in a third of the time. */
function pairsInPlane(
  i: number,
  row: Float64Array,
  lambda: number,
  y: Float64Array,
  out: Float64Array,
): number {
  const x0 = y[2 * i];
  const x1 = y[2 * i + 1];
  let f0 = 0;
  let f1 = 0;
  let loss = 0;
  for (let j = 0; j < i; j++) {
    const d0 = x0 - y[2 * j];
    const d1 = x1 - y[2 * j + 1];
    const q = 1 / (1 + d0 * d0 + d1 * d1);
    const penalty = lambda * q;
    loss += 2 * q * (row[j] + penalty);
    const coefficient = 4 * q * q * (row[j] + 2 * penalty);
    f0 += coefficient * d0;
    f1 += coefficient * d1;
    out[2 * j] -= coefficient * d0;
    out[2 * j + 1] -= coefficient * d1;
  }
  out[2 * i] += f0;
  out[2 * i + 1] += f1;
  return loss;
}
