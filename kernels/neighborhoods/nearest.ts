/**
 * The n nearest samples of a point in few dimensions, nearest first, ties by row.
 *
 * Source: the reference is `nearestFinder` of src/core/kd-tree.ts; the answer is the same to the last bit.
 * Cost: about 3n distances a query, and a sort of n. Determinism: an item is a query.
 * Types (a field with an element type such as f32 is the address of an array): `NearestInTreeArguments`: tree (the
 *   `TreeArguments`), queries (f32: queries x d), n (samples wanted; at most rows), found (i32 and f64: queries x n,
 *   rows and squared distances, nearest first; without `squared` (0) rows in any order), squared. `TreeArguments`: order (i32: row of each position of the
 *   order), rows, d.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { collectNearest, descend, foundAt, foundCount, measureFound } from './collect';
import { NearestInTreeArguments, TreeArguments } from './layout';
import { selectValue } from './select';

/**
 * Kernel: writes the n nearest samples of query `item` (0 to queries - 1) to its n entries of `found` (i32: rows) and
 * `squared` (f64: squared distances), nearest first, equal distances by ascending row; without `squared` the same samples in any
 * order. A query that equals a sample has that sample at distance 0: nothing is left out as "self". n is 1 to rows.
 * @param scratch address of `treeScratch(rows)` bytes.
 */
export function findNearest(item: i32, scratch: usize, call: NearestInTreeArguments): void {
  const tree = changetype<TreeArguments>(call.tree);
  const first = <usize>item * <usize>call.n;
  const point = call.queries + ((<usize>item * <usize>tree.d) << 2);
  const rows = call.found + (first << 2);
  if (call.squared) listNearest(tree, point, call.n, rows, call.squared + (first << 3), scratch);
  else gatherNearest(tree, point, call.n, rows, scratch);
}

/**
 * Writes the rows of the n nearest samples of a point (address of d f32) to `rows` (n i32) in any order; of those at the same
 * distance as the last one the smallest rows.
 * @param scratch address of `treeScratch(rows)` bytes.
 */
function gatherNearest(tree: TreeArguments, point: usize, n: i32, rows: usize, scratch: usize): void {
  const work = scratch + ((<usize>tree.rows) << 3);
  collectNearest(tree, point, descend(tree, point), n, work + ((<usize>tree.rows) << 3), scratch);
  const limit = measureLimit(tree, point, n, scratch);
  const count = foundCount();
  let nearer: i32 = 0;
  let ties: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const distance = load<f64>(scratch + ((<usize>i) << 3));
    if (distance > limit) continue;
    const row = load<i32>(tree.order + ((<usize>foundAt(i)) << 2));
    if (distance < limit) {
      store<i32>(rows + ((<usize>nearer) << 2), row);
      nearer++;
    } else {
      store<f64>(work + ((<usize>ties) << 3), <f64>row);
      ties++;
    }
  }
  const left = n - nearer;
  // the ties that are left out have larger rows; selecting moves them about, so they are kept a second time, over the distances
  memory.copy(scratch, work, (<usize>ties) << 3);
  const last = selectValue(work, ties, left - 1);
  for (let i: i32 = 0; i < ties; i++) {
    const row = load<f64>(scratch + ((<usize>i) << 3));
    if (row > last) continue;
    store<i32>(rows + ((<usize>nearer) << 2), <i32>row);
    nearer++;
  }
}

/**
 * Measures the samples that were collected, to squared distances at the start of `scratch`; returns that of the n-th nearest.
 * @param scratch address of `treeScratch(rows)` bytes.
 */
function measureLimit(tree: TreeArguments, point: usize, n: i32, scratch: usize): f64 {
  const work = scratch + ((<usize>tree.rows) << 3);
  measureFound(tree, point, scratch);
  const count = foundCount();
  memory.copy(work, scratch, (<usize>count) << 3);
  return selectValue(work, count, n - 1);
}

/**
 * Writes the n nearest samples of a point (address of d f32) to `rows` (n i32) and `distances` (n f64: squared), as
 * `findNearest` does.
 * @param scratch address of `treeScratch(rows)` bytes.
 */
export function listNearest(
  tree: TreeArguments,
  point: usize,
  n: i32,
  rows: usize,
  distances: usize,
  scratch: usize,
): void {
  const squared = scratch;
  const work = squared + ((<usize>tree.rows) << 3);
  collectNearest(tree, point, descend(tree, point), n, work + ((<usize>tree.rows) << 3), squared);
  orderFound(tree, point, n, rows, distances, scratch);
}

/**
 * The same among the samples that were collected, into the last third of `scratch`: those within a distance that n of them are within.
 * @param scratch address of `treeScratch(rows)` bytes.
 */
export function orderFound(
  tree: TreeArguments,
  point: usize,
  n: i32,
  rows: usize,
  distances: usize,
  scratch: usize,
): void {
  const squared = scratch;
  const limit = measureLimit(tree, point, n, scratch);
  const count = foundCount();
  // those within the limit, which ties may make more than n: a heap keeps the n first in order
  let filled: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const distance = load<f64>(squared + ((<usize>i) << 3));
    if (distance > limit) continue;
    const row = load<i32>(tree.order + ((<usize>foundAt(i)) << 2));
    if (filled < n) {
      put(rows, distances, filled, row, distance);
      filled++;
      if (filled === n) for (let at = (n >> 1) - 1; at >= 0; at--) sink(rows, distances, at, n);
    } else if (precedes(distance, row, load<f64>(distances), load<i32>(rows))) {
      put(rows, distances, 0, row, distance);
      sink(rows, distances, 0, n);
    }
  }
  for (let last = n - 1; last > 0; last--) {
    swap(rows, distances, 0, last);
    sink(rows, distances, 0, last);
  }
}

/**
 * Whether the sample at squared distance `a` with row `rowA` comes before that at `b` with `rowB`: the smaller
 * distance, and the smaller row where they are equal.
 */
function precedes(a: f64, rowA: i32, b: f64, rowB: i32): bool {
  return a < b || (a === b && rowA < rowB);
}

/**
 * Writes a row and its squared distance at index `at` of the lists at the addresses `rows` (i32) and `distances`
 * (f64).
 */
function put(rows: usize, distances: usize, at: i32, row: i32, distance: f64): void {
  store<i32>(rows + ((<usize>at) << 2), row);
  store<f64>(distances + ((<usize>at) << 3), distance);
}

/** Exchanges entries `a` and `b` of the lists at the addresses `rows` (i32) and `distances` (f64). */
function swap(rows: usize, distances: usize, a: i32, b: i32): void {
  const row = load<i32>(rows + ((<usize>a) << 2));
  const distance = load<f64>(distances + ((<usize>a) << 3));
  put(rows, distances, a, load<i32>(rows + ((<usize>b) << 2)), load<f64>(distances + ((<usize>b) << 3)));
  put(rows, distances, b, row, distance);
}

/**
 * Whether entry `a` comes before entry `b`, by distance and then by row, in the lists at the addresses `rows` (i32)
 * and `distances` (f64).
 */
function before(rows: usize, distances: usize, a: i32, b: i32): bool {
  const x = <usize>a;
  const y = <usize>b;
  return precedes(
    load<f64>(distances + (x << 3)),
    load<i32>(rows + (x << 2)),
    load<f64>(distances + (y << 3)),
    load<i32>(rows + (y << 2)),
  );
}

/**
 * Moves the entry at index `at` down the heap made of the first `size` entries of the lists at the addresses `rows`
 * (i32) and `distances` (f64) until no child comes after it; the farthest stands at index 0. Nothing moves where it
 * has no children.
 */
function sink(rows: usize, distances: usize, at: i32, size: i32): void {
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) return;
    if (child + 1 < size && before(rows, distances, child, child + 1)) child++;
    if (!before(rows, distances, at, child)) return;
    swap(rows, distances, at, child);
    at = child;
  }
}
