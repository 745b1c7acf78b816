/**
 * What every long function is given besides its input and options: the engine, the seed, progress,
 * cancellation and the memory it may use.
 */

import { createRandom, type Random } from '../core/random.js';
import { CancelledError } from '../errors.js';
import type { Engine, Watch } from './engine.js';
import { createJsEngine } from './js/engine.js';

export interface Progress {
  /** Name of the stage, for people: `localities`, `associations`, `modules`... */
  readonly stage: string;
  /** Fraction of the stage that is done, 0 to 1. */
  readonly done: number;
}

export interface Context {
  readonly engine: Engine;
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Bytes that the work may hold at once. */
  readonly memory: number;
}

const DEFAULT_MEMORY = 4 * 2 ** 30;
const YIELD_MS = 40;

/** Fills in what the caller left out: the `js` engine, seed 0, 4 GiB. */
export function createContext(given: Partial<Context> & { seed?: number } = {}): Context {
  return {
    engine: given.engine ?? createJsEngine(),
    random: given.random ?? createRandom(given.seed ?? 0),
    signal: given.signal,
    onProgress: given.onProgress,
    memory: given.memory ?? DEFAULT_MEMORY,
  };
}

/** A watch over one stage: reports its progress, which never steps back, and stops within 100 ms of the context's signal. */
export function watchStage(context: Context, stage: string): Watch {
  let last = performance.now();
  let shown = 0;
  context.onProgress?.({ stage, done: 0 });
  return {
    async checkpoint() {
      if (context.signal?.aborted) throw new CancelledError();
      const now = performance.now();
      if (now - last < YIELD_MS) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = performance.now();
      if (context.signal?.aborted) throw new CancelledError();
    },
    progress(done) {
      if (!(done > shown)) return;
      shown = Math.min(1, done);
      context.onProgress?.({ stage, done: shown });
    },
  };
}
