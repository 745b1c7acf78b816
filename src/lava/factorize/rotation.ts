/**
 * Varimax: the rotation of factors after which each feature loads on as few of them as possible.
 *
 * Purpose: eigenvectors give the space that the modules span; which directions in it are the modules is told by
 *   sparsity. Source: Kaiser (1958), by the engine (core/varimax.ts).
 * Criterion: sum over factors of (sum_i b_i^4 - (sum_i b_i^2)^2 / features), where features that are 0 in every factor do not
 *   count: constant ones change nothing. Several starts are tried, the identity
 *   and fixed random rotations; the best criterion wins, the first of equals.
 * Cost: a sweep is features x factors^2; 5 to 30 sweeps a start. Precision: double. Deterministic.
 * Types: `Random`, seeded numbers: normal (standard normal).
 * Fails: never.
 */

import { createRandom } from '../../core/random.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { addCombined, orthonormalize } from '../../linalg/vectors.js';

const STARTS = 6;
/** Share of the criterion by which another start has to be better. */
const BETTER = 1e-7;

/**
 * The factors rotated to the best varimax criterion of all starts, in the space that they span.
 * @param factors vectors of equal length (features), orthogonal or not; not changed.
 * @returns new vectors, as many; in no order, with any sign. Empty for none.
 */
export async function varimax(
  factors: readonly Float64Array[],
  engine: Engine,
  watch: Watch,
): Promise<Float64Array[]> {
  const features = loadedFeatures(factors);
  const starts = Array.from({ length: STARTS }, (_, start) =>
    start === 0 ? factors.map((factor) => factor.slice()) : turned(factors, start),
  );
  await engine.rotateFactors(starts, features, watch);
  let best: Float64Array[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  starts.forEach((rotated, start) => {
    const value = criterion(rotated, features);
    if (start > 0 && !(value > highest + BETTER * Math.abs(highest))) return;
    best = rotated;
    highest = value;
  });
  return best;
}

/**
 * Features that are not 0 in every factor.
 * @param factors one number a feature each.
 */
function loadedFeatures(factors: readonly Float64Array[]): number {
  let count = 0;
  for (let i = 0; i < (factors[0]?.length ?? 0); i++) if (factors.some((factor) => factor[i] !== 0)) count++;
  return count;
}

/**
 * The varimax criterion, which is to be largest: sum over factors of (sum b^4 - (sum b^2)^2 / features). 0 for no
 * factors.
 * @param features by default all.
 */
export function criterion(factors: readonly Float64Array[], features = factors[0]?.length ?? 0): number {
  let total = 0;
  for (const factor of factors) {
    let squares = 0;
    let fourths = 0;
    for (const value of factor) {
      const square = value * value;
      squares += square;
      fourths += square * square;
    }
    total += fourths - (squares * squares) / features;
  }
  return total;
}

/** The factors under a random rotation, always the same one for a start's number (1 and up). New vectors. */
function turned(factors: readonly Float64Array[], start: number): Float64Array[] {
  const random = createRandom(start, 'varimax');
  const rotation: Float64Array[] = [];
  while (rotation.length < factors.length) {
    const direction = Float64Array.from(factors, () => random.normal());
    if (orthonormalize(direction, rotation)) rotation.push(direction);
  }
  return rotation.map((direction) => {
    const sum = new Float64Array(factors[0].length);
    addCombined(sum, direction, factors);
    return sum;
  });
}
