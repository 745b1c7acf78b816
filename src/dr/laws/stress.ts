/**
 * The law of metric MDS: raw stress L = sum_ij (delta_ij - |y_i - y_j|)^2 over ordered pairs. Attraction 4,
 * repulsion 4 delta_ij / |y_i - y_j|; the repulsion of two samples at the same coordinates is 0.
 *
 * Source: Kruskal (1964); a descent step of 1 / (4 rows) is the majorization step of de Leeuw (1977),
 * which never raises the stress.
 * Shapes: delta rows x rows, symmetric. Cost: rows^2 * dimensions a call. Deterministic.
 */

import type { Law, LawDefinition } from './law.js';

export const stressDefinition: LawDefinition = {
  reduce: () => null,
  attract: () => 4,
  repulse: (pair) => (pair.squared > 0 ? (4 * pair.input) / Math.sqrt(pair.squared) : 0),
  loss: (pair) => (pair.input - Math.sqrt(pair.squared)) ** 2,
};

/** The law over dense distances (rows x rows). */
export function stressLaw(delta: Float64Array, rows: number): Law {
  return {
    rows,
    forces(y, dimensions, out) {
      out.fill(0);
      const difference = new Float64Array(dimensions);
      let loss = 0;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < i; j++) {
          let squared = 0;
          for (let k = 0; k < dimensions; k++) {
            const step = y[i * dimensions + k] - y[j * dimensions + k];
            difference[k] = step;
            squared += step * step;
          }
          const target = delta[i * rows + j];
          const distance = Math.sqrt(squared);
          loss += 2 * (target - distance) ** 2;
          const coefficient = distance > 0 ? (4 * target) / distance - 4 : -4;
          for (let k = 0; k < dimensions; k++) {
            out[i * dimensions + k] += coefficient * difference[k];
            out[j * dimensions + k] -= coefficient * difference[k];
          }
        }
      }
      return loss;
    },
  };
}
