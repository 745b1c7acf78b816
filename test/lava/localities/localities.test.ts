import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { CancelledError, OptionError } from '#whymap/errors.js';
import { samplePresence } from '#whymap/lava/describe/presence.js';
import { defaultLocalitySize, locate } from '#whymap/lava/localities/localities.js';

/** A mixture of `clusters` blobs of unequal width in `dimensions`. */
function mixture(rows: number, dimensions: number, clusters: number, seed: number) {
  const random = createRandom(seed);
  const centers = Array.from({ length: clusters * dimensions }, () => 10 * random.uniform());
  const widths = Array.from({ length: clusters }, () => 0.2 + random.uniform());
  const data = new Float32Array(rows * dimensions);
  for (let r = 0; r < rows; r++) {
    const c = random.below(clusters);
    for (let i = 0; i < dimensions; i++) {
      data[r * dimensions + i] = centers[c * dimensions + i] + widths[c] * random.normal();
    }
  }
  return {
    coordinates: { rows, columns: dimensions, data },
    ids: null,
    source: { name: 'made', sha256: null },
  };
}

test('members are the n nearest samples to each probe, nearest first, ties by row', async () => {
  const embedding = mixture(400, 2, 4, 1);
  const found = await locate(embedding, { localitySize: 30, overlap: 2, evaluations: 4 }, {});
  expect(found.count).toBe(Math.ceil((400 * 2) / 30));
  const points = embedding.coordinates.data;
  for (let l = 0; l < found.count; l++) {
    const [x, y] = found.probes.data.subarray(2 * l, 2 * l + 2);
    const order = Array.from({ length: 400 }, (_, r) => ({
      r,
      s: (points[2 * r] - x) ** 2 + (points[2 * r + 1] - y) ** 2,
    }))
      .sort((a, b) => a.s - b.s || a.r - b.r)
      .slice(0, 30);
    expect([...found.members.subarray(l * 30, (l + 1) * 30)]).toEqual(order.map(({ r }) => r));
    expect(found.radius[l]).toBeCloseTo(Math.sqrt(order[29].s), 5);
  }
});

test('the reported total variation is that of its definition, and the uncovered samples are the ones in none', async () => {
  const embedding = mixture(300, 2, 5, 2);
  const n = 25;
  const found = await locate(embedding, { localitySize: n, overlap: 2, evaluations: 6 }, {});
  const points = embedding.coordinates.data;
  const indegree = new Array<number>(300).fill(0);
  for (let i = 0; i < 300; i++) {
    Array.from({ length: 300 }, (_, r) => ({
      r,
      s: (points[2 * r] - points[2 * i]) ** 2 + (points[2 * r + 1] - points[2 * i + 1]) ** 2,
    }))
      .sort((a, b) => a.s - b.s || a.r - b.r)
      .slice(0, n)
      .forEach(({ r }) => {
        indegree[r]++;
      });
  }
  const counts = new Array<number>(300).fill(0);
  for (const member of found.members) counts[member]++;
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  const tv = 0.5 * sum(indegree.map((v, i) => Math.abs(v / sum(indegree) - counts[i] / sum(counts))));
  expect(found.tuning.coverageTv).toBeCloseTo(tv, 10);
  expect([...found.uncovered]).toEqual(counts.flatMap((c, i) => (c === 0 ? [i] : [])));
});

test('tuning never ends above its start, and follows density: below 0.15 on mixtures in 1 to 3 dimensions', async () => {
  for (const dimensions of [1, 2, 3]) {
    const options = { localitySize: 100, overlap: 3, evaluations: 20 };
    const { tuning } = await locate(mixture(2000, dimensions, 6, dimensions), options, {});
    expect(tuning.coverageTv).toBeLessThanOrEqual(tuning.startTv);
    expect(tuning.coverageTv).toBeLessThan(0.15);
    expect(tuning.evaluations).toBeGreaterThanOrEqual(20);
  }
});

test('any seed gives the same bytes, another covering other probes', async () => {
  const embedding = mixture(500, 2, 3, 3);
  const options = { localitySize: 40, overlap: 2, evaluations: 5 };
  const once = await locate(embedding, options, { seed: 4 });
  const again = await locate(embedding, options, { seed: 5 });
  const other = await locate(embedding, { ...options, covering: 1 }, { seed: 4 });
  expect(again).toEqual(once);
  expect(other.probes).not.toEqual(once.probes);
});

test('a latent space of many dimensions takes the engine, with the same meaning', async () => {
  const embedding = mixture(300, 20, 3, 6);
  const found = await locate(embedding, { localitySize: 40, overlap: 2, evaluations: 3 }, {});
  expect(found.probes.columns).toBe(20);
  const first = found.members.subarray(0, 40);
  expect(new Set(first).size).toBe(40);
});

test('all samples in one place, and all samples in one locality', async () => {
  const same = { rows: 50, columns: 2, data: new Float32Array(100).fill(3) };
  const source = { name: 'made', sha256: null };
  const found = await locate({ coordinates: same, ids: null, source }, { localitySize: 10 }, {});
  expect([...found.radius].every((r) => r === 0)).toBe(true);
  const whole = await locate(mixture(20, 2, 1, 1), { localitySize: 20, overlap: 1 }, {});
  expect(whole.count).toBe(1);
  expect(whole.uncovered.length).toBe(0);
});

test.each([2, 0, -5, 2.5, 21, Number.NaN])(
  'locality size %s for 20 samples is refused',
  async (localitySize) => {
    await expect(locate(mixture(20, 2, 1, 1), { localitySize }, {})).rejects.toThrow(OptionError);
  },
);

test('default size: a twentieth, between 30 and 200, never more than the samples', () => {
  expect([10, 300, 2000, 3000, 100_000].map(defaultLocalitySize)).toEqual([10, 30, 100, 150, 200]);
});

test('stops when asked', async () => {
  const controller = new AbortController();
  const context = await resolveContext({ signal: controller.signal, onProgress: () => controller.abort() });
  await expect(locate(mixture(3000, 2, 3, 1), {}, context)).rejects.toThrow(CancelledError);
});

test('presence of a sample is the mean over its localities; without one, that of the nearest probe', async () => {
  const embedding = mixture(200, 2, 8, 9);
  const localities = await locate(embedding, { localitySize: 20, overlap: 1, evaluations: 1 }, {});
  expect(localities.uncovered.length).toBeGreaterThan(0);
  const random = createRandom(1);
  const presence = {
    rows: localities.count,
    columns: 2,
    data: Float32Array.from({ length: localities.count * 2 }, () => random.uniform()),
  };
  const found = samplePresence(embedding, localities, presence);
  for (let s = 0; s < 200; s++) {
    let holding = Array.from({ length: localities.count }, (_, l) => l).filter((l) =>
      localities.members.subarray(l * 20, (l + 1) * 20).includes(s),
    );
    if (holding.length === 0) {
      const distance = (l: number) =>
        Math.hypot(
          localities.probes.data[2 * l] - embedding.coordinates.data[2 * s],
          localities.probes.data[2 * l + 1] - embedding.coordinates.data[2 * s + 1],
        );
      const all = Array.from({ length: localities.count }, (_, l) => l);
      holding = [all.reduce((a, b) => (distance(b) < distance(a) ? b : a))];
    }
    for (let k = 0; k < 2; k++) {
      const mean = holding.reduce((sum, l) => sum + presence.data[2 * l + k], 0) / holding.length;
      expect(found.data[2 * s + k]).toBeCloseTo(mean, 5);
    }
  }
});
