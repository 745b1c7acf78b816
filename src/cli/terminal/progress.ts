/**
 * Progress on standard error: a bar with stage and time left on a terminal, a line a stage elsewhere.
 * Standard output is kept for results.
 */

import type { Progress } from '../../engine/context.js';
import { printable } from '../../errors.js';
import { progressLine } from './messages.js';

export interface ProgressView {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Takes the bar away; call it before anything else is written. */
  stop(): void;
}

const LINE_EVERY_MS = 10_000;
const JSON_EVERY_MS = 100;

/** How progress is shown: `quiet` shows none, `json` writes it for a program. */
export async function showProgress(options: { quiet: boolean; json: boolean }): Promise<ProgressView> {
  if (options.quiet) return { onProgress: undefined, stop: () => {} };
  if (options.json) return showJson();
  return process.stderr.isTTY ? showBar() : showLines();
}

/** A bar with the stage and the time that is left. */
async function showBar(): Promise<ProgressView> {
  const { SingleBar, Presets } = (await import('cli-progress')).default;
  const format = '  {stage} [{bar}] {percentage}%  {left}';
  // the cursor stays: a process that Ctrl-C ends could not give it back
  const bar = new SingleBar({ format, clearOnComplete: true, barsize: 30 }, Presets.shades_classic);
  let stage = '';
  let started = 0;
  return {
    onProgress(progress) {
      if (progress.stage !== stage) {
        if (stage !== '') bar.stop();
        stage = progress.stage;
        started = performance.now();
        bar.start(1000, 0, { stage: printable(stage).padEnd(14), left: '' });
      }
      const elapsed = (performance.now() - started) / 1000;
      const left =
        progress.done > 0.02 ? `${duration((elapsed * (1 - progress.done)) / progress.done)} left` : '';
      bar.update(Math.round(progress.done * 1000), { stage: printable(stage).padEnd(14), left });
    },
    stop() {
      if (stage !== '') bar.stop();
      stage = '';
    },
  };
}

/** A line when a stage begins, and one every ten seconds. */
function showLines(): ProgressView {
  let stage = '';
  let last = 0;
  return {
    onProgress(progress) {
      const now = performance.now();
      const due = now - last > LINE_EVERY_MS;
      if (progress.stage === stage && !due) return;
      const share = progress.stage === stage ? ` ${Math.round(100 * progress.done)}%` : '';
      process.stderr.write(`${printable(progress.stage)}${share}...\n`);
      stage = progress.stage;
      last = now;
    },
    stop: () => {},
  };
}

/** Every stage, and at most ten times a second how far it is. */
function showJson(): ProgressView {
  let stage = '';
  let last = 0;
  return {
    onProgress(progress) {
      const now = performance.now();
      if (progress.stage === stage && now - last < JSON_EVERY_MS && progress.done < 1) return;
      stage = progress.stage;
      last = now;
      process.stderr.write(`${progressLine(stage, progress.done)}\n`);
    },
    stop: () => {},
  };
}

/** `45 s` or `3 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
