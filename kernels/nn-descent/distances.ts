/**
 * The distance of two rows in nearest-neighbor descent, abandoned once it exceeds a limit, and entries of lists.
 *
 * Precision: exact sums of rounded integers, or float32 sums for manhattan and for rows that rounding would confuse.
 *   Where columns are a projection, distances are estimates, as if what it leaves out of two rows were orthogonal.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumIntegerLanes, sumLanes } from '../runtime/lanes';
import { ABSOLUTE_FLOAT32, DescentLists, DescentRows, SQUARED_INT16 } from './layout';

/** A distance above every limit. */
export const TOO_FAR: u32 = 0xffffffff;

/** The entry of a row at a distance, not used by any round. */
export function entryOf(distance: u32, row: i32): u64 {
  return ((<u64>distance) << 32) | ((<u64>row) << 1) | 1;
}

/** The row of an entry. */
export function rowOf(entry: u64): i32 {
  return <i32>(<u32>entry >>> 1);
}

/** Address of the entries of list `row`. */
export function entriesOf(lists: DescentLists, row: i32): usize {
  return lists.entries + ((<usize>row * <usize>lists.length) << 3);
}

/** Largest distance of the list at `entries`, which a new neighbor must not exceed. */
export function limitOf(lists: DescentLists, entries: usize): u32 {
  return load<u32>(entries + ((<usize>lists.length) << 3) - 4);
}

/**
 * Inserts an entry (`entryOf`) into the list of `length` at `entries`, unless it is there already or too far; returns 1
 * when the list changed.
 */
export function insertEntry(entries: usize, length: i32, entry: u64): i32 {
  const last = entries + ((<usize>(length - 1)) << 3);
  if (entry >= load<u64>(last)) return 0;
  let at = last;
  for (; at > entries; at -= 8) {
    const before = load<u64>(at - 8);
    if (before > entry) continue;
    if ((before | 1) === entry) return 0;
    break;
  }
  let to = last;
  for (; to > at + 8; to -= 16) v128.store(to - 8, v128.load(to - 16));
  if (to > at) store<u64>(to, load<u64>(to - 8));
  store<u64>(at, entry);
  return 1;
}

/** Distance of rows i and j, TOO_FAR or above `limit` once it exceeds the limit. */
export function limitedDistance(rows: DescentRows, i: i32, j: i32, limit: u32): u32 {
  if (rows.kind === SQUARED_INT16) return limitedInt16(rows, i, j, limit);
  const bytes = (<usize>rows.width) << 2;
  const a = rows.rows + <usize>i * bytes;
  const b = rows.rows + <usize>j * bytes;
  const most = limit === TOO_FAR ? <f32>Infinity : reinterpret<f32>(limit);
  const found =
    rows.kind === ABSOLUTE_FLOAT32 ? limitedAbsolute(a, b, bytes, most) : limitedSquared(a, b, bytes, most);
  return found === Infinity ? TOO_FAR : reinterpret<u32>(found);
}

/** Squared distance of rows i and j of i16, with their rests; checked against the limit every 32 columns. */
function limitedInt16(rows: DescentRows, i: i32, j: i32, limit: u32): u32 {
  const bytes = (<usize>rows.width) << 1;
  let a = rows.rows + <usize>i * bytes;
  let b = rows.rows + <usize>j * bytes;
  let sum: u32 = 0;
  if (rows.rests) {
    sum = load<u32>(rows.rests + ((<usize>i) << 2)) + load<u32>(rows.rests + ((<usize>j) << 2));
  }
  const end = a + bytes;
  while (a < end) {
    const d0 = i16x8.sub(v128.load(a), v128.load(b));
    const d1 = i16x8.sub(v128.load(a, 16), v128.load(b, 16));
    const d2 = i16x8.sub(v128.load(a, 32), v128.load(b, 32));
    const d3 = i16x8.sub(v128.load(a, 48), v128.load(b, 48));
    const s0 = i32x4.add(i32x4.dot_i16x8_s(d0, d0), i32x4.dot_i16x8_s(d1, d1));
    const s1 = i32x4.add(i32x4.dot_i16x8_s(d2, d2), i32x4.dot_i16x8_s(d3, d3));
    sum += <u32>sumIntegerLanes(i32x4.add(s0, s1));
    if (sum > limit) return TOO_FAR;
    a += 64;
    b += 64;
  }
  return sum;
}

/**
 * Squared distance of two rows at addresses a and b (`bytes` bytes of f32 each); infinite once it exceeds `limit`,
 * which is checked every 64 columns.
 */
function limitedSquared(a: usize, b: usize, bytes: usize, limit: f32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  const end = a + bytes;
  while (a < end) {
    const stop = min(end, a + 256);
    for (; a < stop; a += 32) {
      const d0 = f32x4.sub(v128.load(a), v128.load(b));
      const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
      s0 = f32x4.add(s0, f32x4.mul(d0, d0));
      s1 = f32x4.add(s1, f32x4.mul(d1, d1));
      b += 32;
    }
    if (sumLanes(f32x4.add(s0, s1)) > limit) return Infinity;
  }
  return sumLanes(f32x4.add(s0, s1));
}

/**
 * Sum of absolute differences of two rows at addresses a and b (`bytes` bytes of f32 each); infinite once it exceeds
 * `limit`, which is checked every 64 columns.
 */
function limitedAbsolute(a: usize, b: usize, bytes: usize, limit: f32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  const end = a + bytes;
  while (a < end) {
    const stop = min(end, a + 256);
    for (; a < stop; a += 32) {
      s0 = f32x4.add(s0, f32x4.abs(f32x4.sub(v128.load(a), v128.load(b))));
      s1 = f32x4.add(s1, f32x4.abs(f32x4.sub(v128.load(a, 16), v128.load(b, 16))));
      b += 32;
    }
    if (sumLanes(f32x4.add(s0, s1)) > limit) return Infinity;
  }
  return sumLanes(f32x4.add(s0, s1));
}
