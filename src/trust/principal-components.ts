/**
 * Leading principal components of the data: the map that every other map is compared with.
 *
 * Source: block subspace iteration with Rayleigh-Ritz rotation (Halko, Martinsson and Tropp 2011, without an early
 *   stop). Shapes: samples x features in, samples x components out. Precision: products in float32.
 * Cost: 4 x samples x features x (components + 8) a pass; until the variances move by less than 1e-6, at most 200
 *   passes. Memory: a centered copy of the data.
 * How it fails: components of nearly equal variance come out in any rotation of their plane, which no distance
 *   on the map sees. Determinism: stream `trust-pca`; signs are fixed by the largest loading.
 */

import { Matrix as Dense, EigenvalueDecomposition, QrDecomposition } from 'ml-matrix';
import { matrix } from '../core/matrix.js';
import type { Context } from '../engine/context.js';
import type { Engine, Watch } from '../engine/engine.js';
import type { Matrix } from '../model.js';
import { centered } from './center.js';

const OVERSAMPLING = 8;
const MOST_PASSES = 200;
const TOLERANCE = 1e-6;

/** Scores on the first `count` components, largest variance first. `count` is at most min(samples, features). */
export async function principalComponents(
  features: Matrix,
  count: number,
  { engine, random }: Pick<Context, 'engine' | 'random'>,
  watch: Watch,
): Promise<Matrix> {
  const data = centered(features);
  const width = Math.min(count + OVERSAMPLING, features.columns, features.rows);
  const stream = random.stream('trust-pca');
  let basis = orthonormal(matrixOf(features.columns, width, () => stream.normal()));
  let variances: number[] = [];
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    await watch.checkpoint();
    const { scores, rotation, values } = await ritz(engine, data, basis);
    const settled =
      pass > 0 && values.slice(0, count).every((v, c) => Math.abs(v - variances[c]) <= TOLERANCE * values[0]);
    if (settled) return leading(scores, rotation, basis, count);
    variances = values;
    basis = orthonormal(await engine.multiply(data, scores, { transposeA: true }));
  }
  const { scores, rotation } = await ritz(engine, data, basis);
  return leading(scores, rotation, basis, count);
}

/** Scores on a basis (columns of mean zero), and the rotation to the principal axes within it. */
async function ritz(engine: Engine, data: Matrix, basis: Matrix) {
  const scores = await engine.multiply(data, basis);
  removeColumnMeans(scores);
  const gram = await engine.multiply(scores, scores, { transposeA: true });
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(dense(gram), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, c) => c).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const rotation = eigenvectorMatrix.subMatrixColumn(order);
  return { scores, rotation, values: order.map((c) => Math.max(0, realEigenvalues[c])) };
}

function leading(scores: Matrix, rotation: Dense, basis: Matrix, count: number): Matrix {
  const width = scores.columns;
  const loadings = dense(basis).mmul(rotation);
  const signs = Array.from({ length: count }, (_, c) => {
    const column = loadings.getColumn(c);
    return column.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0) < 0 ? -1 : 1;
  });
  const result = matrix(scores.rows, count);
  for (let i = 0; i < scores.rows; i++) {
    for (let c = 0; c < count; c++) {
      let sum = 0;
      for (let w = 0; w < width; w++) sum += scores.data[i * width + w] * rotation.get(w, c);
      result.data[i * count + c] = sum * signs[c];
    }
  }
  return result;
}

function orthonormal(m: Matrix): Matrix {
  const q = new QrDecomposition(dense(m)).orthogonalMatrix;
  return matrixOf(m.rows, m.columns, (r, c) => q.get(r, c));
}

function removeColumnMeans(m: Matrix): void {
  for (let c = 0; c < m.columns; c++) {
    let sum = 0;
    for (let r = 0; r < m.rows; r++) sum += m.data[r * m.columns + c];
    for (let r = 0; r < m.rows; r++) m.data[r * m.columns + c] -= sum / m.rows;
  }
}

function dense(m: Matrix): Dense {
  return Dense.from1DArray(m.rows, m.columns, m.data);
}

function matrixOf(rows: number, columns: number, value: (r: number, c: number) => number): Matrix {
  const result = matrix(rows, columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result.data[r * columns + c] = value(r, c);
  return result;
}
