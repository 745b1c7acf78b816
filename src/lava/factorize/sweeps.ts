/**
 * Exact coordinate sweeps over loadings, the presences fixed.
 *
 * Purpose: for one module at a time, the best value of each loading in turn. Needs G_k = sum_l w_l P[l,k] A_l,
 * with A_l the associations (d x d) and P[l,k] the presence of module k in locality l, w_l the weight of the locality. G_k is
 * held in full up to WIDEST_PATTERN features; beyond that only its block of the features that may take part is made
 * (working-set.ts), so that no features x features matrix exists. Either way no sweep raises the loss.
 * Source: ours. Cost: one product of the associations with the modules (two when wide),
 * and the square of the swept features a module and sweep. Precision: sums in double. Deterministic.
 * Types: `SweepInput`: problem, loadings (modules x features, changed in place), presence of the modules swept, first
 *   of them, q (Q of all). `Context`, what a run computes with: memory (bytes that may be held at once). `Watch`, of
 *   a stage: checkpoint (throws CancelledError once the signal is aborted). `Matrix`: row-major float32, element (r,
 *   c) at `data[r * columns + c]`; its rows (how many).
 * Fails: CancelledError once the signal is aborted.
 */

import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { operationsOf } from '../associations/operations.js';
import { type SweepInput, weighted } from './symmetric.js';
import { WORKING_SET, workingSets } from './working-set.js';

/** Features beyond which patterns are not held in full: they take 67 MB each there. */
export const WIDEST_PATTERN = 4096;

/** How much of a pattern G_k is held. */
export interface SweepLimits {
  /** Most features with which it is held in full. */
  readonly widest: number;
  /** Features that are swept where there are more. */
  readonly workingSet: number;
}

const LIMITS: SweepLimits = { widest: WIDEST_PATTERN, workingSet: WORKING_SET };

/**
 * Changes `input.loadings` (modules x features) by `sweeps` coordinate sweeps over each module in turn. One module
 * gets all its sweeps before the next, so how many patterns fit in memory at once does not change the result. Called
 * once a refinement round, after the presences were solved.
 * @param limits features up to which patterns are whole, and size of a working set; for tests.
 */
export async function sweepModules(
  input: SweepInput,
  sweeps: number,
  { engine, memory }: Context,
  watch: Watch,
  limits: SweepLimits = LIMITS,
): Promise<void> {
  const { problem, loadings, presence, q } = input;
  const { associations, weights } = problem;
  const side = Math.min(
    loadings.columns,
    loadings.columns <= limits.widest ? limits.widest : limits.workingSet,
  );
  const operations = operationsOf(associations, engine);
  const bytes = 4 * side ** 2 * operations.copies;
  const group = Math.max(1, Math.floor((0.3 * memory) / Math.max(1, bytes)));
  const silent = withoutProgress(watch);
  for (let from = 0; from < presence.columns; from += group) {
    const some = columnRange(presence, from, Math.min(presence.columns, from + group));
    const part = { ...input, first: input.first + from, presence: some };
    if (loadings.columns <= limits.widest) {
      const swept = { loadings, first: part.first, presence: weighted(some, weights), q };
      await operations.sweepAssociations(swept, sweeps, silent);
    } else {
      const modules = await workingSets(part, limits.workingSet, watch);
      await engine.sweepPatterns(modules, { sweeps, least: 0, inTurn: true }, silent);
    }
    await watch.checkpoint();
  }
}

/**
 * Columns `first` to `last` (exclusive) of a matrix, copied; the matrix itself when that is all. Called for each
 * group of modules.
 * @param m rows x columns.
 */
function columnRange(m: Matrix, first: number, last: number): Matrix {
  if (first === 0 && last === m.columns) return m;
  const columns = last - first;
  const data = new Float32Array(m.rows * columns);
  for (let r = 0; r < m.rows; r++) {
    data.set(m.data.subarray(r * m.columns + first, r * m.columns + last), r * columns);
  }
  return { rows: m.rows, columns, data };
}
