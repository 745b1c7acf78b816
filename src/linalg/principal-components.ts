/**
 * Leading principal components in float32: the map that every other map is compared with, a space to measure
 * in, and the initial coordinates of maps by forces. The `pca` method itself is dr/methods/pca.ts, in double
 * precision.
 *
 * Source: subspace iteration with a Chebyshev filter and Rayleigh-Ritz rotation (Zhou, Saad, Tiago and
 *   Chelikowsky 2006), on the covariance, or on the samples' products where there are fewer samples than
 *   features.
 * Shapes: samples x features in, samples x components out.
 * Precision: products in float32, small problems in double; variances to about 1e-6 of the largest.
 * Cost: one product samples x features^2, then passes over features^2; where the smaller side is above 4,096,
 *   passes over the data instead. Memory: a centered copy of the data and the square of the smaller side.
 * Fails: components of nearly equal variance come out in any rotation of their plane, which no distance sees; a
 *   gap below 1e-6 of the largest variance after the last component may leave that one mixed.
 * Determinism: stream `trust-pca`; the largest score of each component is positive.
 */

import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import { matrix } from '../core/matrix.js';
import type { Random } from '../core/random.js';
import type { Context } from '../engine/context.js';
import type { Engine, Watch } from '../engine/engine.js';
import { paced, withoutProgress } from '../engine/watch.js';
import type { Matrix } from '../model.js';
import { addScaled, dot } from './vectors.js';

/** Vectors beyond the requested components. */
const OVERSAMPLING = 8;
/** Most passes of the iteration. */
const MOST_PASSES = 100;
/**
 * Variances, as a share of the largest, may still change by this much; SPACE_TOLERANCE applies to many
 * components, which are a space rather than a picture.
 */
const TOLERANCE = 1e-7;
const SPACE_TOLERANCE = 1e-5;
/** Components up to which TOLERANCE applies. */
const MOST_PICTURE_DIMENSIONS = 10;
/** Sides up to which the square of the data is computed. */
export const MOST_SQUARE_SIDE = 4096;
/** Highest degree of the filter. */
const MOST_DEGREE = 12;
/** The filter may magnify the first component over the last by this much before float32 loses digits. */
const MOST_GAIN = 1e4;

/** Multiplies a block of vectors, one a column, by the operator whose eigenvectors are sought. */
type Apply = (block: Matrix) => Promise<Matrix>;

/**
 * Scores on the first `count` components, largest variance first (samples x count).
 * @param count at most min(samples, features).
 */
export async function principalComponents(
  features: Matrix,
  count: number,
  { engine, random }: Pick<Context, 'engine' | 'random'>,
  watch: Watch,
): Promise<Matrix> {
  const data = await paced(withoutMeans(features), watch);
  const bySamples = data.rows < data.columns && data.rows <= MOST_SQUARE_SIDE;
  const side = bySamples ? data.rows : data.columns;
  const apply = await operator(data, bySamples, engine, withoutProgress(watch));
  const start = startingVectors(side, count, random);
  const { vectors, values } = await leadingVectors(apply, start, count, watch);
  const scores = bySamples
    ? scaledColumns(vectors, (c) => Math.sqrt(values[c]))
    : await engine.multiply(data, vectors, {}, withoutProgress(watch));
  return paced(withFixedSigns(scores, count), watch);
}

/**
 * Random starting vectors, one for each column, OVERSAMPLING more than `count`.
 * @param side length of a vector.
 */
export function startingVectors(side: number, count: number, random: Random): Matrix {
  const stream = random.stream('trust-pca');
  const start = matrix(side, Math.min(count + OVERSAMPLING, side));
  start.data.forEach((_, p) => {
    start.data[p] = stream.normal();
  });
  return start;
}

/**
 * The covariance (or, `bySamples`, the samples' products) as a map of blocks of vectors, as a square where that
 * is small enough.
 */
async function operator(data: Matrix, bySamples: boolean, engine: Engine, watch: Watch): Promise<Apply> {
  if (!bySamples && data.columns > MOST_SQUARE_SIDE) {
    return async (block) =>
      engine.multiply(data, await engine.multiply(data, block, {}, watch), { transposeA: true }, watch);
  }
  const transposed = bySamples ? { transposeB: true } : { transposeA: true };
  const square = await engine.multiply(data, data, transposed, watch);
  return (block) => engine.multiply(square, block, {}, watch);
}

/**
 * Eigenvectors of the largest eigenvalues, one for each column, in that order, and the eigenvalues.
 * @param start starting vectors, one for each column.
 */
export async function leadingVectors(apply: Apply, start: Matrix, count: number, watch: Watch) {
  let vectors = orthonormal(start);
  const tolerance = count <= MOST_PICTURE_DIMENSIONS ? TOLERANCE : SPACE_TOLERANCE;
  let before: readonly number[] = [];
  for (let pass = 0; ; pass++) {
    await watch.checkpoint();
    const rotated = await ritz(apply, vectors);
    const converged =
      pass > 0 &&
      rotated.values
        .slice(0, count)
        .every((v, c) => Math.abs(v - before[c]) <= tolerance * rotated.values[0]);
    if (converged || pass === MOST_PASSES || !(rotated.values[0] > 0)) return rotated;
    before = rotated.values;
    vectors = orthonormal(await filtered(apply, rotated.vectors, rotated.values));
  }
}

/** The block rotated to the operator's principal axes within it, and its Ritz values. */
async function ritz(apply: Apply, block: Matrix): Promise<{ vectors: Matrix; values: number[] }> {
  const image = await apply(block);
  const width = block.columns;
  const projected = new Dense(width, width);
  const columns = columnsOf(block);
  const images = columnsOf(image);
  for (let a = 0; a < width; a++) {
    for (let b = a; b < width; b++) {
      const product = dot(columns[a], images[b]);
      projected.set(a, b, product);
      projected.set(b, a, product);
    }
  }
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(projected, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, c) => c).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const turned = order.map((column) => {
    const sum = new Float64Array(block.rows);
    for (let w = 0; w < width; w++) addScaled(sum, eigenvectorMatrix.get(w, column), columns[w]);
    return sum;
  });
  const vectors = fromColumns(turned, block.rows);
  return { vectors, values: order.map((c) => Math.max(0, realEigenvalues[c])) };
}

/**
 * A Chebyshev polynomial of the operator applied to the block: it stays within 1 up to the smallest Ritz value
 * and grows above.
 */
async function filtered(apply: Apply, block: Matrix, values: readonly number[]): Promise<Matrix> {
  const half = values[values.length - 1] / 2;
  const reach = half > 0 ? Math.acosh(Math.max(1 + 1e-9, values[0] / half - 1)) : Number.POSITIVE_INFINITY;
  const degree = Math.max(1, Math.min(MOST_DEGREE, Math.floor(Math.acosh(MOST_GAIN) / reach)));
  if (degree === 1) return apply(block);
  let last = block;
  let current = combined(await apply(block), block, null, half, 1);
  for (let d = 2; d <= degree; d++) {
    const next = combined(await apply(current), current, last, half, 2);
    last = current;
    current = next;
  }
  return current;
}

/** factor * (image - half * block) / half - older. */
function combined(image: Matrix, block: Matrix, older: Matrix | null, half: number, factor: number): Matrix {
  const data = image.data.map((value, p) => {
    return (factor * (value - half * block.data[p])) / half - (older ? older.data[p] : 0);
  });
  return matrix(block.rows, block.columns, data);
}

/** Gram-Schmidt, twice, in double; a column that vanishes becomes zero. */
function orthonormal(block: Matrix): Matrix {
  const columns = columnsOf(block);
  columns.forEach((column, c) => {
    const before = Math.sqrt(dot(column, column));
    for (let round = 0; round < 2; round++) {
      for (let other = 0; other < c; other++) addScaled(column, -dot(column, columns[other]), columns[other]);
    }
    const length = Math.sqrt(dot(column, column));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let r = 0; r < column.length; r++) column[r] *= scale;
  });
  return fromColumns(columns, block.rows);
}

/** The columns of a matrix as vectors of doubles. */
function columnsOf({ rows, columns, data }: Matrix): Float64Array[] {
  return Array.from({ length: columns }, (_, c) => {
    const column = new Float64Array(rows);
    for (let r = 0; r < rows; r++) column[r] = data[r * columns + c];
    return column;
  });
}

/** The matrix with these columns. */
function fromColumns(columns: readonly Float64Array[], rows: number): Matrix {
  const result = matrix(rows, columns.length);
  columns.forEach((column, c) => {
    for (let r = 0; r < rows; r++) result.data[r * columns.length + c] = column[r];
  });
  return result;
}

/** Cells that are read in a few milliseconds. */
const STEP_CELLS = 2 ** 21;

/** The data less the mean of each column, in steps of STEP_CELLS. */
function* withoutMeans({ rows, columns, data }: Matrix): Generator<void, Matrix> {
  const means = new Float64Array(columns);
  const moved = new Float32Array(data.length);
  const step = Math.max(1, Math.floor(STEP_CELLS / columns)) * columns;
  for (let first = 0; first < data.length; first += step) {
    const end = Math.min(data.length, first + step);
    for (let p = first, c = 0; p < end; p++, c = c + 1 < columns ? c + 1 : 0) means[c] += data[p] / rows;
    yield;
  }
  for (let first = 0; first < data.length; first += step) {
    const end = Math.min(data.length, first + step);
    for (let p = first, c = 0; p < end; p++, c = c + 1 < columns ? c + 1 : 0) moved[p] = data[p] - means[c];
    yield;
  }
  return matrix(rows, columns, moved);
}

/** The matrix with column c times scale(c). */
function scaledColumns(m: Matrix, scale: (c: number) => number): Matrix {
  return matrix(
    m.rows,
    m.columns,
    m.data.map((value, p) => value * scale(p % m.columns)),
  );
}

/** The first `count` columns, each with its largest entry positive; a step is a column. */
export function* withFixedSigns(scores: Matrix, count: number): Generator<void, Matrix> {
  const result = matrix(scores.rows, count);
  for (let c = 0; c < count; c++) {
    let largest = 0;
    for (let r = 0; r < scores.rows; r++) {
      const value = scores.data[r * scores.columns + c];
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    for (let r = 0; r < scores.rows; r++)
      result.data[r * count + c] = scores.data[r * scores.columns + c] * (largest < 0 ? -1 : 1);
    yield;
  }
  return result;
}
