/**
 * Counts the pairs of a tile for the ranks of both sides, and marks the pairs that the bounds leave open
 * (ranks.ts).
 *
 * Purpose: counts target by target, four pairs at a time: for a query along its data rows, and for four data
 *   rows along the queries. Most targets are nearer than the tile's smallest bound and need no look at its
 *   pairs. Where few pairs lie within a row's farthest target, it counts pair by pair instead.
 * Cost: about 1.5 vector operations for each pair and each target inside the range of the tile's bounds.
 * Terms: a tile (bounds.ts) holds for rows r (queries) x columns j (data rows) lower and upper bounds of the pair's
 *   distance, f32, STRIDE bytes a row. A target of a row has two limits, f32: a pair with upper < `near` is surely nearer
 *   and is counted, one with lower > `far` surely farther; any other is open. `use` is the bit (resolve.ts: ROW_RANKS,
 *   COLUMN_RANKS) that an open pair is marked with, so that it is compared later. Addresses and offsets are in bytes.
 * Types (a field with an element type such as f32 is the address of an array): `Ranks`: k (targets of a query),
 *   stride (counts of a query: k rounded up to a multiple of 4), near (f32, queries x stride: a pair below `near` is
 *   surely nearer than the target, a pair above `far` surely farther), far, nearOfFour (the same limits, the k targets
 *   of four rows beside each other), farOfFour, limits (f32 a row: its largest far limit). `Tile`: firstRow, rowCount,
 *   firstColumn, columnCount, lowers, uppers, rowLeast (f32 a query: its smallest lower bound),
 *   rowMost (f32 a query: its largest upper bound).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { mark, STRIDE, Tile } from './bounds';
import { Ranks } from './layout';
import { fourRowsOffset, rowOffset, sumsOfRow } from './ranks';

/**
 * What counting one target takes over a row of a tile, and over four of its columns, where counting one pair for one
 * target takes 1: by measurement.
 */
const ROW_COST: i32 = 12;
const COLUMN_COST: i32 = 24;

/** Whether the last `countVectors` left pairs open; one a thread. */
let someOpen: bool = false;

/**
 * Adds to `sums`, for each target of each query of the tile, how many pairs are surely nearer, and marks the open
 * ones. Called once a tile.
 * @param sums address of i32 counts, `ranks.stride` a row, from row `first` on (ranks.ts, `sumsOfRow`).
 * @param use bit that marks open pairs (resolve.ts).
 */
export function countForRows(ranks: Ranks, tile: Tile, first: i32, sums: usize, use: i32): void {
  for (let r: i32 = 0; r < tile.rowCount; r++) {
    const row = tile.firstRow + r;
    const least = load<f32>(tile.rowLeast + ((<usize>r) << 2));
    const limit = load<f32>(ranks.limits + ((<usize>row) << 2));
    if (least > limit) continue;
    const limits = rowOffset(ranks, row);
    const counts = sumsOfRow(ranks, sums, first, row);
    let pairs = pairsWithin(tile, r, limit);
    if (<i32>popcnt(pairs) * ranks.k < ROW_COST * targetsWithin(ranks, limits, least)) {
      for (; pairs; pairs &= pairs - 1) {
        const j = <i32>ctz(pairs);
        if (!countPair(ranks, tile, r, j, limits, counts)) mark(tile, r, j & ~3, 1 << (j & 3), use);
      }
      continue;
    }
    const most = load<f32>(tile.rowMost + ((<usize>r) << 2));
    for (let t: usize = 0; t < (<usize>ranks.k) << 2; t += 4) {
      const far = load<f32>(ranks.far + limits + t);
      if (least > far) continue;
      const near = load<f32>(ranks.near + limits + t);
      const nearer = most < near ? tile.columnCount : countRow(tile, r, near, far, use);
      store<i32>(counts + t, load<i32>(counts + t) + nearer);
    }
  }
}

/** The pairs of row r, bit j for column j, whose lower bound does not exceed `limit`. */
function pairsWithin(tile: Tile, r: i32, limit: f32): u64 {
  const limits = f32x4.splat(limit);
  const lowers = tile.lowers + <usize>r * STRIDE;
  let pairs: u64 = 0;
  for (let j: i32 = 0; j < tile.columnCount; j += 4) {
    const lanes = i32x4.bitmask(f32x4.le(v128.load(lowers + ((<usize>j) << 2)), limits));
    pairs |= (<u64>lanes) << (<u64>j);
  }
  return pairs;
}

/**
 * How many targets of a row have a far limit of at least `least`, the row's smallest lower bound: those that its pairs
 * matter to.
 * @param limits byte offset of the row's limits.
 */
function targetsWithin(ranks: Ranks, limits: usize, least: f32): i32 {
  const leasts = f32x4.splat(least);
  let count: i32 = 0;
  for (let t: usize = 0; t < (<usize>ranks.stride) << 2; t += 16) {
    count += popcnt(i32x4.bitmask(f32x4.le(leasts, v128.load(ranks.far + limits + t))));
  }
  return count;
}

/**
 * Counts pair (r, j) for all targets of one row. Returns whether its bounds decide all of them.
 * @param limits byte offset of the row's limits. @param counts address of the row's i32 counts.
 */
function countPair(ranks: Ranks, tile: Tile, r: i32, j: i32, limits: usize, counts: usize): bool {
  const at = <usize>r * STRIDE + ((<usize>j) << 2);
  const lower = v128.load_splat<f32>(tile.lowers + at);
  const upper = v128.load_splat<f32>(tile.uppers + at);
  let open = i32x4.splat(0);
  for (let t: usize = 0; t < (<usize>ranks.stride) << 2; t += 16) {
    const sure = f32x4.lt(upper, v128.load(ranks.near + limits + t));
    v128.store(counts + t, i32x4.sub(v128.load(counts + t), sure));
    open = v128.or(open, v128.andnot(f32x4.le(lower, v128.load(ranks.far + limits + t)), sure));
  }
  return !v128.any_true(open);
}

/**
 * How many pairs of row r are surely nearer than a target with limits `near` and `far`; marks the open pairs for `use`.
 */
function countRow(tile: Tile, r: i32, near: f32, far: f32, use: i32): i32 {
  const shift = <usize>r * STRIDE;
  const nears = f32x4.splat(near);
  const fars = f32x4.splat(far);
  const count = countVectors(tile, shift, shift + ((<usize>tile.columnCount) << 2), 16, nears, fars);
  if (someOpen) {
    for (let j: i32 = 0; j < tile.columnCount; j += 4) {
      const at = shift + ((<usize>j) << 2);
      const lanes = openLanes(v128.load(tile.lowers + at), v128.load(tile.uppers + at), nears, fars);
      if (lanes) mark(tile, r, j, lanes, use);
    }
  }
  const left = i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1);
  return left + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
}

/**
 * For vectors of four pairs, how many in each lane are surely nearer (i32x4); sets `someOpen` to whether any pair is open.
 * The vectors are at byte offsets `from`, `from` + `step`... below `to` of the tile's lower and upper bounds: `step` is
 * 16 along a row, STRIDE down a column. Read four at a time, which halves the time, so up to three past `to`: infinite
 * bounds there.
 * @param near @param far f32x4, the limits of each lane's target.
 */
function countVectors(tile: Tile, from: usize, to: usize, step: usize, near: v128, far: v128): v128 {
  let sure = i32x4.splat(0);
  let perhaps = i32x4.splat(0);
  let upper = tile.uppers + from;
  let lower = tile.lowers + from;
  const end = tile.uppers + to;
  const two = step + step;
  for (; upper < end; upper += two) {
    const s0 = f32x4.lt(v128.load(upper), near);
    const s1 = f32x4.lt(v128.load(upper + step), near);
    const p0 = f32x4.le(v128.load(lower), far);
    const p1 = f32x4.le(v128.load(lower + step), far);
    upper += two;
    lower += two;
    const s2 = f32x4.lt(v128.load(upper), near);
    const s3 = f32x4.lt(v128.load(upper + step), near);
    const p2 = f32x4.le(v128.load(lower), far);
    const p3 = f32x4.le(v128.load(lower + step), far);
    lower += two;
    sure = i32x4.sub(sure, i32x4.add(i32x4.add(s0, s1), i32x4.add(s2, s3)));
    perhaps = i32x4.sub(perhaps, i32x4.add(i32x4.add(p0, p1), i32x4.add(p2, p3)));
  }
  someOpen = v128.any_true(v128.xor(sure, perhaps));
  return sure;
}

/** The open pairs among four, one bit a lane. @param lower @param upper f32x4 bounds. @param near @param far f32x4 limits. */
function openLanes(lower: v128, upper: v128, near: v128, far: v128): i32 {
  return i32x4.bitmask(v128.or(f32x4.lt(upper, near), f32x4.gt(lower, far))) ^ 15;
}

/**
 * Adds to `sums`, for each target of each data row of the tile, how many queries are surely nearer, and marks the
 * open pairs; four data rows at a time. Called once a tile where queries and data are the same rows.
 * @param sums address of i32 counts, `ranks.stride` a row, from data row `from` on.
 * @param use bit that marks open pairs (resolve.ts).
 */
export function countForColumns(ranks: Ranks, tile: Tile, from: i32, sums: usize, use: i32): void {
  for (let j: i32 = 0; j < tile.columnCount; j += 4) {
    const column = tile.firstColumn + j;
    const shift = (<usize>j) << 2;
    const end = <usize>tile.rowCount * STRIDE + shift;
    const farthest = v128.load(ranks.limits + ((<usize>column) << 2));
    let least = f32x4.splat(Infinity);
    let most = f32x4.splat(-Infinity);
    let pairs: i32 = 0;
    for (let at = shift; at < end; at += STRIDE) {
      const lower = v128.load(tile.lowers + at);
      least = f32x4.pmin(least, lower);
      most = f32x4.pmax(most, v128.load(tile.uppers + at));
      pairs += popcnt(i32x4.bitmask(f32x4.le(lower, farthest)));
    }
    if (pairs === 0) continue;
    const limits = fourRowsOffset(ranks, column);
    const counts = sumsOfRow(ranks, sums, from, column);
    if (pairs * ranks.k < COLUMN_COST * columnTargetsWithin(ranks, limits, least)) {
      countColumnPairs(ranks, tile, j, counts, use);
      continue;
    }
    for (let t: usize = 0; t < <usize>ranks.k; t++) {
      const far = v128.load(ranks.farOfFour + limits + (t << 4));
      const out = f32x4.gt(least, far);
      if (i32x4.all_true(out)) continue;
      const near = v128.load(ranks.nearOfFour + limits + (t << 4));
      const sure = f32x4.lt(most, near);
      const nearer = i32x4.all_true(v128.or(out, sure))
        ? v128.and(sure, i32x4.splat(tile.rowCount))
        : countFourColumns(tile, j, near, far, use);
      addToFour(ranks, counts + (t << 2), nearer);
    }
  }
}

/**
 * Adds the lanes of `nearer` (i32x4) to the counts of one target of four consecutive rows.
 * @param counts address of the first.
 */
function addToFour(ranks: Ranks, counts: usize, nearer: v128): void {
  const row = (<usize>ranks.stride) << 2;
  store<i32>(counts, load<i32>(counts) + i32x4.extract_lane(nearer, 0));
  store<i32>(counts + row, load<i32>(counts + row) + i32x4.extract_lane(nearer, 1));
  const third = counts + row + row;
  store<i32>(third, load<i32>(third) + i32x4.extract_lane(nearer, 2));
  store<i32>(third + row, load<i32>(third + row) + i32x4.extract_lane(nearer, 3));
}

/**
 * How many of the k targets have in any of four data rows a far limit of at least its `least` (f32x4).
 * @param limits `fourRowsOffset`.
 */
function columnTargetsWithin(ranks: Ranks, limits: usize, least: v128): i32 {
  let count: i32 = 0;
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    count += <i32>v128.any_true(f32x4.le(least, v128.load(ranks.farOfFour + limits + (t << 4))));
  }
  return count;
}

/**
 * Counts the pairs of columns j to j + 3 one by one, for all targets of these data rows, and marks the open ones.
 * @param counts of column j.
 * @param use bit that marks open pairs (resolve.ts).
 */
function countColumnPairs(ranks: Ranks, tile: Tile, j: i32, counts: usize, use: i32): void {
  const column = tile.firstColumn + j;
  const row = (<usize>ranks.stride) << 2;
  const farthest = v128.load(ranks.limits + ((<usize>column) << 2));
  for (let r: i32 = 0; r < tile.rowCount; r++) {
    const at = <usize>r * STRIDE + ((<usize>j) << 2);
    let lanes = i32x4.bitmask(f32x4.le(v128.load(tile.lowers + at), farthest));
    let open: i32 = 0;
    for (; lanes; lanes &= lanes - 1) {
      const lane = ctz(lanes);
      const rowCounts = counts + <usize>lane * row;
      if (!countPair(ranks, tile, r, j + lane, rowOffset(ranks, column + lane), rowCounts)) open |= 1 << lane;
    }
    if (open) mark(tile, r, j, open, use);
  }
}

/**
 * How many pairs (queries) of each of columns j to j + 3 are surely nearer than one target of that data row: i32x4, a lane a
 * column. Marks the open pairs for `use`.
 * @param near @param far f32x4: the limits of the four targets.
 */
function countFourColumns(tile: Tile, j: i32, near: v128, far: v128, use: i32): v128 {
  const shift = (<usize>j) << 2;
  const count = countVectors(tile, shift, shift + <usize>tile.rowCount * STRIDE, STRIDE, near, far);
  if (someOpen) {
    for (let r: i32 = 0; r < tile.rowCount; r++) {
      const at = shift + <usize>r * STRIDE;
      const lanes = openLanes(v128.load(tile.lowers + at), v128.load(tile.uppers + at), near, far);
      if (lanes) mark(tile, r, j, lanes, use);
    }
  }
  return count;
}
