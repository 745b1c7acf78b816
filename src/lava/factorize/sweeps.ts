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
import type { Matrix } from '../../model.js';
import { type Pattern, type SweepInput, sweepModule } from './coordinate-step.js';
import { weightedPatterns } from './symmetric.js';
import { WORKING_SET, workingSetPatterns } from './working-set.js';

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
  context: Context,
  watch: Watch,
  limits: SweepLimits = LIMITS,
): Promise<void> {
  const { loadings, presence, q } = input;
  const d = loadings.columns;
  const whole = d <= limits.widest;
  const bytesOfPattern = whole ? 2 * d * (d - 1) : 4 * limits.workingSet ** 2;
  const group = Math.max(1, Math.floor((0.3 * context.memory) / Math.max(1, bytesOfPattern)));
  for (let from = 0; from < presence.columns; from += group) {
    const some = columnRange(presence, from, Math.min(presence.columns, from + group));
    const part = { ...input, first: input.first + from, presence: some };
    const patterns = whole
      ? wholePatterns(part, context, watch)
      : workingSetPatterns(part, limits.workingSet, watch);
    let k = part.first;
    for await (const pattern of patterns) {
      for (let sweep = 0; sweep < sweeps; sweep++) sweepModule(loadings, k, pattern, q);
      k++;
      await watch.checkpoint();
    }
  }
}

/**
 * G_k of the modules of `presence` (localities x modules), one after the other, as full symmetric d x d matrices, from one pass
 * over the associations. Each is valid until the next is taken.
 */
async function* wholePatterns(
  { problem, loadings, presence }: SweepInput,
  context: Context,
  watch: Watch,
): AsyncGenerator<Pattern> {
  const d = loadings.columns;
  const full = new Float32Array(d * d);
  const sums = await weightedPatterns(problem, presence, context, watch);
  for (let t = 0; t < sums.rows; t++) {
    unpackPairs(sums.data.subarray(t * sums.columns, (t + 1) * sums.columns), d, full);
    yield { features: null, full, image: null };
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

/**
 * Writes a pair vector to `target` as a full symmetric d x d matrix, row-major, with a zero diagonal.
 * @param pairs d (d - 1) / 2 values for i < j, the rows of i one after the other.
 */
export function unpackPairs(pairs: Float32Array, d: number, target: Float32Array): void {
  let p = 0;
  for (let i = 0; i < d; i++) {
    target[i * d + i] = 0;
    for (let j = i + 1; j < d; j++) {
      const value = pairs[p++];
      target[i * d + j] = value;
      target[j * d + i] = value;
    }
  }
}
