/**
 * Lists of the k nearest rows with exact distances, ascending by (distance, row number); pairs.ts fills them.
 *
 * Cost: the comparison, and about k log(rows / k) exact distances a row. Memory: 12 k bytes a row.
 * Determinism: a list is changed under its lock, and its order does not depend on the order of insertions.
 * Types (a field with an element type such as f32 is the address of an array): `NearestLists`: rankToBound (as
 *   `DistanceBounds.rankToBound`), k (entries of a list), distances (f64 and i32, rows x k: ascending by (distance,
 *   id); infinite and -1 where not yet found), indices, limits (f32 a row: a pair with a larger lower bound cannot
 *   enter its list), locks (i32 a row: not 0 while a thread changes its list), ids (i32 a data row: its row number).
 *   `Tile`: firstRow, rowCount, firstColumn, columnCount, lowers (f32, STRIDE bytes a row: lower bounds), rowLeast
 *   (f32 a query: its smallest lower bound).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { leastOfFourColumns, mark, STRIDE, Tile } from './bounds';
import { NearestLists } from './layout';
import { idOf } from './ranks';

/**
 * Inserts data row `other` at ranking distance `distance` into the list of `row`, if it is near enough, and lowers
 * the row's limit. Takes the list's lock meanwhile.
 */
export function insertNeighbor(lists: NearestLists, row: i32, other: i32, distance: f64): void {
  const k = lists.k;
  const best = lists.distances + ((<usize>row * <usize>k) << 3);
  const last = best + ((<usize>(k - 1)) << 3);
  // another thread may lower this distance meanwhile, never raise it
  if (distance > load<f64>(last)) return;
  const lock = lists.locks + ((<usize>row) << 2);
  acquire(lock);
  insert(best, lists.indices + ((<usize>row * <usize>k) << 2), k, distance, idOf(lists.ids, other));
  lowerLimit(lists, row, limitOf(load<f64>(last) * lists.rankToBound));
  release(lock);
}

/**
 * Lowers the limit of a row (squared distance in the frame, beyond which no row enters its list) to `limit` if it is
 * above; the caller holds its lock or is the only thread with this row.
 */
export function lowerLimit(lists: NearestLists, row: i32, limit: f32): void {
  const at = lists.limits + ((<usize>row) << 2);
  if (limit < load<f32>(at)) store<f32>(at, limit);
}

/**
 * Marks the pairs of a tile that may enter the lists of its queries, by their lower bounds, as needed for `use` (a
 * bit of resolve.ts). Four data rows at a time: pairs past the edge and of a row with itself may be marked; `isPair` drops
 * them later.
 */
export function markForRowLists(lists: NearestLists, tile: Tile, use: i32): void {
  for (let r: i32 = 0; r < tile.rowCount; r++) {
    const limit = load<f32>(lists.limits + ((<usize>(tile.firstRow + r)) << 2));
    if (load<f32>(tile.rowLeast + ((<usize>r) << 2)) > limit) continue;
    const lowers = tile.lowers + <usize>r * STRIDE;
    const limits = f32x4.splat(limit);
    for (let j: i32 = 0; j < tile.columnCount; j += 4) {
      const lanes = withinLimits(v128.load(lowers + ((<usize>j) << 2)), limits);
      if (lanes) mark(tile, r, j, lanes, use);
    }
  }
}

/**
 * Marks the pairs of a tile that may enter the lists of its data rows, by their lower bounds, as needed for `use` (a
 * bit of resolve.ts). Pairs that are none may be marked, as in `markForRowLists`.
 */
export function markForColumnLists(lists: NearestLists, tile: Tile, use: i32): void {
  for (let j: i32 = 0; j < tile.columnCount; j += 4) {
    const limits = v128.load(lists.limits + ((<usize>(tile.firstColumn + j)) << 2));
    if (!withinLimits(leastOfFourColumns(tile, j), limits)) continue;
    const lowers = tile.lowers + ((<usize>j) << 2);
    for (let r: i32 = 0; r < tile.rowCount; r++) {
      const lanes = withinLimits(v128.load(lowers + <usize>r * STRIDE), limits);
      if (lanes) mark(tile, r, j, lanes, use);
    }
  }
}

/**
 * Which of four pairs (4 bits) have a lower bound that does not exceed the limit; a bound that is not a number
 * counts.
 * @param limits f32 of each pair.
 */
function withinLimits(lower: v128, limits: v128): i32 {
  return i32x4.bitmask(f32x4.gt(lower, limits)) ^ 15;
}

/** A bound (squared distance in the frame) rounded up to f32, so that nothing at that distance is excluded. */
function limitOf(bound: f64): f32 {
  return <f32>(bound + bound * 2.4e-7);
}

/**
 * Inserts (distance, id) into a list of k, ascending by both, unless it is there already.
 * @param best address of the f64 distances.
 * @param found address of the i32 row numbers.
 */
function insert(best: usize, found: usize, k: i32, distance: f64, id: i32): void {
  let at = k;
  while (at > 0 && comesBefore(distance, id, best, found, at - 1)) at--;
  // a target is inserted before the comparison and met again during it
  if (at === k || (at > 0 && load<i32>(found + ((<usize>(at - 1)) << 2)) === id)) return;
  const distances = best + ((<usize>at) << 3);
  const indices = found + ((<usize>at) << 2);
  const after = <usize>(k - 1 - at);
  memory.copy(distances + 8, distances, after << 3);
  memory.copy(indices + 4, indices, after << 2);
  store<f64>(distances, distance);
  store<i32>(indices, id);
}

/**
 * Whether (distance, id) sorts before entry `at` of a list.
 * @param best address of the f64 distances.
 * @param found address of the i32 row numbers.
 */
function comesBefore(distance: f64, id: i32, best: usize, found: usize, at: i32): boolean {
  const other = load<f64>(best + ((<usize>at) << 3));
  return distance < other || (distance === other && id < load<i32>(found + ((<usize>at) << 2)));
}

/**
 * Takes the lock of a list, an i32, waiting for other threads. Without shared memory there is one thread and nothing
 * to wait for.
 */
function acquire(lock: usize): void {
  if (ASC_FEATURE_THREADS) while (atomic.cmpxchg<i32>(lock, 0, 1) !== 0);
}

/** Releases the lock of a list, an i32. */
function release(lock: usize): void {
  if (ASC_FEATURE_THREADS) atomic.store<i32>(lock, 0);
}
