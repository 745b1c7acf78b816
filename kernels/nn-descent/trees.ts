/**
 * Random trees of nearest-neighbor descent: rows are halved by medians along random directions, and all pairs of a leaf
 * are measured.
 *
 * Purpose: a leaf's pairs are products of rows that lie side by side in the first-level cache.
 * Shapes: leaves of all trees have the same sizes, since a part of n rows is halved at n / 2.
 * Determinism: medians by (value, row); no two leaves of a tree share a row, so results do not depend on the threads.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumLanes, sumsOfFour } from '../runtime/lanes';
import { entriesOf, entryOf, insertEntry, limitedDistance, limitOf, TOO_FAR } from './distances';
import { DescentLists, DescentRows, JoinGroupArguments, SplitArguments, SQUARED_INT16 } from './layout';
import { productOf } from './quantized-rows';

/** Bytes of scratch that `splitRows` needs for so many rows. */
export function splitScratch(count: i32): usize {
  return (<usize>count) << 3;
}

/** Bytes of scratch that `joinGroup` needs: a group of so many rows beside one another, and three numbers for each. */
export function groupScratch(largest: i32, width: i32): usize {
  return GROUP_BYTES + 32 + (((<usize>largest + 4) * (<usize>width + 4)) << 1);
}

/** Kernel: the rows in the order of the leaves of tree `item`. Scratch: `splitScratch`. */
export function splitRows(item: i32, scratch: usize, call: SplitArguments): void {
  const count = call.count;
  for (let p: i32 = 0; p < count; p++) store<u64>(scratch + ((<usize>p) << 3), <u64>p);
  splitPart(item, scratch, call, 0, count, 0);
  const members = call.members + ((<usize>item * <usize>count) << 2);
  for (let p: usize = 0; p < <usize>count; p++) store<u32>(members + (p << 2), load<u32>(scratch + (p << 3)));
}

/**
 * Halves the rows at positions low to high, and the halves in turn.
 * @param keys u64: for each position a value x 2^32 + the row.
 */
function splitPart(tree: i32, keys: usize, call: SplitArguments, low: i32, high: i32, level: i32): void {
  if (level === call.levels || high - low < 2) return;
  const bytes = (<usize>call.rows.width) << (call.rows.kind === SQUARED_INT16 ? 1 : 2);
  const direction = call.directions + <usize>(tree * call.levels + level) * bytes;
  for (let p = low; p < high; p++) {
    const at = keys + ((<usize>p) << 3);
    const row = load<u32>(at);
    store<u32>(at, valueAlong(call.rows, row, direction, bytes), 4);
  }
  const middle = (low + high) >> 1;
  selectSmallest(keys, low, high - 1, middle);
  splitPart(tree, keys, call, low, middle, level + 1);
  splitPart(tree, keys, call, middle, high, level + 1);
}

/** The part of a row along a direction, as a u32 of the same order. */
function valueAlong(rows: DescentRows, row: u32, direction: usize, bytes: usize): u32 {
  const at = rows.rows + <usize>row * bytes;
  if (rows.kind === SQUARED_INT16) return <u32>productOf(at, direction, bytes) ^ 0x80000000;
  let sum = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(at + k), v128.load(direction + k)));
  }
  const bits = reinterpret<u32>(sumLanes(sum));
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/** Moves the keys at positions low to high (included) so that those before position `at` are the smallest: quickselect. */
function selectSmallest(keys: usize, low: i32, high: i32, at: i32): void {
  while (low < high) {
    const pivot = load<u64>(keys + ((<usize>((low + high) >> 1)) << 3));
    let i = low;
    let j = high;
    while (i <= j) {
      let left = load<u64>(keys + ((<usize>i) << 3));
      while (left < pivot) {
        i++;
        left = load<u64>(keys + ((<usize>i) << 3));
      }
      let right = load<u64>(keys + ((<usize>j) << 3));
      while (right > pivot) {
        j--;
        right = load<u64>(keys + ((<usize>j) << 3));
      }
      if (i > j) break;
      store<u64>(keys + ((<usize>i) << 3), right);
      store<u64>(keys + ((<usize>j) << 3), left);
      i++;
      j--;
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return;
  }
}

/**
 * Kernel: measures all pairs of rows in group `item` and inserts each row of a pair into the list of the other. No two
 * items share a row. Scratch: `groupScratch`.
 */
export function joinGroup(item: i32, scratch: usize, call: JoinGroupArguments): void {
  const begin = load<i32>(call.offsets + ((<usize>item) << 2));
  const size = load<i32>(call.offsets + ((<usize>item) << 2), 4) - begin;
  const members = call.members + ((<usize>begin) << 2);
  if (call.rows.kind === SQUARED_INT16) joinInt16(call, members, size, scratch);
  else joinOneByOne(call, members, size);
}

/** All pairs of the `size` rows at `members`, one after another. */
function joinOneByOne(call: JoinGroupArguments, members: usize, size: i32): void {
  const lists = call.lists;
  for (let p: i32 = 0; p < size; p++) {
    const a = load<i32>(members + ((<usize>p) << 2));
    const listA = entriesOf(lists, a);
    for (let q = p + 1; q < size; q++) {
      const b = load<i32>(members + ((<usize>q) << 2));
      const listB = entriesOf(lists, b);
      const distance = limitedDistance(call.rows, a, b, max(limitOf(lists, listA), limitOf(lists, listB)));
      if (distance === TOO_FAR) continue;
      insertEntry(listA, lists.length, entryOf(distance, b));
      insertEntry(listB, lists.length, entryOf(distance, a));
    }
  }
}

/** A group whose rows lie side by side in scratch memory. */
@unmanaged
class Group {
  lists: DescentLists;
  /** i32: row numbers. */
  members: usize;
  size: i32;
  /** i16: size x bytes / 2; i32, u32 for each row: sum of squares, largest distance of its list. */
  rows: usize;
  bytes: usize;
  squares: usize;
  limits: usize;
  /** i32: products of two rows with four others. */
  products: usize;
}
/** Bytes of a `Group` and its products, rounded up. */
const GROUP_BYTES: usize = 64;

/**
 * All pairs of the `size` rows at `members`, of i16, two rows with four others at a time.
 * @param scratch `groupScratch`.
 */
function joinInt16(call: JoinGroupArguments, members: usize, size: i32, scratch: usize): void {
  const group = changetype<Group>(scratch);
  gatherGroup(group, call, members, size, scratch + GROUP_BYTES);
  for (let p: i32 = 0; p + 1 < size; p += 2) {
    for (let q = p + 1; q < size; q += 4) {
      multiplyTwoByFour(group, p, q);
      const listed = size - q < 4 ? (1 << (size - q)) - 1 : 15;
      offerFour(group, p, q, group.products, listed);
      // the second of the two rows is the first of the first four
      const others = q === p + 1 ? listed & ~1 : listed;
      if (p + 1 < size) offerFour(group, p + 1, q, group.products + 16, others);
    }
  }
}

/** Copies a group's rows side by side, with their sums of squares and the limits of their lists. */
function gatherGroup(
  group: Group,
  call: JoinGroupArguments,
  members: usize,
  size: i32,
  scratch: usize,
): void {
  const numbers = (<usize>size + 4) << 2;
  const bytes = (<usize>call.rows.width) << 1;
  group.lists = call.lists;
  group.members = members;
  group.size = size;
  group.bytes = bytes;
  group.products = scratch;
  group.squares = scratch + 32;
  group.limits = group.squares + numbers;
  group.rows = group.limits + numbers;
  for (let p: i32 = 0; p < size; p++) {
    const row = load<i32>(members + ((<usize>p) << 2));
    const at = (<usize>p) << 2;
    memory.copy(group.rows + <usize>p * bytes, call.rows.rows + <usize>row * bytes, bytes);
    store<i32>(group.squares + at, load<i32>(call.rows.squares + ((<usize>row) << 2)));
    store<u32>(group.limits + at, limitOf(call.lists, entriesOf(call.lists, row)));
  }
}

/** Writes the inner products of rows p and p + 1 of a group with rows q to q + 3 to `products`, 4 and 4 i32. */
function multiplyTwoByFour(group: Group, p: i32, q: i32): void {
  const bytes = group.bytes;
  let a = group.rows + <usize>p * bytes;
  let b = group.rows + <usize>q * bytes;
  const c = bytes;
  const d = bytes << 1;
  const e = c + d;
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  let t0 = i32x4.splat(0);
  let t1 = i32x4.splat(0);
  let t2 = i32x4.splat(0);
  let t3 = i32x4.splat(0);
  for (const end = a + bytes; a < end; a += 16) {
    const v = v128.load(a);
    const w = v128.load(a + bytes);
    let x = v128.load(b);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v, x));
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(w, x));
    x = v128.load(b + c);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v, x));
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(w, x));
    x = v128.load(b + d);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v, x));
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(w, x));
    x = v128.load(b + e);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v, x));
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(w, x));
    b += 16;
  }
  v128.store(group.products, sumsOfFour(s0, s1, s2, s3));
  v128.store(group.products, sumsOfFour(t0, t1, t2, t3), 16);
}

/**
 * Inserts row p of a group into the lists of rows q to q + 3 and these into its list, as far as they are near.
 * @param products i32: the four inner products; overwritten.
 * @param listed bits of the four rows that count.
 */
function offerFour(group: Group, p: i32, q: i32, products: usize, listed: i32): void {
  const at = (<usize>q) << 2;
  const from = (<usize>p) << 2;
  const sums = i32x4.add(i32x4.splat(load<i32>(group.squares + from)), v128.load(group.squares + at));
  const found = i32x4.sub(sums, i32x4.shl(v128.load(products), 1));
  const near = v128.or(
    i32x4.le_u(found, i32x4.splat(load<i32>(group.limits + from))),
    i32x4.le_u(found, v128.load(group.limits + at)),
  );
  let mask = i32x4.bitmask(near) & listed;
  if (mask === 0) return;
  v128.store(products, found);
  const length = group.lists.length;
  const row = load<i32>(group.members + from);
  const list = entriesOf(group.lists, row);
  for (; mask !== 0; mask &= mask - 1) {
    const n = (<usize>ctz(mask)) << 2;
    const distance = load<u32>(products + n);
    const other = load<i32>(group.members + at + n);
    const otherList = entriesOf(group.lists, other);
    insertEntry(list, length, entryOf(distance, other));
    insertEntry(otherList, length, entryOf(distance, row));
    store<u32>(group.limits + at + n, limitOf(group.lists, otherList));
  }
  store<u32>(group.limits + from, limitOf(group.lists, list));
}
