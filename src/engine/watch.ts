/** How a routine is watched, and watches that need no context. */

/** How a routine reports its progress and learns that it should stop; context.ts makes one for a stage. */
export interface Watch {
  /** Throws CancelledError once the caller's signal is aborted; yields to the event loop now and then. */
  checkpoint(): Promise<void>;
  /** Fraction done, 0 to 1. */
  progress(done: number): void;
}

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

/** Makes the steps of a generator to its end and calls `checkpoint` between them; what the last one returns. */
export async function paced<T>(steps: Generator<void, T>, watch: Watch): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await watch.checkpoint();
  }
}
