/**
 * Leading eigenvectors of a matrix with an unknown diagonal, which is completed by the eigenvectors themselves.
 *
 * Purpose: M = sum_k p_k u_k u_k' holds off the diagonal only, since a feature's association with itself says
 *   nothing. The diagonal that a rank-m matrix with these eigenvectors would have is put in its place, until both
 *   agree: principal axis factoring, as in factor analysis. A zero diagonal would favor modules of many features.
 * Source: block iteration with a Chebyshev filter and Rayleigh-Ritz rotation (Zhou, Saad, Tiago and Chelikowsky
 *   2006), on the operator with the diagonal of the last round.
 * Precision: products in float32, the rest in double; ends when no eigenvalue moves by TOLERANCE of the largest.
 * Cost: ROUNDS x DEGREE applications of the operator at most. How it fails: where eigenvalue m and the
 *   next are equal, which of the two is kept is arbitrary. Deterministic: the random start is fixed and follows the order of
 *   features by degree, so that another order of the columns changes nothing but rounding.
 * Types: `MeanAssociation`: scale (one a feature), active features, order by degree, apply (S M S times a block).
 *   `Watch`, of a stage: progress (takes the fraction done, 0 to 1), checkpoint (throws CancelledError once the
 *   signal is aborted). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its rows (how many).
 *   `Random`, seeded numbers: normal (standard normal). `Eigenpairs`, eigenvalues and vectors: values (the requested
 *   end first).
 * Fails: CancelledError once the signal is aborted.
 */

import { matrix } from '../../core/matrix.js';
import { createRandom } from '../../core/random.js';
import type { Watch } from '../../engine/engine.js';
import { denseEigenpairs } from '../../linalg/dense-eigen.js';
import { addCombined, addScaled, dot, orthonormalize } from '../../linalg/vectors.js';
import type { Matrix } from '../../model.js';
import type { MeanAssociation } from './mean-association.js';

/** Vectors iterated beyond those wanted. */
const OVERSAMPLING = 8;
/**
 * Most rounds of filter and rotation. Eigenvectors settle in a few; the completed diagonal of a factor of two or three
 * features goes on creeping, since it has no single solution, and moves no module: after 40 rounds as many modules come
 * back as after 10 (docs/lab/stability.md), at twice the time of a whole fit.
 */
const ROUNDS = 16;
/** Degree of the Chebyshev polynomial. */
const DEGREE = 6;
/** Share of the largest eigenvalue. */
const TOLERANCE = 1e-7;

export interface Spectrum {
  /** Unit vectors of length features, largest eigenvalue first, sum of cubes not negative. At most `count`. */
  readonly vectors: readonly Float64Array[];
  readonly values: Float64Array;
}

/** Approximate eigenpairs, largest value first. */
interface Pairs {
  readonly vectors: Float64Array[];
  /** The operator applied to each vector. */
  readonly images: Float64Array[];
  readonly values: Float64Array;
}

/**
 * The `count` leading eigenpairs of the operator with its completed diagonal; fewer when fewer are positive. Called
 * once, for the start of the factorization.
 * @returns values, largest first, and one vector of length features for each, of norm 1 and with a sum of cubes of 0
 * or more; empty without any association.
 */
export async function completedSpectrum(
  operator: MeanAssociation,
  count: number,
  watch: Watch,
): Promise<Spectrum> {
  const d = operator.features;
  const width = Math.min(operator.active, count + OVERSAMPLING);
  const diagonal = new Float64Array(d);
  const apply = (vectors: readonly Float64Array[]) => applyCompleted(operator, diagonal, vectors);
  let vectors = orthonormalizeAll(startingVectors(operator, width));
  let before: Float64Array = new Float64Array(0);
  let pairs: Pairs | null = null;
  for (let round = 0; round < ROUNDS && vectors.length > 0; round++) {
    pairs = rayleighRitz(vectors, await apply(vectors));
    complete(diagonal, pairs, count);
    if (isConverged(pairs.values, before, count)) break;
    before = pairs.values;
    vectors = orthonormalizeAll(await filtered(apply, pairs, count));
    watch.progress((round + 1) / ROUNDS);
    await watch.checkpoint();
  }
  const found = pairs ?? { vectors: [], values: new Float64Array(0) };
  const positive = found.values.findIndex((value) => !(value > 0));
  const kept = Math.min(count, positive < 0 ? found.vectors.length : positive);
  return {
    vectors: found.vectors.slice(0, kept).map(withPositiveCubes),
    values: found.values.slice(0, kept),
  };
}

/**
 * `width` random vectors of length features, always the same, whose entries follow the features' order by degree.
 * Features without association stay 0.
 */
function startingVectors({ features, active, order }: MeanAssociation, width: number): Float64Array[] {
  return Array.from({ length: width }, (_, v) => {
    // a stream for each, so that features of degree 0, the last in order and 0 here, change no other entry
    const random = createRandom(0, `spectrum ${v}`);
    const vector = new Float64Array(features);
    for (const feature of order.subarray(0, active)) vector[feature] = random.normal();
    return vector;
  });
}

/**
 * The operator with `diagonal` added, applied to each of the vectors; new vectors.
 * @param diagonal one a feature.
 */
async function applyCompleted(
  operator: MeanAssociation,
  diagonal: Float64Array,
  vectors: readonly Float64Array[],
): Promise<Float64Array[]> {
  const images = columnsOf(await operator.apply(fromColumns(vectors)));
  images.forEach((image, c) => {
    for (let i = 0; i < image.length; i++) image[i] += diagonal[i] * vectors[c][i];
  });
  return images;
}

/**
 * The best approximate eigenpairs in the span of orthonormal `vectors`, largest value first.
 * @param images the operator applied to each.
 */
function rayleighRitz(vectors: readonly Float64Array[], images: readonly Float64Array[]): Pairs {
  const width = vectors.length;
  const projected = new Float64Array(width * width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      const product = (dot(vectors[a], images[b]) + dot(vectors[b], images[a])) / 2;
      projected[a * width + b] = projected[b * width + a] = product;
    }
  }
  const small = denseEigenpairs(projected, width, width, 'largest');
  const turn = (basis: readonly Float64Array[]) =>
    small.vectors.map((coefficients) => {
      const sum = new Float64Array(basis[0].length);
      addCombined(sum, coefficients, basis);
      return sum;
    });
  return { vectors: turn(vectors), images: turn(images), values: small.values };
}

/** Sets `diagonal` to that of sum_k value_k v_k v_k' over the leading `count` pairs with a positive value. */
function complete(diagonal: Float64Array, { vectors, values }: Pairs, count: number): void {
  diagonal.fill(0);
  for (let k = 0; k < count && values[k] > 0; k++) {
    for (let i = 0; i < diagonal.length; i++) diagonal[i] += values[k] * vectors[k][i] ** 2;
  }
}

/**
 * Whether none of the first `count` eigenvalues moved by more than TOLERANCE of the largest since the last round
 * (`before`, empty in the first).
 * @param values largest first.
 */
function isConverged(values: Float64Array, before: Float64Array, count: number): boolean {
  if (before.length === 0) return false;
  let moved = 0;
  for (let k = 0; k < count; k++) moved = Math.max(moved, Math.abs(values[k] - before[k]));
  return !(moved > TOLERANCE * values[0]);
}

/**
 * The Chebyshev polynomial of DEGREE of the operator, applied to every vector of the pairs: small on an interval of
 * eigenvalues, large above it. The interval ends at the smallest value of the pairs or at a fifth of value `count`,
 * whichever is larger, and begins as far below 0, or at the smallest value. New vectors, not orthogonal. Called once a round.
 * @param apply gives the operator's images of vectors of length features.
 * @param count leading pairs that are wanted.
 */
async function filtered(
  apply: (vectors: readonly Float64Array[]) => Promise<Float64Array[]>,
  { vectors, images, values }: Pairs,
  count: number,
): Promise<Float64Array[]> {
  const last = values[values.length - 1];
  const upper = Math.max(last, 0.2 * values[Math.min(count, values.length) - 1], 1e-12);
  const lower = Math.min(last, -upper);
  const half = (upper - lower) / 2;
  const center = (upper + lower) / 2;
  const step = (image: Float64Array, vector: Float64Array, older: Float64Array | null) =>
    image.map((value, i) =>
      older === null
        ? (value - center * vector[i]) / half
        : (2 * (value - center * vector[i])) / half - older[i],
    );
  let previous: readonly Float64Array[] = vectors;
  let current = vectors.map((vector, c) => step(images[c], vector, null));
  for (let degree = 2; degree <= DEGREE; degree++) {
    const applied = await apply(current);
    const next = current.map((vector, c) => step(applied[c], vector, previous[c]));
    previous = current;
    current = next;
  }
  return current;
}

/**
 * Makes the vectors orthonormal by Gram-Schmidt, in their order and in place, and returns them without those of which
 * nothing is left. Called before each Rayleigh-Ritz step. Their changed entries are the result.
 */
function orthonormalizeAll(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) if (orthonormalize(vector, basis)) basis.push(vector);
  return basis;
}

/**
 * The vector, or its negative, so that the sum of its cubes is not negative: the sign of an
 * eigenvector is arbitrary.
 */
function withPositiveCubes(vector: Float64Array): Float64Array {
  let cubes = 0;
  for (const value of vector) cubes += value ** 3;
  if (cubes >= 0) return vector;
  const turned = new Float64Array(vector.length);
  addScaled(turned, -1, vector);
  return turned;
}

/** The columns of a matrix as vectors in double, copied. */
function columnsOf({ rows, columns, data }: Matrix): Float64Array[] {
  return Array.from({ length: columns }, (_, c) => {
    const column = new Float64Array(rows);
    for (let r = 0; r < rows; r++) column[r] = data[r * columns + c];
    return column;
  });
}

/** The matrix with these vectors as columns, in single precision. The list must not be empty. */
function fromColumns(vectors: readonly Float64Array[]): Matrix {
  const result = matrix(vectors[0].length, vectors.length);
  vectors.forEach((vector, c) => {
    for (let r = 0; r < vector.length; r++) result.data[r * vectors.length + c] = vector[r];
  });
  return result;
}
