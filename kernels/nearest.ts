/**
 * Lists of the k nearest rows with exact distances, ascending by (distance, row number); see pairs.ts for the walk
 * that fills them. Cost: the walk, plus about k log(rows / k) exact distances a row. Memory: 12 k bytes a row.
 */

/** The same order of fields in engine/wasm/nearest.ts. */
@unmanaged
export class Lists {
  rankToBound: f64;
  k: i32;
  /** f64, i32: rows x k, infinite and -1 where not yet found. */
  distances: usize;
  indices: usize;
  /** i32 a row: not 0 while a thread changes its list. */
  locks: usize;
}

/** Offers a row to the list of another, and lowers that one's limit. */
export function offerExact(lists: Lists, row: i32, other: i32, distance: f64, limits: usize): void {
  const k = lists.k;
  const best = lists.distances + ((<usize>row * <usize>k) << 3);
  const last = best + ((<usize>(k - 1)) << 3);
  // another thread may lower it meanwhile, never raise it
  if (distance > load<f64>(last)) return;
  const lock = lists.locks + ((<usize>row) << 2);
  take(lock);
  insert(best, lists.indices + ((<usize>row * <usize>k) << 2), k, distance, other);
  store<f32>(limits + ((<usize>row) << 2), limitOf(load<f64>(last) * lists.rankToBound));
  giveBack(lock);
}

/** The bound above which a row cannot be among the nearest, rounded up. */
function limitOf(bound: f64): f32 {
  return <f32>(bound + bound * 2.4e-7);
}

function insert(best: usize, found: usize, k: i32, distance: f64, id: i32): void {
  let at = k - 1;
  if (!comesBefore(distance, id, best, found, at)) return;
  while (at > 0 && comesBefore(distance, id, best, found, at - 1)) {
    store<f64>(best + ((<usize>at) << 3), load<f64>(best + ((<usize>(at - 1)) << 3)));
    store<i32>(found + ((<usize>at) << 2), load<i32>(found + ((<usize>(at - 1)) << 2)));
    at--;
  }
  store<f64>(best + ((<usize>at) << 3), distance);
  store<i32>(found + ((<usize>at) << 2), id);
}

function comesBefore(distance: f64, id: i32, best: usize, found: usize, at: i32): boolean {
  const other = load<f64>(best + ((<usize>at) << 3));
  return distance < other || (distance === other && id < load<i32>(found + ((<usize>at) << 2)));
}

/** Without shared memory there is one thread, and no need to wait. */
function take(lock: usize): void {
  if (ASC_FEATURE_THREADS) while (atomic.cmpxchg<i32>(lock, 0, 1) !== 0);
}

function giveBack(lock: usize): void {
  if (ASC_FEATURE_THREADS) atomic.store<i32>(lock, 0);
}
