// Embedding anew: permuted data as the null, and agreement over repeated maps.
import { expect, test } from 'vitest';
import { mapAgreement, permutedFeatures, reembeddedNull } from 'whymap/trust';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { principalComponents } from '#whymap/linalg/principal-components.js';
import type { Matrix } from '#whymap/model.js';
import { shuffledRows, tornAndGlued } from './made-maps.js';
import { matrixFrom, naivePreservation, rankMatrix, rowsOf } from './naive.js';

const pca = async (features: Matrix) => principalComponents(features, 2, await resolveContext(), unwatched);
const noise = (count: number, columns: number, seed: number) => {
  const random = createRandom(seed);
  return matrixFrom(
    Array.from({ length: count }, () => Array.from({ length: columns }, () => random.normal())),
  );
};

test('permuting keeps every column and breaks their relations', () => {
  const { features } = tornAndGlued(30, 4);
  const permuted = permutedFeatures(features, createRandom(0));
  const sorted = (m: Matrix, c: number) =>
    rowsOf(m)
      .map((row) => row[c])
      .sort((a, b) => a - b);
  for (let c = 0; c < features.columns; c++) expect(sorted(permuted, c)).toEqual(sorted(features, c));
  expect(permuted.data).not.toEqual(features.data);
});

test('a map of real structure beats the method on permuted data; a map of noise does not', async () => {
  const sheet = noise(250, 2, 1);
  const wide = matrixFrom(rowsOf(sheet).map(([u, v]) => [u, v, u + v, u - v, 2 * u, v / 2, u, v]));
  const real = await reembeddedNull({ features: wide, embedding: await pca(wide) }, pca, { k: 8 });
  expect(real.pAdjusted.filter((p) => p < 0.05).length).toBeGreaterThan(240);
  const random = noise(250, 8, 2);
  const none = await reembeddedNull({ features: random, embedding: await pca(random) }, pca, {
    k: 8,
    permutations: 2,
  });
  expect(none.nullSorted.length).toBe(500);
  expect(none.pAdjusted.filter((p) => p < 0.05).length).toBeLessThan(13);
  const even = Array.from(none.p).sort((a, b) => a - b);
  expect(Math.max(...even.map((p, i) => Math.abs(p - (i + 0.5) / 250)))).toBeLessThan(0.15);
});

test('agreement of maps equals its naive definition, is 1 for equal maps and chance for shuffled ones', async () => {
  const maps = [noise(60, 2, 3), noise(60, 2, 4), noise(60, 3, 5)];
  const ranks = maps.map((map) => rankMatrix(rowsOf(map)));
  const of = (a: number, b: number) => naivePreservation(ranks[a], ranks[b], 6);
  const naive = of(0, 1).map((v, i) => (v + of(0, 2)[i] + of(1, 2)[i]) / 3);
  const found = await mapAgreement(maps, { k: 6 });
  expect(Array.from(found.pointwise ?? [])).toEqual(naive.map((v) => expect.closeTo(v, 12)));
  expect((await mapAgreement([maps[0], maps[0]], { k: 6 })).value).toBeCloseTo(1, 12);
  expect((await mapAgreement([maps[0], shuffledRows(maps[0])], { k: 6 })).value).toBeLessThan(0.2);
  await expect(mapAgreement([maps[0]])).rejects.toThrow(/two maps or more/);
});
