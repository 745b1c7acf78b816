/**
 * New samples on a finished t-SNE map, reference: each moves on its own over fixed targets, in double, over any number
 * of dimensions.
 *
 * Source: openTSNE 1.0 (Policar, Strazar, Zupan 2019): probabilities of a sample over its targets, one normalizer for
 *   each sample, forces no longer than a limit, momentum and one gain for each coordinate. A gain grows by 0.2 while
 *   the force has the sign of the last step, else it is 0.8 of itself and 0.01.
 * Ours: a target at the coordinates of the sample counts in the normalizer; openTSNE leaves it out.
 * Cost: steps x (entries of P, plus samples x log targets with the tree, or samples x targets for theta 0 and above 3
 *   dimensions).
 * Determinism: sequential; a sample's steps depend on no other sample.
 */

import type { Engine, TsnePlacement } from '../engine.js';
import { unwatched } from '../watch.js';
import { repulsionAt } from './barnes-hut.js';
import { createTree, MAX_TREE_DIMENSIONS, type Tree } from './barnes-hut-tree.js';

/** What a gain is raised by, and lowered to: a share of itself and a little. */
const GAIN = { more: 0.2, share: 0.8, least: 0.01 };

/** What acts on the samples. */
interface Field {
  readonly targets: Float64Array;
  /** Of the targets; null where all pairs are computed. */
  readonly tree: Tree | null;
  readonly options: TsnePlacement;
}

/** See `Engine.tsnePlacement`. */
export const tsnePlacement: Engine['tsnePlacement'] = async (p, y, targets, options, watch = unwatched) => {
  const { dimensions, theta } = options;
  const exact = theta === 0 || dimensions > MAX_TREE_DIMENSIONS;
  const field = { targets, tree: exact ? null : createTree(targets, dimensions), options };
  const placed = y.slice();
  for (let i = 0; i < p.rows; i++) {
    const [from, to] = [p.offsets[i], p.offsets[i + 1]];
    const entries = { indices: p.indices.subarray(from, to), values: p.values.subarray(from, to) };
    placeSample(field, entries, placed.subarray(i * dimensions, (i + 1) * dimensions));
    watch.progress((i + 1) / p.rows);
    await watch.checkpoint();
  }
  y.set(placed);
};

/** Targets that attract a sample, and their probabilities. */
interface Entries {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Does all steps of one sample. @param y its coordinates, changed in place. */
function placeSample(field: Field, entries: Entries, y: Float64Array): void {
  const { steps, momentum, learningRate } = field.options;
  const velocity = new Float64Array(y.length);
  const gains = new Float64Array(y.length).fill(1);
  const force = new Float64Array(y.length);
  for (let step = 0; step < steps; step++) {
    forceAt(field, entries, y, force);
    for (let k = 0; k < y.length; k++) {
      const agrees = force[k] * velocity[k] > 0 || velocity[k] === 0;
      gains[k] = agrees ? gains[k] + GAIN.more : gains[k] * GAIN.share + GAIN.least;
      velocity[k] = momentum * velocity[k] + learningRate * gains[k] * force[k];
      y[k] += velocity[k];
    }
  }
}

/** Writes the force on a sample at `y` to `force`, shortened to the longest that is allowed. */
function forceAt(field: Field, { indices, values }: Entries, y: Float64Array, force: Float64Array): void {
  const { targets, tree, options } = field;
  const { exaggeration, longestForce, theta } = options;
  force.fill(0);
  const z = tree ? repulsionAt(tree, y, theta, force) : repulsionExactly(targets, y, force);
  for (let k = 0; k < y.length; k++) force[k] /= z;
  for (let e = 0; e < indices.length; e++) {
    const target = indices[e] * y.length;
    let squared = 1;
    for (let k = 0; k < y.length; k++) squared += (targets[target + k] - y[k]) ** 2;
    const pull = (exaggeration * values[e]) / squared;
    for (let k = 0; k < y.length; k++) force[k] += pull * (targets[target + k] - y[k]);
  }
  let length = 0;
  for (let k = 0; k < y.length; k++) length += force[k] * force[k];
  length = Math.sqrt(length);
  if (length > longestForce) for (let k = 0; k < y.length; k++) force[k] *= longestForce / length;
}

/** Adds sum_j q_j^2 (y - y_j) over all targets to `force`; returns the sum of q. */
function repulsionExactly(targets: Float64Array, y: Float64Array, force: Float64Array): number {
  let z = 0;
  for (let at = 0; at < targets.length; at += y.length) {
    let squared = 1;
    for (let k = 0; k < y.length; k++) squared += (y[k] - targets[at + k]) ** 2;
    const q = 1 / squared;
    z += q;
    for (let k = 0; k < y.length; k++) force[k] += q * q * (y[k] - targets[at + k]);
  }
  return z;
}
