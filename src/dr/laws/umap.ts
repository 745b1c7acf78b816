/**
 * UMAP's law over all pairs: cross-entropy between memberships p and the output kernel
 * q = 1 / (1 + a s^b), s = |y_i - y_j|^2.
 *
 * `complement` repulsion weighs a pair by 1 - p, as the paper states it. `effective` repulsion weighs it by
 * what negative sampling does in expectation: negativeSampleRate * (d_i + d_j) / (4 (n - 1)), d the sums of
 * memberships. (Damrich and Hamprecht (2021) have a 2 for the 4: they let both samples of a draw move, of which umap-learn
 * and this package move one.) Each is multiplied by repulsionStrength.
 * Shapes: memberships rows x rows, symmetric, sparse. Cost: rows^2 * dimensions, so this states and measures
 * the objective; embeddings are made by sampling it (optimize/negative-sampling.ts).
 * Two samples at the same coordinates have an infinite loss and no direction: the law is undefined there. Deterministic.
 */

import type { Csr } from '../../model.js';
import type { Curve } from '../affinities/curve-parameters.js';
import type { Law, LawDefinition } from './law.js';
import { addPairForce, forEachRow, squaredDistance } from './sparse-pairs.js';

/** Weight of the repulsion of a pair of that membership. */
export type RepulsionWeight = (membership: number, i: number, j: number) => number;

/** The weight that the paper states. */
export const complement: RepulsionWeight = (membership) => 1 - membership;

/** Weights of the repulsion that negative sampling exerts in expectation. */
export function effectiveRepulsion(graph: Csr, negativeSampleRate: number): RepulsionWeight {
  const degrees = new Float64Array(graph.rows);
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) degrees[i] += graph.values[p];
  }
  const factor = negativeSampleRate / (4 * (graph.rows - 1));
  return (_, i, j) => factor * (degrees[i] + degrees[j]);
}

/** The law pair by pair. */
export function umapDefinition({ a, b }: Curve, weight: RepulsionWeight): LawDefinition {
  const kernel = (squared: number) => 1 / (1 + a * squared ** b);
  return {
    reduce: () => null,
    attract: ({ input, squared }) => 4 * input * a * b * squared ** (b - 1) * kernel(squared),
    repulse: ({ input, squared, i, j }) => (4 * weight(input, i, j) * b * kernel(squared)) / squared,
    loss: ({ input, squared, i, j }) => {
      if (i === j) return 0;
      const q = kernel(squared);
      return -input * Math.log(q) - weight(input, i, j) * Math.log(1 - q);
    },
  };
}

/** The law over a sparse graph of memberships. */
export function umapLaw(graph: Csr, { a, b }: Curve, weight: RepulsionWeight): Law {
  const dense = new Float64Array(graph.rows);
  return {
    rows: graph.rows,
    forces(y, dimensions, out) {
      out.fill(0);
      let loss = 0;
      forEachRow(graph, dense, (i, row) => {
        for (let j = 0; j < i; j++) {
          const squared = squaredDistance(y, i, j, dimensions, 0);
          const power = a * squared ** b;
          const q = 1 / (1 + power);
          const repulsion = weight(row[j], i, j);
          loss -= 2 * (row[j] * Math.log(q) + repulsion * Math.log(power * q));
          addPairForce(y, i, j, dimensions, (4 * b * q * (repulsion - row[j] * power)) / squared, out);
        }
      });
      return loss;
    },
  };
}
