// Reconstruction weights: what they minimize, and LLE's two routes.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { alignmentMatrix, multiplySparse } from '#whymap/dr/affinities/alignment.js';
import { bandwidths, fuzzyUnion, memberships } from '#whymap/dr/affinities/fuzzy-simplicial-set.js';
import { reconstructionWeights } from '#whymap/dr/affinities/reconstruction-weights.js';
import { embed, procrustesError } from '#whymap/dr/index.js';
import { entropicWeights, positivePart, saturated } from '#whymap/dr/methods/dk-lle.js';
import { smallestEigenpairs } from '#whymap/dr/spectral/null-space.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import type { Csr } from '../../src/model.js';
import { context, gaussianData, swissRoll, table } from './data.js';

const k = 7;
const data = gaussianData(60, 5, 3);
const listed = () => createJsEngine().nearest(data, data, { k, metric: 'euclidean', excludeSelf: true });

/** |x_i - sum_a w_a x_a|^2 + regularization * trace * |w|^2, in plain features. */
function cost(i: number, indices: Int32Array, w: ArrayLike<number>, regularization: number): number {
  let error = 0;
  let trace = 0;
  for (let c = 0; c < 5; c++) {
    let rest = data.data[i * 5 + c];
    for (let a = 0; a < k; a++) {
      const value = data.data[indices[i * k + a] * 5 + c];
      rest -= w[a] * value;
      trace += (value - data.data[i * 5 + c]) ** 2;
    }
    error += rest * rest;
  }
  let squares = 0;
  for (let a = 0; a < k; a++) squares += w[a] * w[a];
  return error + regularization * trace * squares;
}

for (const weights of ['signed', 'nonnegative'] as const) {
  test(`${weights} weights sum to 1, and no small move within their rules lowers the cost`, async () => {
    const neighbors = await listed();
    const options = { regularization: 0.01, inputKernel: 'linear', weights } as const;
    const all = await reconstructionWeights(data, neighbors, options, unwatched);
    for (let i = 0; i < data.rows; i++) {
      const own = all.subarray(i * k, (i + 1) * k);
      expect(own.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 10);
      if (weights === 'nonnegative') expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
      const least = cost(i, neighbors.indices, own, 0.01);
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) {
          const step = weights === 'signed' ? 1e-3 : Math.min(1e-3, own[a]);
          const moved = own.slice();
          moved[a] -= step;
          moved[b] += step;
          expect(cost(i, neighbors.indices, moved, 0.01)).toBeGreaterThanOrEqual(least - 1e-9);
        }
      }
    }
  });
}

test('a Gaussian kernel much wider than the neighborhood gives the weights of the linear one', async () => {
  const neighbors = await listed();
  const wide = { ...neighbors, distances: neighbors.distances.map(() => 1e4) };
  const options = { regularization: 0.01, weights: 'signed' } as const;
  const linear = await reconstructionWeights(
    data,
    neighbors,
    { ...options, inputKernel: 'linear' },
    unwatched,
  );
  const gaussian = await reconstructionWeights(
    data,
    wide,
    { ...options, inputKernel: 'gaussian' },
    unwatched,
  );
  gaussian.forEach((w, at) => {
    expect(w).toBeCloseTo(linear[at], 3);
  });
});

test('M is (I - W)(I - W), and its smallest eigenpairs are found', async () => {
  const neighbors = await listed();
  const options = { regularization: 0.01, inputKernel: 'linear', weights: 'signed' } as const;
  const w = await reconstructionWeights(data, neighbors, options, unwatched);
  const m = alignmentMatrix(neighbors, w);
  const random = createRandom(1);
  const x = Float64Array.from({ length: 60 }, () => random.normal());
  const away = x.map((value, i) => {
    let sum = value;
    for (let a = i * k; a < (i + 1) * k; a++) sum -= w[a] * x[neighbors.indices[a]];
    return sum;
  });
  const expected = away.slice();
  away.forEach((value, i) => {
    for (let a = i * k; a < (i + 1) * k; a++) expected[neighbors.indices[a]] -= w[a] * value;
  });
  const image = new Float64Array(60);
  multiplySparse(m, x, 1, image);
  image.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 10);
  });
  const { values, vectors } = await smallestEigenpairs(m, 3, createRandom(2), unwatched);
  vectors.forEach((v, at) => {
    multiplySparse(m, v, 1, image);
    for (let i = 0; i < 60; i++) expect(image[i]).toBeCloseTo(values[at] * v[i], 9);
    expect(v.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
  });
  expect([...values]).toEqual([...values].sort((a, b) => a - b));
});

test('LLE by forces goes toward LLE by eigenvectors', async () => {
  const roll = swissRoll(80, 1);
  const spectral = await embed(
    table(roll),
    { method: 'lle', regularization: 0.1, nNeighbors: 20 },
    context(),
  );
  const options = { method: 'lle', solve: 'forces', regularization: 0.1, nNeighbors: 20 } as const;
  const forces = await embed(table(roll), { ...options, steps: 6000 }, context(1));
  expect(procrustesError(spectral.values, forces.values, 2)).toBeLessThan(1e-3);
});

test("weights that sum to little give UMAP's memberships, but for the pairs that reconstruct one another", async () => {
  const neighbors = await listed();
  const weightSum = 1e-5;
  const weights = entropicWeights(neighbors).map((w) => w * weightSum);
  const graph = saturated(positivePart(alignmentMatrix(neighbors, weights)), { weightSum, nNeighbors: k });
  const own = memberships(neighbors, bandwidths(neighbors, 1));
  const joined = fuzzyUnion(neighbors, own, 1);
  const [a, b] = [dense(graph), dense(joined)];
  const mutual = (i: number, j: number) => lists(neighbors, i, j) && lists(neighbors, j, i);
  for (let i = 0; i < data.rows; i++) {
    for (let j = 0; j < data.rows; j++) {
      if (!mutual(i, j)) expect(a[i * data.rows + j]).toBeCloseTo(b[i * data.rows + j], 3);
      else expect(a[i * data.rows + j]).toBeGreaterThan(b[i * data.rows + j] - 1e-3);
      expect(a[i * data.rows + j]).toBeLessThanOrEqual(1);
    }
  }
});

test('dk-lle: the sum of weights changes the map, and is above 0 and at most 1', async () => {
  const options = { method: 'dk-lle', steps: 30 } as const;
  const whole = await embed(table(data), { ...options, weightSum: 1 }, context(1));
  const part = await embed(table(data), { ...options, weightSum: 0.25 }, context(1));
  expect(procrustesError(whole.values, part.values, 2)).toBeGreaterThan(1e-3);
  expect((await embed(table(data), options, context(1))).values).toEqual(part.values);
  for (const other of [{ weights: 'signed' }, { objective: 'frobenius', steps: 2 }] as const) {
    const { settings } = await embed(table(data), { ...options, ...other }, context(1));
    expect(settings.weightSum).toBe(1);
  }
  for (const weightSum of [0, 1.5]) {
    await expect(embed(table(data), { ...options, weightSum }, context(1))).rejects.toThrow(/weightSum/);
  }
});

function lists({ indices }: { readonly indices: Int32Array }, i: number, j: number): boolean {
  return indices.subarray(i * k, (i + 1) * k).includes(j);
}

function dense(graph: Csr): Float64Array {
  const all = new Float64Array(graph.rows * graph.columns);
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      all[i * graph.columns + graph.indices[p]] = graph.values[p];
    }
  }
  return all;
}
