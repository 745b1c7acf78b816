/**
 * Coordinate sweeps over the loadings of modules, each with its pattern G_k.
 *
 * Source: the reference is src/core/coordinate-step.ts, which says what a step is; the answer is the same to the last bit.
 * Precision: sums in double, in the order of the reference. Cost: of a sweep size^2 for G_k u_k and for the steps.
 * Determinism: an item is a module. Where modules are swept in turn, an item prepares its pattern and then waits for the
 *   modules before it (../runtime/item-order.ts), since their steps change what this one's steps see.
 * Types (a field with an element type such as f32 is the address of an array): `SweepArguments`: modules (u32: addresses of
 *   the `SweptModule`s), sweeps, least (change of a loading below which sweeps end), done (i32: counts the modules that are
 *   done; 0 where each is on its own), mirrored (0 where only the pairs i < j of a pattern are there yet). `SweptModule`: see
 *   factor-layout.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { STOP_ADDRESS } from '../runtime/layout';
import { SweepArguments, SweptModule } from './factor-layout';

/** Rows and columns of a tile of a pattern that is mirrored. */
const TILE: i32 = 32;

/** A number of bytes rounded up to a multiple of 64. */
function padded(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** Bytes of scratch of `sweepModule`. @param modules of the loadings. @param size most swept features. */
export function sweepScratch(modules: i32, size: i32): usize {
  return padded((<usize>modules) << 2) + padded((<usize>modules) << 3) + 2 * padded((<usize>size) << 2);
}

/**
 * Kernel: sweeps module `item`. Scratch: `sweepScratch`. Ends early, unfinished, once a stop is asked for.
 */
export function sweepModule(item: i32, scratch: usize, call: SweepArguments): void {
  const module = changetype<SweptModule>(<usize>load<u32>(call.modules + ((<usize>item) << 2)));
  if (!call.mirrored) mirror(module.full, module.size);
  if (!module.hasImage) multiply(module);
  if (call.done && !waitFor(call.done, item)) return;
  for (let sweep: i32 = 0; sweep < call.sweeps; sweep++) {
    if (sweep > 0 && !module.hasImage) multiply(module);
    if (sweepOnce(module, scratch) < call.least) break;
    if (load<i32>(STOP_ADDRESS)) return;
  }
  if (call.done) markDone(call.done);
}

/** Copies the pairs above the diagonal of a size x size f32 matrix below it, and zeros to the diagonal. @param full its address. */
function mirror(full: usize, size: i32): void {
  const stride = (<usize>size) << 2;
  for (let top: i32 = 0; top < size; top += TILE) {
    if (load<i32>(STOP_ADDRESS)) return;
    for (let left = top; left < size; left += TILE) {
      const bottom = min(size, top + TILE);
      const right = min(size, left + TILE);
      for (let i = top; i < bottom; i++) {
        const row = full + <usize>i * stride;
        for (let j = max(left, i + 1); j < right; j++) {
          store<f32>(full + <usize>j * stride + ((<usize>i) << 2), load<f32>(row + ((<usize>j) << 2)));
        }
      }
    }
  }
  for (let i: i32 = 0; i < size; i++) store<f32>(full + <usize>i * stride + ((<usize>i) << 2), 0);
}

/** Makes the image G_k u_k of a module all of whose features are swept. */
function multiply(module: SweptModule): void {
  const size = module.size;
  const u = rowOf(module, module.k);
  memory.fill(module.image, 0, (<usize>size) << 3);
  for (let i: i32 = 0; i < size; i++) {
    const factor = load<f32>(u + ((<usize>i) << 2));
    if (factor !== 0) addRow(module, i, <f64>factor);
  }
}

/** Address of the loadings (d f32) of module j. */
function rowOf(module: SweptModule, j: i32): usize {
  return module.loadings + ((<usize>j * <usize>module.d) << 2);
}

/** Adds factor times row t of the pattern to the image. */
function addRow(module: SweptModule, t: i32, factor: f64): void {
  const size = <usize>module.size;
  const row = module.full + ((<usize>t * size) << 2);
  const image = module.image;
  const factors = f64x2.splat(factor);
  let r: usize = 0;
  for (; r + 4 <= size; r += 4) {
    const values = v128.load(row + (r << 2));
    const high = i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    const at = image + (r << 3);
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(factors, f64x2.promote_low_f32x4(values))));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(factors, f64x2.promote_low_f32x4(high))), 16);
  }
  for (; r < size; r++) {
    const at = image + (r << 3);
    store<f64>(at, load<f64>(at) + factor * <f64>load<f32>(row + (r << 2)));
  }
}

/** Dot product of two f32 vectors of length d, in double. */
function dot(a: usize, b: usize, d: i32): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < (<usize>d) << 2; i += 4) sum += <f64>load<f32>(a + i) * <f64>load<f32>(b + i);
  return sum;
}

/** Rivals of the module that this thread sweeps: how many, i32 numbers, f64 dot products of loadings with its own. */
let rivalCount: i32 = 0;
let rivalNumbers: usize = 0;
let rivalOverlaps: usize = 0;

/** Lists the other modules that share localities with this one (q not 0). @param scratch address of room for them. */
function findRivals(module: SweptModule, scratch: usize): void {
  const m = module.modules;
  const k = module.k;
  rivalCount = 0;
  rivalNumbers = scratch;
  rivalOverlaps = scratch + padded((<usize>m) << 2);
  for (let j: i32 = 0; j < m; j++) {
    if (j === k || load<f64>(module.q + ((<usize>(k * m + j)) << 3)) === 0) continue;
    const at = <usize>rivalCount;
    rivalCount++;
    store<i32>(rivalNumbers + (at << 2), j);
    store<f64>(rivalOverlaps + (at << 3), dot(rowOf(module, k), rowOf(module, j), module.d));
  }
}

/**
 * The numerator of the best step for feature i: (G_k u_k)_i less what the other modules explain there.
 * @param image (G_k u_k)_i. @param old loading of feature i.
 */
function slopeAt(module: SweptModule, i: i32, image: f64, old: f64): f64 {
  const qk = module.q + ((<usize>module.k * <usize>module.modules) << 3);
  const column = module.loadings + ((<usize>i) << 2);
  const stride = (<usize>module.d) << 2;
  let slope = image;
  for (let o: usize = 0; o < <usize>rivalCount; o++) {
    const j = <usize>load<i32>(rivalNumbers + (o << 2));
    const v = <f64>load<f32>(column + j * stride);
    if (v !== 0) slope -= load<f64>(qk + (j << 3)) * v * (load<f64>(rivalOverlaps + (o << 3)) - old * v);
  }
  return slope;
}

/** Adds `change` of feature i's loading to the dot products with the rivals. */
function moveOverlaps(module: SweptModule, i: i32, change: f64): void {
  const column = module.loadings + ((<usize>i) << 2);
  const stride = (<usize>module.d) << 2;
  for (let o: usize = 0; o < <usize>rivalCount; o++) {
    const v = <f64>load<f32>(column + <usize>load<i32>(rivalNumbers + (o << 2)) * stride);
    const at = rivalOverlaps + (o << 3);
    store<f64>(at, load<f64>(at) + change * v);
  }
}

/**
 * One sweep; returns the largest change of a loading. Features are taken by their image, largest first.
 * @param scratch address of room for rivals, images and the order.
 */
function sweepOnce(module: SweptModule, scratch: usize): f64 {
  const k = module.k;
  const u = rowOf(module, k);
  findRivals(module, scratch);
  let square = dot(u, u, module.d);
  const presence = load<f64>(module.q + ((<usize>(k * module.modules + k)) << 3));
  const lists = rivalOverlaps + padded((<usize>module.modules) << 3);
  const order = sortedByImage(module.image, module.size, lists);
  let largest: f64 = 0;
  for (let s: i32 = 0; s < module.size; s++) {
    if ((s & 63) === 0 && load<i32>(STOP_ADDRESS)) return largest;
    const t = load<i32>(order + ((<usize>s) << 2));
    const i = module.features ? load<i32>(module.features + ((<usize>t) << 2)) : t;
    const loading = u + ((<usize>i) << 2);
    const old = <f64>load<f32>(loading);
    const rest = square - old * old;
    if (!(presence * rest > 0)) continue;
    const slope = slopeAt(module, i, load<f64>(module.image + ((<usize>t) << 3)), old);
    const next = <f64>(<f32>max<f64>(0, slope / (presence * rest)));
    const change = next - old;
    if (change === 0) continue;
    store<f32>(loading, <f32>next);
    square = rest + next * next;
    moveOverlaps(module, i, change);
    addRow(module, t, change);
    largest = max<f64>(largest, abs<f64>(change));
  }
  return largest;
}

/**
 * Sorts the numbers 0 to size - 1 by the doubles at `image`, largest first, of equals the smaller number: merges of runs.
 * @param scratch room for two padded lists of i32. @returns the address of the sorted one.
 */
function sortedByImage(image: usize, size: i32, scratch: usize): usize {
  let from = scratch;
  let to = scratch + padded((<usize>size) << 2);
  for (let t: i32 = 0; t < size; t++) store<i32>(from + ((<usize>t) << 2), t);
  for (let width: i32 = 1; width < size; width <<= 1) {
    for (let low: i32 = 0; low < size; low += width << 1) {
      mergeRuns(image, from, to, low, min(size, low + width), min(size, low + (width << 1)));
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/**
 * Merges the sorted runs `low` to `middle` and `middle` to `high` (exclusive) of the list at `from` into that at `to`.
 * @param image address of one f64 a feature, by which the lists are sorted, largest first.
 */
function mergeRuns(image: usize, from: usize, to: usize, low: i32, middle: i32, high: i32): void {
  let left = low;
  let right = middle;
  for (let at = low; at < high; at++) {
    const first = load<i32>(from + ((<usize>left) << 2));
    const second = load<i32>(from + ((<usize>right) << 2));
    const isFirst =
      right >= high ||
      (left < middle &&
        load<f64>(image + ((<usize>first) << 3)) >= load<f64>(image + ((<usize>second) << 3)));
    store<i32>(to + ((<usize>at) << 2), isFirst ? first : second);
    if (isFirst) left++;
    else right++;
  }
}
