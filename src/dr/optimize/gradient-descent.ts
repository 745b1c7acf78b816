/**
 * Gradient descent along the forces of a law with a fixed step and momentum (Polyak 1964).
 *
 * Precision: `float32` holds the coordinates as float32 values and keeps the part of each step that rounding
 * cut off for the next one (Kahan 1965): without it a run stalls where steps are below half a unit in the
 * last place, at errors far above float32's. Forces are summed in double in both.
 * With float32 a run has also converged when steps, already below 1e-5 of the embedding's length, have not
 * become shorter for 200 steps: they are then rounding (measured 1e-8 to 1e-7).
 * Momentum shortens runs, but a start far from the solution can then overshoot and diverge; 0 is proven safe.
 * Cost: the law's, plus O(rows * dimensions). Fails: a step that is too long makes coordinates grow without
 * bound; the run then stops with the error that says so. Deterministic.
 */

import { OptionError } from '../../errors.js';
import type { Law } from '../laws/law.js';
import type { Dynamics, Parameters } from '../run.js';

export interface DescentOptions {
  readonly dimensions: number;
  readonly precision: 'float64' | 'float32';
  /** Multiplied by `unit` to give the step. */
  readonly learningRate: number;
  readonly unit: number;
  readonly momentum: number;
  readonly tolerance: number;
  /** Applied to y after every step: a constraint such as Y'Y = n I. */
  readonly constrain?: (y: Float64Array, dimensions: number) => void;
}

/** Steps of gradient descent on a law. */
export function gradientDescent(law: Law, options: DescentOptions): Dynamics {
  const { dimensions, unit, constrain } = options;
  const size = law.rows * dimensions;
  const force = new Float64Array(size);
  const velocity = new Float64Array(size);
  const before = new Float64Array(size);
  const move = options.precision === 'float32' ? roundedMove(size) : exactMove;
  const converged = convergence(options);
  const parameters: Parameters = { learningRate: options.learningRate, momentum: options.momentum };
  return {
    parameters,
    step(y) {
      const loss = law.forces(y, dimensions, force);
      if (!Number.isFinite(loss)) throw diverged(parameters.learningRate);
      const rate = parameters.learningRate * unit;
      for (let at = 0; at < size; at++) velocity[at] = parameters.momentum * velocity[at] + rate * force[at];
      before.set(y);
      move(y, velocity);
      constrain?.(y, dimensions);
      const share = stepShare(y, before, velocity, constrain !== undefined);
      if (Number.isNaN(share)) throw diverged(parameters.learningRate);
      return { loss, converged: converged(share) };
    },
  };
}

const PLATEAU = 200;
const PLATEAU_SHARE = 1e-5;

/** Tells from the lengths of successive steps when to stop. */
function convergence({ tolerance, precision }: DescentOptions): (share: number) => boolean {
  let shortest = Number.POSITIVE_INFINITY;
  let since = 0;
  return (share) => {
    since = share < shortest ? 0 : since + 1;
    shortest = Math.min(shortest, share);
    if (share <= tolerance) return true;
    return precision === 'float32' && shortest < PLATEAU_SHARE && since >= PLATEAU;
  };
}

/** y += velocity. */
function exactMove(y: Float64Array, velocity: Float64Array): void {
  for (let at = 0; at < y.length; at++) y[at] += velocity[at];
}

/** The same in float32, with the rounded part carried to the next step. */
function roundedMove(size: number): (y: Float64Array, velocity: Float64Array) => void {
  const carry = new Float32Array(size);
  return (y, velocity) => {
    for (let at = 0; at < size; at++) {
      const exact = y[at] + velocity[at] + carry[at];
      y[at] = Math.fround(exact);
      carry[at] = exact - y[at];
    }
  };
}

/** Length of the last step over the length of y; 0 when both are 0, NaN when y is not finite. */
function stepShare(
  y: Float64Array,
  before: Float64Array,
  velocity: Float64Array,
  constrained: boolean,
): number {
  let step = 0;
  let length = 0;
  for (let at = 0; at < y.length; at++) {
    const moved = constrained ? y[at] - before[at] : velocity[at];
    step += moved * moved;
    length += y[at] * y[at];
  }
  if (!Number.isFinite(length)) return Number.NaN;
  return step === 0 ? 0 : Math.sqrt(step / length);
}

/** An error: the step is too long. */
function diverged(learningRate: number): OptionError {
  return new OptionError({
    got: `coordinates that grow without bound at learningRate ${learningRate}`,
    expected: 'a step below the bound at which the forces are stable',
    remedy: 'give a smaller learningRate, or leave it out for the default',
  });
}
