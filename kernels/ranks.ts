/**
 * Ranks of given targets among all rows, exact: how many rows are nearer than each target; see pairs.ts for the walk.
 *
 * Bounds that lie on one side of a target's distance count the pair for it; the others are counted by tighter bounds or
 * by their exact distance, for the targets that were open. A tile is counted target by target, four pairs at a time: for
 * an asked row along its data rows, for four data rows along the asked ones. Most targets are nearer than the tile's
 * least bound and need no look at its pairs.
 * Cost: the walk, plus about 1.5 vector operations for each pair and each target inside the range of the tile's bounds.
 * Memory: 28 bytes a target.
 */

import { mark, STRIDE, Tile } from './bounds';
import { exactFour } from './exact';

/** The same order of fields in engine/wasm/ranks.ts. */
@unmanaged
export class Ranks {
  k: i32;
  /** f32 a target, four rows beside each other (`placeOf`): surely nearer below the first, surely farther above the second. */
  near: usize;
  far: usize;
  /** f32 a row: the largest of its far limits. */
  limits: usize;
  /** f64, i32: rows x k. */
  thresholds: usize;
  targets: usize;
  /** i32 a target, placed as limits, added to. */
  counts: usize;
}

/** Whether `countVectors` left pairs open; each thread has its own. */
let someOpen: bool = false;

/** Bytes from the start of limits or counts to a row's first target; its next one is 16 bytes on. */
function placeOf(ranks: Ranks, row: i32): usize {
  return ((<usize>(row >> 2) * <usize>ranks.k) << 4) + ((<usize>(row & 3)) << 2);
}

/** Distances (f64) of asked row `item` to its k targets. Scratch: 64 bytes. */
export function targetDistances(
  item: i32,
  scratch: usize,
  metric: i32,
  d: i32,
  queries: usize,
  queryMeans: usize,
  querySquares: usize,
  data: usize,
  means: usize,
  squares: usize,
  targets: usize,
  k: i32,
  thresholds: usize,
): void {
  const own = targets + ((<usize>item * <usize>k) << 2);
  for (let t: i32 = 0; t < k; t += 4) {
    for (let n: i32 = 0; n < 4; n++) {
      store<i32>(scratch + ((<usize>n) << 2), load<i32>(own + ((<usize>min(t + n, k - 1)) << 2)));
    }
    const query = queries + ((<usize>item * <usize>d) << 2);
    exactFour(metric, query, item, queryMeans, querySquares, data, means, squares, d, scratch, scratch + 16);
    const together = min(4, k - t);
    for (let n: i32 = 0; n < together; n++) {
      const at = thresholds + ((<usize>(item * k + t + n)) << 3);
      store<f64>(at, load<f64>(scratch + 16 + ((<usize>n) << 3)));
    }
  }
}

/** Limits of row `item`'s targets, and the largest of them. */
export function rankLimits(item: i32, _scratch: usize, ranks: Ranks, rankToBound: f64): void {
  const own = placeOf(ranks, item);
  const thresholds = ranks.thresholds + ((<usize>item * <usize>ranks.k) << 3);
  let farthest: f32 = -Infinity;
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const bound = load<f64>(thresholds + (t << 3)) * rankToBound;
    let farLimit = <f32>(bound * (1 + 2.4e-7));
    // not a number after an overflow: everything is measured
    if (!(farLimit <= Infinity)) farLimit = Infinity;
    store<f32>(ranks.near + own + (t << 4), <f32>(bound * (1 - 2.4e-7)));
    store<f32>(ranks.far + own + (t << 4), farLimit);
    farthest = max(farthest, farLimit);
  }
  store<f32>(ranks.limits + ((<usize>item) << 2), farthest);
}

/** Counts a tile for the targets of its asked rows, and marks what is open. @param sums counts from row `first` on. */
export function countRows(ranks: Ranks, tile: Tile, first: i32, sums: usize, side: i32): void {
  for (let r: i32 = 0; r < tile.count; r++) {
    const row = tile.first + r;
    const least = load<f32>(tile.least + ((<usize>r) << 2));
    if (least > load<f32>(ranks.limits + ((<usize>row) << 2))) continue;
    const most = load<f32>(tile.most + ((<usize>r) << 2));
    const limits = placeOf(ranks, row);
    const counts = sums + placeOf(ranks, row - first);
    for (let t: usize = 0; t < (<usize>ranks.k) << 4; t += 16) {
      const far = load<f32>(ranks.far + limits + t);
      if (least > far) continue;
      const near = load<f32>(ranks.near + limits + t);
      const nearer = most < near ? tile.across : countRow(tile, r, near, far, side);
      store<i32>(counts + t, load<i32>(counts + t) + nearer);
    }
  }
}

/** How many pairs of a row are surely nearer than a target; marks those that may be or not. */
function countRow(tile: Tile, r: i32, near: f32, far: f32, side: i32): i32 {
  const shift = <usize>r * STRIDE;
  const nears = f32x4.splat(near);
  const fars = f32x4.splat(far);
  const count = countVectors(tile, shift, shift + ((<usize>tile.across) << 2), 16, nears, fars);
  if (someOpen) {
    for (let j: i32 = 0; j < tile.across; j += 4) {
      const at = shift + ((<usize>j) << 2);
      const lanes = openLanes(v128.load(tile.lowers + at), v128.load(tile.uppers + at), nears, fars);
      if (lanes) mark(tile, r, j, lanes, side);
    }
  }
  const left = i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1);
  return left + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
}

/**
 * Counts, lane by lane, the pairs that are surely nearer, among vectors `step` bytes apart, and those that may be: where
 * they differ, some are open. Four vectors at a time, which halves the time; what is past the tile's edge is infinite.
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

function openLanes(lower: v128, upper: v128, near: v128, far: v128): i32 {
  return i32x4.bitmask(v128.or(f32x4.lt(upper, near), f32x4.gt(lower, far))) ^ 15;
}

/** Counts a tile for the targets of its data rows. @param sums counts from data row `from` on. */
export function countColumns(ranks: Ranks, tile: Tile, from: i32, sums: usize, side: i32): void {
  for (let j: i32 = 0; j < tile.across; j += 4) {
    const column = tile.chunk + j;
    const shift = (<usize>j) << 2;
    const end = <usize>tile.count * STRIDE + shift;
    let least = f32x4.splat(Infinity);
    let most = f32x4.splat(-Infinity);
    for (let at = shift; at < end; at += STRIDE) {
      least = f32x4.pmin(least, v128.load(tile.lowers + at));
      most = f32x4.pmax(most, v128.load(tile.uppers + at));
    }
    if (i32x4.all_true(f32x4.gt(least, v128.load(ranks.limits + ((<usize>column) << 2))))) continue;
    const limits = placeOf(ranks, column);
    const counts = sums + placeOf(ranks, column - from);
    for (let t: usize = 0; t < (<usize>ranks.k) << 4; t += 16) {
      const far = v128.load(ranks.far + limits + t);
      const out = f32x4.gt(least, far);
      if (i32x4.all_true(out)) continue;
      const near = v128.load(ranks.near + limits + t);
      const sure = f32x4.lt(most, near);
      const count = i32x4.all_true(v128.or(out, sure))
        ? v128.and(sure, i32x4.splat(tile.count))
        : countColumn(tile, j, near, far, side);
      v128.store(counts + t, i32x4.add(v128.load(counts + t), count));
    }
  }
}

/** As `countRow`, for four data rows. */
function countColumn(tile: Tile, j: i32, near: v128, far: v128, side: i32): v128 {
  const shift = (<usize>j) << 2;
  const count = countVectors(tile, shift, shift + <usize>tile.count * STRIDE, STRIDE, near, far);
  if (someOpen) {
    for (let r: i32 = 0; r < tile.count; r++) {
      const at = shift + <usize>r * STRIDE;
      const lanes = openLanes(v128.load(tile.lowers + at), v128.load(tile.uppers + at), near, far);
      if (lanes) mark(tile, r, j, lanes, side);
    }
  }
  return count;
}

/** Counts a pair for those targets of `row` that `lower` and `upper` left open and tighter bounds decide; true if all. */
export function settleRanks(
  ranks: Ranks,
  row: i32,
  sums: usize,
  lower: f32,
  upper: f32,
  tightLower: f32,
  tightUpper: f32,
): boolean {
  const own = placeOf(ranks, row);
  let decided = true;
  for (let t: usize = 0; t < (<usize>ranks.k) << 4; t += 16) {
    const near = load<f32>(ranks.near + own + t);
    const far = load<f32>(ranks.far + own + t);
    if (lower > far || upper < near) continue;
    if (tightUpper < near) store<i32>(sums + t, load<i32>(sums + t) + 1);
    else if (!(tightLower > far)) decided = false;
  }
  return decided;
}

/** Counts a pair by its exact distance for those targets of `row` that the bounds left open. */
export function countExact(
  ranks: Ranks,
  row: i32,
  other: i32,
  distance: f64,
  sums: usize,
  lower: f32,
  upper: f32,
): void {
  const own = placeOf(ranks, row);
  const first = <usize>row * <usize>ranks.k;
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const at = t << 4;
    if (lower > load<f32>(ranks.far + own + at) || upper < load<f32>(ranks.near + own + at)) continue;
    const threshold = load<f64>(ranks.thresholds + ((first + t) << 3));
    const target = load<i32>(ranks.targets + ((first + t) << 2));
    if (distance < threshold || (distance === threshold && other < target)) {
      store<i32>(sums + at, load<i32>(sums + at) + 1);
    }
  }
}

/** Where the sums of `row` begin, in sums from `first` on. */
export function sumsOf(ranks: Ranks, sums: usize, first: i32, row: i32): usize {
  return sums + placeOf(ranks, row - first);
}

/** Bytes of sums of `count` rows. */
export function sumBytes(k: i32, count: i32): usize {
  return (<usize>((count + 3) & ~3) * <usize>k) << 2;
}

/** Adds the sums of `count` rows to their counts; other threads may do so too. */
export function addCounts(ranks: Ranks, first: i32, count: i32, sums: usize): void {
  const bytes = sumBytes(ranks.k, count);
  const counts = ranks.counts + placeOf(ranks, first);
  for (let at: usize = 0; at < bytes; at += 4) {
    const sum = load<i32>(sums + at);
    if (sum === 0) continue;
    if (ASC_FEATURE_THREADS) atomic.add<i32>(counts + at, sum);
    else store<i32>(counts + at, load<i32>(counts + at) + sum);
  }
}
