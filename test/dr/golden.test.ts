// Against scikit-learn 1.2.1: the same coordinates up to rotation and reflection.
import { expect, test } from 'vitest';
import { type EmbedOptions, embed, procrustesError } from '#whymap/dr/index.js';
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
