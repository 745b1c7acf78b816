/**
 * t-SNE's law: L = KL(P || Q), Q_ij = w_ij / Z, w = 1 / (1 + |y_i - y_j|^2), Z = sum of w over i != j (the one
 * reduction). Attraction 4 P w, repulsion 4 w^2 / Z. An exaggeration multiplies P in the attraction only.
 *
 * Source: van der Maaten and Hinton (2008); Barnes-Hut approximation of the repulsion: van der Maaten (2014).
 * Shapes: P rows x rows, symmetric, sparse, sum 1. Precision: double; theta = 0 is exact, theta = 0.5 gives
 * Z to about 1e-3. Cost: entries of P, plus rows^2 (exact, or above 3 dimensions) or rows log rows.
 * The loss includes the constant sum P log P. Deterministic. The loops are the reference engine's (engine/js/tsne.ts);
 * runs go through `tsneSteps` of the engine at hand.
 */

import { tsneForces } from '../../engine/js/tsne.js';
import type { Csr } from '../../model.js';
import type { Law, LawDefinition } from './law.js';

export const tsneDefinition: LawDefinition<number> = {
  reduce: (y, dimensions) => normalizer(y, dimensions),
  attract: ({ input, squared }) => (4 * input) / (1 + squared),
  repulse: ({ squared }, z) => 4 / ((1 + squared) ** 2 * z),
  loss: ({ input, squared, i, j }, z) =>
    i === j || input === 0 ? 0 : input * Math.log(input * z * (1 + squared)),
};

/** Z: sum of 1 / (1 + |y_i - y_j|^2) over i != j. */
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

/** The law over sparse P; `theta` 0 is exact. */
export function tsneLaw(p: Csr, theta: number): TsneLaw {
  const law: TsneLaw = {
    rows: p.rows,
    exaggeration: 1,
    withLoss: true,
    forces(y, dimensions, out) {
      const { exaggeration, withLoss } = law;
      const work = tsneForces(p, y, { dimensions, theta, exaggeration, withLoss }, out);
      let next = work.next();
      while (!next.done) next = work.next();
      return next.value;
    },
  };
  return law;
}
