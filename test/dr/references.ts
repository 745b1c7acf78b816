/** The stored answers of scikit-learn and umap-learn (fixtures/dr/make.py). */
import { readFileSync } from 'node:fs';
import type { Matrix } from '../../src/model.js';

export const references = JSON.parse(
  readFileSync(new URL('../../fixtures/dr/references.json', import.meta.url), 'utf8'),
);

export function dataOf(name: 'roll' | 'blobs'): Matrix {
  const { rows, columns, values } = references.data[name];
  return { rows, columns, data: Float32Array.from(values) };
}
