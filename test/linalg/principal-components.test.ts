// Principal components against all eigenpairs of the covariance matrix, dense and sparse, by features and by samples.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import { denseEigenpairs } from '#whymap/linalg/dense-eigen.js';
import { principalComponents } from '#whymap/linalg/principal-components.js';
import { fitsSparseComponents, sparseComponents } from '#whymap/linalg/sparse-components.js';
import type { Matrix } from '#whymap/model.js';
import { toCsr } from '../engine/cases.js';

const context = () => ({ engine: createJsEngine(), random: createRandom(7) });

/** Rows with variances that fall by half from one latent direction to the next, around a mean that is not 0. */
function table(rows: number, columns: number, kept = 1): Matrix {
  const random = createRandom(rows).stream('table');
  const basis = Float64Array.from({ length: 6 * columns }, () => random.normal());
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const latent = Array.from({ length: 6 }, (_, e) => random.normal() * 2 ** (-e / 2));
    for (let c = 0; c < columns; c++) {
      let value = 3 + 0.01 * random.normal();
      for (let e = 0; e < 6; e++) value += latent[e] * basis[e * columns + c];
      data[r * columns + c] = random.uniform() < kept ? value : 0;
    }
  }
  return { rows, columns, data };
}

/** Scores by definition: centered rows times the eigenvectors of the covariance, largest score positive. */
function scoresByDefinition({ rows, columns, data }: Matrix, count: number): number[][] {
  const mean = Array.from({ length: columns }, (_, c) => {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += data[r * columns + c];
    return sum / rows;
  });
  const centered = (r: number, c: number) => data[r * columns + c] - mean[c];
  const covariance = new Float64Array(columns * columns);
  for (let a = 0; a < columns; a++) {
    for (let b = 0; b < columns; b++) {
      for (let r = 0; r < rows; r++) covariance[a * columns + b] += centered(r, a) * centered(r, b);
    }
  }
  return denseEigenpairs(covariance, columns, count, 'largest').vectors.map((vector) => {
    const scores = Array.from({ length: rows }, (_, r) =>
      vector.reduce((sum, value, c) => sum + value * centered(r, c), 0),
    );
    const largest = scores.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    return largest < 0 ? scores.map((score) => -score) : scores;
  });
}

function expectScores(found: Matrix, data: Matrix, count: number): void {
  expect([found.rows, found.columns]).toEqual([data.rows, count]);
  scoresByDefinition(data, count).forEach((scores, c) => {
    const scale = Math.max(...scores.map(Math.abs));
    scores.forEach((score, r) => {
      expect(Math.abs(found.data[r * count + c] - score)).toBeLessThan(2e-3 * scale);
    });
  });
}

test.each([
  ['more samples than features', 120, 30],
  ['fewer samples than features', 25, 60],
])('scores are those of the covariance, signs included: %s', async (_, rows, columns) => {
  const data = table(rows, columns);
  expectScores(await principalComponents(data, 3, context(), unwatched), data, 3);
});

test('sparse rows have the components of the same rows written out', async () => {
  const data = table(150, 20, 0.4);
  expect(fitsSparseComponents(toCsr(data))).toBe(true);
  expectScores(await sparseComponents(toCsr(data), 2, context(), unwatched), data, 2);
});

test('sparse rows with more features than samples do not fit', () => {
  expect(fitsSparseComponents(toCsr(table(20, 21)))).toBe(false);
  expect(fitsSparseComponents(toCsr(table(20, 20)))).toBe(true);
});

test('the same seed gives the same bytes', async () => {
  const data = table(80, 40);
  const [first, second] = [
    await principalComponents(data, 2, context(), unwatched),
    await principalComponents(data, 2, context(), unwatched),
  ];
  expect(second.data).toEqual(first.data);
});

test('constant data has scores of zero', async () => {
  const data = { rows: 12, columns: 5, data: new Float32Array(60).fill(2) };
  const { data: scores } = await principalComponents(data, 2, context(), unwatched);
  expect(Math.max(...scores.map(Math.abs))).toBe(0);
});
