import { expect, test } from 'vitest';
import { buildKdTree } from '#whymap/core/kd-tree.js';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { OptionError } from '#whymap/errors.js';
import { locate } from '#whymap/lava/localities/localities.js';
import { neighborhoodGraph } from '#whymap/lava/localities/neighborhood-graph.js';

type Kind = 'blobs' | 'lattice' | 'same' | 'far';

/** Points with what upsets searches: ties on a lattice, duplicates, and two groups very far apart. */
function points(kind: Kind, rows: number, columns: number, seed = 1) {
  const random = createRandom(seed);
  const one = (r: number) => {
    if (kind === 'same') return 2;
    if (kind === 'lattice') return random.below(9);
    return (kind === 'far' ? 1e6 * (r % 2) : 4 * (r % 5)) + random.normal();
  };
  return {
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, (_, i) => one(Math.floor(i / columns))),
  };
}

function squared(a: Float32Array, p: number, b: Float32Array, q: number, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += (a[p * d + i] - b[q * d + i]) ** 2;
  return sum;
}

test.each(['blobs', 'lattice', 'same', 'far'] as const)(
  'the neighborhood graph of %s is that of comparing all pairs',
  async (kind) => {
    for (const [columns, n] of [
      [1, 40],
      [2, 3],
      [2, 40],
      [3, 150],
      [14, 20],
    ]) {
      const data = points(kind, 301, columns);
      const { engine } = await resolveContext();
      const found = await neighborhoodGraph(buildKdTree(data), n, engine, unwatched);
      const indegree = new Float64Array(301);
      for (let i = 0; i < 301; i++) {
        const near = Array.from({ length: 301 }, (_, r) => ({
          r,
          s: squared(data.data, i, data.data, r, columns),
        }));
        near.sort((a, b) => a.s - b.s || a.r - b.r);
        let sum = 0;
        for (const { r, s } of near.slice(0, n)) {
          indegree[r]++;
          sum += Math.sqrt(s);
        }
        expect(Math.abs(found.meanDistance[i] - sum / n)).toBeLessThan(1e-6 * (1 + sum / n));
      }
      expect([...found.indegree]).toEqual([...indegree]);
    }
  },
);

test('tuned on a part of the samples, placed on all', async () => {
  const embedding = {
    coordinates: points('blobs', 3000, 2),
    ids: null,
    source: { name: 'made', sha256: null },
  };
  const options = { localitySize: 50, evaluations: 12 };
  const whole = await locate(embedding, options, {});
  const part = await locate(embedding, { ...options, tuningSamples: 1000 }, {});
  const again = await locate(embedding, { ...options, tuningSamples: 1000 }, {});
  expect(again).toEqual(part);
  expect([whole.tuning.samples, part.tuning.samples]).toEqual([3000, 1000]);
  expect(part.count).toBe(whole.count);
  expect(part.tuning.startTv).toBe(whole.tuning.startTv);
  expect(part.tuning.coverageTv).toBeLessThanOrEqual(part.tuning.startTv);
  expect(Math.abs(part.tuning.coverageTv - whole.tuning.coverageTv)).toBeLessThan(0.02);
  const many = await locate(embedding, { ...options, tuningSamples: 3000 }, {});
  expect(many).toEqual(whole);
});

test.each([0, 49, 1.5, Number.NaN])('%s samples to tune on are refused', async (tuningSamples) => {
  const embedding = {
    coordinates: points('blobs', 300, 2),
    ids: null,
    source: { name: 'made', sha256: null },
  };
  const options = { localitySize: 50, tuningSamples };
  await expect(locate(embedding, options, {})).rejects.toThrow(OptionError);
});

test('the neighborhood graph of more samples than the engine takes at once, in many dimensions', async () => {
  const [rows, columns, n] = [4100, 16, 5];
  const data = points('blobs', rows, columns, 3);
  const { engine } = await resolveContext();
  const found = await neighborhoodGraph(buildKdTree(data), n, engine, unwatched);
  for (const row of [0, 4095, 4096, 4099]) {
    const distances = Array.from({ length: rows }, (_, r) => squared(data.data, row, data.data, r, columns));
    const nearest = distances.sort((a, b) => a - b).slice(0, n);
    expect(found.meanDistance[row]).toBeCloseTo(
      nearest.reduce((sum, value) => sum + Math.sqrt(value), 0) / n,
      4,
    );
  }
  expect(found.indegree.reduce((a, b) => a + b)).toBe(rows * n);
});
