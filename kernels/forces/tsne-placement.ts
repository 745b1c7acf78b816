/**
 * Places new samples on a finished t-SNE map in the plane: each moves on its own, attracted along its row of P and
 * repulsed by all samples of the map, which stay fixed.
 *
 * Source: openTSNE 1.0 (Policar, Strazar, Zupan 2019); src/engine/js/tsne-placement.ts has the formulas.
 * Ours: item 0 builds the tree of the map once; every other item does all steps of a block of samples.
 * Precision: coordinates, velocities and gains f64; pairs f32.
 * Determinism: a sample's steps depend on no other sample, and every sum has a fixed order.
 * Types (a field with an element type such as f32 is the address of an array): `PlaceArguments`: n (number of targets,
 *   the samples of the map), rows (number of samples to place), blockRows (samples of an item), steps, offsets (P, rows
 *   x n, in compressed rows, padded to multiples of 4 entries: f64 offsets (rows + 1), i32 indices, f32 values),
 *   indices, values, y (f64, rows x 2, changed in place), targets (f32, n x 2), tree (`treeBytes(n)` bytes), counter
 *   (i32: 1 once the tree is made), theta (largest size of a group that counts as one point, divided by its distance),
 *   learningRate, momentum, exaggeration, longestForce (of a sample). `Tree`: the quadtree of tree.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { attractRow } from './cauchy';
import { PlaceArguments } from './layout';
import { repulseAt, repulseScratch } from './repulse';
import { buildTree, Tree } from './tree';

/** Bytes at the start of the scratch: the sample's coordinates, its repulsion and its attraction, 2 f32 each. */
const HEAD: usize = 64;

/** Bytes of scratch that `placeItem` needs for n targets. */
export function placeScratch(n: i32): usize {
  return HEAD + repulseScratch(n);
}

/** Kernel: item 0 builds the tree, item i does all steps of block i - 1. Scratch: `placeScratch(n)`. */
export function placeItem(item: i32, scratch: usize, call: PlaceArguments): void {
  if (item === 0) {
    buildTree(call.tree, call.targets, call.n, call.theta);
    markDone(call.counter);
    return;
  }
  if (!waitFor(call.counter, 1)) return;
  const end = min(call.rows, item * call.blockRows);
  for (let row = (item - 1) * call.blockRows; row < end; row++) placeRow(call, row, scratch);
}

/** Does all steps of sample `row` (from 0). @param scratch address of `placeScratch(n)` bytes. */
function placeRow(call: PlaceArguments, row: i32, scratch: usize): void {
  const address = call.y + ((<usize>row) << 4);
  let x = load<f64>(address);
  let y = load<f64>(address, 8);
  let velocityX: f64 = 0;
  let velocityY: f64 = 0;
  let gainX: f64 = 1;
  let gainY: f64 = 1;
  for (let step: i32 = 0; step < call.steps; step++) {
    store<f32>(scratch, <f32>x);
    store<f32>(scratch, <f32>y, 4);
    const z = writeForces(call, row, scratch);
    let forceX = call.exaggeration * <f64>load<f32>(scratch, 16) + <f64>load<f32>(scratch, 8) / z;
    let forceY = call.exaggeration * <f64>load<f32>(scratch, 20) + <f64>load<f32>(scratch, 12) / z;
    const length = Math.sqrt(forceX * forceX + forceY * forceY);
    if (length > call.longestForce) {
      forceX *= call.longestForce / length;
      forceY *= call.longestForce / length;
    }
    gainX = nextGain(gainX, forceX, velocityX);
    gainY = nextGain(gainY, forceY, velocityY);
    velocityX = call.momentum * velocityX + call.learningRate * gainX * forceX;
    velocityY = call.momentum * velocityY + call.learningRate * gainY * forceY;
    x += velocityX;
    y += velocityY;
  }
  store<f64>(address, x);
  store<f64>(address, y, 8);
}

/**
 * Forces on the sample whose 2 f32 are at `scratch`: writes its repulsion, still to be divided by the sum of q that it
 * returns, 8 bytes on, and its attraction 16 bytes on, 2 f32 each.
 * @param row number of the sample, from 0.
 */
function writeForces(call: PlaceArguments, row: i32, scratch: usize): f64 {
  const bounds = call.offsets + ((<usize>row) << 3);
  const from = (<usize>load<f64>(bounds)) << 2;
  const to = (<usize>load<f64>(bounds, 8)) << 2;
  // the sample is not one of the targets: its offset from them leads to the scratch
  attractRow(call.targets, scratch - call.targets, call.indices, call.values, from, to, scratch + 16);
  return repulseAt(changetype<Tree>(call.tree), scratch, scratch + HEAD, scratch + 8);
}

/**
 * The gain of a coordinate: more while the force has the sign of the last step, or before the first; else less.
 * @param velocity the last step, 0 before the first.
 */
function nextGain(gain: f64, force: f64, velocity: f64): f64 {
  const agrees = force * velocity > 0 || velocity === 0;
  return agrees ? gain + 0.2 : gain * 0.8 + 0.01;
}
