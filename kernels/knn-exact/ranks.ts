/**
 * Ranks of given targets among all rows, exact: how many rows are nearer than each target; pairs.ts compares
 * the pairs.
 *
 * Purpose: a pair whose bounds lie on one side of a target's distance is counted for it at once
 *   (count-ranks.ts); the others are counted by tighter bounds or by their exact distance, for the targets that
 *   are still open.
 * Memory: 36 bytes a target.
 * Types (a field with an element type such as f32 is the address of an array): `Ranks`: k (targets of a query),
 *   stride (counts of a query: k rounded up to a multiple of 4), near (f32, queries x stride: a pair below `near` is
 *   surely nearer than the target, a pair above `far` surely farther), far, nearOfFour (the same limits, the k targets
 *   of four rows beside each other), farOfFour, limits (f32 a row: its largest far limit), thresholds (f64, queries x
 *   k: ranking distances of the targets), targets (i32, queries x k: positions of the targets among the data rows),
 *   counts (i32, queries x stride: the ranks, added to atomically), ids (i32 a data row: its row number, which orders
 *   rows at the same distance). `TargetArguments`: metric (code of the metric), d (columns of a row), queries (f32:
 *   queries x d; f64 a query: mean and sum of squares (cosine, correlation)), queryMeans, querySquares, data (the same
 *   of the data), dataMeans, dataSquares, targets (i32, queries x k: data rows), k, distances (f64, queries x k: the
 *   ranking distances). `FourPairs`: metric (code of the metric), d (columns of a row), queries (f32: queries x d; f64
 *   a query: mean and sum of squares (cosine, correlation)), queryMeans, querySquares, data (the same of the data),
 *   dataMeans, dataSquares, queryRows (i32: row numbers of the four queries, and of the four data rows), dataRows, out
 *   (f64: the four distances, and 32 bytes of scratch after them). `RankLimitsArguments`: rankToBound, ranks (ranks
 *   whose thresholds are known).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { exactFour, FOUR_PAIRS, FourPairs } from './exact-distance';
import { RankLimitsArguments, Ranks, TargetArguments } from './layout';

/** Byte offset of a row's limits (f32) or counts (i32) in arrays of `stride` a row. */
export function rowOffset(ranks: Ranks, row: i32): usize {
  return (<usize>(row * ranks.stride)) << 2;
}

/**
 * Byte offset of the limits of four rows, from `row` (a multiple of 4) on, in arrays that hold each target's four
 * limits side by side.
 */
export function fourRowsOffset(ranks: Ranks, row: i32): usize {
  return (<usize>(row * ranks.k)) << 2;
}

/** Bytes of scratch that `targetDistances` needs: a `FourPairs`, its row numbers and its results. */
export function targetScratch(): usize {
  return FOUR_PAIRS + 16 + 16 + 64;
}

/**
 * Kernel: writes the ranking distances (f64) of query `item` to its k targets, four at a time; the last may be
 * measured again. Scratch: `targetScratch`.
 */
export function targetDistances(item: i32, scratch: usize, call: TargetArguments): void {
  const k = call.k;
  const targets = call.targets + ((<usize>item * <usize>k) << 2);
  const four = changetype<FourPairs>(scratch);
  four.metric = call.metric;
  four.d = call.d;
  four.queries = call.queries;
  four.queryMeans = call.queryMeans;
  four.querySquares = call.querySquares;
  four.data = call.data;
  four.dataMeans = call.dataMeans;
  four.dataSquares = call.dataSquares;
  four.queryRows = scratch + FOUR_PAIRS;
  four.dataRows = four.queryRows + 16;
  four.out = four.dataRows + 16;
  v128.store(four.queryRows, i32x4.splat(item));
  for (let t: i32 = 0; t < k; t += 4) {
    for (let n: i32 = 0; n < 4; n++) {
      store<i32>(four.dataRows + ((<usize>n) << 2), load<i32>(targets + ((<usize>min(t + n, k - 1)) << 2)));
    }
    exactFour(four);
    const together = min(4, k - t);
    for (let n: i32 = 0; n < together; n++) {
      const at = call.distances + ((<usize>(item * k + t + n)) << 3);
      store<f64>(at, load<f64>(four.out + ((<usize>n) << 3)));
    }
  }
}

/**
 * Kernel: writes the near and far limits of the targets of row `item` (f32, their squared distances in the frame,
 * rounded down and up), and the largest far limit. Runs after `targetDistances`.
 */
export function rankLimits(item: i32, _scratch: usize, call: RankLimitsArguments): void {
  const ranks = call.ranks;
  const rankToBound = call.rankToBound;
  const offset = rowOffset(ranks, item);
  const four = fourRowsOffset(ranks, item & ~3) + ((<usize>(item & 3)) << 2);
  const thresholds = ranks.thresholds + ((<usize>item * <usize>ranks.k) << 3);
  let farthest: f32 = -Infinity;
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const bound = load<f64>(thresholds + (t << 3)) * rankToBound;
    const near = <f32>(bound * (1 - 2.4e-7));
    let far = <f32>(bound * (1 + 2.4e-7));
    // not a number after an overflow: every pair is measured
    if (!(far <= Infinity)) far = Infinity;
    store<f32>(ranks.near + offset + (t << 2), near);
    store<f32>(ranks.far + offset + (t << 2), far);
    store<f32>(ranks.nearOfFour + four + (t << 4), near);
    store<f32>(ranks.farOfFour + four + (t << 4), far);
    farthest = max(farthest, far);
  }
  for (let t = <usize>ranks.k; t < <usize>ranks.stride; t++) {
    store<f32>(ranks.near + offset + (t << 2), -Infinity);
    store<f32>(ranks.far + offset + (t << 2), -Infinity);
  }
  store<f32>(ranks.limits + ((<usize>item) << 2), farthest);
}

/**
 * Of the targets of `row` that bounds `lower` to `upper` left open, adds 1 for those that lie farther than the pair by the tighter
 * `tightUpper`; those nearer by `tightLower` are decided without a count. Returns true when none stays open. Bounds are
 * squared distances in the frame: rows centered and scaled, or of unit length (manhattan: distances).
 * @param sums address of the row's i32 counts.
 */
export function resolveRanks(
  ranks: Ranks,
  row: i32,
  sums: usize,
  lower: f32,
  upper: f32,
  tightLower: f32,
  tightUpper: f32,
): boolean {
  const near = ranks.near + rowOffset(ranks, row);
  const far = ranks.far + rowOffset(ranks, row);
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

/**
 * Counts the pair of `row` and data row `other` by its exact ranking distance, for the targets that bounds `lower` to
 * `upper` left open; ties by row number.
 * @param sums address of the row's i32 counts.
 */
export function countExact(
  ranks: Ranks,
  row: i32,
  other: i32,
  distance: f64,
  sums: usize,
  lower: f32,
  upper: f32,
): void {
  const near = ranks.near + rowOffset(ranks, row);
  const far = ranks.far + rowOffset(ranks, row);
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

/**
 * Row number of the data row at position `row`, which orders rows at the same distance.
 * @param ids i32, one a position.
 */
export function idOf(ids: usize, row: i32): i32 {
  return load<i32>(ids + ((<usize>row) << 2));
}

/** Address of the i32 counts of `row`, in counts at `sums` that begin with row `first`. */
export function sumsOfRow(ranks: Ranks, sums: usize, first: i32, row: i32): usize {
  return sums + rowOffset(ranks, row - first);
}

/**
 * Adds the counts of `count` rows from `first` on to the result, atomically, since other threads may do so at the
 * same time.
 * @param sums i32, count x stride.
 */
export function addCounts(ranks: Ranks, first: i32, count: i32, sums: usize): void {
  const bytes = rowOffset(ranks, count);
  const counts = ranks.counts + rowOffset(ranks, first);
  for (let at: usize = 0; at < bytes; at += 4) {
    const sum = load<i32>(sums + at);
    if (sum === 0) continue;
    if (ASC_FEATURE_THREADS) atomic.add<i32>(counts + at, sum);
    else store<i32>(counts + at, load<i32>(counts + at) + sum);
  }
}
