/**
 * Varimax: the rotation of factors after which each feature loads on as few of them as possible.
 *
 * Purpose: eigenvectors give the space that the modules span; which directions in it are the modules is told by
 *   sparsity. Source: Kaiser (1958); plane rotations (Jacobi), each the exact optimum of its plane.
 * Criterion: sum over factors of (sum_i b_i^4 - (sum_i b_i^2)^2 / features), where features that are 0 in every factor do not
 *   count: constant ones change nothing. Several starts are tried, the identity
 *   and fixed random rotations; the best criterion wins, the first of equals.
 * Cost: a sweep is features x factors^2; 5 to 30 sweeps a start. Precision: double. Deterministic.
 * Types: `Random`, seeded numbers: normal (standard normal).
 * Fails: never.
 */

import { createRandom } from '../../core/random.js';
import { addCombined, orthonormalize } from '../../linalg/vectors.js';

const STARTS = 6;
const MOST_SWEEPS = 200;
/** Radians below which a plane counts as turned already. */
const LEAST_ANGLE = 1e-9;
/** Share of the criterion by which another start has to be better. */
const BETTER = 1e-7;

/**
 * The factors rotated to the best varimax criterion of all starts, in the space that they span.
 * @param factors vectors of equal length (features), orthogonal or not; not changed.
 * @returns new vectors, as many; in no order, with any sign. Empty for none.
 */
export function varimax(factors: readonly Float64Array[]): Float64Array[] {
  const features = loadedFeatures(factors);
  let best: Float64Array[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (let start = 0; start < STARTS; start++) {
    const rotated = start === 0 ? factors.map((factor) => factor.slice()) : turned(factors, start);
    rotateToOptimum(rotated, features);
    const value = criterion(rotated, features);
    if (start > 0 && !(value > highest + BETTER * Math.abs(highest))) continue;
    best = rotated;
    highest = value;
  }
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

/**
 * Turns every pair of factors to the optimum of its plane, in place, until none turns any more.
 * @param features number that counts in the criterion.
 */
function rotateToOptimum(factors: readonly Float64Array[], features: number): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let a = 0; a < factors.length; a++) {
      for (let b = a + 1; b < factors.length; b++) {
        const angle = bestAngle(factors[a], factors[b], features);
        if (Math.abs(angle) < LEAST_ANGLE) continue;
        turnPlane(factors[a], factors[b], angle);
        largest = Math.max(largest, Math.abs(angle));
      }
    }
    if (largest < LEAST_ANGLE) return;
  }
}

/**
 * The angle in radians by which two factors are turned in their plane for the largest criterion (Kaiser's): a quarter
 * of the argument of sum (u + iv)^2 - (sum (u + iv))^2 / features, with u = x^2 - y^2 and v = 2 x y. 0 where the
 * plane has no better rotation.
 */
function bestAngle(x: Float64Array, y: Float64Array, features: number): number {
  let sumU = 0;
  let sumV = 0;
  let real = 0;
  let imaginary = 0;
  for (let i = 0; i < x.length; i++) {
    const u = x[i] * x[i] - y[i] * y[i];
    const v = 2 * x[i] * y[i];
    sumU += u;
    sumV += v;
    real += u * u - v * v;
    imaginary += 2 * u * v;
  }
  const along = real - (sumU * sumU - sumV * sumV) / features;
  const across = imaginary - (2 * sumU * sumV) / features;
  return Math.atan2(across, along) / 4;
}

/** Rotates the vectors x and y in their plane by `angle` (radians), in place. */
function turnPlane(x: Float64Array, y: Float64Array, angle: number): void {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  for (let i = 0; i < x.length; i++) {
    const a = x[i];
    const b = y[i];
    x[i] = cosine * a + sine * b;
    y[i] = cosine * b - sine * a;
  }
}
