/** Watches that need no context: see `Watch` in engine.ts. */

import type { Watch } from './engine.js';

/** A watch that reports nothing and never stops the work. */
export const unwatched: Watch = { checkpoint: async () => {}, progress: () => {} };

/** A watch for one part of the work: its progress 0 to 1 is reported as `from` to `to` of `watch`. */
export function partOf(watch: Watch, from: number, to: number): Watch {
  return { checkpoint: watch.checkpoint, progress: (done) => watch.progress(from + (to - from) * done) };
}

/**
 * A watch that can stop the work and reports no progress, for a step whose caller reports the progress of all
 * steps.
 */
export function withoutProgress(watch: Watch): Watch {
  return { checkpoint: watch.checkpoint, progress: () => {} };
}
