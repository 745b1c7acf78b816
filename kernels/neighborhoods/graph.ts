/**
 * In-degrees and mean distances of the graph of sample-centered n-neighborhoods, in few dimensions.
 *
 * Source: the reference is src/engine/js/neighborhood-graph.ts; sums are in the same order, so results are the same to the
 *   last bit. What differs is how far the first sample of a run looks (`collectNearest`).
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

/**
 * Bytes of scratch a thread needs for `countNeighborhoods` and `findNearest` on `rows` samples: two lists of f64 and
 * one of i32.
 */
export function treeScratch(rows: i32): usize {
  return <usize>rows * 20 + 64;
}

/**
 * Kernel: counts the neighborhoods of the samples in range `firstRange + item` (0 to ranges - 1) of the order, in runs of RUN
 * samples that share one search. Zeroes and writes `indegree` (i32: how many neighborhoods of this range's samples
 * hold the sample at each position, the centre's own included) and `meanDistance` (f64, by row: mean distance to its
 * n nearest, itself among them at 0). Ends early, with its results unfinished, once a stop is asked for.
 * @param scratch address of `treeScratch(rows)` bytes.
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
 * the first serves all that lie close to it, and the others search for themselves.
 * @param squared scratch for rows f64, followed by another rows f64 and rows i32.
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
  const work = squared + ((<usize>tree.rows) << 3);
  const list = work + ((<usize>tree.rows) << 3);
  const point = pointAt(tree, low);
  collectNearest(tree, point, low, call.n, list, work);
  measureFound(tree, point, work);
  // what lies farther off than half of the n-th distance is searched for on its own, so that the reach stays below 2r
  const limit = selectValue(work, foundCount(), call.n - 1) / 4;
  let wide: f64 = 0;
  for (let i = low; i < high; i++) {
    const away = distanceTo(tree, point, i);
    if (away <= limit) wide = max(wide, away);
  }
  // |x - first| <= w, so its n-th distance is at most r + w, and its neighbors are within r + 2w of the first
  const reach = (2 * sqrt(limit) + 2 * sqrt(wide)) * SLACK;
  collectWithin(tree, point, reach * reach, list);
  for (let i = low; i < high; i++) {
    if (distanceTo(tree, point, i) <= limit) takeNearest(tree, call, i, squared, work, indegree);
  }
  for (let i = low; i < high; i++) {
    if (distanceTo(tree, point, i) <= limit) continue;
    collectNearest(tree, pointAt(tree, i), i, call.n, list, work);
    takeNearest(tree, call, i, squared, work, indegree);
  }
}

/**
 * Raises `indegree` (i32 by position) for the n nearest, among the samples found, of the sample at position `at`, and
 * writes its mean distance to `meanDistance` at its row. The found list must hold its n nearest. Of samples at the
 * n-th distance the smaller rows are taken.
 * @param squared scratch for a f64 per sample found: their squared distances.
 * @param work the same: values that selection moves, then the rows at the n-th distance.
 */
function takeNearest(
  tree: TreeArguments,
  call: GraphArguments,
  at: i32,
  squared: usize,
  work: usize,
  indegree: usize,
): void {
  const n = call.n;
  const count = foundCount();
  measureFound(tree, pointAt(tree, at), squared);
  memory.copy(work, squared, (<usize>count) << 3);
  const limit = selectValue(work, count, n - 1);
  let sum: f64 = 0;
  let taken: i32 = 0;
  let ties: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const value = load<f64>(squared + ((<usize>i) << 3));
    if (value > limit) continue;
    if (value === limit) {
      store<f64>(work + ((<usize>ties) << 3), <f64>rowAt(tree, i));
      ties++;
    } else {
      increment(indegree, foundAt(i));
      sum += sqrt(value);
      taken++;
    }
  }
  const largest = selectValue(work, ties, n - taken - 1);
  for (let i: i32 = 0; i < count; i++) {
    if (load<f64>(squared + ((<usize>i) << 3)) === limit && <f64>rowAt(tree, i) <= largest) {
      increment(indegree, foundAt(i));
    }
  }
  for (; taken < n; taken++) sum += sqrt(limit);
  const row = <usize>load<i32>(tree.order + ((<usize>at) << 2));
  store<f64>(call.meanDistance + (row << 3), sum / <f64>n);
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
