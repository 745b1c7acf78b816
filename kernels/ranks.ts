/**
 * Ranks of given targets among all rows, exact: how many rows are nearer than each target; see pairs.ts for the walk.
 *
 * A pair whose bounds lie on one side of every target's distance is counted by them; the others are counted by their
 * exact distance. Cost: the walk, plus about 8 vector operations for each pair of which a row may be nearer than the
 * farthest target. Memory: 28 bytes a target.
 */

import { exactFour } from './exact';

/** The same order of fields in engine/wasm/ranks.ts. */
@unmanaged
export class Ranks {
  k: i32;
  /** Places a row in the arrays of limits and counts: k rounded up to whole vectors. */
  stride: i32;
  /** f32 a target: surely nearer below the first, surely farther above the second. */
  near: usize;
  far: usize;
  /** f64, i32: rows x k. */
  thresholds: usize;
  targets: usize;
  /** i32 rows x stride, added to. */
  counts: usize;
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
export function rankLimits(item: i32, _scratch: usize, ranks: Ranks, rankToBound: f64, limits: usize): void {
  const row = <usize>item;
  const near = ranks.near + ((row * <usize>ranks.stride) << 2);
  const far = ranks.far + ((row * <usize>ranks.stride) << 2);
  let farthest: f32 = -Infinity;
  for (let t: usize = 0; t < <usize>ranks.stride; t++) {
    let nearLimit: f32 = -Infinity;
    // what pads a row is below every bound
    let farLimit: f32 = -Infinity;
    if (t < <usize>ranks.k) {
      const bound = load<f64>(ranks.thresholds + ((row * <usize>ranks.k + t) << 3)) * rankToBound;
      nearLimit = <f32>(bound * (1 - 2.4e-7));
      farLimit = <f32>(bound * (1 + 2.4e-7));
      // not a number after an overflow: everything is measured
      if (!(farLimit <= Infinity)) farLimit = Infinity;
    }
    store<f32>(near + (t << 2), nearLimit);
    store<f32>(far + (t << 2), farLimit);
    farthest = max(farthest, farLimit);
  }
  store<f32>(limits + (row << 2), farthest);
}

/** Counts a row for the targets of another where its bounds decide on all of them; returns whether they do. */
export function settleRanks(ranks: Ranks, row: i32, sums: usize, lower: f32, upper: f32): boolean {
  const bytes = (<usize>ranks.stride) << 2;
  const near = ranks.near + <usize>row * bytes;
  const far = ranks.far + <usize>row * bytes;
  const lowers = f32x4.splat(lower);
  const uppers = f32x4.splat(upper);
  for (let t: usize = 0; t < bytes; t += 16) {
    const sure = f32x4.lt(uppers, v128.load(near + t));
    const out = f32x4.gt(lowers, v128.load(far + t));
    if (!i32x4.all_true(v128.or(sure, out))) return false;
  }
  for (let t: usize = 0; t < bytes; t += 16) {
    const sure = f32x4.lt(uppers, v128.load(near + t));
    v128.store(sums + t, i32x4.sub(v128.load(sums + t), sure));
  }
  return true;
}

/** Counts a row for the targets of another by its exact distance. */
export function countExact(ranks: Ranks, row: i32, other: i32, distance: f64, sums: usize): void {
  const first = <usize>row * <usize>ranks.k;
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const threshold = load<f64>(ranks.thresholds + ((first + t) << 3));
    const target = load<i32>(ranks.targets + ((first + t) << 2));
    if (distance < threshold || (distance === threshold && other < target)) {
      const sum = sums + (t << 2);
      store<i32>(sum, load<i32>(sum) + 1);
    }
  }
}

/** Adds the sums of `count` rows to their counts; other threads may do so too. */
export function addCounts(ranks: Ranks, first: i32, count: i32, sums: usize): void {
  const bytes = (<usize>(count * ranks.stride)) << 2;
  const counts = ranks.counts + ((<usize>first * <usize>ranks.stride) << 2);
  for (let at: usize = 0; at < bytes; at += 4) {
    const sum = load<i32>(sums + at);
    if (sum === 0) continue;
    if (ASC_FEATURE_THREADS) atomic.add<i32>(counts + at, sum);
    else store<i32>(counts + at, load<i32>(counts + at) + sum);
  }
}
