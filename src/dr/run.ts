/**
 * A run by forces: coordinates that advance step by step, and can be watched, changed and stopped between
 * steps. A run is a plain value that `advance` changes in place; `snapshot` and `bestSnapshot` copy, so that
 * what they return is safe to keep while the run goes on.
 */

import type { Watch } from '../engine/engine.js';
import { OptionError } from '../errors.js';

/** Numbers that may be changed between steps, by their option names. */
export type Parameters = Record<string, number>;

/** What moves a run. */
export interface Dynamics {
  readonly parameters: Parameters;
  /**
   * Does step number `step` (from 0) on y in place, and with it others that follow, `most` in all at most. Returns
   * the loss at y before it (NaN where the method computes none, and for several steps at once), whether the step
   * was too short to matter, and how many were done (one where it does not say).
   */
  readonly step: (
    y: Float64Array,
    step: number,
    watch: Watch,
    most: number,
  ) => Promise<StepOutcome> | StepOutcome;
}

export interface StepOutcome {
  readonly loss: number;
  readonly converged: boolean;
  readonly done?: number;
}

export interface Run {
  readonly rows: number;
  readonly dimensions: number;
  /** Current coordinates, rows x dimensions, changed in place by `advance`. */
  readonly y: Float64Array;
  readonly dynamics: Dynamics;
  /** Steps done. */
  step: number;
  /** Loss before the last step; NaN where the method computes none. */
  loss: number;
  /** Loss by step, where computed. */
  readonly losses: number[];
  converged: boolean;
  /** Where the loss was lowest; where no loss is computed, the latest coordinates. */
  readonly best: { step: number; loss: number; readonly y: Float64Array };
}

export interface Snapshot {
  readonly step: number;
  readonly loss: number;
  readonly rows: number;
  readonly dimensions: number;
  /** A copy: rows x dimensions. */
  readonly y: Float64Array;
}

/** A later embedding whose loss is higher by no more than this share, which rounding explains, is preferred. */
const ROUNDING = 1e-12;

/** A run at its start. The coordinates are taken over, not copied. */
export function createRun(start: Float64Array, dimensions: number, dynamics: Dynamics): Run {
  return {
    rows: start.length / dimensions,
    dimensions,
    y: start,
    dynamics,
    step: 0,
    loss: Number.NaN,
    losses: [],
    converged: false,
    best: { step: 0, loss: Number.POSITIVE_INFINITY, y: start.slice() },
  };
}

/** Does up to `steps` more steps; stops early once converged. CancelledError leaves the run as it is. */
export async function advance(run: Run, steps: number, watch: Watch): Promise<void> {
  const before = new Float64Array(run.y.length);
  for (let done = 0; done < steps && !run.converged; ) {
    before.set(run.y);
    const outcome = await run.dynamics.step(run.y, run.step, watch, steps - done);
    const count = outcome.done ?? 1;
    done += count;
    run.step += count;
    run.loss = outcome.loss;
    if (!Number.isNaN(run.loss)) run.losses.push(run.loss);
    keepBest(run, before);
    run.converged = outcome.converged;
    watch.progress(done / steps);
    await watch.checkpoint();
  }
}

/** `before`: the coordinates before the last step, whose loss is the run's. */
function keepBest(run: Run, before: Float64Array): void {
  const { best, loss } = run;
  if (Number.isNaN(loss)) {
    best.y.set(run.y);
    best.step = run.step;
    return;
  }
  if (loss > best.loss + ROUNDING * Math.abs(best.loss)) return;
  best.y.set(before);
  best.loss = loss;
  best.step = run.step - 1;
}

/** The current coordinates, copied. */
export function snapshot(run: Run): Snapshot {
  const { step, loss, rows, dimensions, y } = run;
  return { step, loss, rows, dimensions, y: y.slice() };
}

/** The best coordinates so far, copied. */
export function bestSnapshot(run: Run): Snapshot {
  const { rows, dimensions, best } = run;
  return { step: best.step, loss: best.loss, rows, dimensions, y: best.y.slice() };
}

/** Changes parameters of a run between steps. Throws OptionError for one that the run does not have. */
export function change(run: Run, parameters: Parameters): void {
  for (const [name, value] of Object.entries(parameters)) {
    const known = Object.keys(run.dynamics.parameters);
    if (!known.includes(name) || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new OptionError({
        got: `${name} = ${value}`,
        expected: `a number of at least 0 for one of ${known.join(', ')}`,
        remedy: 'change only what this run can change while it goes on',
      });
    }
  }
  Object.assign(run.dynamics.parameters, parameters);
  run.converged = false;
}
