/**
 * Steps of t-SNE in the plane: attraction along P, Barnes-Hut repulsion, descent with momentum and gains.
 *
 * Source: van der Maaten and Hinton (2008), van der Maaten (2014). A step is 1 + 3 blocks items, in this order:
 * the tree of the places; attraction of each block of rows (which may run beside the tree); repulsion of each block
 * of leaves; the move of each block of rows, from which the next step goes on. Items wait for what they need
 * (item-order.ts), so one job does many steps. Blocks do not depend on the number of threads, and every sum has a fixed
 * order: so do the bytes.
 * Precision: coordinates, velocities and gains f64; pairs f32. P: rows filled up to multiples of four entries with 0.
 */

import { passOn, reached } from '../runtime/item-order';
import { attractRow, logarithmRow } from './cauchy';
import { repulseLeaf } from './repulse';
import { buildTree, Tree } from './tree';

/** What a job is told; src/engine/wasm/forces/tsne.ts writes the same. */
@unmanaged
class Problem {
  n: i32;
  blocks: i32;
  steps: i32;
  /** 1 when the loss before the last step is wanted. */
  withLoss: i32;
  /** P: n + 1 offsets f64, indices i32, values f32. */
  offsets: usize;
  indices: usize;
  values: usize;
  /** n x 2 f64 each, and the coordinates again as f32. */
  y: usize;
  velocity: usize;
  gains: usize;
  places: usize;
  /** n x 2 f32 each. */
  attraction: usize;
  repulsion: usize;
  /** Sum of q, and of P log(1 + d^2), of each block, f64. */
  kernels: usize;
  losses: usize;
  /** Four counters: trees, attractions, repulsions and moves that are done. */
  flow: usize;
  tree: usize;
  spare: i32;
  theta: f64;
  learningRate: f64;
  momentum: f64;
  exaggeration: f64;
}

export { repulseScratch } from './repulse';
export { treeBytes } from './tree';

const LEAST_GAIN: f64 = 0.01;

export function tsneItem(item: i32, scratch: usize, at: usize): void {
  const problem = changetype<Problem>(at);
  const blocks = problem.blocks;
  const perStep = 1 + 3 * blocks;
  const step = item / perStep;
  const part = item % perStep;
  const trees = problem.flow;
  const attractions = trees + 64;
  const repulsions = trees + 128;
  const moves = trees + 192;
  const before = step * blocks;
  if (part === 0) {
    if (!reached(moves, before)) return;
    buildTree(problem.tree, problem.places, problem.n, problem.theta);
    passOn(trees);
  } else if (part <= blocks) {
    if (!reached(moves, before)) return;
    attract(problem, part - 1, problem.withLoss !== 0 && step === problem.steps - 1);
    passOn(attractions);
  } else if (part <= 2 * blocks) {
    if (!reached(trees, step + 1)) return;
    repulse(problem, part - 1 - blocks, scratch);
    passOn(repulsions);
  } else {
    if (!reached(attractions, before + blocks) || !reached(repulsions, before + blocks)) return;
    move(problem, part - 1 - 2 * blocks);
    passOn(moves);
  }
}

/** Where a block begins. */
function share(all: i32, blocks: i32, block: i32): i32 {
  return <i32>((<i64>all * block) / blocks);
}

/** Attraction of the rows of a block, with the sum of P log(1 + d^2) where the loss is wanted. */
function attract(problem: Problem, block: i32, withLoss: boolean): void {
  const end = share(problem.n, problem.blocks, block + 1);
  let loss: f64 = 0;
  for (let i = share(problem.n, problem.blocks, block); i < end; i++) {
    const bounds = problem.offsets + ((<usize>i) << 3);
    const from = (<usize>load<f64>(bounds)) << 2;
    const to = (<usize>load<f64>(bounds, 8)) << 2;
    const row = (<usize>i) << 3;
    attractRow(problem.places, row, problem.indices, problem.values, from, to, problem.attraction + row);
    if (withLoss) loss += logarithmRow(problem.places, row, problem.indices, problem.values, from, to);
  }
  store<f64>(problem.losses + ((<usize>block) << 3), loss);
}

function repulse(problem: Problem, block: i32, scratch: usize): void {
  const tree = changetype<Tree>(problem.tree);
  const end = share(tree.leaves, problem.blocks, block + 1);
  let z: f64 = 0;
  for (let leaf = share(tree.leaves, problem.blocks, block); leaf < end; leaf++) {
    z += repulseLeaf(tree, leaf, scratch, problem.repulsion);
  }
  store<f64>(problem.kernels + ((<usize>block) << 3), z);
}

function move(problem: Problem, block: i32): void {
  let z = -(<f64>problem.n);
  for (let b: usize = 0; b < <usize>problem.blocks; b++) z += load<f64>(problem.kernels + (b << 3));
  const pull = 4 * problem.exaggeration;
  const push = 4 / z;
  const learningRate = problem.learningRate;
  const momentum = problem.momentum;
  const end = (<usize>share(problem.n, problem.blocks, block + 1)) << 1;
  for (let c = (<usize>share(problem.n, problem.blocks, block)) << 1; c < end; c++) {
    const single = c << 2;
    const double = c << 3;
    const force =
      pull * <f64>load<f32>(problem.attraction + single) + push * <f64>load<f32>(problem.repulsion + single);
    const held = load<f64>(problem.velocity + double);
    const gain = load<f64>(problem.gains + double);
    const agrees = force > 0 === held > 0;
    const gained = max(LEAST_GAIN, agrees ? gain + 0.2 : gain * 0.8);
    const velocity = momentum * held + learningRate * gained * force;
    const value = load<f64>(problem.y + double) + velocity;
    store<f64>(problem.gains + double, gained);
    store<f64>(problem.velocity + double, velocity);
    store<f64>(problem.y + double, value);
    store<f32>(problem.places + single, <f32>value);
  }
}
