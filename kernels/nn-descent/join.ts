/**
 * Rounds of nearest-neighbor descent: each row meets the neighbors of its neighbors.
 *
 * Purpose: src/engine/nn-descent.ts holds the algorithm that calls these steps.
 * Determinism: an item writes only what belongs to its rows and reads neighbors from a copy of the graph, so results do
 *   not depend on the number of threads.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumIntegerLanes } from '../runtime/lanes';
import { entriesOf, entryOf, insertEntry, limitedDistance, limitOf, rowOf, TOO_FAR } from './distances';
import {
  AdjacencyArguments,
  JOIN_ROWS,
  JoinNeighborsArguments,
  PACK_ROWS,
  REVERSE_ITEMS,
  RemeasureArguments,
} from './layout';

/** Slots of the hash table of rows already seen from one row: a power of two above the number of candidates. */
const TABLE_SLOTS: u32 = 4096;
/** An entry that is none. */
const NONE: u32 = 0xffffffff;

/** Bytes of scratch that `joinNeighbors` needs: its hash table and the candidates of a row. */
export function descentScratch(): usize {
  return TABLE_SLOTS << 3;
}

/**
 * Kernel: copies the first `used` entries of PACK_ROWS lists from item x PACK_ROWS on, and marks them as used.
 */
export function freezeLists(item: i32, _scratch: usize, call: AdjacencyArguments): void {
  const adjacency = call.adjacency;
  const used = adjacency.used;
  const last = min(adjacency.rows, (item + 1) * PACK_ROWS);
  for (let i = item * PACK_ROWS; i < last; i++) {
    const list = entriesOf(call.lists, i);
    const to = adjacency.neighbors + ((<usize>i * <usize>(used + adjacency.reversed)) << 2);
    for (let rank: usize = 0; rank < <usize>used; rank++) {
      const entry = load<u64>(list + (rank << 3));
      const neighbor: u32 = entry === u64.MAX_VALUE ? NONE : <u32>entry;
      store<u32>(to + (rank << 2), neighbor);
      store<u32>(adjacency.byRank + ((rank * <usize>adjacency.rows + <usize>i) << 2), neighbor);
      if (neighbor !== NONE) store<u64>(list + (rank << 3), entry & ~(<u64>1));
    }
  }
}

/**
 * Kernel: for the rows of part `item` of REVERSE_ITEMS, the rows that have them in their lists, near ranks first.
 */
export function reverseNeighbors(item: i32, _scratch: usize, call: AdjacencyArguments): void {
  const adjacency = call.adjacency;
  const rows = adjacency.rows;
  const used = adjacency.used;
  const reversed = adjacency.reversed;
  const low = <u32>((<i64>rows * item) / REVERSE_ITEMS);
  const count = <u32>((<i64>rows * (item + 1)) / REVERSE_ITEMS) - low;
  memory.fill(adjacency.counts + ((<usize>low) << 2), 0, (<usize>count) << 2);
  let from = adjacency.byRank;
  for (let rank: i32 = 0; rank < used; rank++) {
    for (let i: i32 = 0; i < rows; i++, from += 4) {
      const neighbor = load<u32>(from);
      const row = neighbor >>> 1;
      if (row - low >= count) continue;
      const at = adjacency.counts + ((<usize>row) << 2);
      const taken = load<i32>(at);
      if (taken >= reversed) continue;
      const place = <usize>row * <usize>(used + reversed) + <usize>(used + taken);
      store<u32>(adjacency.neighbors + (place << 2), ((<u32>i) << 1) | (neighbor & 1));
      store<i32>(at, taken + 1);
    }
  }
}

/**
 * Kernel: for JOIN_ROWS rows from item x JOIN_ROWS on, measures the neighbors of their neighbors along paths with at
 * least one edge that no round has used (fresh), and counts how many entries were inserted. Scratch:
 * `descentScratch`.
 */
export function joinNeighbors(item: i32, scratch: usize, call: JoinNeighborsArguments): void {
  const last = min(call.adjacency.rows, (item + 1) * JOIN_ROWS);
  let changed: i32 = 0;
  for (let i = item * JOIN_ROWS; i < last; i++) changed += joinRow(i, scratch, call);
  store<i32>(call.changes + ((<usize>item) << 2), changed);
}

/**
 * Measures the neighbors of row i's neighbors that are not in its list, and inserts the near ones; returns how many.
 * @param table `descentScratch` bytes: the rows already seen, then the candidates.
 */
function joinRow(i: i32, table: usize, call: JoinNeighborsArguments): i32 {
  const lists = call.lists;
  const length = lists.length;
  const list = entriesOf(lists, i);
  const candidates = table + (TABLE_SLOTS << 2);
  const end = listCandidates(i, table, call);
  let changed: i32 = 0;
  for (let at = candidates; at < end; at += 4) {
    const other = load<i32>(at);
    const distance = limitedDistance(call.rows, i, other, limitOf(lists, list));
    if (distance === TOO_FAR) continue;
    changed += insertEntry(list, length, entryOf(distance, other));
  }
  return changed;
}

/** Writes the rows that row i is to meet, each once, behind the table; returns the address behind the last. */
function listCandidates(i: i32, table: usize, call: JoinNeighborsArguments): usize {
  const lists = call.lists;
  const adjacency = call.adjacency;
  const used = adjacency.used;
  const stride = (<usize>(used + adjacency.reversed)) << 2;
  memory.fill(table, 255, TABLE_SLOTS << 2);
  alreadySeen(table, i);
  const list = entriesOf(lists, i);
  for (let n: usize = 0; n < <usize>lists.length; n++) {
    const entry = load<u64>(list + (n << 3));
    if (entry !== u64.MAX_VALUE) alreadySeen(table, rowOf(entry));
  }
  let to = table + (TABLE_SLOTS << 2);
  const first = adjacency.neighbors + <usize>i * stride;
  const end = first + ((<usize>(used + load<i32>(adjacency.counts + ((<usize>i) << 2)))) << 2);
  for (let p = first; p < end; p += 4) {
    const via = load<u32>(p);
    if (via === NONE) continue;
    const row = <usize>(via >>> 1);
    const begin = adjacency.neighbors + row * stride;
    const last = begin + ((<usize>(used + load<i32>(adjacency.counts + (row << 2)))) << 2);
    for (let q = begin; q < last; q += 4) {
      const neighbor = load<u32>(q);
      if (((via | neighbor) & 1) === 0 || neighbor === NONE) continue;
      if (alreadySeen(table, <i32>(neighbor >>> 1))) continue;
      store<u32>(to, neighbor >>> 1);
      to += 4;
    }
  }
  return to;
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

/**
 * Kernel: measures the lists of PACK_ROWS rows from item x PACK_ROWS on over all columns, and sorts them again; entries that
 * cannot be among the first `kept` are left out. Runs where distances were estimated, last.
 */
export function remeasureLists(item: i32, _scratch: usize, call: RemeasureArguments): void {
  const last = min(call.count, (item + 1) * PACK_ROWS);
  for (let i = item * PACK_ROWS; i < last; i++) remeasureList(i, call);
}

/**
 * Measures the list of row i over all columns and sorts it in place, by insertion. An estimate counts what the directions
 * leave out of two rows as orthogonal; the distance is smaller by at most twice the product of their lengths.
 */
function remeasureList(i: i32, call: RemeasureArguments): void {
  const bytes = (<usize>call.width) << 1;
  const list = entriesOf(call.lists, i);
  const from = call.source + <usize>load<u32>(call.order + ((<usize>i) << 2)) * bytes;
  const end = list + ((<usize>call.lists.length) << 3);
  const lastKept = list + ((<usize>(call.kept - 1)) << 3);
  const rest = <f32>load<i32>(call.rests + ((<usize>i) << 2));
  let to = list;
  for (let at = list; at < end; at += 8) {
    const entry = load<u64>(at);
    if (entry === u64.MAX_VALUE) break;
    const position = <usize>rowOf(entry);
    if (to > lastKept) {
      const parallel = sqrt<f32>(<f32>4 * rest * <f32>load<i32>(call.rests + (position << 2)));
      if (<f32>(<u32>(entry >>> 32)) - parallel > <f32>load<u32>(lastKept, 4)) continue;
    }
    const other = <usize>load<u32>(call.order + (position << 2));
    const measured = entryOf(squaredInt16(from, call.source + other * bytes, bytes), <i32>position);
    let place = to;
    for (; place > list; place -= 8) {
      const before = load<u64>(place - 8);
      if (before < measured) break;
      store<u64>(place, before);
    }
    store<u64>(place, measured);
    to += 8;
  }
  memory.fill(to, 255, end - to);
}

/** Squared distance of two rows of i16 at addresses a and b, `bytes` long (a multiple of 64). */
function squaredInt16(a: usize, b: usize, bytes: usize): u32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  const end = a + bytes;
  for (; a < end; a += 32) {
    const d0 = i16x8.sub(v128.load(a), v128.load(b));
    const d1 = i16x8.sub(v128.load(a, 16), v128.load(b, 16));
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(d0, d0));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(d1, d1));
    b += 32;
  }
  return <u32>sumIntegerLanes(i32x4.add(s0, s1));
}
