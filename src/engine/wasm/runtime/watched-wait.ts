/**
 * Waiting for the threads of a job while its caller's signal is looked at.
 * Fails: CancelledError when the watch says so; MachineError where a thread fails.
 */

import { inNode, type Pool } from '../../pool.js';
import type { Watch } from '../../watch.js';
import { COUNTER_ADDRESS, STOP_ADDRESS } from './layouts.js';

/** Indices of the shared words in an Int32Array over the memory. */
export const COUNTER_WORD = COUNTER_ADDRESS / 4;
export const STOP_WORD = STOP_ADDRESS / 4;
/** How often progress is passed on and the caller's signal looked at, in milliseconds. */
const WATCH_MS = 20;
/** How long threads that were asked to stop are waited for before they are ended, in milliseconds. */
const PATIENCE_MS = 15;

/** A job that the threads work on. */
interface Running {
  /** Resolves when all threads have answered. */
  readonly running: Promise<void>;
  /** Items of the job, of which the shared counter says how many were taken. */
  readonly items: number;
  /** The words that all threads share. */
  readonly words: Int32Array;
}

/**
 * Waits for the threads and reports progress, 0 to 1, every WATCH_MS; on cancellation asks the threads to stop, waits
 * for them and throws. A thread of Node that does not stop within PATIENCE_MS, since one item takes longer, is ended with the
 * pool; the next job starts another. One of a browser is waited for: nothing tells when it has ended, and it writes until then.
 */
export async function waitWatching(
  pool: Pool,
  { running, items, words }: Running,
  watch: Watch,
): Promise<void> {
  let done = false;
  const finished = running.finally(() => {
    done = true;
  });
  try {
    for (;;) {
      await Promise.race([finished, pause(WATCH_MS)]);
      if (done) return await finished;
      watch.progress(Math.min(1, Atomics.load(words, COUNTER_WORD) / items));
      await watch.checkpoint();
    }
  } catch (error) {
    Atomics.store(words, STOP_WORD, 1);
    const stopped = finished.catch(() => {});
    await (inNode ? Promise.race([stopped, pause(PATIENCE_MS)]) : stopped);
    if (!done) await pool.close();
    throw error;
  }
}

/** Resolves after a number of milliseconds. */
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
