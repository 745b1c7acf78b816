/**
 * Ranks of given targets among all rows, exact: how many rows are nearer than each target; see pairs.ts for the walk.
 *
 * Bounds that lie on one side of a target's distance count the pair for it (count-ranks.ts); the others are counted by tighter
 * bounds or by their exact distance, for the targets that were open. Memory: 36 bytes a target.
 */

import { exactFour } from './exact-distance';

/** The same order of fields in engine/wasm/knn-exact/ranks.ts. */
@unmanaged
export class Ranks {
  k: i32;
  /** Places a row in the arrays below: k rounded up to whole vectors. */
  stride: i32;
  /** f32 a target: surely nearer below the first, surely farther above the second. What pads a row is below all bounds. */
  near: usize;
  far: usize;
  /** The same, the k targets of four rows beside each other. */
  nearOfFour: usize;
  farOfFour: usize;
  /** f32 a row: the largest of its far limits. */
  limits: usize;
  /** f64, i32: rows x k. */
  thresholds: usize;
  targets: usize;
  /** i32 rows x stride, added to. */
  counts: usize;
  /** i32 a data row: the number that orders it among rows at the same distance. */
  ids: usize;
}

/** Bytes from the start of limits or counts to those of a row. */
export function placeOf(ranks: Ranks, row: i32): usize {
  return (<usize>(row * ranks.stride)) << 2;
}

/** Bytes from the start of the limits of fours to those of the rows from `row`, a multiple of 4. */
export function placeOfFour(ranks: Ranks, row: i32): usize {
  return (<usize>(row * ranks.k)) << 2;
}

/** Distances (f64) of asked row `item` to its k targets. Scratch: 96 bytes. */
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
  v128.store(scratch + 16, i32x4.splat(item));
  for (let t: i32 = 0; t < k; t += 4) {
    for (let n: i32 = 0; n < 4; n++) {
      store<i32>(scratch + ((<usize>n) << 2), load<i32>(own + ((<usize>min(t + n, k - 1)) << 2)));
    }
    exactFour(
      metric,
      queries,
      queryMeans,
      querySquares,
      scratch + 16,
      data,
      means,
      squares,
      d,
      scratch,
      scratch + 32,
    );
    const together = min(4, k - t);
    for (let n: i32 = 0; n < together; n++) {
      const at = thresholds + ((<usize>(item * k + t + n)) << 3);
      store<f64>(at, load<f64>(scratch + 32 + ((<usize>n) << 3)));
    }
  }
}

/** Limits of row `item`'s targets, and the largest of them. */
export function rankLimits(item: i32, _scratch: usize, ranks: Ranks, rankToBound: f64): void {
  const own = placeOf(ranks, item);
  const four = placeOfFour(ranks, item & ~3) + ((<usize>(item & 3)) << 2);
  const thresholds = ranks.thresholds + ((<usize>item * <usize>ranks.k) << 3);
  let farthest: f32 = -Infinity;
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const bound = load<f64>(thresholds + (t << 3)) * rankToBound;
    const near = <f32>(bound * (1 - 2.4e-7));
    let far = <f32>(bound * (1 + 2.4e-7));
    // not a number after an overflow: everything is measured
    if (!(far <= Infinity)) far = Infinity;
    store<f32>(ranks.near + own + (t << 2), near);
    store<f32>(ranks.far + own + (t << 2), far);
    store<f32>(ranks.nearOfFour + four + (t << 4), near);
    store<f32>(ranks.farOfFour + four + (t << 4), far);
    farthest = max(farthest, far);
  }
  for (let t = <usize>ranks.k; t < <usize>ranks.stride; t++) {
    store<f32>(ranks.near + own + (t << 2), -Infinity);
    store<f32>(ranks.far + own + (t << 2), -Infinity);
  }
  store<f32>(ranks.limits + ((<usize>item) << 2), farthest);
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
  const near = ranks.near + placeOf(ranks, row);
  const far = ranks.far + placeOf(ranks, row);
  const lowers = f32x4.splat(lower);
  const uppers = f32x4.splat(upper);
  const tightLowers = f32x4.splat(tightLower);
  const tightUppers = f32x4.splat(tightUpper);
  let left = i32x4.splat(0);
  for (let t: usize = 0; t < (<usize>ranks.stride) << 2; t += 16) {
    const nears = v128.load(near + t);
    const fars = v128.load(far + t);
    const open = v128.andnot(f32x4.le(lowers, fars), f32x4.lt(uppers, nears));
    const sure = v128.and(open, f32x4.lt(tightUppers, nears));
    v128.store(sums + t, i32x4.sub(v128.load(sums + t), sure));
    left = v128.or(left, v128.and(v128.andnot(open, sure), f32x4.le(tightLowers, fars)));
  }
  return !v128.any_true(left);
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
  const near = ranks.near + placeOf(ranks, row);
  const far = ranks.far + placeOf(ranks, row);
  const first = <usize>row * <usize>ranks.k;
  const id = idOf(ranks.ids, other);
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const at = t << 2;
    if (lower > load<f32>(far + at) || upper < load<f32>(near + at)) continue;
    const threshold = load<f64>(ranks.thresholds + ((first + t) << 3));
    const target = load<i32>(ranks.targets + ((first + t) << 2));
    if (distance < threshold || (distance === threshold && id < idOf(ranks.ids, target))) {
      store<i32>(sums + at, load<i32>(sums + at) + 1);
    }
  }
}

/** The number that orders a data row among rows at the same distance. */
export function idOf(ids: usize, row: i32): i32 {
  return load<i32>(ids + ((<usize>row) << 2));
}

/** Where the sums of `row` begin, in sums from `first` on. */
export function sumsOf(ranks: Ranks, sums: usize, first: i32, row: i32): usize {
  return sums + placeOf(ranks, row - first);
}

/** Adds the sums of `count` rows to their counts; other threads may do so too. */
export function addCounts(ranks: Ranks, first: i32, count: i32, sums: usize): void {
  const bytes = placeOf(ranks, count);
  const counts = ranks.counts + placeOf(ranks, first);
  for (let at: usize = 0; at < bytes; at += 4) {
    const sum = load<i32>(sums + at);
    if (sum === 0) continue;
    if (ASC_FEATURE_THREADS) atomic.add<i32>(counts + at, sum);
    else store<i32>(counts + at, load<i32>(counts + at) + sum);
  }
}
