// Descriptions on localities made by hand: leading features, signed pairs weighted by presence, contrasts, presence of samples.
import { expect, test } from 'vitest';
import { describeModules, samplePresence } from 'whymap/lava';
import { createRandom } from '#whymap/core/random.js';
import type { Embedding, Localities, Table } from '#whymap/model.js';

const SIZE = 40;
const source = { name: 'made', sha256: null };

/**
 * Two localities. In the first the two features differ between two groups with a gap on the map; in the second they
 * oppose each other inside one group.
 */
function made(presence: readonly number[]) {
  const random = createRandom(3);
  const data = new Float32Array(2 * SIZE * 3);
  const points = new Float32Array(4 * SIZE);
  for (let s = 0; s < 2 * SIZE; s++) {
    const group = s < SIZE ? s % 2 : 0;
    const factor = s < SIZE ? 6 * group : 2 * random.normal();
    const sign = s < SIZE ? 1 : -1;
    data.set([factor + 0.5 * random.normal(), sign * factor + 0.5 * random.normal(), random.normal()], 3 * s);
    points.set([(s < SIZE ? 0 : 100) + 30 * group + random.normal(), random.normal()], 2 * s);
  }
  const table: Table = {
    features: { rows: 2 * SIZE, columns: 3, data },
    featureNames: ['a', 'b', 'c'],
    ids: null,
    labels: null,
    source,
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
  const embedding: Embedding = {
    coordinates: { rows: 2 * SIZE, columns: 2, data: points },
    ids: null,
    source,
  };
  const localities = {
    count: 2,
    size: SIZE,
    members: Int32Array.from({ length: 2 * SIZE }, (_, i) => i),
    probes: { rows: 2, columns: 2, data: Float32Array.of(0, 0, 100, 0) },
    uncovered: new Int32Array(),
  } as unknown as Localities;
  const local = { rows: 2, columns: 1, data: Float32Array.from(presence) };
  const modules = {
    count: 1,
    form: 'symmetric' as const,
    loadings: { rows: 1, columns: 3, data: Float32Array.of(1, 0.9, 0.2) },
    presence: local,
    share: Float64Array.of(0.3),
    explained: 0.3,
    patterns: null,
    loss: [],
  };
  return {
    table,
    embedding,
    localities,
    modules,
    samplePresence: samplePresence(embedding, localities, local),
  };
}
const describeWith = async (presence: readonly number[]) =>
  (await describeModules(made(presence), { measure: 'pearson', image: null }, {}))[0];

test('features with less than a quarter of the largest loading are not leading', async () => {
  const { topFeatures, label } = await describeWith([0.5, 0.5]);
  expect(topFeatures.map(({ feature }) => feature)).toEqual([0, 1]);
  expect(label).toBe('a, b');
});

test('the correlation of a pair is the mean over localities, weighted by presence, with its sign', async () => {
  const first = (await describeWith([0.6, 0])).pairs.find(({ a, b }) => a === 0 && b === 1)?.correlation ?? 0;
  const second =
    (await describeWith([0, 0.6])).pairs.find(({ a, b }) => a === 0 && b === 1)?.correlation ?? 0;
  expect(first).toBeGreaterThan(0.9);
  expect(second).toBeLessThan(-0.9);
  const both =
    (await describeWith([0.6, 0.2])).pairs.find(({ a, b }) => a === 0 && b === 1)?.correlation ?? 0;
  expect(both).toBeCloseTo(0.75 * first + 0.25 * second, 6);
});

test('a module is a contrast when more than half of its presence straddles a gap', async () => {
  expect((await describeWith([0.6, 0.4])).contrast).toBe(true);
  expect((await describeWith([0.4, 0.6])).contrast).toBe(false);
  expect((await describeWith([0.6, 0])).contrast).toBe(true);
});

test('the presence of a sample is the mean over its localities; without one, that of the nearest probe, the first of equals', () => {
  const coordinates = { rows: 5, columns: 1, data: Float32Array.of(0, 1, 2, 5, 2) };
  const localities = {
    count: 2,
    size: 2,
    members: Int32Array.of(0, 1, 1, 2),
    probes: { rows: 2, columns: 1, data: Float32Array.of(0, 4) },
    uncovered: Int32Array.of(3, 4),
  } as unknown as Localities;
  const presence = { rows: 2, columns: 1, data: Float32Array.of(0.25, 0.75) };
  const embedding = { coordinates, ids: null, source };
  expect([...samplePresence(embedding, localities, presence).data]).toEqual([0.25, 0.5, 0.75, 0.75, 0.25]);
});
