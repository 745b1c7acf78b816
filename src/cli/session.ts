/** What every command that computes sets up: engine, seed, memory, progress; and takes down again. */

import { totalmem } from 'node:os';
import { chooseEngine, ENGINE_CHOICES } from '../engine/choose.js';
import { type Context, createContext } from '../engine/context.js';
import {
  choiceOption,
  flagOption,
  type Given,
  integerOption,
  numberOption,
  sizeOption,
} from './arguments.js';
import { type ProgressView, showProgress } from './progress.js';

export interface Session {
  readonly context: Context;
  readonly seed: number;
  /** Why this engine. */
  readonly reason: string;
  readonly progress: ProgressView;
}

/** Runs `work` with a session made from the run options, and closes the engine whatever happens. */
export async function withSession<T>(
  given: Given,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const seed = numberOption(given, 'seed') ?? 0;
  const memory = sizeOption(given, 'memory') ?? totalmem() / 4;
  const threads = integerOption(given, 'threads', 1);
  const asked = choiceOption(given, 'engine', ENGINE_CHOICES);
  const progress = await showProgress({ quiet: flagOption(given, 'quiet') });
  const { engine, reason } = await chooseEngine({ engine: asked, threads, memory });
  const { onProgress } = progress;
  try {
    return await work({
      context: createContext({ engine, seed, memory, signal, onProgress }),
      seed,
      reason,
      progress,
    });
  } finally {
    progress.stop();
    await engine.close();
  }
}
