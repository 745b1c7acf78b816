/**
 * Exact non-negative least squares from normal equations, for many right-hand sides.
 *
 * Purpose: presence: minimize p' S p - 2 b' p over p >= 0, with S the Gram matrix of the modules' pair patterns
 * (m x m) and b their products with one locality's associations. Source: Lawson and Hanson (1974), active set,
 * with Cholesky on the passive set. Precision: doubles. Cost: about m passive-set changes of m^3 / 6 each.
 * Patterns that are linearly dependent (duplicate modules) are left out of the passive set by their pivot, so
 * the answer is defined: the first of two equal patterns takes the presence. Deterministic.
 */

/** Pivots below this share of the diagonal are taken as zero. */
const PIVOT = 1e-10;

export interface NonNegativeSolver {
  /** Writes the minimizer for `b` (at `offset`, m values) into `target` at the same offset. */
  solve(b: ArrayLike<number>, target: Float64Array | Float32Array, offset: number): void;
}

/** A solver for one Gram matrix (m x m, row-major, symmetric, positive semidefinite). */
export function nonNegativeSolver(gram: Float64Array, m: number): NonNegativeSolver {
  const passive: number[] = [];
  const solution = new Float64Array(m);
  const factor = new Float64Array(m * m);
  const trial = new Float64Array(m);

  /** Cholesky of the passive part; false when a pivot vanishes. */
  const factorize = (): boolean => {
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
  };
  const backSubstitute = (b: ArrayLike<number>, offset: number): void => {
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
  };
  /** Moves toward the trial solution until a passive entry reaches zero, and drops it. True when none does. */
  const stepIntoBounds = (): boolean => {
    let step = 1;
    for (let i = 0; i < passive.length; i++) {
      if (trial[i] > 0) continue;
      const from = solution[passive[i]];
      step = Math.min(step, from / (from - trial[i]));
    }
    const whole = passive.every((_, i) => trial[i] > 0);
    passive.forEach((k, i) => {
      solution[k] += step * (trial[i] - solution[k]);
    });
    if (whole) return true;
    for (let i = passive.length - 1; i >= 0; i--) {
      if (trial[i] > 0 || solution[passive[i]] > 1e-14) continue;
      solution[passive[i]] = 0;
      passive.splice(i, 1);
    }
    return false;
  };

  return {
    solve(b, target, offset) {
      passive.length = 0;
      solution.fill(0);
      const refused = new Set<number>();
      for (let round = 0; round < 3 * m + 3; round++) {
        const entering = mostPositiveGradient(gram, m, b, offset, solution, passive, refused);
        if (entering < 0) break;
        passive.push(entering);
        if (!factorize()) {
          passive.pop();
          refused.add(entering);
          continue;
        }
        backSubstitute(b, offset);
        while (!stepIntoBounds() && passive.length > 0) {
          factorize();
          backSubstitute(b, offset);
        }
      }
      for (let k = 0; k < m; k++) target[offset + k] = solution[k];
    },
  };
}

function mostPositiveGradient(
  gram: Float64Array,
  m: number,
  b: ArrayLike<number>,
  offset: number,
  solution: Float64Array,
  passive: readonly number[],
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
