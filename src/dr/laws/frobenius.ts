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
import { addPairForce, forEachRow, squaredDistance } from './sparse-pairs.js';

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

/** The law over sparse M, in any number of dimensions. */
export function frobeniusLaw(m: SparseRows, lambda: number): Law {
  const dense = new Float64Array(m.rows);
  return {
    rows: m.rows,
    forces(y, dimensions, out) {
      out.fill(0);
      const pairs = dimensions === 2 ? pairsInPlane : pairsInSpace;
      let loss = 0;
      forEachRow(m, dense, (i, row) => {
        loss += row[i] + lambda;
        loss += pairs(i, row, lambda, y, out);
      });
      return loss;
    },
  };
}

/** Adds the forces between sample i and those before it; `row` is row i of M. Returns their losses. */
function pairsInSpace(
  i: number,
  row: Float64Array,
  lambda: number,
  y: Float64Array,
  out: Float64Array,
): number {
  const dimensions = y.length / row.length;
  let loss = 0;
  for (let j = 0; j < i; j++) {
    const q = 1 / squaredDistance(y, i, j, dimensions, 1);
    loss += 2 * q * (row[j] + lambda * q);
    addPairForce(y, i, j, dimensions, 4 * q * q * (row[j] + 2 * lambda * q), out);
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
