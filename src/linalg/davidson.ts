/**
 * A few eigenpairs at one end of the spectrum of a large symmetric operator: block Davidson with Rayleigh-Ritz
 * and thick restart. Without a preconditioner the search space is the block Krylov space, so this is block
 * Lanczos with full orthogonalization.
 *
 * Source: Davidson (1975); thick restart after Wu and Simon (2000).
 * Shapes: vectors of length `size`; the basis holds at most `BASIS` of them (at least 4 blocks).
 * Precision: double; `residual` says what was reached.
 * Cost: one application of the operator for each vector, and O(size * basis) to orthogonalize it.
 * Fails: when applications run out, returns the best pairs so far with their residual, and the caller warns.
 * Determinism: sequential, seeded.
 */

import type { Random } from '../core/random.js';
import type { Watch } from '../engine/engine.js';
import { unwatched } from '../engine/watch.js';
import { denseEigenpairs, type Eigenpairs, type End } from './dense-eigen.js';
import { addCombined, addScaled, dots, norm, orthonormalize } from './vectors.js';

/** A symmetric linear map on vectors of length `size`. */
export interface SymmetricOperator {
  readonly size: number;
  /** out = A x. */
  readonly apply: (x: Float64Array, out: Float64Array) => void;
}

/** Options of `eigenpairs`. */
export interface EigenOptions {
  /** Number of eigenpairs. */
  readonly count: number;
  readonly end: End;
  /** Stops when every residual is below tolerance times the largest |eigenvalue| seen. */
  readonly tolerance: number;
  /** Most applications of the operator. */
  readonly maxApplications: number;
  /** Orthonormal vectors to be left out (a known null space). */
  readonly deflate?: readonly Float64Array[];
  /** out = approximately (A - shift)^-1 residual: speeds up hard ends of a spectrum. */
  readonly precondition?: (residual: Float64Array, out: Float64Array) => void;
}

/** Below this size every pair is computed densely. */
const DENSE = 48;
/** Most vectors of the basis, unless four blocks are more. */
const BASIS = 60;

/** The search space: an orthonormal basis, its images under the operator, and the projected matrix. */
interface Space {
  readonly basis: Float64Array[];
  readonly images: Float64Array[];
  /** projected[i][j] = basis i . A basis j, for j <= i. */
  readonly projected: number[][];
}

/**
 * The `count` eigenpairs at one end of the spectrum, that end first.
 * @param random draws the starting vectors.
 */
export async function eigenpairs(
  operator: SymmetricOperator,
  options: EigenOptions,
  random: Random,
  watch: Watch = unwatched,
): Promise<Eigenpairs> {
  const deflate = options.deflate ?? [];
  const free = operator.size - deflate.length;
  const count = Math.min(options.count, free);
  if (operator.size <= DENSE && deflate.length === 0) return dense(operator, count, options.end);
  const block = Math.min(free, count + 2);
  const capacity = Math.min(free, Math.max(BASIS, 4 * block));
  const space: Space = { basis: [], images: [], projected: [] };
  let wanted = Array.from({ length: block }, () => randomVector(operator.size, random));
  let applications = 0;
  let spectrum = 0;
  for (;;) {
    applications += await grow(space, wanted, operator, { deflate, capacity, random, watch });
    const ritz = rayleighRitz(space, options.end);
    for (const value of ritz.values) spectrum = Math.max(spectrum, Math.abs(value));
    const pairs = ritzPairs(space, ritz, Math.min(block, space.basis.length));
    const limit = options.tolerance * spectrum;
    const reached = Math.max(...pairs.slice(0, count).map((pair) => pair.residual), 0);
    const exhausted = space.basis.length >= free || applications >= options.maxApplications;
    if (reached <= limit || exhausted) return finish(pairs.slice(0, count), reached, spectrum, applications);
    watch.progress(1 - Math.min(1, Math.log(reached / limit) / Math.log(1 / options.tolerance)));
    await watch.checkpoint();
    if (space.basis.length + block > capacity) restart(space, ritz, Math.min(2 * block, capacity - block));
    wanted = pairs.filter((pair) => pair.residual > limit).map((pair) => expansion(pair, options));
  }
}

/** All pairs of a small operator from its matrix. */
function dense(operator: SymmetricOperator, count: number, end: End): Eigenpairs {
  const { size } = operator;
  const values = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let r = 0; r < size; r++) {
    unit.fill(0);
    unit[r] = 1;
    operator.apply(unit, values.subarray(r * size, (r + 1) * size));
  }
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < r; c++) {
      const middle = (values[r * size + c] + values[c * size + r]) / 2;
      values[r * size + c] = values[c * size + r] = middle;
    }
  }
  return denseEigenpairs(values, size, count, end);
}

/** A vector of `size` standard normal values. */
function randomVector(size: number, random: Random): Float64Array {
  return Float64Array.from({ length: size }, () => random.normal());
}

/**
 * Adds directions to the space, random ones where a direction brings nothing new. Returns the number of
 * applications.
 */
async function grow(
  space: Space,
  directions: readonly Float64Array[],
  operator: SymmetricOperator,
  search: { deflate: readonly Float64Array[]; capacity: number; random: Random; watch: Watch },
): Promise<number> {
  const { deflate, capacity, random, watch } = search;
  let added = 0;
  for (const direction of directions) {
    if (space.basis.length >= capacity) break;
    const against = [...deflate, ...space.basis];
    let v = direction;
    for (let attempt = 0; !orthonormalize(v, against); attempt++) {
      if (attempt === 3) return added;
      v = randomVector(operator.size, random);
    }
    const image = new Float64Array(operator.size);
    operator.apply(v, image);
    space.basis.push(v);
    space.images.push(image);
    space.projected.push(Array.from(dots(image, space.basis)));
    added++;
    await watch.checkpoint();
  }
  return added;
}

/** Eigenpairs of the projected matrix. */
function rayleighRitz(space: Space, end: End): Eigenpairs {
  const m = space.basis.length;
  const values = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) values[i * m + j] = values[j * m + i] = space.projected[i][j];
  }
  return denseEigenpairs(values, m, m, end);
}

/** An approximate eigenpair, with A vector - value vector and its norm. */
interface RitzPair {
  readonly value: number;
  readonly vector: Float64Array;
  readonly difference: Float64Array;
  readonly residual: number;
}

/** Linear combination of vectors. */
function combine(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const result = new Float64Array(vectors[0].length);
  addCombined(result, weights, vectors);
  return result;
}

/** The first `count` approximate eigenpairs. */
function ritzPairs(space: Space, ritz: Eigenpairs, count: number): RitzPair[] {
  return Array.from({ length: count }, (_, k) => {
    const value = ritz.values[k];
    const vector = combine(space.basis, ritz.vectors[k]);
    const difference = combine(space.images, ritz.vectors[k]);
    addScaled(difference, -value, vector);
    return { value, vector, difference, residual: norm(difference) };
  });
}

/** The direction that a pair adds to the space: its residual, preconditioned where possible. */
function expansion(pair: RitzPair, options: EigenOptions): Float64Array {
  if (!options.precondition) return pair.difference;
  const out = new Float64Array(pair.difference.length);
  options.precondition(pair.difference, out);
  return out;
}

/** Keeps only the best `keep` Ritz vectors, whose projected matrix is diagonal. */
function restart(space: Space, ritz: Eigenpairs, keep: number): void {
  const vectors = ritz.vectors.slice(0, keep);
  const basis = vectors.map((weights) => combine(space.basis, weights));
  const images = vectors.map((weights) => combine(space.images, weights));
  space.basis.splice(0, space.basis.length, ...basis);
  space.images.splice(0, space.images.length, ...images);
  const rows = basis.map((_, i) => Array.from({ length: i + 1 }, (_, j) => (i === j ? ritz.values[i] : 0)));
  space.projected.splice(0, space.projected.length, ...rows);
}

/** The result. */
function finish(
  pairs: readonly RitzPair[],
  reached: number,
  spectrum: number,
  applications: number,
): Eigenpairs {
  return {
    values: Float64Array.from(pairs, (pair) => pair.value),
    vectors: pairs.map((pair) => pair.vector),
    residual: spectrum > 0 ? reached / spectrum : 0,
    applications,
  };
}
