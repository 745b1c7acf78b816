/** What every command that computes sets up: engine, seed, memory, progress; and takes down again. */

import { stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { type Context, createContext } from '../engine/context.js';
import { printable } from '../errors.js';
import type { ReadingPlan } from '../io/index.js';
import { openOutputFile } from '../io/output/file.js';
import { pathSource } from '../io/source/path-source.js';
import type { PrintValues, RunValues } from '../options/index.js';
import type { Run } from '../run/explain.js';
import type { Files } from '../run/inputs.js';
import type { Cluster } from './shards/cluster.js';
import { type Profile, startProfile } from './terminal/profile.js';
import { type ProgressView, showProgress } from './terminal/progress.js';

export interface Session extends Run {
  readonly progress: ProgressView;
  /** Prints how the files were read, once the result is there, unless a terminal has shown it before. */
  tellPlan(): void;
}

/** Files by their paths. */
const onDisk: Files = {
  open: pathSource,
  exists: (path) =>
    stat(path).then(
      () => true,
      () => false,
    ),
};

/** Shows how the files were read on a terminal at once, and elsewhere with the result. */
function planTeller(progress: ProgressView, { json, quiet, messages }: PrintValues) {
  let lines: readonly string[] = [];
  const early = process.stderr.isTTY === true && !quiet && messages !== 'json';
  return {
    onPlan(plan: ReadingPlan) {
      lines = plan.lines;
      progress.stop();
      if (early) process.stderr.write(`${printable(lines.join('\n'))}\n\n`);
    },
    tellPlan() {
      const out = json ? process.stderr : process.stdout;
      if (messages === 'json' && json) return;
      if (lines.length > 0 && !(early && out.isTTY)) out.write(`${printable(lines.join('\n'))}\n\n`);
    },
  };
}

/** Runs `work` with a session made from the run options, and closes the engine whatever happens. */
export async function withSession<T>(
  values: RunValues & PrintValues,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { seed = 0, memory = totalmem() / 4, threads, engine: choice, quiet = false, messages } = values;
  const file = values.profile === undefined ? null : await openOutputFile(values.profile);
  const profile = file && startProfile();
  const progress = await showProgress({ quiet, json: messages === 'json' });
  const onProgress = withProfile(progress.onProgress, profile);
  const context = await createContext({ engine: choice, threads, seed, memory, signal, onProgress });
  let cluster: Cluster | null = null;
  try {
    if (values.cluster !== undefined) cluster = await clusterNamed(values.cluster, context, values);
    const result = await work({
      context: { ...context, shards: cluster?.shards },
      seed,
      files: onDisk,
      progress,
      ...planTeller(progress, values),
    });
    if (file && profile) await file.write(profile.csv());
    return result;
  } finally {
    progress.stop();
    await cluster?.close();
    await context.close();
  }
}

/** The cluster that an option names, which tells of itself as the options of printing say. Its code is loaded when one is named. */
async function clusterNamed(name: string, context: Context, values: PrintValues): Promise<Cluster> {
  const [{ openCluster }, { clusterTeller }] = await Promise.all([
    import('./shards/cluster.js'),
    import('./shards/tell.js'),
  ]);
  const teller = clusterTeller(values);
  const cluster = await openCluster(name, context, teller.onCounts);
  return {
    ...cluster,
    async close() {
      await cluster.close();
      teller.end();
    },
  };
}

type OnProgress = ProgressView['onProgress'];

/** Progress that tells the profile which stage runs. */
function withProfile(shown: OnProgress, profile: Profile | null): OnProgress {
  if (profile === null) return shown;
  return (progress) => {
    profile.begin(progress.stage);
    shown?.(progress);
  };
}
