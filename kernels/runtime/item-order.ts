/**
 * Order among the items of one job: an item waits until enough items of an earlier stage are done.
 *
 * Determinism: threads take items in ascending order, so a running thread holds every item that another waits
 *   for, and a job cannot deadlock. With one thread nothing ever waits.
 * Shapes: a counter is an i32 that starts at 0, alone in its 64 bytes.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from './layout';

/** Looks at a counter before a thread goes to sleep over it. */
const SPINS: i32 = 2000;
/**
 * Sleeps until somebody wakes those who wait for the i32 at `counter`, at most some milliseconds, or not at all where it is not `value`.
 * Outside WebAssembly, because V8 11.3 (Node 20) loses a local variable across its own instruction for this (memory.atomic.wait32): a
 * thread then waited at address 0 for ever.
 */
declare function sleep(counter: usize, value: i32): void;

/**
 * Counts one item of a stage as done and wakes the threads that wait for it.
 * @param counter address of the stage's i32.
 */
export function markDone(counter: usize): void {
  if (ASC_FEATURE_THREADS) {
    atomic.add<i32>(counter, 1);
    atomic.notify(counter, -1);
  } else store<i32>(counter, load<i32>(counter) + 1);
}

/**
 * Waits until `needed` items are done. Returns false when the job was stopped meanwhile: the item must then
 * return.
 * @param counter address of the stage's i32.
 */
export function waitFor(counter: usize, needed: i32): boolean {
  if (!ASC_FEATURE_THREADS) return true;
  let spins = SPINS;
  let done = atomic.load<i32>(counter);
  while (done < needed) {
    if (atomic.load<i32>(STOP_ADDRESS)) return false;
    if (spins > 0) spins--;
    else sleep(counter, done);
    done = atomic.load<i32>(counter);
  }
  return true;
}
