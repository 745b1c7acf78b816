/** Watches that need no context: see `Watch` in engine.ts. */

import type { Watch } from './engine.js';

/** A watch that says and stops nothing. */
export const unwatched: Watch = { checkpoint: async () => {}, progress: () => {} };

/** A part of a watch: progress 0 to 1 of the part is shown as `from` to `to` of the whole. */
export function partOf(watch: Watch, from: number, to: number): Watch {
  return { checkpoint: watch.checkpoint, progress: (done) => watch.progress(from + (to - from) * done) };
}

/** The same stop, and no progress: for a step whose caller reports the progress of all steps. */
export function withoutProgress(watch: Watch): Watch {
  return { checkpoint: watch.checkpoint, progress: () => {} };
}
