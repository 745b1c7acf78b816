/**
 * Exact non-negative least squares from normal equations, for many right-hand sides.
 *
 * Purpose: presence: minimizes p' S p - 2 b' p over p >= 0, with S the Gram matrix of the modules' pair
 *   patterns (m x m) and b their products with one locality's associations.
 * Source: Lawson and Hanson (1974), active set, with Cholesky on the passive set.
 * Precision: double.
 * Cost: about m changes of the passive set, m^3 / 6 each.
 * Fails: a pattern that depends linearly on others (duplicate modules) has a vanishing pivot and stays out of
 *   the passive set, so the answer is defined: the first of two equal patterns gets the presence.
 * Determinism: sequential.
 */

/** A pivot below this share of the diagonal counts as zero. */
const PIVOT = 1e-10;

/** A solver for one Gram matrix. */
export interface NonNegativeSolver {
  /** Writes the minimizer for `b` (m values from `offset` on) to `target` at the same offset. */
  solve(b: ArrayLike<number>, target: Float64Array | Float32Array, offset: number): void;
}

/** A solver for one Gram matrix. @param gram m x m, row-major, symmetric, positive semidefinite. */
export function nonNegativeSolver(gram: Float64Array, m: number): NonNegativeSolver {
  const state: ActiveSet = {
    ...{ gram, m, passive: [] },
    solution: new Float64Array(m),
    factor: new Float64Array(m * m),
    trial: new Float64Array(m),
  };
  return {
    solve(b, target, offset) {
      state.passive.length = 0;
      state.solution.fill(0);
      const refused = new Set<number>();
      for (let round = 0; round < 3 * m + 3; round++) {
        const entering = mostPositiveGradient(state, b, offset, refused);
        if (entering < 0) break;
        state.passive.push(entering);
        if (!factorize(state)) {
          state.passive.pop();
          refused.add(entering);
          continue;
        }
        backSubstitute(state, b, offset);
        while (!stepIntoBounds(state) && state.passive.length > 0) {
          factorize(state);
          backSubstitute(state, b, offset);
        }
      }
      for (let k = 0; k < m; k++) target[offset + k] = state.solution[k];
    },
  };
}

/** The working memory of a solver. */
interface ActiveSet {
  readonly gram: Float64Array;
  readonly m: number;
  /** Indices that may be positive. */
  readonly passive: number[];
  /** Current solution, m values. */
  readonly solution: Float64Array;
  /** Cholesky factor of the passive part, row stride m. */
  readonly factor: Float64Array;
  /** Unbounded solution of the passive part, in the order of `passive`. */
  readonly trial: Float64Array;
}

/** Computes the Cholesky factor of the passive part; returns false when a pivot vanishes. */
function factorize({ gram, m, passive, factor }: ActiveSet): boolean {
  const size = passive.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[passive[i] * m + passive[j]];
      for (let k = 0; k < j; k++) sum -= factor[i * m + k] * factor[j * m + k];
      if (i !== j) factor[i * m + j] = sum / factor[j * m + j];
      else if (sum > PIVOT * gram[passive[i] * m + passive[i]]) factor[i * m + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves the passive part without bounds, into `trial`. @param b right-hand side, from `offset` on. */
function backSubstitute(
  { m, passive, factor, trial }: ActiveSet,
  b: ArrayLike<number>,
  offset: number,
): void {
  const size = passive.length;
  for (let i = 0; i < size; i++) {
    let sum = b[offset + passive[i]];
    for (let k = 0; k < i; k++) sum -= factor[i * m + k] * trial[k];
    trial[i] = sum / factor[i * m + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = trial[i];
    for (let k = i + 1; k < size; k++) sum -= factor[k * m + i] * trial[k];
    trial[i] = sum / factor[i * m + i];
  }
}

/** Moves toward the trial solution until a passive entry reaches zero, and drops it; returns true when none does. */
function stepIntoBounds({ passive, solution, trial }: ActiveSet): boolean {
  let step = 1;
  for (let i = 0; i < passive.length; i++) {
    if (trial[i] > 0) continue;
    const from = solution[passive[i]];
    step = Math.min(step, from / (from - trial[i]));
  }
  const reached = passive.every((_, i) => trial[i] > 0);
  passive.forEach((k, i) => {
    solution[k] += step * (trial[i] - solution[k]);
  });
  if (reached) return true;
  for (let i = passive.length - 1; i >= 0; i--) {
    if (trial[i] > 0 || solution[passive[i]] > 1e-14) continue;
    solution[passive[i]] = 0;
    passive.splice(i, 1);
  }
  return false;
}

/** The index whose entry lowers the loss most, or -1 when the solution is optimal. @param refused indices left out. */
function mostPositiveGradient(
  { gram, m, solution, passive }: ActiveSet,
  b: ArrayLike<number>,
  offset: number,
  refused: ReadonlySet<number>,
): number {
  let best = -1;
  let steepest = 0;
  for (let k = 0; k < m; k++) {
    if (passive.includes(k) || refused.has(k) || !(gram[k * m + k] > 0)) continue;
    let gradient = b[offset + k];
    for (const j of passive) gradient -= gram[k * m + j] * solution[j];
    // relative to the pattern's norm: the loss falls by gradient^2 / S_kk
    const scaled = gradient / Math.sqrt(gram[k * m + k]);
    if (gradient > 1e-12 * Math.abs(b[offset + k]) && scaled > steepest) {
      steepest = scaled;
      best = k;
    }
  }
  return best;
}
