/** What every command that computes sets up: engine, seed, memory, progress; and takes down again. */

import { stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { createContext } from '../engine/context.js';
import { pathSource } from '../io/source/path-source.js';
import type { PrintValues, RunValues } from '../options/index.js';
import type { Run } from '../run/explain.js';
import type { Files } from '../run/inputs.js';
import { endedBySystem } from './interrupt.js';
import { type ProgressView, showProgress } from './progress.js';

export interface Session extends Run {
  readonly progress: ProgressView;
}

/** Files by their paths. */
const onDisk: Files = {
  open: pathSource,
  exists: (path) =>
    stat(path).then(
      () => true,
      () => false,
    ),
  reading: endedBySystem,
};

/** Runs `work` with a session made from the run options, and closes the engine whatever happens. */
export async function withSession<T>(
  values: RunValues & PrintValues,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { seed = 0, memory = totalmem() / 4, threads, engine: choice, quiet = false, messages } = values;
  const progress = await showProgress({ quiet, json: messages === 'json' });
  const { onProgress } = progress;
  const context = await createContext({ engine: choice, threads, seed, memory, signal, onProgress });
  try {
    return await work({
      context,
      seed,
      files: onDisk,
      progress,
    });
  } finally {
    progress.stop();
    await context.close();
  }
}
