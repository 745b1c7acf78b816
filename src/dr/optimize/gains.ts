/**
 * Descent with momentum and one gain a coordinate (delta-bar-delta), and t-SNE's early exaggeration.
 *
 * Source: Jacobs (1988), as used by van der Maaten and Hinton (2008): a gain grows by 0.2 while the force has
 * the sign of the last step, else it shrinks by a fifth, to at least 0.01. Default learning rate
 * rows / earlyExaggeration / 4: Belkina et al. (2019). The step is force times rate, force = -grad.
 * Cost: the law's. Loss is computed every 50 steps and at the last. Deterministic.
 */

import type { TsneLaw } from '../laws/tsne.js';
import type { Dynamics, Parameters } from '../run.js';

export interface GainsOptions {
  readonly dimensions: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly earlyExaggeration: number;
  readonly earlyExaggerationSteps: number;
}

const EARLY_MOMENTUM = 0.5;
const LOSS_EVERY = 50;
const LEAST_GAIN = 0.01;

export function gainsDynamics(law: TsneLaw, options: GainsOptions): Dynamics {
  const { dimensions, steps, learningRate, momentum, earlyExaggeration, earlyExaggerationSteps } = options;
  const size = law.rows * dimensions;
  const force = new Float64Array(size);
  const velocity = new Float64Array(size);
  const gains = new Float64Array(size).fill(1);
  const parameters: Parameters = { learningRate, momentum, earlyExaggeration, earlyExaggerationSteps };
  return {
    parameters,
    step(y, step) {
      const early = step < parameters.earlyExaggerationSteps;
      law.exaggeration = early ? parameters.earlyExaggeration : 1;
      law.withLoss = !early && ((step + 1) % LOSS_EVERY === 0 || step + 1 === steps);
      const loss = law.forces(y, dimensions, force);
      const kept = early ? Math.min(EARLY_MOMENTUM, parameters.momentum) : parameters.momentum;
      for (let at = 0; at < size; at++) {
        const agrees = force[at] > 0 === velocity[at] > 0;
        gains[at] = Math.max(LEAST_GAIN, agrees ? gains[at] + 0.2 : gains[at] * 0.8);
        velocity[at] = kept * velocity[at] + parameters.learningRate * gains[at] * force[at];
        y[at] += velocity[at];
      }
      center(y, dimensions);
      return { loss, converged: false };
    },
  };
}

/** Keeps the mean at 0: forces do not move it, rounding does. */
function center(y: Float64Array, dimensions: number): void {
  for (let k = 0; k < dimensions; k++) {
    let mean = 0;
    for (let at = k; at < y.length; at += dimensions) mean += y[at];
    mean /= y.length / dimensions;
    for (let at = k; at < y.length; at += dimensions) y[at] -= mean;
  }
}
