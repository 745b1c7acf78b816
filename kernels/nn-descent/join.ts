/**
 * The measuring of nearest-neighbor descent: lists of the K nearest rows found so far are improved from groups of
 * rows (leaves of random trees) and from neighbors of neighbors. The algorithm is in `engine/descent.ts`.
 *
 * Precision: float32 sums; final distances are measured again in double. Lists are ascending by (distance, row); an
 * item writes only lists of its own rows, and reads neighbors from a copy, so results do not depend on threads.
 */

import { Laid, measure, measureWhole } from './packed-rows';

/** Slots of the table of rows already seen from one row: a power of two above every number of candidates. */
const TABLE: u32 = 4096;
const BLOCK: i32 = 32;

export function descentScratch(): usize {
  return TABLE << 2;
}

/** Inserts a row into a list unless it is there; returns 1 when the list changed. */
function offer(indices: usize, distances: usize, fresh: usize, k: i32, distance: f32, row: i32): i32 {
  const last = load<f32>(distances + ((<usize>(k - 1)) << 2));
  if (!(distance < last || (distance === last && row < load<i32>(indices + ((<usize>(k - 1)) << 2)))))
    return 0;
  let at = k - 1;
  while (at > 0) {
    const before = load<f32>(distances + ((<usize>(at - 1)) << 2));
    const id = load<i32>(indices + ((<usize>(at - 1)) << 2));
    if (distance > before || (distance === before && row >= id)) {
      if (id === row && distance === before) return 0;
      break;
    }
    at--;
  }
  const length = <usize>(k - 1 - at);
  memory.copy(indices + ((<usize>(at + 1)) << 2), indices + ((<usize>at) << 2), length << 2);
  memory.copy(distances + ((<usize>(at + 1)) << 2), distances + ((<usize>at) << 2), length << 2);
  memory.copy(fresh + <usize>(at + 1), fresh + <usize>at, length);
  store<i32>(indices + ((<usize>at) << 2), row);
  store<f32>(distances + ((<usize>at) << 2), distance);
  store<u8>(fresh + <usize>at, 1);
  return 1;
}

/** Measures all pairs of the rows members[offsets[item]] to members[offsets[item + 1]], each row in one group. */
export function joinGroup(
  item: i32,
  _scratch: usize,
  laid: Laid,
  offsets: usize,
  members: usize,
  indices: usize,
  distances: usize,
  fresh: usize,
  k: i32,
): void {
  const list = (<usize>k) << 2;
  const begin = load<i32>(offsets + ((<usize>item) << 2));
  const end = load<i32>(offsets + ((<usize>item) << 2), 4);
  for (let p = begin; p < end; p++) {
    const a = load<i32>(members + ((<usize>p) << 2));
    const ownIndices = indices + <usize>a * list;
    const ownDistances = distances + <usize>a * list;
    for (let q = p + 1; q < end; q++) {
      const b = load<i32>(members + ((<usize>q) << 2));
      const otherDistances = distances + <usize>b * list;
      const limit = max(load<f32>(ownDistances + list - 4), load<f32>(otherDistances + list - 4));
      const distance = measure(laid, a, b, limit);
      if (distance === Infinity) continue;
      offer(ownIndices, ownDistances, fresh + <usize>a * <usize>k, k, distance, b);
      offer(indices + <usize>b * list, otherDistances, fresh + <usize>b * <usize>k, k, distance, a);
    }
  }
}

/**
 * Measures, for the rows of block `item`, the neighbors of their neighbors along paths with a fresh edge.
 * @param offsets i32, neighbors i32, flags u8: the neighbors (both directions) of every row, as they were.
 * @param used the first entries of each list that are among them: no longer fresh afterwards.
 * @param changes i32 an item: how many entries were inserted.
 */
export function joinNeighbors(
  item: i32,
  scratch: usize,
  laid: Laid,
  count: i32,
  offsets: usize,
  neighbors: usize,
  flags: usize,
  indices: usize,
  distances: usize,
  fresh: usize,
  k: i32,
  used: i32,
  changes: usize,
): void {
  const last = min(count, (item + 1) * BLOCK);
  let changed: i32 = 0;
  for (let i = item * BLOCK; i < last; i++) {
    const list = <usize>i * <usize>k;
    const ownIndices = indices + (list << 2);
    const ownDistances = distances + (list << 2);
    const ownFresh = fresh + list;
    memory.fill(ownFresh, 0, <usize>used);
    memory.fill(scratch, 255, TABLE << 2);
    seen(scratch, i);
    for (let n: usize = 0; n < <usize>k; n++) {
      const id = load<i32>(ownIndices + (n << 2));
      if (id >= 0) seen(scratch, id);
    }
    const end = load<i32>(offsets + ((<usize>i) << 2), 4);
    for (let p = load<i32>(offsets + ((<usize>i) << 2)); p < end; p++) {
      const via = load<i32>(neighbors + ((<usize>p) << 2));
      const always = load<u8>(flags + <usize>p);
      const stop = load<i32>(offsets + ((<usize>via) << 2), 4);
      for (let q = load<i32>(offsets + ((<usize>via) << 2)); q < stop; q++) {
        if (!(always | load<u8>(flags + <usize>q))) continue;
        const id = load<i32>(neighbors + ((<usize>q) << 2));
        if (seen(scratch, id)) continue;
        const limit = load<f32>(ownDistances + ((<usize>(k - 1)) << 2));
        const distance = measure(laid, i, id, limit);
        if (distance === Infinity) continue;
        changed += offer(ownIndices, ownDistances, ownFresh, k, distance, id);
      }
    }
  }
  store<i32>(changes + ((<usize>item) << 2), changed);
}

/** Measures the lists of rows item * 64 and on over all columns, and orders them anew. */
export function measureLists(
  item: i32,
  _scratch: usize,
  laid: Laid,
  count: i32,
  indices: usize,
  distances: usize,
  k: i32,
): void {
  const last = min(count, (item + 1) << 6);
  for (let i = item << 6; i < last; i++) {
    const own = indices + ((<usize>i * <usize>k) << 2);
    const found = distances + ((<usize>i * <usize>k) << 2);
    for (let n: i32 = 0; n < k; n++) {
      const id = load<i32>(own + ((<usize>n) << 2));
      const distance: f32 = id < 0 ? Infinity : measureWhole(laid, i, id, Infinity);
      let at = n;
      for (; at > 0; at--) {
        const before = load<f32>(found + ((<usize>(at - 1)) << 2));
        const other = load<i32>(own + ((<usize>(at - 1)) << 2));
        if (before < distance || (before === distance && other < id)) break;
        store<f32>(found + ((<usize>at) << 2), before);
        store<i32>(own + ((<usize>at) << 2), other);
      }
      store<f32>(found + ((<usize>at) << 2), distance);
      store<i32>(own + ((<usize>at) << 2), id);
    }
  }
}

/** Whether the table holds a row; it does afterwards. */
function seen(table: usize, row: i32): boolean {
  let slot = (<u32>row * 2654435761) >>> 20;
  let id = load<i32>(table + ((<usize>slot) << 2));
  while (id !== -1) {
    if (id === row) return true;
    slot = (slot + 1) & (TABLE - 1);
    id = load<i32>(table + ((<usize>slot) << 2));
  }
  store<i32>(table + ((<usize>slot) << 2), row);
  return false;
}
