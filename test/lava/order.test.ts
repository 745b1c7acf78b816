// Modules are a function of the set of samples: the order of rows, columns and equal points changes nothing.
import { expect, test } from 'vitest';
import { createRandom, permutation } from '#whymap/core/random.js';
import { matchLoadings } from '#whymap/lava/evaluate/holdout.js';
import { explain } from '#whymap/lava/explain.js';
import type { Explanation, Matrix } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';

const planted = plantModules({
  seed: 3,
  correlation: 0.7,
  samples: 700,
  features: 36,
  modules: 3,
  clusters: 6,
});
const options = { localitySize: 60, overlap: 2, modules: 4, evaluations: 3, draws: 199 };

function explained(features: Matrix, coordinates: Matrix): Promise<Explanation> {
  const featureNames = Array.from({ length: features.columns }, (_, f) => `f${f}`);
  const table = { ...planted.table, features, featureNames, labels: null };
  return explain({ table, embedding: { ...planted.embedding, coordinates } }, options, { seed: 1 });
}

function permuteRows(m: Matrix, order: Int32Array): Matrix {
  const data = new Float32Array(m.data.length);
  order.forEach((row, r) => {
    data.set(m.data.subarray(row * m.columns, (row + 1) * m.columns), r * m.columns);
  });
  return { ...m, data };
}

function permuteColumns(m: Matrix, order: Int32Array): Matrix {
  return { ...m, data: m.data.map((_, p) => m.data[p - (p % m.columns) + order[p % m.columns]]) };
}

const features = planted.table.features as Matrix;
const points = planted.embedding.coordinates;
/** Two samples of every three share a point with a sample that differs from them. */
const coarse = { ...points, data: points.data.map((v) => Math.round(v)) };

test('another order of rows gives the same bytes, verdicts included, also where samples share points', async () => {
  for (const coordinates of [points, coarse]) {
    const first = await explained(features, coordinates);
    const order = permutation(features.rows, createRandom(5));
    const second = await explained(permuteRows(features, order), permuteRows(coordinates, order));
    expect(second.modules).toEqual(first.modules);
    expect(permuteRows(first.samplePresence, order).data).toEqual(second.samplePresence.data);
    const verdicts = ({ descriptions }: Explanation) => descriptions.map(({ significance }) => significance);
    expect(verdicts(second)).toEqual(verdicts(first));
  }
});

test('another order of columns gives the same modules to 1e-6 and the same verdicts', async () => {
  const first = await explained(features, points);
  const order = permutation(features.columns, createRandom(6));
  const second = await explained(permuteColumns(features, order), points);
  const expected = permuteColumns(first.modules.loadings, order);
  matchLoadings(expected, second.modules.loadings).forEach(({ other, cosine }, k) => {
    expect(cosine).toBeGreaterThan(1 - 1e-6);
    expect(second.descriptions[other].significance?.verdict).toBe(
      first.descriptions[k].significance?.verdict,
    );
  });
  second.modules.loadings.data.forEach((value, i) => {
    expect(Math.abs(value - expected.data[i])).toBeLessThan(1e-6);
  });
});
