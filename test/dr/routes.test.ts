// Two routes to one answer: eigenvectors and forces, and methods that must agree on special inputs.
import { beforeAll, describe, expect, test } from 'vitest';
import { embed, procrustesError } from '#whymap/dr/index.js';
import { loadData } from '#whymap/reproduce/ardr/datasets.js';
import type { Matrix } from '../../src/model.js';
import { clusters, context, gaussianData, matrixOf, swissRoll, table } from './data.js';

const sets: [string, Matrix][] = [
  ['gaussian', gaussianData(90, 8, 1)],
  ['clusters', clusters(90, 16, 4, 2).features],
  ['swiss roll', swissRoll(90, 3)],
];
beforeAll(async () => {
  const { data } = (await loadData('fashion', undefined, 90)).features;
  // 7 x 7 in place of 28 x 28: the same shapes in a sixteenth of the time
  const pixel = (r: number, c: number) => data[r * 784 + 112 * Math.floor(c / 7) + 4 * (c % 7) + 30];
  sets.push(['images', matrixOf(90, 49, pixel)]);
});
const names = [...sets.map(([name]) => name), 'images'];
const seeds = Array.from({ length: 10 }, (_, seed) => seed);

const recipes = [{ method: 'pca' }, { method: 'mds' }, { method: 'isomap', nNeighbors: 30 }] as const;

for (const recipe of recipes) {
  describe(`${recipe.method} by forces equals ${recipe.method} by eigenvectors, from ten random starts`, () => {
    for (const name of names) {
      let features: Matrix;
      let spectral: Float64Array;
      beforeAll(async () => {
        features = sets.find(([other]) => other === name)![1];
        spectral = (await embed(table(features), recipe, context())).values;
      });
      const error = async (seed: number, precision: 'float32' | 'float64') => {
        const forces = await embed(table(features), { ...recipe, solve: 'forces', precision }, context(seed));
        expect(forces.converged).toBe(true);
        return procrustesError(spectral, forces.values, 2);
      };
      test(`${name}, float64`, async () => {
        for (const seed of seeds) expect(await error(seed, 'float64')).toBeLessThan(1e-10);
      });
      test(`${name}, float32`, async () => {
        for (const seed of seeds) expect(await error(seed, 'float32')).toBeLessThan(1e-6);
      });
    }
  });
}

test('classical MDS of Euclidean distances is PCA', async () => {
  for (const [, features] of sets) {
    const pca = await embed(table(features), { method: 'pca' }, context());
    const mds = await embed(table(features), { method: 'mds' }, context());
    expect(procrustesError(pca.values, mds.values, 2)).toBeLessThan(1e-10);
  }
});

test('Isomap with all neighbors is classical MDS, for every metric', async () => {
  for (const [, features] of sets) {
    for (const metric of ['euclidean', 'manhattan'] as const) {
      const mds = await embed(table(features), { method: 'mds', metric }, context());
      const isomap = await embed(table(features), { method: 'isomap', nNeighbors: 89, metric }, context());
      expect(procrustesError(mds.values, isomap.values, 2)).toBeLessThan(1e-10);
    }
  }
});

test('metric MDS never raises its stress, and finds a plane when there is one', async () => {
  const plane = gaussianData(60, 2, 4);
  const start = { method: 'mds', variant: 'metric', init: 'random', steps: 4000, tolerance: 1e-9 } as const;
  const result = await embed(table(plane), start, context(2));
  for (let at = 1; at < result.losses.length; at++) {
    expect(result.losses[at]).toBeLessThanOrEqual(result.losses[at - 1] * (1 + 1e-12) + 1e-9);
  }
  expect(procrustesError(Float64Array.from(plane.data), result.values, 2)).toBeLessThan(1e-4);
});

test('embeds distances like the features that they were computed from', async () => {
  const features = gaussianData(40, 5, 6);
  const data = new Float32Array(1600);
  for (let i = 0; i < 40; i++) {
    for (let j = 0; j < 40; j++) {
      let sum = 0;
      for (let c = 0; c < 5; c++) sum += (features.data[i * 5 + c] - features.data[j * 5 + c]) ** 2;
      data[i * 40 + j] = Math.sqrt(sum);
    }
  }
  const distances = { rows: 40, columns: 40, data };
  const fromDistances = await embed(table(features), { method: 'mds', distances }, context());
  const computed = await embed(table(features), { method: 'mds' }, context());
  expect(procrustesError(computed.values, fromDistances.values, 2)).toBeLessThan(1e-5);
});
