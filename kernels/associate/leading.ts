/**
 * Leading non-negative eigenvector of a locality's residual R = A - sum_k P_k u_k u_k' (zero diagonal), by
 * projected power iteration.
 *
 * Source: the reference is src/engine/js/factor.ts, `leadingVectors`.
 * Shapes: only *active* features (those with an entry) take part. Presence and loadings are not negative, so R
 *   v <= 0 elsewhere for v >= 0 and the projection gives 0 there.
 * Precision: float32 products with double sums across blocks; the starting feature is chosen in double, as in
 *   the reference.
 * Cost: a step takes active^2 or the number of entries, plus active x modules. A is copied to a dense square
 *   where at least 1 in DENSE_SHARE cells is filled and the side is at most DENSE_LIMIT: a dense product is
 *   four to six times faster than scattering entries.
 * Determinism: an item is a locality, so results do not depend on the number of threads.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { LeadingArguments } from './layout';
import { multiplyDense, project } from './power-step';

/** Largest side of a dense square, and the share of filled cells (1 in so many) from which it pays. */
const DENSE_LIMIT: i32 = 2048;
const DENSE_SHARE: i32 = 16;

/** Addresses of the current locality's data, set once for each item. Every thread has its own globals. */
let offsets: usize = 0;
let columns: usize = 0;
let values: usize = 0;
let valueMask: u32 = 0;
/** i32: feature number of each active feature, and position of each feature among them (d entries, -1 elsewhere). */
let active: usize = 0;
let activeIndex: usize = 0;
let count: i32 = 0;
/** Row length of the dense square in floats, a multiple of 4; 0 when entries are walked. */
let stride: i32 = 0;
let dense: usize = 0;
/** f32: loadings of the active features (active x width), and the presence in this locality (width). */
let activeLoadings: usize = 0;
let presence: usize = 0;
let width: i32 = 0;
/** f64: image of a vector (one value for each active feature), and its product with each module's loadings. */
let image: usize = 0;
let products: usize = 0;

/** A number of bytes rounded up to a multiple of 64. */
function padded(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** Bytes of scratch that `leadingVector` needs for d features and `modules` padded modules. */
export function leadingScratch(d: i32, modules: i32): usize {
  const room = <usize>min(d, DENSE_LIMIT) + 4;
  return (
    padded((<usize>d) << 2) * 3 +
    padded((<usize>d) << 3) * 2 +
    padded((<usize>(d + 4) * <usize>modules) << 2) +
    padded((<usize>modules) << 3) +
    padded((room * room) << 2) +
    1024
  );
}

/**
 * Kernel: the leading vector and eigenvalue of locality `item`; both stay 0 when nothing positive is left.
 */
export function leadingVector(item: i32, scratch: usize, call: LeadingArguments): void {
  if (!load<u8>(call.wanted + <usize>item)) return;
  const d = call.d;
  offsets = call.offsets + ((<usize>item * <usize>d) << 2);
  columns = call.columns;
  values = call.values;
  valueMask = call.signed ? 0xffffffff : 0x7fffffff;
  width = call.width;
  presence = call.presence + ((<usize>item * <usize>width) << 2);
  const vector = assignScratch(scratch, d);
  findActive(d);
  if (count === 0) return;
  gatherLoadings(call.loadings);
  fillDense();
  const best = strongestFeature(d, call.loadings, vector);
  // a feature without entries has nothing positive to start from
  if (best < 0) return;
  const eigenvalue = iterate(best, vector, call.iterations);
  if (!(eigenvalue > 0)) return;
  store<f32>(call.eigenvalues + ((<usize>item) << 2), <f32>eigenvalue);
  const target = call.vectors + ((<usize>item * <usize>d) << 2);
  for (let i: i32 = 0; i < count; i++) {
    store<f32>(target + ((<usize>feature(i)) << 2), load<f32>(vector + ((<usize>i) << 2)));
  }
}

/** Divides the scratch memory among the arrays above; returns the address of the f32 vector (d long). */
function assignScratch(scratch: usize, d: i32): usize {
  active = scratch;
  activeIndex = active + padded((<usize>d) << 2);
  const vector = activeIndex + padded((<usize>d) << 2);
  image = vector + padded(((<usize>d) << 2) + 64);
  const start = image + padded((<usize>d) << 3);
  activeLoadings = start + padded((<usize>d) << 3);
  products = activeLoadings + padded((<usize>(d + 4) * <usize>width) << 2);
  dense = products + padded((<usize>width) << 3);
  return vector;
}

/** Feature number of active feature i. */
function feature(i: i32): i32 {
  return load<i32>(active + ((<usize>i) << 2));
}

/** Position of a feature among the active ones, -1 when it is not active. */
function activeIndexOf(feature: i32): i32 {
  return load<i32>(activeIndex + ((<usize>feature) << 2));
}

/** Association of entry p: its absolute value, or its signed value in signed form. */
function strength(p: usize): f32 {
  return reinterpret<f32>(load<u32>(values + (p << 2)) & valueMask);
}

/** Lists the active features and their positions, and decides whether the square is dense. */
function findActive(d: i32): void {
  memory.fill(activeIndex, 0, (<usize>d) << 2);
  for (let i: i32 = 0; i < d; i++) {
    const end = <usize>load<u32>(offsets + ((<usize>i) << 2), 4);
    let p = <usize>load<u32>(offsets + ((<usize>i) << 2));
    if (p < end) store<i32>(activeIndex + ((<usize>i) << 2), 1);
    for (; p < end; p++) store<i32>(activeIndex + ((<usize>load<u16>(columns + (p << 1))) << 2), 1);
  }
  count = 0;
  for (let i: i32 = 0; i < d; i++) {
    const at = activeIndex + ((<usize>i) << 2);
    if (load<i32>(at)) {
      store<i32>(active + ((<usize>count) << 2), i);
      store<i32>(at, count);
      count++;
    } else store<i32>(at, -1);
  }
  const entries = load<u32>(offsets + ((<usize>d) << 2)) - load<u32>(offsets);
  const cells = <u64>count * <u64>count;
  stride = count <= DENSE_LIMIT && <u64>entries * DENSE_SHARE >= cells ? (count + 3) & ~3 : 0;
}

/** Copies the loadings of the active features next to each other. */
function gatherLoadings(loadings: usize): void {
  const bytes = (<usize>width) << 2;
  for (let i: i32 = 0; i < count; i++) {
    memory.copy(activeLoadings + <usize>i * bytes, loadings + <usize>feature(i) * bytes, bytes);
  }
}

/** Writes the entries to the dense symmetric square; does nothing when entries are walked. */
function fillDense(): void {
  if (stride === 0) return;
  memory.fill(dense, 0, (<usize>count * <usize>stride) << 2);
  for (let i: i32 = 0; i < count; i++) {
    const row = offsets + ((<usize>feature(i)) << 2);
    const end = <usize>load<u32>(row, 4);
    for (let p = <usize>load<u32>(row); p < end; p++) {
      const j = activeIndexOf(<i32>load<u16>(columns + (p << 1)));
      const a = strength(p);
      store<f32>(dense + ((<usize>i * <usize>stride + <usize>j) << 2), a);
      store<f32>(dense + ((<usize>j * <usize>stride + <usize>i) << 2), a);
    }
  }
}

/**
 * Position of the active feature whose residual row has the largest sum, ties to the lower feature; -1 when a
 * feature without entries has the largest. Computed in double.
 * @param vector scratch of `count` f32.
 */
function strongestFeature(d: i32, loadings: usize, vector: usize): i32 {
  memory.fill(image, 0, (<usize>count) << 3);
  for (let i: i32 = 0; i < count; i++) {
    const row = offsets + ((<usize>feature(i)) << 2);
    const end = <usize>load<u32>(row, 4);
    let sum: f64 = 0;
    for (let p = <usize>load<u32>(row); p < end; p++) {
      const a = <f64>strength(p);
      const other = image + ((<usize>activeIndexOf(<i32>load<u16>(columns + (p << 1)))) << 3);
      store<f64>(other, load<f64>(other) + a);
      sum += a;
    }
    const imageOfRow = image + ((<usize>i) << 3);
    store<f64>(imageOfRow, load<f64>(imageOfRow) + sum);
  }
  for (let i: i32 = 0; i < count; i++) store<f32>(vector + ((<usize>i) << 2), 1);
  productsOf(vector);
  let best: i32 = 0;
  let largest: f64 = -Infinity;
  for (let f: i32 = 0; f < d; f++) {
    const at = activeIndexOf(f);
    let sum: f64 = 0;
    const u = loadings + ((<usize>f * <usize>width) << 2);
    for (let k: i32 = 0; k < width; k++) {
      const loading = <f64>load<f32>(u + ((<usize>k) << 2));
      const rest = load<f64>(products + ((<usize>k) << 3)) - (at < 0 ? 0 : loading);
      sum -= <f64>load<f32>(presence + ((<usize>k) << 2)) * loading * rest;
    }
    if (at >= 0) sum += load<f64>(image + ((<usize>at) << 3));
    if (sum > largest) {
      largest = sum;
      best = at;
    }
  }
  return best;
}

/** products[k] = u_k' vector for every module, in double. */
function productsOf(vector: usize): void {
  memory.fill(products, 0, (<usize>width) << 3);
  for (let i: i32 = 0; i < count; i++) {
    const v = load<f32>(vector + ((<usize>i) << 2));
    if (v === 0) continue;
    const u = activeLoadings + ((<usize>i * <usize>width) << 2);
    for (let k: i32 = 0; k < width; k += 2) {
      const at = products + ((<usize>k) << 3);
      const pair = f64x2.promote_low_f32x4(v128.load64_zero(u + ((<usize>k) << 2)));
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(pair, f64x2.splat(<f64>v))));
    }
  }
}

/** image = R vector. */
function apply(vector: usize): void {
  if (stride) multiplyDense(dense, stride, count, vector, image);
  else applyEntries(vector);
  productsOf(vector);
  for (let i: i32 = 0; i < count; i++) {
    const v = f64x2.splat(<f64>load<f32>(vector + ((<usize>i) << 2)));
    const u = activeLoadings + ((<usize>i * <usize>width) << 2);
    let taken = f64x2.splat(0);
    for (let k: i32 = 0; k < width; k += 2) {
      const loading = f64x2.promote_low_f32x4(v128.load64_zero(u + ((<usize>k) << 2)));
      const weight = f64x2.promote_low_f32x4(v128.load64_zero(presence + ((<usize>k) << 2)));
      const rest = f64x2.sub(v128.load(products + ((<usize>k) << 3)), f64x2.mul(loading, v));
      taken = f64x2.add(taken, f64x2.mul(f64x2.mul(weight, loading), rest));
    }
    const at = image + ((<usize>i) << 3);
    store<f64>(at, load<f64>(at) - f64x2.extract_lane(taken, 0) - f64x2.extract_lane(taken, 1));
  }
}

/** image = A vector by walking the entries. */
function applyEntries(vector: usize): void {
  memory.fill(image, 0, (<usize>count) << 3);
  for (let i: i32 = 0; i < count; i++) {
    const row = offsets + ((<usize>feature(i)) << 2);
    const end = <usize>load<u32>(row, 4);
    const v = <f64>load<f32>(vector + ((<usize>i) << 2));
    let sum: f64 = 0;
    for (let p = <usize>load<u32>(row); p < end; p++) {
      const j = <usize>activeIndexOf(<i32>load<u16>(columns + (p << 1)));
      const a = <f64>strength(p);
      const other = image + (j << 3);
      store<f64>(other, load<f64>(other) + a * v);
      sum += a * <f64>load<f32>(vector + (j << 2));
    }
    const imageOfRow = image + ((<usize>i) << 3);
    store<f64>(imageOfRow, load<f64>(imageOfRow) + sum);
  }
}

/** Power iteration from the residual's row `best`. Returns the eigenvalue, 0 when nothing positive is left. */
function iterate(best: i32, vector: usize, iterations: i32): f64 {
  memory.fill(vector, 0, ((<usize>count) << 2) + 16);
  store<f32>(vector + ((<usize>best) << 2), 1);
  apply(vector);
  let largest: f64 = 0;
  for (let i: i32 = 0; i < count; i++) largest = max<f64>(largest, load<f64>(image + ((<usize>i) << 3)));
  store<f64>(image + ((<usize>best) << 3), largest);
  if (!project(image, count, vector)) return 0;
  apply(vector);
  for (let step: i32 = 0; step < iterations; step++) {
    if (load<i32>(STOP_ADDRESS) || !project(image, count, vector)) return 0;
    apply(vector);
  }
  let eigenvalue: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    eigenvalue += <f64>load<f32>(vector + ((<usize>i) << 2)) * load<f64>(image + ((<usize>i) << 3));
  }
  return eigenvalue;
}
