/**
 * t-SNE's schedule: early exaggeration, then descent to the end, through the engine's steps (momentum and one gain
 * a coordinate).
 *
 * Source: van der Maaten and Hinton (2008). Default learning rates: rows / exaggeration / 4 in either part, Belkina et
 * al. (2019) for the early one, openTSNE 1.0 for the other and for the momentum of 0.8 throughout. Measured on 10,000
 * digits after 1,000 steps: divergence 1.757 with the early rate and an early momentum of 0.5 as in scikit-learn,
 * 1.723 with these. The step is force times rate, force = -grad. The loss is computed every 50 steps after the early ones and at the
 * last. Several steps are done at once, as many as take about a twentieth of a second: their number changes how
 * often the event loop runs, never the result. Deterministic.
 */

import type { Engine, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Csr } from '../../model.js';
import type { Dynamics, Parameters } from '../run.js';
import { createPace } from './pace.js';

export interface GainsOptions {
  readonly dimensions: number;
  readonly steps: number;
  readonly theta: number;
  readonly learningRate: number;
  /** Of the later steps, over that of the early ones. */
  readonly laterRate: number;
  readonly momentum: number;
  readonly earlyExaggeration: number;
  readonly earlyExaggerationSteps: number;
}

/** Steps between two looks at the loss, at which the mean is brought back to 0: gains and rounding move it. */
const EVERY = 50;

/** Steps of t-SNE over sparse P by the engine. */
export function gainsDynamics(engine: Engine, p: Csr, options: GainsOptions): Dynamics {
  const { dimensions, steps, theta, laterRate } = options;
  const { learningRate, momentum, earlyExaggeration, earlyExaggerationSteps } = options;
  const velocity = new Float64Array(p.rows * dimensions);
  const gains = new Float64Array(p.rows * dimensions).fill(1);
  const parameters: Parameters = { learningRate, momentum, earlyExaggeration, earlyExaggerationSteps };
  const pace = createPace();
  const regular = (done: number): boolean => done % EVERY === 0 || done === steps;
  const losing = (step: number): boolean => step >= parameters.earlyExaggerationSteps && regular(step + 1);
  return {
    parameters,
    async step(y, step, watch: Watch, most) {
      const early = step < parameters.earlyExaggerationSteps;
      const withLoss = losing(step);
      let done = 1;
      const together = (other: number): boolean =>
        !regular(other) && !losing(other) && other < parameters.earlyExaggerationSteps === early;
      while (done < Math.min(most, pace.size()) && together(step + done)) done++;
      const loss = await pace.timed(done, () =>
        engine.tsneSteps(
          p,
          { y, velocity, gains },
          {
            dimensions,
            theta,
            withLoss,
            steps: done,
            learningRate: parameters.learningRate * (early ? 1 : laterRate),
            momentum: parameters.momentum,
            exaggeration: early ? parameters.earlyExaggeration : 1,
          },
          withoutProgress(watch),
        ),
      );
      if (regular(step + done)) center(y, dimensions);
      return { loss, converged: false, done };
    },
  };
}

/** Brings the mean of each dimension to 0. */
function center(y: Float64Array, dimensions: number): void {
  for (let k = 0; k < dimensions; k++) {
    let mean = 0;
    for (let at = k; at < y.length; at += dimensions) mean += y[at];
    mean /= y.length / dimensions;
    for (let at = k; at < y.length; at += dimensions) y[at] -= mean;
  }
}
