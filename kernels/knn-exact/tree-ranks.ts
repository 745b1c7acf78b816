/**
 * Ranks on a map of few dimensions: a kd-tree counts how many points are nearer than each target.
 *
 * Purpose: gives the same ranks as a comparison of all pairs (Euclidean, ties by row number) without visiting
 *   them. The targets of a query are sorted, and the tree is walked once for all of them: a box is passed on
 *   with the targets whose sphere cuts it, and counted whole for the targets whose sphere contains it.
 * Shapes: arrays of the tree as in src/core/kd-tree.ts; boxes hold d lows and d highs for each node, at the
 *   position of its median.
 * Precision: squared distances in double from float32 coordinates. A box's smallest distance comes from the
 *   same operations as a point's, so ties are exact.
 * Cost: the points near the spheres, about 16 sqrt(points) in the plane for each target at worst.
 * Types (a field with an element type such as f32 is the address of an array): `TreeRanksArguments`: count (number of
 *   points), d (dimensions), leaf (ranges up to this length are not split), k (targets of a query), points (f32, count
 *   x d: points by row number, and in the tree's order), coordinates, order (i32: row numbers in the tree's order),
 *   boxes (f32: d lows and d highs of each node, at the position of its median), queries (i32 a query: its row number),
 *   targets (i32, queries x k: row numbers of the targets, and their ranks), ranks.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { TreeRanksArguments } from './layout';

const STACK: usize = 128 * 16;

/** Bytes of scratch that `rankInTree` needs for k targets a query. */
export function treeRanksScratch(k: i32): usize {
  return STACK + <usize>k * 16 + <usize>(k + 1) * 4 + 32;
}

/**
 * Kernel: writes the ranks (i32) of the k targets of query `item`: how many points are nearer, the query itself not
 * counted. Scratch: `treeRanksScratch`.
 */
export function rankInTree(item: i32, scratch: usize, tree: TreeRanksArguments): void {
  const k = tree.k;
  const limits = scratch + STACK;
  const targets = limits + ((<usize>k) << 3);
  const positions = targets + ((<usize>k) << 2);
  const sums = positions + ((<usize>k) << 2);
  const from = load<i32>(tree.queries + ((<usize>item) << 2));
  const requested = tree.targets + ((<usize>item * <usize>k) << 2);
  const point = at(tree, tree.points, from);
  for (let t: i32 = 0; t < k; t++) {
    const target = load<i32>(requested + ((<usize>t) << 2));
    insert(t, squared(tree, point, at(tree, tree.points, target)), target, limits, targets, positions);
  }
  memory.fill(sums, 0, <usize>(k + 1) * 4);
  walk(tree, point, scratch, limits, targets, sums);
  const ranks = tree.ranks + ((<usize>item * <usize>k) << 2);
  let nearer: i32 = 0;
  for (let t: usize = 0; t < <usize>k; t++) {
    nearer += load<i32>(sums + (t << 2));
    // the walk counted the query itself, at distance 0
    const self = load<f64>(limits + (t << 3)) > 0 || from < load<i32>(targets + (t << 2)) ? 1 : 0;
    store<i32>(ranks + ((<usize>load<i32>(positions + (t << 2))) << 2), nearer - self);
  }
}

/**
 * Inserts target number t, at squared distance `limit`, among the targets before it, ascending by (distance, row
 * number).
 * @param target its row number.
 * @param limits f64 distances.
 * @param targets i32 row numbers.
 * @param positions i32: the number that each target had before it was sorted.
 */
function insert(t: i32, limit: f64, target: i32, limits: usize, targets: usize, positions: usize): void {
  let to = <usize>t;
  for (; to > 0; to--) {
    const other = load<f64>(limits + ((to - 1) << 3));
    const number = load<i32>(targets + ((to - 1) << 2));
    if (other < limit || (other === limit && number <= target)) break;
    store<f64>(limits + (to << 3), other);
    store<i32>(targets + (to << 2), number);
    store<i32>(positions + (to << 2), load<i32>(positions + ((to - 1) << 2)));
  }
  store<f64>(limits + (to << 3), limit);
  store<i32>(targets + (to << 2), target);
  store<i32>(positions + (to << 2), t);
}

/**
 * Walks the tree once for a query and counts, for each of its k targets, the points that are nearer: adds to sums[t]
 * those nearer than target t and not nearer than target t - 1.
 * @param point address of the query's d f32.
 * @param stack 128 x 16 bytes for the walk.
 * @param limits f64: squared distances of the targets, ascending.
 * @param targets i32: their row numbers.
 * @param sums k + 1 i32, 0 at first; the last is not read.
 */
function walk(
  tree: TreeRanksArguments,
  point: usize,
  stack: usize,
  limits: usize,
  targets: usize,
  sums: usize,
): void {
  push(stack, 0, tree.count, 0, tree.k);
  const bottom = stack;
  let top = stack + 16;
  while (top > bottom) {
    top -= 16;
    const low = load<i32>(top);
    const high = load<i32>(top, 4);
    if (low >= high) continue;
    let first = load<i32>(top, 8);
    let end = load<i32>(top, 12);
    const middle = (low + high) >> 1;
    const box = tree.boxes + ((<usize>middle * <usize>tree.d) << 3);
    const least = boxDistance(tree, point, box, false);
    while (first < end && load<f64>(limits + ((<usize>first) << 3)) < least) first++;
    const before = end;
    const most = boxDistance(tree, point, box, true);
    while (end > first && most < load<f64>(limits + ((<usize>(end - 1)) << 3))) end--;
    if (end < before) count(sums, end, before, high - low);
    if (first === end) continue;
    const leaf = high - low <= tree.leaf;
    const last = leaf ? high : middle + 1;
    for (let p = leaf ? low : middle; p < last; p++) {
      const distance = squared(tree, point, at(tree, tree.coordinates, p));
      const number = load<i32>(tree.order + ((<usize>p) << 2));
      let t = first;
      while (t < end && !isNearer(distance, number, t, limits, targets)) t++;
      count(sums, t, end, 1);
    }
    if (leaf) continue;
    push(top, low, middle, first, end);
    push(top + 16, middle + 1, high, first, end);
    top += 32;
  }
}

/**
 * Whether a point at squared distance `distance` with row number `number` is nearer than target t; at the same
 * distance the lower row number is.
 * @param limits f64: squared distances of the targets.
 * @param targets i32: their row numbers.
 */
function isNearer(distance: f64, number: i32, t: i32, limits: usize, targets: usize): bool {
  const limit = load<f64>(limits + ((<usize>t) << 3));
  return distance < limit || (distance === limit && number < load<i32>(targets + ((<usize>t) << 2)));
}

/**
 * Counts `points` points as nearer than the targets `first` to `end` (exclusive), by adding at the first and
 * subtracting at the end.
 * @param sums i32: differences of the counts of neighboring targets.
 */
function count(sums: usize, first: i32, end: i32, points: i32): void {
  const start = sums + ((<usize>first) << 2);
  const stop = sums + ((<usize>end) << 2);
  store<i32>(start, load<i32>(start) + points);
  store<i32>(stop, load<i32>(stop) - points);
}

/**
 * Pushes a range of points (positions `low` to `high` in the tree's order) with its targets (`first` to `end`) on the
 * stack, 4 i32 at `top`.
 */
function push(top: usize, low: i32, high: i32, first: i32, end: i32): void {
  store<i32>(top, low);
  store<i32>(top, high, 4);
  store<i32>(top, first, 8);
  store<i32>(top, end, 12);
}

/** Address of the d f32 coordinates of row `row`. @param rows address of all coordinates. */
function at(tree: TreeRanksArguments, rows: usize, row: i32): usize {
  return rows + ((<usize>row * <usize>tree.d) << 2);
}

/** Squared distance of two points at addresses a and b (d f32 each), in double. */
function squared(tree: TreeRanksArguments, a: usize, b: usize): f64 {
  let sum: f64 = 0;
  for (let c: usize = 0; c < (<usize>tree.d) << 2; c += 4) {
    const difference = <f64>load<f32>(a + c) - <f64>load<f32>(b + c);
    sum += difference * difference;
  }
  return sum;
}

/**
 * Squared distance from a point (d f32) to the nearest point of a box, or with `farthest` to the farthest.
 * @param box d lows, then d highs, f32.
 */
function boxDistance(tree: TreeRanksArguments, point: usize, box: usize, farthest: bool): f64 {
  const bytes = (<usize>tree.d) << 2;
  let sum: f64 = 0;
  for (let c: usize = 0; c < bytes; c += 4) {
    const coordinate = <f64>load<f32>(point + c);
    const below = <f64>load<f32>(box + c) - coordinate;
    const above = coordinate - <f64>load<f32>(box + bytes + c);
    const part = farthest ? min<f64>(below, above) : max<f64>(max<f64>(below, above), 0);
    sum += part * part;
  }
  return sum;
}
