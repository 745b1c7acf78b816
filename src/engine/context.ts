/**
 * What every long function takes besides its input and options: the engine, the seed, progress,
 * cancellation and the memory it may use.
 */

import { createRandom, type Random } from '../core/random.js';
import { CancelledError } from '../errors.js';
import type { AssociationShards } from './association-shards.js';
import { type ChosenEngine, chooseEngine, type EngineChoice } from './choose.js';
import type { Engine, Watch } from './engine.js';

export interface Progress {
  /** Name of the stage, for people: `localities`, `associations`, `modules`... */
  readonly stage: string;
  /** Fraction of the stage that is done, 0 to 1. */
  readonly done: number;
}

export interface Context {
  readonly engine: Engine;
  /** Why this engine, in one sentence for people. */
  readonly reason: string;
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Bytes that the work may hold at once. */
  readonly memory: number;
  /** Shards that compute and keep the associations of fits; without them the engine does. */
  readonly shards?: AssociationShards | undefined;
  /**
   * Ends the threads of the engine and frees its memory, where `createContext` started it; an engine that was
   * given stays open. Nothing may be computed with the context afterwards. A second call does nothing.
   */
  close(): Promise<void>;
}

/** A context, or those parts of one that differ from the default: what every public function takes. */
export type PartialContext = Partial<Context> & {
  /** Seed of the random numbers, where `random` is not given. Default 0. */
  readonly seed?: number;
};

export interface ContextOptions extends Omit<PartialContext, 'engine' | 'close'> {
  /** An engine, or the name of one. Default `auto`: the fastest that loads (native, wasm, js). */
  readonly engine?: Engine | EngineChoice;
  /** Threads of the engine that is started. Default: as many as the machine runs at once. */
  readonly threads?: number;
}

const DEFAULT_MEMORY = 4 * 2 ** 30;
const YIELD_MS = 40;

/**
 * Starts an engine and makes a context of it. Defaults: the fastest engine that loads, seed 0, 4 GiB. Call
 * `close()` when the work is done.
 * @throws OptionError for an unknown engine or a bad number; UnsupportedError when the engine named is not there.
 */
export async function createContext(options: ContextOptions = {}): Promise<Context> {
  const { engine, threads, memory } = options;
  if (typeof engine === 'object')
    return contextOf(engine, options.reason ?? 'given', options, async () => {});
  const chosen = await chooseEngine({ engine, threads, memory });
  return contextOf(chosen.engine, chosen.reason, options, () => chosen.engine.close());
}

/**
 * The whole context of a public function's call. Without an engine, all calls of this process share one, which starts
 * at the first call; its threads do not keep the process alive.
 */
export async function resolveContext(partial: PartialContext = {}): Promise<Context> {
  if (isWhole(partial)) return partial;
  if (partial.engine) return contextOf(partial.engine, partial.reason ?? 'given', partial, async () => {});
  shared ??= chooseEngine().catch((error: unknown) => {
    shared = null;
    throw error;
  });
  const { engine, reason } = await shared;
  return contextOf(engine, reason, partial, async () => {});
}

/** The engine of calls that name none. */
let shared: Promise<ChosenEngine> | null = null;

/** Whether nothing is missing. */
function isWhole(partial: PartialContext): partial is Context {
  const { engine, random, memory, close } = partial;
  return engine !== undefined && random !== undefined && memory !== undefined && close !== undefined;
}

/** Fills in what the caller left out. */
function contextOf(
  engine: Engine,
  reason: string,
  { random, seed = 0, signal, onProgress, memory = DEFAULT_MEMORY, shards }: Omit<PartialContext, 'engine'>,
  close: () => Promise<void>,
): Context {
  return { engine, reason, random: random ?? createRandom(seed), signal, onProgress, memory, shards, close };
}

/**
 * When the event loop was last known to turn, by `performance.now()`. One for all watches: stages that run side by side or are short
 * hold the thread together.
 */
let lastTurn = performance.now();

/** A watch over one stage: reports its progress, which never steps back, and stops within 100 ms of the context's signal. */
export function watchStage(context: Context, stage: string): Watch {
  let shown = 0;
  context.onProgress?.({ stage, done: 0 });
  return {
    async checkpoint() {
      if (context.signal?.aborted) throw new CancelledError();
      if (performance.now() - lastTurn < YIELD_MS) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      lastTurn = performance.now();
      if (context.signal?.aborted) throw new CancelledError();
    },
    progress(done) {
      if (!(done > shown)) return;
      shown = Math.min(1, done);
      context.onProgress?.({ stage, done: shown });
    },
  };
}
