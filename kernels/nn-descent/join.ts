/**
 * Steps of nearest-neighbor descent: they improve lists of the k nearest rows found so far.
 *
 * Purpose: measure pairs inside groups of rows (leaves of random trees) and pairs of a row with the neighbors of its
 *   neighbors. src/engine/nn-descent.ts holds the algorithm that calls these steps.
 * Shapes: lists rows x k, ascending by (distance, row).
 * Precision: float32 sums; the final distances are measured again in double.
 * Determinism: an item writes only the lists of its rows and reads neighbors from a copy of the graph, so results
 *   do not depend on the number of threads.
 * Types (a field with an element type such as f32 is the address of an array): `DescentLists`: indices (i32: rows x k
 *   row numbers, ascending by (distance, row); -1 where empty), distances (f32: rows x k distances, infinite where
 *   empty), fresh (u8: rows x k, 1 where no round has used the entry yet), k (entries of a list). `JoinGroupArguments`:
 *   rows, lists, offsets (i32 for each group and one more: where it begins in `members`), members (i32: row numbers,
 *   each row in one group). `JoinNeighborsArguments`: rows, lists, count (number of rows), offsets (i32 (count + 1),
 *   i32, u8: neighbors of every row in both directions, frozen for the round), neighbors, fresh, used (the first
 *   entries of each list that the round uses; they are not fresh afterwards), changes (i32 for each item: number of
 *   entries that were inserted). `RemeasureArguments`: rows, lists, count (number of rows).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import {
  DescentLists,
  JOIN_ROWS,
  JoinGroupArguments,
  JoinNeighborsArguments,
  PACK_ROWS,
  RemeasureArguments,
} from './layout';
import { fullDistance, limitedDistance } from './packed-rows';

/** Slots of the hash table of rows already seen from one row: a power of two above the number of candidates. */
const TABLE_SLOTS: u32 = 4096;

/** Bytes of scratch that `joinNeighbors` needs: its hash table. */
export function descentScratch(): usize {
  return TABLE_SLOTS << 2;
}

/** Address of the k i32 row numbers of list `row`. */
function indicesOf(lists: DescentLists, row: i32): usize {
  return lists.indices + ((<usize>row * <usize>lists.k) << 2);
}

/** Address of the k f32 distances of list `row`. */
function distancesOf(lists: DescentLists, row: i32): usize {
  return lists.distances + ((<usize>row * <usize>lists.k) << 2);
}

/** Largest distance of list `row`, which a new neighbor must not exceed. */
function worstOf(lists: DescentLists, row: i32): f32 {
  return load<f32>(distancesOf(lists, row) + ((<usize>(lists.k - 1)) << 2));
}

/**
 * Inserts row `other` at `distance` into the list of `row`, ascending by (distance, row), unless it is there already
 * or too far; returns 1 when the list changed.
 */
function insertNeighbor(lists: DescentLists, row: i32, other: i32, distance: f32): i32 {
  const k = lists.k;
  const indices = indicesOf(lists, row);
  const distances = distancesOf(lists, row);
  const last = load<f32>(distances + ((<usize>(k - 1)) << 2));
  if (!(distance < last || (distance === last && other < load<i32>(indices + ((<usize>(k - 1)) << 2)))))
    return 0;
  let at = k - 1;
  while (at > 0) {
    const before = load<f32>(distances + ((<usize>(at - 1)) << 2));
    const id = load<i32>(indices + ((<usize>(at - 1)) << 2));
    if (distance > before || (distance === before && other >= id)) {
      if (id === other && distance === before) return 0;
      break;
    }
    at--;
  }
  const fresh = lists.fresh + <usize>row * <usize>k;
  const length = <usize>(k - 1 - at);
  memory.copy(indices + ((<usize>(at + 1)) << 2), indices + ((<usize>at) << 2), length << 2);
  memory.copy(distances + ((<usize>(at + 1)) << 2), distances + ((<usize>at) << 2), length << 2);
  memory.copy(fresh + <usize>(at + 1), fresh + <usize>at, length);
  store<i32>(indices + ((<usize>at) << 2), other);
  store<f32>(distances + ((<usize>at) << 2), distance);
  store<u8>(fresh + <usize>at, 1);
  return 1;
}

/**
 * Kernel: measures all pairs of rows in group `item` and inserts each row of a pair into the list of the other. No
 * two items share a row.
 */
export function joinGroup(item: i32, _scratch: usize, call: JoinGroupArguments): void {
  const lists = call.lists;
  const members = call.members;
  const begin = load<i32>(call.offsets + ((<usize>item) << 2));
  const end = load<i32>(call.offsets + ((<usize>item) << 2), 4);
  for (let p = begin; p < end; p++) {
    const a = load<i32>(members + ((<usize>p) << 2));
    for (let q = p + 1; q < end; q++) {
      const b = load<i32>(members + ((<usize>q) << 2));
      const limit = max(worstOf(lists, a), worstOf(lists, b));
      const distance = limitedDistance(call.rows, a, b, limit);
      if (distance === Infinity) continue;
      insertNeighbor(lists, a, b, distance);
      insertNeighbor(lists, b, a, distance);
    }
  }
}

/**
 * Kernel: for JOIN_ROWS rows from item x JOIN_ROWS on, measures the neighbors of their neighbors along paths with at
 * least one edge that no round has used (fresh), and counts how many entries were inserted. Scratch:
 * `descentScratch`.
 */
export function joinNeighbors(item: i32, scratch: usize, call: JoinNeighborsArguments): void {
  const last = min(call.count, (item + 1) * JOIN_ROWS);
  let changed: i32 = 0;
  for (let i = item * JOIN_ROWS; i < last; i++) changed += joinRow(i, scratch, call);
  store<i32>(call.changes + ((<usize>item) << 2), changed);
}

/**
 * Measures the neighbors of row i's neighbors that are not in its list, and inserts the near ones; returns how many.
 * @param table `descentScratch` bytes: the rows already seen.
 */
function joinRow(i: i32, table: usize, call: JoinNeighborsArguments): i32 {
  const lists = call.lists;
  const k = lists.k;
  const offsets = call.offsets;
  const neighbors = call.neighbors;
  const fresh = call.fresh;
  const listed = indicesOf(lists, i);
  memory.fill(lists.fresh + <usize>i * <usize>k, 0, <usize>call.used);
  memory.fill(table, 255, TABLE_SLOTS << 2);
  alreadySeen(table, i);
  for (let n: usize = 0; n < <usize>k; n++) {
    const id = load<i32>(listed + (n << 2));
    if (id >= 0) alreadySeen(table, id);
  }
  let changed: i32 = 0;
  const end = load<i32>(offsets + ((<usize>i) << 2), 4);
  for (let p = load<i32>(offsets + ((<usize>i) << 2)); p < end; p++) {
    const via = load<i32>(neighbors + ((<usize>p) << 2));
    const firstIsFresh = load<u8>(fresh + <usize>p);
    const stop = load<i32>(offsets + ((<usize>via) << 2), 4);
    for (let q = load<i32>(offsets + ((<usize>via) << 2)); q < stop; q++) {
      if (!(firstIsFresh | load<u8>(fresh + <usize>q))) continue;
      const id = load<i32>(neighbors + ((<usize>q) << 2));
      if (alreadySeen(table, id)) continue;
      const distance = limitedDistance(call.rows, i, id, worstOf(lists, i));
      if (distance === Infinity) continue;
      changed += insertNeighbor(lists, i, id, distance);
    }
  }
  return changed;
}

/**
 * Kernel: measures the lists of PACK_ROWS rows from item x PACK_ROWS on over all columns in float32, and sorts them
 * again. Runs where distances were estimated.
 */
export function remeasureLists(item: i32, _scratch: usize, call: RemeasureArguments): void {
  const last = min(call.count, (item + 1) * PACK_ROWS);
  for (let i = item * PACK_ROWS; i < last; i++) remeasureList(i, call);
}

/**
 * Measures the list of row i over all columns (squared distance; manhattan: absolute) and sorts it in place by (distance, row), by
 * insertion. Empty entries (-1) come last. `fresh` is not moved along, since no round follows.
 */
function remeasureList(i: i32, call: RemeasureArguments): void {
  const listed = indicesOf(call.lists, i);
  const distances = distancesOf(call.lists, i);
  for (let n: i32 = 0; n < call.lists.k; n++) {
    const id = load<i32>(listed + ((<usize>n) << 2));
    const distance: f32 = id < 0 ? Infinity : fullDistance(call.rows, i, id, Infinity);
    let at = n;
    for (; at > 0; at--) {
      const before = load<f32>(distances + ((<usize>(at - 1)) << 2));
      const other = load<i32>(listed + ((<usize>(at - 1)) << 2));
      if (before < distance || (before === distance && other < id)) break;
      store<f32>(distances + ((<usize>at) << 2), before);
      store<i32>(listed + ((<usize>at) << 2), other);
    }
    store<f32>(distances + ((<usize>at) << 2), distance);
    store<i32>(listed + ((<usize>at) << 2), id);
  }
}

/** Whether the hash table (TABLE_SLOTS i32, -1 for empty) holds `row`; it holds it afterwards. Linear probing. */
function alreadySeen(table: usize, row: i32): boolean {
  let slot = (<u32>row * 2654435761) >>> 20;
  let id = load<i32>(table + ((<usize>slot) << 2));
  while (id !== -1) {
    if (id === row) return true;
    slot = (slot + 1) & (TABLE_SLOTS - 1);
    id = load<i32>(table + ((<usize>slot) << 2));
  }
  store<i32>(table + ((<usize>slot) << 2), row);
  return false;
}
