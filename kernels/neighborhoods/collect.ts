/**
 * The samples of a kd-tree within reach of a point, by position, ascending.
 *
 * Shapes: a point is the address of d f32. Precision: squared distances in double from float32 coordinates.
 * Each thread has its own instance of the module, and so its own list.
 * Types (a field with an element type such as f32 is the address of an array): `TreeArguments`: coordinates (f32:
 *   rows x d, in the tree's order), axes (u8: split axis of the node whose median is at each position), rows, d.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { LEAF, TreeArguments } from './layout';
import { selectValue } from './select';

/** i32: positions within reach, ascending, and how many. */
let list: usize = 0;
let count: i32 = 0;

/** How many positions the last collection of this thread found; 0 before the first. */
export function foundCount(): i32 {
  return count;
}

/**
 * The position (0 to rows - 1) found at `index`, which must be 0 to `foundCount()` - 1: it is not checked. Positions
 * ascend. The list lies in the scratch that the collection was given, and lasts until the next one.
 */
export function foundAt(index: i32): i32 {
  return load<i32>(list + ((<usize>index) << 2));
}

/** Address of the d coordinates (f32) of the sample at `position` (0 to rows - 1) of the tree's order. */
export function pointAt(tree: TreeArguments, position: i32): usize {
  return tree.coordinates + ((<usize>position * <usize>tree.d) << 2);
}

/**
 * Squared Euclidean distance (f64, summed in the order of coordinates) of `point` (address of d f32) and the sample
 * at `position`; 0 for the sample itself and for duplicates.
 */
export function distanceTo(tree: TreeArguments, point: usize, position: i32): f64 {
  const bytes = (<usize>tree.d) << 2;
  return squaredBetween(point, tree.coordinates + <usize>position * bytes, bytes);
}

/** Squared distance of the points at two addresses, of so many bytes of f32, in double, summed in the order of coordinates. */
export function squaredBetween(a: usize, b: usize, bytes: usize): f64 {
  if (bytes === 8) {
    const difference = f64x2.sub(
      f64x2.promote_low_f32x4(v128.load64_zero(b)),
      f64x2.promote_low_f32x4(v128.load64_zero(a)),
    );
    const square = f64x2.mul(difference, difference);
    return f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1);
  }
  let sum: f64 = 0;
  for (let c: usize = 0; c < bytes; c += 4) {
    const difference = <f64>load<f32>(b + c) - <f64>load<f32>(a + c);
    sum += difference * difference;
  }
  return sum;
}

/** How many times n samples are tried for a bound on the n-th distance: with fewer the bound is loose, and many are collected. */
const TRIED: i32 = 4;

/**
 * Collects at least the n nearest samples of `point` (address of d f32), by trying TRIED x n that follow one another in the
 * order: the n-th of their distances bounds that of all, and all samples within it are collected. The result
 * is read by `foundCount` and `foundAt`; ties and a loose bound make it more than n, never fewer.
 * @param beside a position near the point, where samples are tried: a bad one costs time, never samples.
 * @param n 1 to rows.
 * @param target where the list is written: room for rows i32.
 * @param work room for rows f64.
 */
export function collectNearest(
  tree: TreeArguments,
  point: usize,
  beside: i32,
  n: i32,
  target: usize,
  work: usize,
): void {
  const tried = <i32>min(<i64>tree.rows, <i64>TRIED * n);
  const first = max(0, min(beside - (tried >> 1), tree.rows - tried));
  for (let i: i32 = 0; i < tried; i++)
    store<f64>(work + ((<usize>i) << 3), distanceTo(tree, point, first + i));
  collectWithin(tree, point, selectValue(work, tried, n - 1), target);
}

/**
 * Collects the samples whose squared distance from `point` (address of d f32) is at most `reach` (f64; the bound is
 * included). Replaces what was found before; read it by `foundCount` (0 where none is that close) and `foundAt`.
 * @param target where the list is written: room for rows i32.
 */
export function collectWithin(tree: TreeArguments, point: usize, reach: f64, target: usize): void {
  list = target;
  count = 0;
  collectRange(tree, point, reach, 0, tree.rows);
}

/**
 * Writes the squared distances (f64) of `point` (address of d f32) from the samples found, in their order, to
 * `squared` (room for `foundCount()` f64).
 */
export function measureFound(tree: TreeArguments, point: usize, squared: usize): void {
  for (let i: i32 = 0; i < count; i++)
    store<f64>(squared + ((<usize>i) << 3), distanceTo(tree, point, foundAt(i)));
}

/**
 * The position near which `point` (address of d f32) would stand in the order: the middle of the leaf that a walk
 * down the splits ends in, 0 to rows. A start for `collectNearest`, not a nearest sample.
 */
export function descend(tree: TreeArguments, point: usize): i32 {
  let low: i32 = 0;
  let high = tree.rows;
  while (high - low > LEAF) {
    const middle = (low + high) >> 1;
    if (beyond(tree, point, middle) < 0) high = middle;
    else low = middle + 1;
  }
  return (low + high) >> 1;
}

/**
 * Signed distance, in the units of the coordinates, of `point` from the splitting plane of the node whose median is
 * at position `middle`: negative on the side of the lower positions, 0 on the plane.
 */
function beyond(tree: TreeArguments, point: usize, middle: i32): f64 {
  const axis = (<usize>load<u8>(tree.axes + <usize>middle)) << 2;
  return <f64>load<f32>(point + axis) - <f64>load<f32>(pointAt(tree, middle) + axis);
}

/**
 * Collects among positions `low` to `high` - 1, one node of the tree, those within the squared distance `reach`: a
 * side that lies beyond the splitting plane by more than that is left out. An empty range adds nothing.
 * @param point address of the f32 coordinates that are sought around.
 */
function collectRange(tree: TreeArguments, point: usize, reach: f64, low: i32, high: i32): void {
  if (high - low <= LEAF) {
    for (let i = low; i < high; i++) if (distanceTo(tree, point, i) <= reach) keep(i);
    return;
  }
  const middle = (low + high) >> 1;
  const delta = beyond(tree, point, middle);
  const across = delta * delta <= reach;
  if (delta <= 0 || across) collectRange(tree, point, reach, low, middle);
  if (distanceTo(tree, point, middle) <= reach) keep(middle);
  if (delta >= 0 || across) collectRange(tree, point, reach, middle + 1, high);
}

/** Adds a position to the end of the list of those found. */
function keep(position: i32): void {
  store<i32>(list + ((<usize>count) << 2), position);
  count++;
}
