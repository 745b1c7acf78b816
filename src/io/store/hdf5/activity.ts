/**
 * What the HDF5 library is doing, for the thread that waits for it (h5-thread.ts).
 *
 * Purpose: a damaged file may send the library round and round. Whoever waits cannot ask it, but sees in shared memory whether
 *   it comes on: a work begins, or bytes are read that this work has not read before. A list that leads back to itself
 *   is read again and again, and that is no progress.
 * Fails: never; in a process without a waiting thread nothing is told.
 */

const PAGE = 4096;

/** Words of the shared memory. */
export const PROGRESS = 0;
/** The `room` of the call, in MiB. */
export const ROOM_MIB = 1;
export const ACTIVITY_BYTES = 8;

let shared: Int32Array | null = null;
const pages = new Set<number>();

/**
 * Makes this thread tell, from now on, what it does in memory shared with the thread that waits.
 * @param memory of ACTIVITY_BYTES.
 */
export function tellActivity(memory: SharedArrayBuffer): void {
  shared = new Int32Array(memory);
}

/**
 * Tells that a call of the library begins.
 * @param room bytes of memory that the call may take beside the library's own; for more of them the waiting thread allows more
 * processor time without progress.
 */
export function workBegins(room: number): void {
  if (shared === null) return;
  pages.clear();
  Atomics.store(shared, ROOM_MIB, Math.ceil(room / 2 ** 20));
  Atomics.add(shared, PROGRESS, 1);
}

/**
 * Tells that the library has read `count` bytes of a file from byte `position` on; counts as progress where this call
 * had not read them.
 */
export function bytesRead(position: number, count: number): void {
  if (shared === null) return;
  const before = pages.size;
  for (let page = Math.floor(position / PAGE); page * PAGE < position + count; page++) pages.add(page);
  if (pages.size > before) Atomics.add(shared, PROGRESS, 1);
}
