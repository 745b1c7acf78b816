/**
 * Rows packed for nearest-neighbor descent, and the distance of two rows, which is abandoned once it exceeds a
 * limit.
 *
 * Purpose: descent measures many pairs that are too far apart. Columns of largest variance come first, so most
 *   pairs exceed the limit after a part of the columns. Where there are many columns, the rows' parts along a
 *   few directions of large variance, rounded to 16-bit integers, are compared first.
 * Shapes: rows x width f32, width a multiple of 16, padded with zeros.
 * Precision: float32 sums, or exact sums of rounded integers.
 * Types (a field with an element type such as f32 is the address of an array): `PackDescentArguments`: source (f32:
 *   rows x d, row-major), rows, d, order (i32 for each target column: the source column), means (f64 for each row:
 *   subtracted first, multiplied by afterwards), scales, target (f32: rows x width), width (d rounded up to a multiple
 *   of 16). `RoundDescentArguments`: source (f32: rows x width), rows, width (columns, a multiple of 32), factor
 *   (multiplies a value before it is rounded), target (i16: rows x width). `DescentRows`: metric (code of the metric
 *   (knn-exact/layout.ts)), rows (f32: rows x width), width, projected (i16: rows x projectedWidth, the rows along a
 *   few orthonormal directions of large variance; or 0), projectedWidth (directions, a multiple of 32), unit (squared
 *   distance of one squared unit of `projected`), residuals (f32 for each row: sqrt(2) times the length that those
 *   directions leave out, where that is little; or 0).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { MANHATTAN } from '../knn-exact/layout';
import { sumLanes } from '../runtime/lanes';
import { DescentRows, PACK_ROWS, PackDescentArguments, RoundDescentArguments } from './layout';

/**
 * Kernel: writes PACK_ROWS rows from item x PACK_ROWS on as (value - mean) x scale, f32, columns in the requested
 * order, padded with zeros to `width`.
 */
export function packDescentRows(item: i32, _scratch: usize, call: PackDescentArguments): void {
  const d = call.d;
  const width = call.width;
  const order = call.order;
  const last = min(call.rows, (item + 1) * PACK_ROWS);
  for (let r = item * PACK_ROWS; r < last; r++) {
    const from = call.source + ((<usize>r * <usize>d) << 2);
    const to = call.target + ((<usize>r * <usize>width) << 2);
    const mean = load<f64>(call.means + ((<usize>r) << 3));
    const scale = load<f64>(call.scales + ((<usize>r) << 3));
    for (let c: usize = 0; c < <usize>d; c++) {
      const value = <f64>load<f32>(from + ((<usize>load<i32>(order + (c << 2))) << 2));
      store<f32>(to + (c << 2), <f32>((value - mean) * scale));
    }
    memory.fill(to + ((<usize>d) << 2), 0, (<usize>(width - d)) << 2);
  }
}

/**
 * Kernel: rounds PACK_ROWS rows from item x PACK_ROWS on, times `factor`, to i16. For rows no longer than 16,383
 * units neither a difference of two coordinates nor a squared distance overflows.
 */
export function roundDescentRows(item: i32, _scratch: usize, call: RoundDescentArguments): void {
  const width = call.width;
  const factor = call.factor;
  const end = <usize>(min(call.rows, (item + 1) * PACK_ROWS) * width);
  for (let n = <usize>(item * PACK_ROWS * width); n < end; n++) {
    const scaled = load<f32>(call.source + (n << 2)) * factor;
    store<i16>(call.target + (n << 1), <i16>(<i32>nearest<f32>(scaled)));
  }
}

/**
 * Squared (manhattan: absolute) distance of rows i and j as packed; infinite once it exceeds `limit`. Estimated from
 * the rounded directions where `rows.residuals` is set, else over all columns.
 */
export function limitedDistance(rows: DescentRows, i: i32, j: i32, limit: f32): f32 {
  if (rows.projected) {
    const bytes = (<usize>rows.projectedWidth) << 1;
    const a = rows.projected + <usize>i * bytes;
    const rest: f32 = rows.residuals ? residualOf(rows, i) + residualOf(rows, j) : 0;
    const within = limitedInt16(a, rows.projected + <usize>j * bytes, bytes, rows.unit, limit - rest);
    if (rows.residuals || within === Infinity) return within + rest;
  }
  return fullDistance(rows, i, j, limit);
}

/**
 * Row i's share of a squared distance beyond the directions, if what they leave out of the two rows is orthogonal, as
 * it nearly is.
 */
function residualOf(rows: DescentRows, i: i32): f32 {
  const rest = load<f32>(rows.residuals + ((<usize>i) << 2));
  return rest * rest * <f32>0.5;
}

/**
 * Squared (manhattan: absolute) distance of rows i and j over all columns, in float32; infinite once it exceeds
 * `limit`.
 */
export function fullDistance(rows: DescentRows, i: i32, j: i32, limit: f32): f32 {
  const bytes = (<usize>rows.width) << 2;
  const a = rows.rows + <usize>i * bytes;
  const b = rows.rows + <usize>j * bytes;
  if (rows.metric === MANHATTAN) return limitedAbsolute(a, b, bytes, limit);
  return limitedSquared(a, b, bytes, limit);
}

/**
 * Squared distance of two rows at addresses a and b (`bytes` bytes of f32 each); infinite once it exceeds `limit`,
 * which is checked every 64 columns.
 */
function limitedSquared(a: usize, b: usize, bytes: usize, limit: f32): f32 {
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

/**
 * Squared distance of two rows at addresses a and b (`bytes` bytes of i16 each), times `unit`; infinite once it
 * exceeds `limit`, which is checked every 32 columns.
 */
function limitedInt16(a: usize, b: usize, bytes: usize, unit: f32, limit: f32): f32 {
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
    sum = <f32>sumOfIntegers(i32x4.add(s0, s1)) * unit;
    if (sum > limit) return Infinity;
    a += 64;
    b += 64;
  }
  return sum;
}

/**
 * Sum of the four i32 lanes of a vector.
 * @param s four i32.
 */
function sumOfIntegers(s: v128): i32 {
  return (
    i32x4.extract_lane(s, 0) +
    i32x4.extract_lane(s, 1) +
    (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3))
  );
}

/**
 * Sum of absolute differences of two rows at addresses a and b (`bytes` bytes of f32 each); infinite once it exceeds
 * `limit`, which is checked every 64 columns.
 */
function limitedAbsolute(a: usize, b: usize, bytes: usize, limit: f32): f32 {
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

/**
 * Sum of all lanes of four vectors.
 * @param s0, s1, s2, s3 four f32 each.
 */
function sumOf(s0: v128, s1: v128, s2: v128, s3: v128): f32 {
  return sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}
