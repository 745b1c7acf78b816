/**
 * In-degrees and mean distances of the graph of sample-centered n-neighborhoods, in few dimensions.
 *
 * Source: the reference is src/engine/js/neighborhood-graph.ts; sums are in the same order, so results are the same to the
 *   last bit. What differs is how far the middle sample of a run looks (`collectNearest`).
 * Shapes: coordinates rows x d in the tree's order. Precision: double. Cost: about 3n distances a sample.
 * Determinism: an item is one of a fixed number of ranges of the order, with in-degrees of its own, which are added up.
 * Types (a field with an element type such as f32 is the address of an array): `GraphArguments`: tree (the
 *   `TreeArguments`), n (samples of a neighborhood, its own included; at most rows), ranges (ranges that the order is
 *   divided into), firstRange (the one that item 0 is), indegree (i32: items x rows, by position), meanDistance (f64 a row). `TreeArguments`:
 *   order (i32: row of each position of the order), rows.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import {
  collectNearest,
  collectWithin,
  distanceTo,
  foundAt,
  foundCount,
  measureFound,
  pointAt,
} from './collect';
import { GraphArguments, RUN, TreeArguments } from './layout';
import { selectValue } from './select';

/** Room for rounding in a reach: distances are sums of doubles. */
const SLACK: f64 = 1 + 1e-9;

/** Bytes of scratch a thread needs for `findNearest` on `rows` samples: two lists of f64 and one of i32. */
export function treeScratch(rows: i32): usize {
  return <usize>rows * 20 + 64;
}

/** Bytes of scratch a thread needs for `countNeighborhoods`: the same with room for two more, and coordinates in d dimensions. */
export function graphScratch(rows: i32, d: i32): usize {
  return (<usize>rows + 2) * (20 + ((<usize>d) << 2)) + 64;
}

/**
 * Kernel: counts the neighborhoods of the samples in range `firstRange + item` (0 to ranges - 1) of the order, in runs of RUN
 * samples that share one search. Zeroes and writes `indegree` (i32: how many neighborhoods of this range's samples
 * hold the sample at each position, the centre's own included) and `meanDistance` (f64, by row: mean distance to its
 * n nearest, itself among them at 0). Ends early, with its results unfinished, once a stop is asked for.
 * @param scratch address of `graphScratch(rows, d)` bytes.
 */
export function countNeighborhoods(item: i32, scratch: usize, call: GraphArguments): void {
  const tree = changetype<TreeArguments>(call.tree);
  const rows = tree.rows;
  const indegree = call.indegree + ((<usize>item * <usize>rows) << 2);
  memory.fill(indegree, 0, (<usize>rows) << 2);
  const runs = (rows + RUN - 1) / RUN;
  const range = call.firstRange + item;
  const last = <i32>((<i64>(range + 1) * runs) / call.ranges);
  for (let run = <i32>((<i64>range * runs) / call.ranges); run < last; run++) {
    if (load<i32>(STOP_ADDRESS)) return;
    addRun(tree, call, run * RUN, min(rows, (run + 1) * RUN), scratch, indegree);
  }
}

/**
 * Adds the neighborhoods of the samples at positions `low` to `high` - 1 (one run; not empty): one collection around
 * the middle one serves all that lie close to it, and the others search for themselves.
 * @param squared scratch for the squared distances of rows, followed by another as many f64, as many i32 and packed coordinates.
 * @param indegree address of the range's counts (i32 by position), which are raised.
 */
function addRun(
  tree: TreeArguments,
  call: GraphArguments,
  low: i32,
  high: i32,
  squared: usize,
  indegree: usize,
): void {
  const work = workIn(tree, squared);
  const list = work + (work - squared);
  const middle = middleOf(tree, low, high);
  const point = pointAt(tree, middle);
  collectNearest(tree, point, middle, call.n, list, work);
  measureFound(tree, point, work);
  const nth = selectValue(work, foundCount(), call.n - 1);
  // what lies farther off than half of the n-th distance is searched for on its own, so that the reach stays below 2r
  const limit = nth / 4;
  let wide: f64 = 0;
  for (let i = low; i < high; i++) {
    const away = distanceTo(tree, point, i);
    if (away <= limit) wide = max(wide, away);
  }
  // |x - middle| <= w, so its n-th distance is at most r + w, and its neighbors are within r + 2w of the middle
  const reach = (2 * sqrt(limit) + 2 * sqrt(wide)) * SLACK;
  collectWithin(tree, point, reach * reach, list);
  packFound(tree, squared);
  let known = sqrt(nth);
  let before = middle;
  for (let i = low; i < high; i++) {
    if (distanceTo(tree, point, i) > limit) continue;
    // n-th distances of two samples differ by no more than these are apart
    const apart = sqrt(distanceTo(tree, pointAt(tree, before), i));
    known = takeNearest(tree, call, i, known - apart, known + apart, squared, indegree);
    before = i;
  }
  for (let i = low; i < high; i++) {
    const away = distanceTo(tree, point, i);
    if (away <= limit) continue;
    const most = (sqrt(nth) + sqrt(away)) * SLACK;
    if (away < nth) collectWithin(tree, pointAt(tree, i), most * most, list);
    else collectNearest(tree, pointAt(tree, i), i, call.n, list, work);
    packFound(tree, squared);
    takeNearest(tree, call, i, 0, most, squared, indegree);
  }
}

/** Position of the sample nearest to the middle of the box around those at positions `low` to `high` - 1. */
function middleOf(tree: TreeArguments, low: i32, high: i32): i32 {
  const d = <usize>tree.d;
  let best = low;
  let least: f64 = Infinity;
  for (let i = low; i < high; i++) {
    const point = pointAt(tree, i);
    let sum: f64 = 0;
    for (let axis: usize = 0; axis < d << 2; axis += 4) {
      let from = load<f32>(point + axis);
      let to = from;
      for (let j = low; j < high; j++) {
        const value = load<f32>(pointAt(tree, j) + axis);
        from = min(from, value);
        to = max(to, value);
      }
      const gap = 2 * <f64>load<f32>(point + axis) - <f64>from - <f64>to;
      sum += gap * gap;
    }
    if (sum < least) {
      least = sum;
      best = i;
    }
  }
  return best;
}

/** Address of the second list of f64 in the scratch that begins at `squared`: each has room for two more than there are rows. */
function workIn(tree: TreeArguments, squared: usize): usize {
  return squared + ((<usize>tree.rows + 2) << 3);
}

/** Address of the packed coordinates in the same scratch. */
function packedIn(tree: TreeArguments, squared: usize): usize {
  return squared + (<usize>tree.rows + 2) * 20;
}

/** Writes the coordinates (f32) of the samples found, dimension after dimension, an even number of each: the last may be NaN. */
function packFound(tree: TreeArguments, squared: usize): void {
  const count = foundCount();
  let to = packedIn(tree, squared);
  for (let axis: usize = 0; axis < (<usize>tree.d) << 2; axis += 4) {
    for (let i: i32 = 0; i < count; i++, to += 4) store<f32>(to, load<f32>(pointAt(tree, foundAt(i)) + axis));
    if (count & 1) {
      store<f32>(to, NaN);
      to += 4;
    }
  }
}

/**
 * Writes the squared distances of the samples found from that at position `at` to `squared`, and those from `low` to `high` to the f64 after them.
 * Returns how many of these there are; how many are nearer is in `nearer`.
 */
function measurePacked(tree: TreeArguments, at: i32, low: f64, high: f64, squared: usize): i32 {
  const d = <usize>tree.d;
  const point = pointAt(tree, at);
  const bytes = (<usize>((foundCount() + 1) & ~1)) << 2;
  const packed = packedIn(tree, squared);
  const work = workIn(tree, squared);
  const least = f64x2.splat(low);
  const most = f64x2.splat(high);
  let inside: i32 = 0;
  let to = work;
  for (let pair: usize = 0; pair < bytes; pair += 8) {
    let sum = f64x2.splat(0);
    for (let axis: usize = 0; axis < d; axis++) {
      const gap = f64x2.sub(
        f64x2.promote_low_f32x4(v128.load64_zero(packed + axis * bytes + pair)),
        f64x2.splat(<f64>load<f32>(point + (axis << 2))),
      );
      sum = f64x2.add(sum, f64x2.mul(gap, gap));
    }
    v128.store(squared + (pair << 1), sum);
    inside += i32.popcnt(i64x2.bitmask(f64x2.lt(sum, least)));
    // written in any case: the next one takes its place where it is not kept
    const kept = i64x2.bitmask(v128.and(f64x2.ge(sum, least), f64x2.le(sum, most)));
    store<f64>(to, f64x2.extract_lane(sum, 0));
    to += (<usize>(kept & 1)) << 3;
    store<f64>(to, f64x2.extract_lane(sum, 1));
    to += (<usize>(kept >> 1)) << 3;
  }
  nearer = inside;
  return <i32>((to - work) >> 3);
}

/** What `measurePacked` of this thread counted last. */
let nearer: i32 = 0;

/**
 * Raises `indegree` (i32 by position) for the n nearest, among the samples found, of the sample at position `at`, and
 * writes its mean distance to `meanDistance` at its row. The found list must hold its n nearest. Of samples at the
 * n-th distance the smaller rows are taken. Returns the n-th distance.
 * @param least the n-th distance is no less. @param most and no more.
 * @param squared scratch, with the packed coordinates of the samples found.
 */
function takeNearest(
  tree: TreeArguments,
  call: GraphArguments,
  at: i32,
  least: f64,
  most: f64,
  squared: usize,
  indegree: usize,
): f64 {
  const n = call.n;
  const work = workIn(tree, squared);
  const low = max<f64>(0, least) / SLACK;
  const high = most * SLACK;
  const between = measurePacked(tree, at, low * low, high * high, squared);
  const limit = selectValue(work, between, n - 1 - nearer);
  const count = foundCount();
  let to = work;
  for (let i: i32 = 0; i < count; i++) {
    store<i32>(to, i);
    to += (<usize>(load<f64>(squared + ((<usize>i) << 3)) <= limit)) << 2;
  }
  const chosen = <i32>((to - work) >> 2);
  let sum: f64 = 0;
  let taken: i32 = 0;
  for (let from = work; from < to; from += 4) {
    const i = load<i32>(from);
    const value = load<f64>(squared + ((<usize>i) << 3));
    if (value === limit && chosen > n) continue;
    increment(indegree, foundAt(i));
    if (value === limit) continue;
    sum += sqrt(value);
    taken++;
  }
  if (chosen > n) takeTied(tree, limit, n - taken, squared, indegree);
  for (; taken < n; taken++) sum += sqrt(limit);
  const row = <usize>load<i32>(tree.order + ((<usize>at) << 2));
  store<f64>(call.meanDistance + (row << 3), sum / <f64>n);
  return sqrt(limit);
}

/** Raises `indegree` for as many as are wanted, those of the smallest rows, of the samples found at the squared distance `limit`. */
function takeTied(tree: TreeArguments, limit: f64, wanted: i32, squared: usize, indegree: usize): void {
  const work = workIn(tree, squared);
  const count = foundCount();
  let ties: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    if (load<f64>(squared + ((<usize>i) << 3)) !== limit) continue;
    store<f64>(work + ((<usize>ties) << 3), <f64>rowAt(tree, i));
    ties++;
  }
  const largest = selectValue(work, ties, wanted - 1);
  for (let i: i32 = 0; i < count; i++) {
    if (load<f64>(squared + ((<usize>i) << 3)) === limit && <f64>rowAt(tree, i) <= largest) {
      increment(indegree, foundAt(i));
    }
  }
}

/** Row (in the caller's numbering, 0 to rows - 1) of the sample found at `index` (0 to `foundCount()` - 1). */
function rowAt(tree: TreeArguments, index: i32): i32 {
  return load<i32>(tree.order + ((<usize>foundAt(index)) << 2));
}

/** Raises by 1 the count (i32) of the sample at `position` in the array at address `indegree`. */
function increment(indegree: usize, position: i32): void {
  const target = indegree + ((<usize>position) << 2);
  store<i32>(target, load<i32>(target) + 1);
}
