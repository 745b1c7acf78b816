/**
 * t-SNE's forces and steps, reference: plain loops in double over any number of dimensions.
 *
 * Source: van der Maaten and Hinton (2008): gradient descent with momentum and one gain for each coordinate
 *   (Jacobs 1988). A gain grows by 0.2 while the force has the sign of the last step, else shrinks by a fifth,
 *   to at least 0.01.
 * Cost: entries of P, plus rows log rows with the tree (barnes-hut.ts), or rows^2 for theta 0 and above 3
 *   dimensions.
 * Determinism: sequential.
 */

import type { Csr } from '../../model.js';
import type { Engine } from '../engine.js';
import { paced, unwatched } from '../watch.js';
import { repulseByTree } from './barnes-hut.js';
import { createTree, MAX_TREE_DIMENSIONS } from './barnes-hut-tree.js';

/** Smallest gain. */
const LEAST_GAIN = 0.01;
/** Pairs between two pauses of the exact sums: together some milliseconds. */
const PAUSE_PAIRS = 2 ** 20;

/** See `Engine.tsneSteps`. */
export const tsneSteps: Engine['tsneSteps'] = async (p, state, options, watch = unwatched) => {
  const { steps, withLoss } = options;
  // copies: a call that is cancelled leaves the state as it was
  const [y, velocity, gains] = [state.y, state.velocity, state.gains].map((array) => array.slice());
  const force = new Float64Array(y.length);
  let loss = Number.NaN;
  for (let step = 0; step < steps; step++) {
    const forces = tsneForces(p, y, { ...options, withLoss: withLoss && step === steps - 1 }, force);
    loss = await paced(forces, watch);
    for (let at = 0; at < y.length; at++) {
      const agrees = force[at] > 0 === velocity[at] > 0;
      gains[at] = Math.max(LEAST_GAIN, agrees ? gains[at] + 0.2 : gains[at] * 0.8);
      velocity[at] = options.momentum * velocity[at] + options.learningRate * gains[at] * force[at];
      y[at] += velocity[at];
    }
  }
  state.y.set(y);
  state.velocity.set(velocity);
  state.gains.set(gains);
  return loss;
};

/** Options of `tsneForces`. */
export interface TsneForces {
  readonly dimensions: number;
  readonly theta: number;
  readonly exaggeration: number;
  readonly withLoss: boolean;
}

/**
 * Writes -grad of KL(P || Q) to `out` (rows x dimensions); returns the divergence, or NaN without `withLoss`.
 * Yields now and then, so that the caller can stop it.
 */
export function* tsneForces(
  p: Csr,
  y: Float64Array,
  options: TsneForces,
  out: Float64Array,
): Generator<void, number> {
  const { dimensions, theta } = options;
  const repulsion = new Float64Array(y.length);
  const exact = theta === 0 || dimensions > MAX_TREE_DIMENSIONS;
  const z = exact
    ? yield* repulseExactly(y, dimensions, repulsion)
    : yield* repulseByTree(createTree(y, dimensions), y, dimensions, theta, repulsion);
  const factor = 4 * options.exaggeration;
  if (dimensions === 2) attractInPlane(p, y, out);
  else attract(p, y, dimensions, out);
  yield;
  for (let at = 0; at < out.length; at++) out[at] = factor * out[at] + (4 * repulsion[at]) / z;
  return options.withLoss ? divergence(p, y, dimensions, z) : Number.NaN;
}

/** Writes sum_j w_ij^2 (y_i - y_j) over all pairs to `out`; returns Z = sum of w_ij. */
function* repulseExactly(y: Float64Array, dimensions: number, out: Float64Array): Generator<void, number> {
  out.fill(0);
  let z = 0;
  let pairs = 0;
  for (let i = 0; i < y.length; i += dimensions) {
    pairs += i / dimensions;
    if (pairs > PAUSE_PAIRS) {
      pairs = 0;
      yield;
    }
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

/** Writes -sum_j P_ij w_ij (y_i - y_j) to `out`. */
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

/** As `attract`, in two dimensions. */
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

/** KL(P || Q) for coordinates y. @param z the sum Z of the output kernel over all pairs. */
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
