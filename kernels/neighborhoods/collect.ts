/**
 * The samples of a kd-tree within reach of a point, by position, ascending.
 *
 * Shapes: a point is the address of d f32. Precision: squared distances in double from float32 coordinates.
 * Each thread has its own instance of the module, and so its own list.
 * Types (a field with an element type such as f32 is the address of an array): `TreeArguments`: coordinates (f32:
 *   rows x d, in the tree's order), axes (u8: split axis of the node whose median is at each position), rows, d.
 */

import { LEAF, TreeArguments } from './layout';

/** i32: positions within reach, ascending, and how many. */
let list: usize = 0;
let count: i32 = 0;

/** Number of positions found last. */
export function foundCount(): i32 {
  return count;
}

/** The position found at an index. */
export function foundAt(index: i32): i32 {
  return load<i32>(list + ((<usize>index) << 2));
}

/** Address of the point of the sample at a position. */
export function pointAt(tree: TreeArguments, position: i32): usize {
  return tree.coordinates + ((<usize>position * <usize>tree.d) << 2);
}

/** Squared distance of a point and the sample at a position. */
export function distanceTo(tree: TreeArguments, point: usize, position: i32): f64 {
  const bytes = (<usize>tree.d) << 2;
  const other = tree.coordinates + <usize>position * bytes;
  let sum: f64 = 0;
  for (let c: usize = 0; c < bytes; c += 4) {
    const difference = <f64>load<f32>(other + c) - <f64>load<f32>(point + c);
    sum += difference * difference;
  }
  return sum;
}

/**
 * Collects at least the n nearest samples of a point: n that follow one another in the order bound the n-th distance.
 * @param beside a position near the point. @param target room for every position.
 */
export function collectNearest(tree: TreeArguments, point: usize, beside: i32, n: i32, target: usize): void {
  const first = max(0, min(beside - (n >> 1), tree.rows - n));
  let reach: f64 = 0;
  for (let i = first; i < first + n; i++) reach = max(reach, distanceTo(tree, point, i));
  collectWithin(tree, point, reach, target);
}

/** Collects the samples within a squared distance of a point. @param target room for every position. */
export function collectWithin(tree: TreeArguments, point: usize, reach: f64, target: usize): void {
  list = target;
  count = 0;
  collectRange(tree, point, reach, 0, tree.rows);
}

/** Writes the squared distances of those found from a point. */
export function measureFound(tree: TreeArguments, point: usize, squared: usize): void {
  for (let i: i32 = 0; i < count; i++)
    store<f64>(squared + ((<usize>i) << 3), distanceTo(tree, point, foundAt(i)));
}

/** The position at which a point would stand in the order. */
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

/** How far a point lies beyond the split of the node whose median is at a position. */
function beyond(tree: TreeArguments, point: usize, middle: i32): f64 {
  const axis = (<usize>load<u8>(tree.axes + <usize>middle)) << 2;
  return <f64>load<f32>(point + axis) - <f64>load<f32>(pointAt(tree, middle) + axis);
}

/** Collects among positions `low` to `high`, a node of the tree. */
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

/** Adds a position to those found. */
function keep(position: i32): void {
  store<i32>(list + ((<usize>count) << 2), position);
  count++;
}
