/**
 * t-SNE's law: L = KL(P || Q), Q_ij = w_ij / Z, w = 1 / (1 + |y_i - y_j|^2), Z = sum of w over i != j (the one
 * reduction). Attraction 4 P w, repulsion 4 w^2 / Z. An exaggeration multiplies P in the attraction only.
 *
 * Source: van der Maaten and Hinton (2008); Barnes-Hut approximation of the repulsion: van der Maaten (2014).
 * Shapes: P rows x rows, symmetric, sparse, sum 1. Precision: double; theta = 0 is exact, theta = 0.5 gives
 * Z to about 1e-3. Cost: entries of P, plus rows^2 (exact, or above 3 dimensions) or rows log rows.
 * The loss includes the constant sum P log P. Deterministic.
 */

import type { Csr } from '../../model.js';
import { createTree, MAX_TREE_DIMENSIONS, repulseByTree } from './barnesHut.js';
import type { Law, LawDefinition } from './law.js';

export const tsneDefinition: LawDefinition<number> = {
  reduce: (y, dimensions) => normalizer(y, dimensions),
  attract: ({ input, squared }) => (4 * input) / (1 + squared),
  repulse: ({ squared }, z) => 4 / ((1 + squared) ** 2 * z),
  loss: ({ input, squared, i, j }, z) =>
    i === j || input === 0 ? 0 : input * Math.log(input * z * (1 + squared)),
};

function normalizer(y: Float64Array, dimensions: number): number {
  let z = 0;
  for (let i = 0; i < y.length; i += dimensions) {
    for (let j = 0; j < i; j += dimensions) {
      let squared = 0;
      for (let k = 0; k < dimensions; k++) squared += (y[i + k] - y[j + k]) ** 2;
      z += 2 / (1 + squared);
    }
  }
  return z;
}

export interface TsneLaw extends Law {
  /** Changed between steps. */
  exaggeration: number;
  /** When false, `forces` returns NaN and saves a logarithm an edge. */
  withLoss: boolean;
}

export function tsneLaw(p: Csr, theta: number): TsneLaw {
  const law: TsneLaw = { rows: p.rows, exaggeration: 1, withLoss: true, forces };
  let repulsion = new Float64Array(0);
  function forces(y: Float64Array, dimensions: number, out: Float64Array): number {
    if (repulsion.length !== y.length) repulsion = new Float64Array(y.length);
    const exact = theta === 0 || dimensions > MAX_TREE_DIMENSIONS;
    const z = exact
      ? repulseExactly(y, dimensions, repulsion)
      : repulseByTree(createTree(y, dimensions), y, dimensions, theta, repulsion);
    const factor = 4 * law.exaggeration;
    if (dimensions === 2) attractInPlane(p, y, out);
    else attract(p, y, dimensions, out);
    for (let at = 0; at < out.length; at++) out[at] = factor * out[at] + (4 * repulsion[at]) / z;
    return law.withLoss ? divergence(p, y, dimensions, z) : Number.NaN;
  }
  return law;
}

/** out = sum_j w_ij^2 (y_i - y_j); returns Z. */
function repulseExactly(y: Float64Array, dimensions: number, out: Float64Array): number {
  out.fill(0);
  let z = 0;
  for (let i = 0; i < y.length; i += dimensions) {
    for (let j = 0; j < i; j += dimensions) {
      let squared = 1;
      for (let k = 0; k < dimensions; k++) squared += (y[i + k] - y[j + k]) ** 2;
      const w = 1 / squared;
      z += 2 * w;
      for (let k = 0; k < dimensions; k++) {
        const move = w * w * (y[i + k] - y[j + k]);
        out[i + k] += move;
        out[j + k] -= move;
      }
    }
  }
  return z;
}

/** out = -sum_j P_ij w_ij (y_i - y_j). */
function attract(p: Csr, y: Float64Array, dimensions: number, out: Float64Array): void {
  const { rows, offsets, indices, values } = p;
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const j = indices[e];
      let squared = 1;
      for (let k = 0; k < dimensions; k++) squared += (y[i * dimensions + k] - y[j * dimensions + k]) ** 2;
      const pull = values[e] / squared;
      for (let k = 0; k < dimensions; k++) {
        out[i * dimensions + k] -= pull * (y[i * dimensions + k] - y[j * dimensions + k]);
      }
    }
  }
}

function attractInPlane({ rows, offsets, indices, values }: Csr, y: Float64Array, out: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const x0 = y[2 * i];
    const x1 = y[2 * i + 1];
    let f0 = 0;
    let f1 = 0;
    const end = offsets[i + 1];
    for (let e = offsets[i]; e < end; e++) {
      const j = indices[e] << 1;
      const d0 = x0 - y[j];
      const d1 = x1 - y[j + 1];
      const pull = values[e] / (1 + d0 * d0 + d1 * d1);
      f0 -= pull * d0;
      f1 -= pull * d1;
    }
    out[2 * i] = f0;
    out[2 * i + 1] = f1;
  }
}

function divergence(p: Csr, y: Float64Array, dimensions: number, z: number): number {
  let loss = 0;
  for (let i = 0; i < p.rows; i++) {
    for (let e = p.offsets[i]; e < p.offsets[i + 1]; e++) {
      const j = p.indices[e];
      let squared = 1;
      for (let k = 0; k < dimensions; k++) squared += (y[i * dimensions + k] - y[j * dimensions + k]) ** 2;
      loss += p.values[e] * Math.log(p.values[e] * z * squared);
    }
  }
  return loss;
}
