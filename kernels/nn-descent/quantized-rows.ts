/**
 * Rows rounded to 16-bit integers for nearest-neighbor descent, and their projection on a few directions.
 *
 * Purpose: a 128-bit vector holds eight columns of a row, one instruction multiplies and adds them, and sums are exact,
 *   so results depend neither on the order of additions nor on the machine.
 * Shapes: rows x width i16, width a multiple of 32, padded with zeros.
 * Precision: rows no longer than 16,383 units: neither a difference of coordinates nor a squared distance overflows.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumIntegerLanes, sumsOfFour } from '../runtime/lanes';
import { GatherArguments, PACK_ROWS, ProjectDescentArguments, QuantizeArguments } from './layout';

/**
 * Kernel: the longest squared length of PACK_ROWS rows from item x PACK_ROWS on, centered and scaled, and the number of
 * their values that are no whole multiples of `step`.
 */
export function measureRows(item: i32, _scratch: usize, call: QuantizeArguments): void {
  const d = (<usize>call.d) << 2;
  const last = min(call.rows, (item + 1) * PACK_ROWS);
  const inverse: f32 = call.step > 0 ? 1 / call.step : 0;
  let longest: f32 = 0;
  let between: i32 = 0;
  for (let r = item * PACK_ROWS; r < last; r++) {
    const from = call.source + <usize>r * d;
    const mean = load<f64>(call.means + ((<usize>r) << 3));
    const scale = load<f32>(call.scales + ((<usize>r) << 2));
    let sum: f32 = 0;
    for (let c: usize = 0; c < d; c += 4) {
      const value = (<f32>(<f64>load<f32>(from + c) - mean) - load<f32>(call.center + c)) * scale;
      sum += value * value;
      const steps = value * inverse;
      between += i32(steps !== nearest<f32>(steps));
    }
    longest = max(longest, sum);
  }
  store<f32>(call.longest + ((<usize>item) << 2), longest);
  store<i32>(call.between + ((<usize>item) << 2), between);
}

/**
 * Kernel: writes PACK_ROWS rows from item x PACK_ROWS on as (value - mean - center) x scale x factor, rounded to i16
 * with their sums of squares, or as f32.
 */
export function quantizeRows(item: i32, _scratch: usize, call: QuantizeArguments): void {
  const d = <usize>call.d;
  const width = <usize>call.width;
  const shift: usize = call.floats ? 2 : 1;
  const last = min(call.rows, (item + 1) * PACK_ROWS);
  for (let r = item * PACK_ROWS; r < last; r++) {
    const from = call.source + ((<usize>r * d) << 2);
    const to = call.target + ((<usize>r * width) << shift);
    const mean = load<f64>(call.means + ((<usize>r) << 3));
    const scale = load<f32>(call.scales + ((<usize>r) << 2)) * call.factor;
    let sum: i32 = 0;
    for (let c: usize = 0; c < d; c++) {
      const value =
        (<f32>(<f64>load<f32>(from + (c << 2)) - mean) - load<f32>(call.center + (c << 2))) * scale;
      if (call.floats) {
        store<f32>(to + (c << 2), value);
        continue;
      }
      const rounded = <i32>nearest<f32>(value);
      store<i16>(to + (c << 1), <i16>rounded);
      sum += rounded * rounded;
    }
    memory.fill(to + (d << shift), 0, (width - d) << shift);
    if (!call.floats) store<i32>(call.squares + ((<usize>r) << 2), sum);
  }
}

/**
 * Kernel: the parts of PACK_ROWS rows from item x PACK_ROWS on along the directions, rounded, and what these leave out
 * of the rows' sums of squares.
 */
export function projectDescentRows(item: i32, _scratch: usize, call: ProjectDescentArguments): void {
  const first = item * PACK_ROWS;
  const last = min(call.rows, first + PACK_ROWS);
  const bytes = (<usize>call.width) << 1;
  const out = (<usize>call.directions) << 1;
  for (let k: usize = 0; k < <usize>call.directions; k += 4) {
    const basis = call.basis + k * bytes;
    for (let r = first; r < last; r++) {
      const sums = productsOfFour(call.source + <usize>r * bytes, basis, bytes);
      // halves are rounded up
      const parts = i32x4.shr_s(i32x4.add(sums, i32x4.splat(1 << 14)), 15);
      v128.store64_lane(call.target + <usize>r * out + (k << 1), i16x8.narrow_i32x4_s(parts, parts), 0);
    }
  }
  for (let r = first; r < last; r++) {
    const row = call.target + <usize>r * out;
    const kept = productOf(row, row, out);
    const rest = max(0, load<i32>(call.squares + ((<usize>r) << 2)) - kept);
    store<i32>(call.rests + ((<usize>r) << 2), rest);
    store<i32>(call.targetSquares + ((<usize>r) << 2), kept + rest);
  }
}

/** Kernel: copies PACK_ROWS rows to the positions from item x PACK_ROWS on, with their sums of squares and rests. */
export function gatherDescentRows(item: i32, _scratch: usize, call: GatherArguments): void {
  const bytes = <usize>call.bytes;
  const last = min(call.rows, (item + 1) * PACK_ROWS);
  for (let at = item * PACK_ROWS; at < last; at++) {
    const row = <usize>load<u32>(call.order + ((<usize>at) << 2));
    const to = <usize>at;
    memory.copy(call.target + to * bytes, call.source + row * bytes, bytes);
    if (!call.squares) continue;
    store<i32>(call.targetSquares + (to << 2), load<i32>(call.squares + (row << 2)));
    if (call.rests) store<i32>(call.targetRests + (to << 2), load<i32>(call.rests + (row << 2)));
  }
}

/** Inner product of two rows of i16, `bytes` long (a multiple of 64). */
export function productOf(a: usize, b: usize, bytes: usize): i32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  const end = a + bytes;
  for (; a < end; a += 32) {
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load(a), v128.load(b)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load(a, 16), v128.load(b, 16)));
    b += 32;
  }
  return sumIntegerLanes(i32x4.add(s0, s1));
}

/** Inner products of the row at a and the four rows of i16 that follow one another from b on, `bytes` long each. */
export function productsOfFour(a: usize, b: usize, bytes: usize): v128 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  const c = b + bytes;
  const d = c + bytes;
  const e = d + bytes;
  for (let k: usize = 0; k < bytes; k += 32) {
    let v = v128.load(a + k);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v, v128.load(b + k)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v, v128.load(c + k)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v, v128.load(d + k)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v, v128.load(e + k)));
    v = v128.load(a + k, 16);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v, v128.load(b + k, 16)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v, v128.load(c + k, 16)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v, v128.load(d + k, 16)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v, v128.load(e + k, 16)));
  }
  return sumsOfFour(s0, s1, s2, s3);
}
