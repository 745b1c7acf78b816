// Against scikit-learn 1.2.1: the same coordinates up to rotation and reflection.
import { expect, test } from 'vitest';
import { reconstructionWeights } from '#whymap/dr/affinities/reconstruction-weights.js';
import { type EmbedOptions, embed, procrustesError } from '#whymap/dr/index.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import { context, table } from './data.js';
import { dataOf, references } from './references.js';

const rows: ['roll' | 'blobs', string, EmbedOptions, number][] = [
  ['roll', 'pca', { method: 'pca' }, 1e-8],
  ['blobs', 'pca', { method: 'pca' }, 1e-8],
  ['roll', 'mds', { method: 'mds' }, 1e-8],
  ['blobs', 'mds', { method: 'mds' }, 1e-8],
  ['roll', 'isomap', { method: 'isomap', nNeighbors: 9 }, 1e-8],
];

for (const [data, name, options, tolerance] of rows) {
  test(`${name} of ${data}`, async () => {
    const result = await embed(table(dataOf(data)), options, context());
    expect(procrustesError(references[data][name], result.values, 2)).toBeLessThan(tolerance);
  });
}

test('lle of roll: the coordinates, and each reconstruction weight', async () => {
  const data = dataOf('roll');
  const result = await embed(table(data), { method: 'lle', nNeighbors: 10 }, context());
  expect(procrustesError(references.roll.lle, result.values, 2, { scale: true })).toBeLessThan(1e-6);
  const lengths = result.values.reduce((sum, value) => sum + value * value, 0);
  expect(lengths).toBeCloseTo(2 * data.rows, 6);
  const neighbors = await createJsEngine().nearest(data, data, {
    k: 10,
    metric: 'euclidean',
    excludeSelf: true,
  });
  const recipe = { regularization: 1e-3, inputKernel: 'linear', weights: 'signed' } as const;
  const weights = await reconstructionWeights(data, neighbors, recipe, unwatched);
  references.roll.lleWeights.forEach((value: number, at: number) => {
    expect(weights[at]).toBeCloseTo(value, 6);
  });
});
