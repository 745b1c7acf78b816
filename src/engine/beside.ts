/**
 * Work that goes on beside other stages, which do not need its result yet.
 *
 * Purpose: a stage that runs mostly on the calling thread leaves the engine's threads idle, and the other way round; two that do not
 *   depend on one another fill each other's gaps. Source: ours.
 * Determinism: neither sees the other, so the results are those of one after the other.
 * Types: `Context`, what a run computes with: signal, onProgress (takes the stage and the fraction done).
 * Fails: as the work does, when its result is taken; `stop` ends it where the stages beside it have failed.
 */

import type { Context, Progress } from './context.js';

/** Work under way. */
export interface Beside<T> {
  /** What the work returns. How far each of its stages has come is shown now, and its progress from now on. */
  result(): Promise<T>;
  /** Ends the work, and waits until it has ended; nothing where it is done. Never throws. */
  stop(): Promise<void>;
}

/**
 * Begins work beside the stages of the caller. Its progress is not shown until its result is asked for: only then do its
 * stages begin for whoever follows them, those that are done among them.
 * @param work takes the context that it computes with, whose signal also ends it when it is stopped.
 */
export function beginBeside<T>(context: Context, work: (context: Context) => Promise<T>): Beside<T> {
  const ending = new AbortController();
  const end = () => ending.abort();
  context.signal?.addEventListener('abort', end, { once: true });
  if (context.signal?.aborted) end();
  const reached = new Map<string, Progress>();
  let shown = false;
  const onProgress = (progress: Progress) => {
    if (shown) context.onProgress?.(progress);
    else reached.set(progress.stage, progress);
  };
  const running = work({ ...context, signal: ending.signal, onProgress }).finally(() =>
    context.signal?.removeEventListener('abort', end),
  );
  // whoever asks for the result hears of a failure; without this one that comes earlier would end the process
  running.catch(() => {});
  return {
    result() {
      shown = true;
      for (const progress of reached.values()) context.onProgress?.(progress);
      reached.clear();
      return running;
    },
    async stop() {
      end();
      await running.catch(() => {});
    },
  };
}

/** Runs stages beside work under way, which ends with them where they fail. @returns what the stages return. */
export async function withBeside<T>(beside: Beside<unknown> | null, stages: () => Promise<T>): Promise<T> {
  try {
    return await stages();
  } catch (error) {
    await beside?.stop();
    throw error;
  }
}
