/**
 * Rows laid out for nearest-neighbor descent, and the distance of two of them, given up once it is above a limit.
 *
 * Rows lie one after another, padded with zeros to `width` floats (a multiple of 16), with the columns of largest
 * variance first: most rows are given up after part of the columns; where there are many columns, by their parts along a
 * few directions of large variance, rounded to 16-bit whole numbers. Precision: float32 sums, or exact sums of what was
 * rounded. The algorithm is in `engine/descent.ts`, the lists in `descent.ts`.
 */

import { MANHATTAN } from '../knn-exact/exact-distance';
import { sumLanes } from '../runtime/lanes';

/**
 * Copies row `item` * 64 and on: (value - mean) * scale, columns in the order given.
 * @param means, scales f64 a row.
 */
export function layRows(
  item: i32,
  _scratch: usize,
  source: usize,
  rows: i32,
  d: i32,
  order: usize,
  means: usize,
  scales: usize,
  target: usize,
  width: i32,
): void {
  const last = min(rows, (item + 1) << 6);
  for (let r = item << 6; r < last; r++) {
    const from = source + ((<usize>r * <usize>d) << 2);
    const to = target + ((<usize>r * <usize>width) << 2);
    const mean = load<f64>(means + ((<usize>r) << 3));
    const scale = load<f64>(scales + ((<usize>r) << 3));
    for (let c: usize = 0; c < <usize>d; c++) {
      const value = <f64>load<f32>(from + ((<usize>load<i32>(order + (c << 2))) << 2));
      store<f32>(to + (c << 2), <f32>((value - mean) * scale));
    }
    memory.fill(to + ((<usize>d) << 2), 0, (<usize>(width - d)) << 2);
  }
}

/** Rows to be measured. The same order of fields in engine/wasm/nn-descent/measuring.ts. */
@unmanaged
export class Laid {
  metric: i32;
  /** Rows one after another, `width` floats each. */
  rows: usize;
  width: i32;
  /** Their parts along a few orthonormal directions of large variance (prepared-rows.ts), as i16; or 0. */
  shorts: usize;
  /** A multiple of 32. */
  shortsWidth: i32;
  /** Squared distance of one squared unit of the rounded parts. */
  unit: f32;
  /** f32 a row: sqrt(2) times the length of what those directions leave out, where that is little; else 0. */
  rest: usize;
}

/**
 * Rounds rows item * 64 and on of `width` floats, times `factor`, to i16. With rows no longer than 16,383 units no difference
 * of two coordinates and no squared distance overflows.
 */
export function shortenRows(
  item: i32,
  _scratch: usize,
  source: usize,
  rows: i32,
  width: i32,
  factor: f32,
  target: usize,
): void {
  const end = <usize>(min(rows, (item + 1) << 6) * width);
  for (let n = <usize>((item << 6) * width); n < end; n++) {
    store<i16>(target + (n << 1), <i16>(<i32>nearest<f32>(load<f32>(source + (n << 2)) * factor)));
  }
}

/** Squared (or, for manhattan, absolute) distance; infinite once it is above `limit`. */
export function measure(laid: Laid, i: i32, j: i32, limit: f32): f32 {
  if (laid.shorts) {
    const bytes = (<usize>laid.shortsWidth) << 1;
    const a = laid.shorts + <usize>i * bytes;
    const rest: f32 = laid.rest ? restOf(laid, i) + restOf(laid, j) : 0;
    const within = measureShorts(a, laid.shorts + <usize>j * bytes, bytes, laid.unit, limit - rest);
    if (laid.rest || within === Infinity) return within + rest;
  }
  return measureWhole(laid, i, j, limit);
}

/** A row's part in a squared distance where the rests of two rows are at right angles, as they nearly are. */
function restOf(laid: Laid, i: i32): f32 {
  const rest = load<f32>(laid.rest + ((<usize>i) << 2));
  return rest * rest * <f32>0.5;
}

export function measureWhole(laid: Laid, i: i32, j: i32, limit: f32): f32 {
  const bytes = (<usize>laid.width) << 2;
  const a = laid.rows + <usize>i * bytes;
  const b = laid.rows + <usize>j * bytes;
  if (laid.metric === MANHATTAN) return measureAbsolute(a, b, bytes, limit);
  return measureSquared(a, b, bytes, limit);
}

function measureSquared(a: usize, b: usize, bytes: usize, limit: f32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const end = a + bytes;
  while (a < end) {
    const stop = min(end, a + 256);
    for (; a < stop; a += 64) {
      const d0 = f32x4.sub(v128.load(a), v128.load(b));
      const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
      const d2 = f32x4.sub(v128.load(a, 32), v128.load(b, 32));
      const d3 = f32x4.sub(v128.load(a, 48), v128.load(b, 48));
      s0 = f32x4.add(s0, f32x4.mul(d0, d0));
      s1 = f32x4.add(s1, f32x4.mul(d1, d1));
      s2 = f32x4.add(s2, f32x4.mul(d2, d2));
      s3 = f32x4.add(s3, f32x4.mul(d3, d3));
      b += 64;
    }
    if (sumOf(s0, s1, s2, s3) > limit) return Infinity;
  }
  return sumOf(s0, s1, s2, s3);
}

function measureShorts(a: usize, b: usize, bytes: usize, unit: f32, limit: f32): f32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  const end = a + bytes;
  let sum: f32 = 0;
  while (a < end) {
    const d0 = i16x8.sub(v128.load(a), v128.load(b));
    const d1 = i16x8.sub(v128.load(a, 16), v128.load(b, 16));
    const d2 = i16x8.sub(v128.load(a, 32), v128.load(b, 32));
    const d3 = i16x8.sub(v128.load(a, 48), v128.load(b, 48));
    s0 = i32x4.add(s0, i32x4.add(i32x4.dot_i16x8_s(d0, d0), i32x4.dot_i16x8_s(d1, d1)));
    s1 = i32x4.add(s1, i32x4.add(i32x4.dot_i16x8_s(d2, d2), i32x4.dot_i16x8_s(d3, d3)));
    sum = <f32>sumOfWhole(i32x4.add(s0, s1)) * unit;
    if (sum > limit) return Infinity;
    a += 64;
    b += 64;
  }
  return sum;
}

function sumOfWhole(s: v128): i32 {
  return (
    i32x4.extract_lane(s, 0) +
    i32x4.extract_lane(s, 1) +
    (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3))
  );
}

function measureAbsolute(a: usize, b: usize, bytes: usize, limit: f32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const end = a + bytes;
  while (a < end) {
    const stop = min(end, a + 256);
    for (; a < stop; a += 64) {
      s0 = f32x4.add(s0, f32x4.abs(f32x4.sub(v128.load(a), v128.load(b))));
      s1 = f32x4.add(s1, f32x4.abs(f32x4.sub(v128.load(a, 16), v128.load(b, 16))));
      s2 = f32x4.add(s2, f32x4.abs(f32x4.sub(v128.load(a, 32), v128.load(b, 32))));
      s3 = f32x4.add(s3, f32x4.abs(f32x4.sub(v128.load(a, 48), v128.load(b, 48))));
      b += 64;
    }
    if (sumOf(s0, s1, s2, s3) > limit) return Infinity;
  }
  return sumOf(s0, s1, s2, s3);
}

function sumOf(s0: v128, s1: v128, s2: v128, s3: v128): f32 {
  return sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}
