/**
 * The register block of every product: 4 rows by 8 columns of C, both operands packed in panels of 8.
 *
 * Shapes: a panel holds 8 rows of an operand, element (row r, depth k) at index k * 8 + r. Both sides of a
 *   product have this layout, so a symmetric product packs once. 8 accumulators, 2 columns, 1 broadcast and 1
 *   product fill 12 of the 16 vector registers; 4 x 8 was the fastest shape on V8 11 (6 x 8 and 8 x 4 spill).
 * Precision: float32, chains of DEPTH_BLOCK additions, then one addition to C for each chain.
 * Ours: the three tiles and the three loops over panels differ in one operation each and are written out,
 *   because a call inside the inner loop would cost as much as the loop.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { DEPTH_BLOCK } from './layout';

/** Bytes of one depth step of a panel. */
const STEP: usize = 32;

/**
 * C = A B for 4 rows of A and 8 columns of B over `depth` steps, or C += A B when `accumulate` is not 0.
 * @param a address of a panel, or of its last 4 rows.
 * @param b address of a panel.
 * @param c f32, 4 x 8.
 * @param stride bytes of a row of C.
 */
export function tile(a: usize, b: usize, depth: i32, c: usize, stride: usize, accumulate: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = a + <usize>depth * STEP;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    c00 = f32x4.add(c00, f32x4.mul(s, b0));
    c01 = f32x4.add(c01, f32x4.mul(s, b1));
    s = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s, b0));
    c11 = f32x4.add(c11, f32x4.mul(s, b1));
    s = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s, b0));
    c21 = f32x4.add(c21, f32x4.mul(s, b1));
    s = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s, b0));
    c31 = f32x4.add(c31, f32x4.mul(s, b1));
    a += STEP;
    b += STEP;
  }
  storeRow(c, c00, c01, accumulate);
  storeRow(c + stride, c10, c11, accumulate);
  storeRow(c + 2 * stride, c20, c21, accumulate);
  storeRow(c + 3 * stride, c30, c31, accumulate);
}

/**
 * As `tile`, with |a - b| in place of a b: sums of absolute differences, for manhattan distances.
 * @param a, b addresses of a panel each.
 * @param depth columns.
 * @param c address of the tile (f32).
 * @param stride bytes of a row of C.
 * @param accumulate not 0 to add to what C holds.
 */
export function tileOfDifferences(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  stride: usize,
  accumulate: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = a + <usize>depth * STEP;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    c00 = f32x4.add(c00, f32x4.abs(f32x4.sub(s, b0)));
    c01 = f32x4.add(c01, f32x4.abs(f32x4.sub(s, b1)));
    s = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.abs(f32x4.sub(s, b0)));
    c11 = f32x4.add(c11, f32x4.abs(f32x4.sub(s, b1)));
    s = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.abs(f32x4.sub(s, b0)));
    c21 = f32x4.add(c21, f32x4.abs(f32x4.sub(s, b1)));
    s = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.abs(f32x4.sub(s, b0)));
    c31 = f32x4.add(c31, f32x4.abs(f32x4.sub(s, b1)));
    a += STEP;
    b += STEP;
  }
  storeRow(c, c00, c01, accumulate);
  storeRow(c + stride, c10, c11, accumulate);
  storeRow(c + 2 * stride, c20, c21, accumulate);
  storeRow(c + 3 * stride, c30, c31, accumulate);
}

/**
 * As `tile`, for i16 operands: in each of `depth` steps a row has two columns side by side in 4 bytes. Sums of a call
 * are exact in 32 bits; C holds them as f32.
 * @param a, b addresses of a panel each.
 * @param c address of the tile (f32).
 * @param stride bytes of a row of C.
 * @param accumulate not 0 to add to what C holds.
 */
export function tileOfShorts(a: usize, b: usize, depth: i32, c: usize, stride: usize, accumulate: i32): void {
  let c00 = i32x4.splat(0);
  let c01 = i32x4.splat(0);
  let c10 = i32x4.splat(0);
  let c11 = i32x4.splat(0);
  let c20 = i32x4.splat(0);
  let c21 = i32x4.splat(0);
  let c30 = i32x4.splat(0);
  let c31 = i32x4.splat(0);
  const end = a + <usize>depth * STEP;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<i32>(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(s, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(s, b1));
    s = v128.load_splat<i32>(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(s, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(s, b1));
    s = v128.load_splat<i32>(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(s, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(s, b1));
    s = v128.load_splat<i32>(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(s, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(s, b1));
    a += STEP;
    b += STEP;
  }
  storeRow(c, f32x4.convert_i32x4_s(c00), f32x4.convert_i32x4_s(c01), accumulate);
  storeRow(c + stride, f32x4.convert_i32x4_s(c10), f32x4.convert_i32x4_s(c11), accumulate);
  storeRow(c + 2 * stride, f32x4.convert_i32x4_s(c20), f32x4.convert_i32x4_s(c21), accumulate);
  storeRow(c + 3 * stride, f32x4.convert_i32x4_s(c30), f32x4.convert_i32x4_s(c31), accumulate);
}

/**
 * Stores 8 f32 to one row of C, or adds them to what is there when `accumulate` is not 0.
 * @param c its address.
 * @param left, right four f32 each.
 */
function storeRow(c: usize, left: v128, right: v128, accumulate: i32): void {
  if (accumulate) {
    left = f32x4.add(v128.load(c), left);
    right = f32x4.add(v128.load(c, 16), right);
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}

/**
 * C = A B over `depth` steps, in passes of DEPTH_BLOCK. Returns early, with C incomplete, when the job is stopped.
 * @param a `aPanels` panels of 8 rows.
 * @param b `bPanels` panels of 8.
 * @param c f32, 8 aPanels x 8 bPanels.
 * @param stride bytes of a row of C.
 */
export function panels(
  a: usize,
  aPanels: i32,
  b: usize,
  bPanels: i32,
  depth: i32,
  c: usize,
  stride: usize,
): void {
  const panel = <usize>depth * STEP;
  for (let k: i32 = 0; k < depth; k += DEPTH_BLOCK) {
    if (load<i32>(STOP_ADDRESS)) return;
    const length = min(DEPTH_BLOCK, depth - k);
    const shift = <usize>k * STEP;
    for (let q: i32 = 0; q < bPanels; q++) {
      const right = b + <usize>q * panel + shift;
      for (let p: i32 = 0; p < aPanels; p++) {
        const left = a + <usize>p * panel + shift;
        const target = c + <usize>p * 8 * stride + <usize>q * STEP;
        tile(left, right, length, target, stride, k);
        tile(left + 16, right, length, target + 4 * stride, stride, k);
      }
    }
  }
  if (depth === 0) clear(c, aPanels, bPanels, stride);
}

/**
 * As `panels`, with sums of absolute differences in place of products.
 * @param a, b addresses of `aPanels` and `bPanels` panels.
 * @param depth columns.
 * @param c address of the result (f32).
 * @param stride bytes of a row of C.
 */
export function panelsOfDifferences(
  a: usize,
  aPanels: i32,
  b: usize,
  bPanels: i32,
  depth: i32,
  c: usize,
  stride: usize,
): void {
  const panel = <usize>depth * STEP;
  for (let k: i32 = 0; k < depth; k += DEPTH_BLOCK) {
    if (load<i32>(STOP_ADDRESS)) return;
    const length = min(DEPTH_BLOCK, depth - k);
    const shift = <usize>k * STEP;
    for (let q: i32 = 0; q < bPanels; q++) {
      const right = b + <usize>q * panel + shift;
      for (let p: i32 = 0; p < aPanels; p++) {
        const left = a + <usize>p * panel + shift;
        const target = c + <usize>p * 8 * stride + <usize>q * STEP;
        tileOfDifferences(left, right, length, target, stride, k);
        tileOfDifferences(left + 16, right, length, target + 4 * stride, stride, k);
      }
    }
  }
  if (depth === 0) clear(c, aPanels, bPanels, stride);
}

/**
 * As `panels`, for i16 operands; `depth` counts pairs of columns.
 * @param a, b addresses of `aPanels` and `bPanels` panels.
 * @param c address of the result (f32).
 * @param stride bytes of a row of C.
 */
export function panelsOfShorts(
  a: usize,
  aPanels: i32,
  b: usize,
  bPanels: i32,
  depth: i32,
  c: usize,
  stride: usize,
): void {
  const panel = <usize>depth * STEP;
  for (let k: i32 = 0; k < depth; k += DEPTH_BLOCK) {
    if (load<i32>(STOP_ADDRESS)) return;
    const length = min(DEPTH_BLOCK, depth - k);
    const shift = <usize>k * STEP;
    for (let q: i32 = 0; q < bPanels; q++) {
      const right = b + <usize>q * panel + shift;
      for (let p: i32 = 0; p < aPanels; p++) {
        const left = a + <usize>p * panel + shift;
        const target = c + <usize>p * 8 * stride + <usize>q * STEP;
        tileOfShorts(left, right, length, target, stride, k);
        tileOfShorts(left + 16, right, length, target + 4 * stride, stride, k);
      }
    }
  }
  if (depth === 0) clear(c, aPanels, bPanels, stride);
}

/** Sets C (8 aPanels rows of 8 bPanels f32, `stride` bytes apart) to zero, for a product of depth 0. */
function clear(c: usize, aPanels: i32, bPanels: i32, stride: usize): void {
  for (let r: i32 = 0; r < aPanels * 8; r++) memory.fill(c + <usize>r * stride, 0, <usize>bPanels * STEP);
}
