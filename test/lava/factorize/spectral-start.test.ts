// The spectral start: its operator, eigenvectors and rotation against naive arithmetic.
import { expect, test } from 'vitest';
import { matrix } from '#whymap/core/matrix.js';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { associate } from '#whymap/lava/associations/associations.js';
import { meanAssociation } from '#whymap/lava/factorize/mean-association.js';
import { criterion, varimax } from '#whymap/lava/factorize/rotation.js';
import { spectralStart } from '#whymap/lava/factorize/spectral-start.js';
import { completedSpectrum } from '#whymap/lava/factorize/spectrum.js';
import { canonicalOrder } from '#whymap/lava/localities/canonical-order.js';
import { denseCovering } from '#whymap/lava/localities/dense-covering.js';
import { locate } from '#whymap/lava/localities/localities.js';
import { dot } from '#whymap/linalg/vectors.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';

const context = await resolveContext();
const planted = plantModules({
  seed: 1,
  correlation: 0.7,
  samples: 900,
  features: 40,
  modules: 3,
  clusters: 6,
});

async function plantedAssociations() {
  const options = { localitySize: 60, overlap: 2, evaluations: 0 };
  const localities = await locate(planted.embedding, options, context, planted.table.features);
  return associate(planted.table.features, localities, {}, context);
}

test('the mean association is the scaled dense mean, held whole or summed from the localities', async () => {
  const associations = await plantedAssociations();
  const d = associations.features;
  const dense = Array.from({ length: d }, () => new Float64Array(d));
  for await (const block of associations.blocks()) {
    for (let row = 0; row < block.count * d; row++) {
      for (let p = block.offsets[row]; p < block.offsets[row + 1]; p++) {
        const value = Math.abs(block.values[p]) / associations.localities;
        dense[row % d][block.columns[p]] += value;
        dense[block.columns[p]][row % d] += value;
      }
    }
  }
  const degrees = dense.map((row) => row.reduce((a, b) => a + b, 0));
  const mean = degrees.reduce((a, b) => a + b, 0) / degrees.filter((degree) => degree > 0).length;
  const random = createRandom(1);
  const x = matrix(d, 2);
  x.data.forEach((_, p) => {
    x.data[p] = random.normal();
  });
  for (const stored of [true, false]) {
    const operator = await meanAssociation(associations, context, unwatched, stored);
    const image = await operator.apply(x);
    image.data.forEach((value, p) => {
      const i = p >> 1;
      let expected = 0;
      for (let j = 0; j < d; j++) {
        expected +=
          (dense[i][j] * x.data[2 * j + (p & 1)]) / Math.sqrt((degrees[i] + mean) * (degrees[j] + mean));
      }
      expect(value).toBeCloseTo(expected, 4);
    });
  }
});

test('eigenvectors are those of the matrix whose diagonal they complete', async () => {
  const operator = await meanAssociation(await plantedAssociations(), context, unwatched);
  const { vectors, values } = await completedSpectrum(operator, 4, unwatched);
  expect(vectors.length).toBe(4);
  const diagonal = new Float64Array(operator.features);
  vectors.forEach((vector, k) => {
    vector.forEach((value, i) => {
      diagonal[i] += values[k] * value * value;
    });
  });
  for (const [k, vector] of vectors.entries()) {
    const image = await operator.apply({ rows: vector.length, columns: 1, data: Float32Array.from(vector) });
    for (let i = 0; i < vector.length; i++) {
      expect(image.data[i] + diagonal[i] * vector[i]).toBeCloseTo(values[k] * vector[i], 3);
    }
    for (let j = 0; j < k; j++) expect(dot(vector, vectors[j])).toBeCloseTo(0, 6);
  }
});

test('varimax finds sparse factors again after any rotation, and no rotation of a plane is better', async () => {
  const random = createRandom(2);
  const sparse = Array.from({ length: 3 }, (_, k) =>
    Float64Array.from({ length: 30 }, (_, i) => (i % 3 === k ? 1 + random.uniform() : 0)),
  );
  const mixed = [
    [0.6, 0.8, 0],
    [-0.8, 0.6, 0],
    [0, 0, 1],
  ].map((row) =>
    Float64Array.from({ length: 30 }, (_, i) => row.reduce((s, v, k) => s + v * sparse[k][i], 0)),
  );
  const found = await varimax(mixed, context.engine, unwatched);
  for (const factor of sparse) {
    const best = Math.max(
      ...found.map(
        (other) => Math.abs(dot(factor, other)) / Math.sqrt(dot(factor, factor) * dot(other, other)),
      ),
    );
    expect(best).toBeGreaterThan(1 - 1e-6);
  }
  const value = criterion(found);
  for (const angle of [-0.1, -0.01, 0.01, 0.1]) {
    const [a, b, c] = found;
    const turned = [
      a.map((v, i) => Math.cos(angle) * v + Math.sin(angle) * b[i]),
      b.map((v, i) => Math.cos(angle) * v - Math.sin(angle) * a[i]),
      c,
    ];
    expect(criterion(turned)).toBeLessThan(value);
  }
});

test('the start holds every planted module before any refinement', async () => {
  const mean = await meanAssociation(await plantedAssociations(), context, unwatched);
  const start = await spectralStart(mean, 4, context.engine, unwatched);
  expect(start.data.every((value) => value >= 0)).toBe(true);
  for (const { cosine } of matchModules(planted.loadings, start)) expect(cosine).toBeGreaterThan(0.9);
  for (const modules of [2, 3, 5, 6, 8]) {
    const { rows, columns, data } = await spectralStart(mean, modules, context.engine, unwatched);
    const strengths = Array.from({ length: rows }, (_, k) => {
      const loading = Float64Array.from(data.subarray(k * columns, (k + 1) * columns));
      return dot(loading, loading);
    });
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  }
});

test('a denser covering begins with the one reported and keeps its size; none is added where there are enough', async () => {
  const options = { localitySize: 60, overlap: 2, evaluations: 0 };
  const reported = await locate(planted.embedding, options, context);
  const dense = await denseCovering(planted.embedding, reported, context.engine, unwatched);
  expect(dense.count).toBe(3 * reported.count);
  expect(dense.members.subarray(0, reported.members.length)).toEqual(reported.members);
  expect(new Set(dense.members.subarray(reported.members.length)).size).toBeGreaterThan(850);
  const many = { ...reported, count: 1500 };
  expect(await denseCovering(planted.embedding, many, context.engine, unwatched)).toBe(many);
});

test('the canonical order is by coordinates, then by content, however the rows are shuffled', () => {
  const points = { rows: 5, columns: 2, data: Float32Array.of(1, 1, 0, 5, 1, 1, 0, 2, 1, 1) };
  const features = { rows: 5, columns: 2, data: Float32Array.of(7, 2, 0, 0, 3, 9, 0, 0, 7, 1) };
  expect([...canonicalOrder(points, features)]).toEqual([3, 1, 2, 4, 0]);
  expect([...canonicalOrder(points)]).toEqual([3, 1, 0, 2, 4]);
});
