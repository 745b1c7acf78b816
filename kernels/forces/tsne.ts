/**
 * Steps of t-SNE in the plane: attraction along P, Barnes-Hut repulsion, gradient descent with momentum and
 * gains.
 *
 * Source: van der Maaten and Hinton (2008), van der Maaten (2014).
 * Ours: one job does many steps. A step has 1 + 3 blocks items in this order: build the tree; attract each
 *   block of rows (may run beside the tree); repulse each block of leaves; move each block of rows. Items wait
 *   for the items they need (runtime/item-order.ts).
 * Precision: coordinates, velocities and gains f64; pairs f32.
 * Determinism: blocks do not depend on the number of threads and every sum has a fixed order, so neither do the
 *   bytes.
 * Types (a field with an element type such as f32 is the address of an array): `TsneArguments`: n (number of
 *   samples), blocks (blocks of rows that a step is divided into), steps, withLoss (1 to compute the divergence before
 *   the last step), offsets (P in compressed rows, padded to multiples of 4 entries: f64 offsets (n + 1), i32 indices,
 *   f32 values), indices, values, y (f64, n x 2 each, changed in place), velocity, gains, coordinates (f32, n x 2: the
 *   coordinates `y` again), attraction (f32, n x 2 each: forces of the current step), repulsion, kernels (f64 for each
 *   block: sum of q, and sum of P log(1 + d^2)), losses, counters (four i32 counters, 64 bytes apart: trees,
 *   attractions, repulsions and moves that are done), tree (`treeBytes(n)` bytes), theta (largest size of a group that
 *   counts as one point, divided by its distance), learningRate, momentum, exaggeration. `Tree`: leaves.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { attractRow, logarithmRow } from './cauchy';
import { TsneArguments } from './layout';
import { repulseLeaf } from './repulse';
import { buildTree, Tree } from './tree';

export { repulseScratch } from './repulse';
export { treeBytes } from './tree';

const LEAST_GAIN: f64 = 0.01;

/**
 * Kernel: does one item of a step: builds the tree, attracts, repulses or moves a block of rows; step item / (1 + 3
 * blocks), in the order that the header gives. Scratch: `repulseScratch(n)`.
 */
export function tsneItem(item: i32, scratch: usize, call: TsneArguments): void {
  const blocks = call.blocks;
  const perStep = 1 + 3 * blocks;
  const step = item / perStep;
  const part = item % perStep;
  const trees = call.counters;
  const attractions = trees + 64;
  const repulsions = trees + 128;
  const moves = trees + 192;
  const before = step * blocks;
  if (part === 0) {
    if (!waitFor(moves, before)) return;
    buildTree(call.tree, call.coordinates, call.n, call.theta);
    markDone(trees);
  } else if (part <= blocks) {
    if (!waitFor(moves, before)) return;
    attract(call, part - 1, call.withLoss !== 0 && step === call.steps - 1);
    markDone(attractions);
  } else if (part <= 2 * blocks) {
    if (!waitFor(trees, step + 1)) return;
    repulse(call, part - 1 - blocks, scratch);
    markDone(repulsions);
  } else {
    if (!waitFor(attractions, before + blocks) || !waitFor(repulsions, before + blocks)) return;
    move(call, part - 1 - 2 * blocks);
    markDone(moves);
  }
}

/** Position at which block `block` of `blocks` begins, where `all` rows or leaves are divided evenly. */
function blockStart(all: i32, blocks: i32, block: i32): i32 {
  return <i32>((<i64>all * block) / blocks);
}

/**
 * Attraction of the rows of a block (2 f32 each, to `call.attraction`), and with `withLoss` the block's sum of P
 * log(1 + d^2), to `call.losses`.
 */
function attract(call: TsneArguments, block: i32, withLoss: boolean): void {
  const end = blockStart(call.n, call.blocks, block + 1);
  let loss: f64 = 0;
  for (let i = blockStart(call.n, call.blocks, block); i < end; i++) {
    const bounds = call.offsets + ((<usize>i) << 3);
    const from = (<usize>load<f64>(bounds)) << 2;
    const to = (<usize>load<f64>(bounds, 8)) << 2;
    const row = (<usize>i) << 3;
    attractRow(call.coordinates, row, call.indices, call.values, from, to, call.attraction + row);
    if (withLoss) loss += logarithmRow(call.coordinates, row, call.indices, call.values, from, to);
  }
  store<f64>(call.losses + ((<usize>block) << 3), loss);
}

/**
 * Repulsion of the points in a block of leaves (2 f32 each, to `call.repulsion` by row), and the block's sum of q, to
 * `call.kernels`.
 * @param scratch `repulseScratch(n)` bytes.
 */
function repulse(call: TsneArguments, block: i32, scratch: usize): void {
  const tree = changetype<Tree>(call.tree);
  const end = blockStart(tree.leaves, call.blocks, block + 1);
  let z: f64 = 0;
  for (let leaf = blockStart(tree.leaves, call.blocks, block); leaf < end; leaf++) {
    z += repulseLeaf(tree, leaf, scratch, call.repulsion);
  }
  store<f64>(call.kernels + ((<usize>block) << 3), z);
}

/**
 * Moves the rows of a block one step: adapts gains, velocities and coordinates (n x 2 f64 each) to the forces, and
 * writes the coordinates in f32 again. Runs once all forces of the step are there.
 */
function move(call: TsneArguments, block: i32): void {
  let z = -(<f64>call.n);
  for (let b: usize = 0; b < <usize>call.blocks; b++) z += load<f64>(call.kernels + (b << 3));
  const pull = 4 * call.exaggeration;
  const push = 4 / z;
  const learningRate = call.learningRate;
  const momentum = call.momentum;
  const end = (<usize>blockStart(call.n, call.blocks, block + 1)) << 1;
  for (let c = (<usize>blockStart(call.n, call.blocks, block)) << 1; c < end; c++) {
    const single = c << 2;
    const double = c << 3;
    const force =
      pull * <f64>load<f32>(call.attraction + single) + push * <f64>load<f32>(call.repulsion + single);
    const before = load<f64>(call.velocity + double);
    const gain = load<f64>(call.gains + double);
    const agrees = force > 0 === before > 0;
    const gained = max(LEAST_GAIN, agrees ? gain + 0.2 : gain * 0.8);
    const velocity = momentum * before + learningRate * gained * force;
    const value = load<f64>(call.y + double) + velocity;
    store<f64>(call.gains + double, gained);
    store<f64>(call.velocity + double, velocity);
    store<f64>(call.y + double, value);
    store<f32>(call.coordinates + single, <f32>value);
  }
}
