// Oracles, invariants and two routes for the parts of trust.
import fc from 'fast-check';
import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import {
  adjustPValues,
  audit,
  compareNeighborhoods,
  continuity,
  distortion,
  localMaps,
  measureTrust,
  neighborhoodPreservation,
  nullPoints,
  nullTrustworthiness,
  pointPValues,
  preservationArea,
  relativeRankErrorFalse,
  relativeRankErrorMissing,
  tripletAccuracy,
  trustworthiness,
} from 'whymap/trust';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import { CancelledError } from '#whymap/errors.js';
import { principalComponents } from '#whymap/linalg/principal-components.js';
import { communities, findCommunities, mergeGroups, modularity } from '#whymap/trust/measures/communities.js';
import { walkPairs } from '#whymap/trust/measures/pairs.js';
import { largestExcess, largestRelativeError } from '#whymap/trust/measures/rank-measures.js';
import { excessOverNull, nullPreservation, nullRelativeRankError } from '#whymap/trust/measures/rank-null.js';
import { shepardAccumulator } from '#whymap/trust/measures/shepard.js';
import { shuffledRows, swissRoll, tornAndGlued } from './made-maps.js';
import { average, matrixFrom, pairDistances, rankMatrix, rowsOf, squaredDistance } from './naive.js';

const rows = (count: number, columns: number, seed = 1, integers = false) => {
  const random = createRandom(seed);
  const draw = () => (integers ? random.below(3) : random.normal());
  return Array.from({ length: count }, () => Array.from({ length: columns }, draw));
};

describe('normalizers equal the largest possible sums', () => {
  const permutations = (n: number): number[][] =>
    n === 1
      ? [[1]]
      : permutations(n - 1).flatMap((p) =>
          p.flatMap((_, at) => [[...p.slice(0, at), n, ...p.slice(at)]]).concat([[...p, n]]),
        );

  test.each([3, 4, 5, 6, 7, 8])('for %i samples and every k, over all permutations', (n) => {
    const orders = permutations(n - 1);
    for (let k = 1; k <= n - 1; k++) {
      const best = (of: (r: number, m: number) => number) =>
        Math.max(...orders.map((order) => order.slice(0, k).reduce((sum, r, m) => sum + of(r, m + 1), 0)));
      expect(largestExcess(n, k)).toBe(best((r) => Math.max(0, r - k)));
      expect(largestRelativeError(n, k)).toBeCloseTo(
        best((r, m) => Math.abs(r - m) / m),
        12,
      );
    }
  });

  test("equals scikit-learn's normalizer below half of the samples", () => {
    for (const [n, k] of [
      [100, 5],
      [101, 50],
      [31, 15],
    ])
      expect(largestExcess(n, k)).toBe((k * (2 * n - 3 * k - 1)) / 2);
  });
});

describe('the null', () => {
  test('closed forms equal the mean over shuffled maps', async () => {
    const features = matrixFrom(rows(40, 4));
    const k = 6;
    const seen = { t: 0, c: 0, p: 0, a: 0, f: 0, m: 0 };
    const runs = 150;
    for (let run = 0; run < runs; run++) {
      const n = await compareNeighborhoods({ features, embedding: shuffledRows(features, run) }, { k });
      seen.t += trustworthiness(n).value / runs;
      seen.c += continuity(n).value / runs;
      seen.p += neighborhoodPreservation(n).value / runs;
      seen.a += preservationArea(n).value / runs;
      seen.f += relativeRankErrorFalse(n).value / runs;
      seen.m += relativeRankErrorMissing(n).value / runs;
    }
    expect(Math.abs(seen.t - nullTrustworthiness(40, k))).toBeLessThan(0.006);
    expect(Math.abs(seen.c - nullTrustworthiness(40, k))).toBeLessThan(0.006);
    expect(Math.abs(seen.p - nullPreservation(40, k))).toBeLessThan(0.006);
    expect(Math.abs(seen.a)).toBeLessThan(0.012);
    expect(Math.abs(seen.f - nullRelativeRankError(40, k))).toBeLessThan(0.012);
    expect(Math.abs(seen.m - nullRelativeRankError(40, k))).toBeLessThan(0.012);
  });

  test('distance figures under chance equal the mean over shuffled maps', async () => {
    const features = matrixFrom(rows(60, 3));
    const embedding = matrixFrom(rows(60, 2, 9));
    const only = { pca: false, triplets: 1, k: 5 };
    const { measures } = await measureTrust({ features, embedding }, only);
    const shuffles = await Promise.all(
      Array.from({ length: 40 }, (_, s) =>
        measureTrust({ features, embedding: shuffledRows(embedding, s) }, only),
      ),
    );
    for (const name of ['shepardCorrelation', 'normalizedStress', 'scaledStress'] as const) {
      const seen = average(shuffles.map((run) => run.measures[name]?.value ?? Number.NaN));
      expect(Math.abs(seen - (measures[name]?.null ?? Number.NaN)), name).toBeLessThan(0.05);
    }
  });

  test('p-values are uniform on a shuffled map and small on a faithful one', async () => {
    const features = matrixFrom(rows(300, 3));
    const sorted = nullPoints(300, 10, createRandom(0));
    const p = async (embedding: typeof features) => {
      const t = trustworthiness(await compareNeighborhoods({ features, embedding }, { k: 10 }));
      return pointPValues(t.pointwise ?? new Float64Array(), sorted);
    };
    const chance = Array.from(await p(shuffledRows(features))).sort((a, b) => a - b);
    const furthest = Math.max(...chance.map((v, i) => Math.abs(v - (i + 0.5) / chance.length)));
    expect(furthest).toBeLessThan(1.63 / Math.sqrt(300));
    expect(Math.max(...(await p(features)))).toBe(1e-4);
    expect(Math.abs(average(Array.from(sorted)) - nullTrustworthiness(300, 10))).toBeLessThan(0.005);
    expect(Math.abs(excessOverNull(sorted, sorted))).toBeLessThan(1e-9);
    // null 0 2 4: mean 2, deviation 2; four points of mean 6 have a standard error of 1
    const four = Float64Array.of(5, 6, 6, 7);
    expect(excessOverNull(four, Float64Array.of(0, 2, 4))).toBe(4);
    expect(excessOverNull(four, Float64Array.of(2, 2, 2))).toBe(0);
  });

  test('adjusted p-values equal the definition of Benjamini and Hochberg', () => {
    const p = Float64Array.of(0.01, 0.8, 0.03, 0.02, 0.5);
    const sorted = Array.from(p).sort((a, b) => a - b);
    const naive = Array.from(p, (v) => Math.min(...sorted.map((q, r) => (q >= v ? (q * 5) / (r + 1) : 1))));
    expect(Array.from(adjustPValues(p))).toEqual(naive.map((v) => expect.closeTo(v, 12)));
  });
});

test('ranks by the tree equal ranks by all distances, ties and duplicates included', async () => {
  const engine = createJsEngine();
  const wasm = await createWasmEngine({ threads: 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 3, max: 120 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.nat(),
      async (count, columns, integers, seed) => {
        const map = matrixFrom(rows(count, columns, seed, integers));
        const random = createRandom(seed);
        const k = 2;
        const targets = Int32Array.from({ length: count * k }, (_, p) => {
          return (Math.floor(p / k) + 1 + random.below(count - 1)) % count;
        });
        const byTree = await wasm.ranks(map, targets, { k, metric: 'euclidean' });
        expect(byTree).toEqual(await engine.ranks(map, targets, { k, metric: 'euclidean' }));
      },
    ),
    { numRuns: 60 },
  );
});

test.each([2, 3, 5])(
  'neighbors and ranks are the same by tree and by engine in %i dimensions',
  async (columns) => {
    const embedding = matrixFrom(rows(80, columns, 3, true));
    const features = matrixFrom(rows(80, 4, 4));
    const n = await compareNeighborhoods({ features, embedding }, { k: 7 });
    const ranks = rankMatrix(rowsOf(embedding));
    for (let p = 0; p < 80 * 7; p++) {
      expect(ranks[Math.floor(p / 7)][n.embedding.indices[p]]).toBe((p % 7) + 1);
      expect(n.embeddingRanks[p]).toBe(ranks[Math.floor(p / 7)][n.input.indices[p]] - 1);
    }
  },
);

describe('distances', () => {
  test.each(['euclidean', 'cosine', 'correlation', 'manhattan'] as const)(
    'a walk gives every %s distance',
    async (metric) => {
      const data = rows(30, 12, 5);
      data[3] = data[3].map(() => 0);
      data[4] = data[3];
      const features = matrixFrom(data);
      const seen = new Map<string, number>();
      const visit = (i: number, input: Float64Array) => {
        for (let j = i + 1; j < 30; j++) seen.set(`${i},${j}`, input[j]);
      };
      await walkPairs(features, [], metric, visit, await resolveContext(), unwatched);
      const engine = createJsEngine();
      const nearest = await engine.nearest(features, features, { k: 29, metric, excludeSelf: true });
      expect(seen.size).toBe((30 * 29) / 2);
      nearest.indices.forEach((j, p) => {
        const i = Math.floor(p / 29);
        if (i < j) expect(seen.get(`${i},${j}`)).toBeCloseTo(nearest.distances[p], 5);
      });
    },
  );

  test('a walk tells the fraction of the pairs that are done', async () => {
    const told: number[] = [];
    const watch = { ...unwatched, progress: (done: number) => told.push(done) };
    const features = matrixFrom(rows(640, 2));
    await walkPairs(features, [], 'euclidean', () => undefined, await resolveContext(), watch);
    // blocks of 512 rows; the 128 that are left have pairs with one another only
    expect(told).toEqual([1 - (128 / 640) ** 2, 1]);
  });

  test.each([false, true])('held pairs and bins give the same figures (whole numbers: %s)', (whole) => {
    const random = createRandom(7);
    const count = 200_000;
    const draw1 = () => Math.abs(random.normal()) * 5;
    const input = Float64Array.from({ length: count }, () => (whole ? Math.floor(draw1() / 4) : draw1()));
    const map = input.map((v) => Math.sqrt(v) + 0.7 * random.uniform());
    const draw = (r: typeof random) => {
      const p = r.below(count);
      return [input[p], map[p]] as const;
    };
    const [held, binned] = [count, 2 ** 22].map((pairs) => {
      const shepard = shepardAccumulator(pairs, draw, createRandom(0));
      shepard.add(0, input, map);
      return shepard.figures();
    });
    expect(Math.abs(held.shepardCorrelation - binned.shepardCorrelation)).toBeLessThan(5e-5);
    expect(Math.abs(held.kruskalStress - binned.kruskalStress)).toBeLessThan(5e-4);
    expect(binned.scaledStress).toBe(held.scaledStress);
    expect(held.shepardCorrelation).toBeGreaterThan(0.7);
  });

  test('a map that is the data has stress 0, and scaling it changes only the stresses that depend on scale', async () => {
    const features = matrixFrom(rows(50, 2));
    const embedding = { ...features, data: features.data.map((v) => 3 * v) };
    const options = { pca: false, k: 5, triplets: 3 };
    const same = (await measureTrust({ features, embedding: features }, options)).measures;
    const scaled = (await measureTrust({ features, embedding }, options)).measures;
    for (const name of ['rawStress', 'normalizedStress', 'scaledStress', 'kruskalStress'] as const)
      expect(same[name]?.value).toBe(0);
    expect(scaled.scaledStress?.value).toBeLessThan(1e-6);
    expect(scaled.kruskalStress?.value).toBeLessThan(1e-6);
    expect(scaled.normalizedStress?.value).toBeCloseTo(2, 6);
    for (const name of [
      'trustworthiness',
      'continuity',
      'shepardCorrelation',
      'densityPreservation',
      'tripletAccuracy',
      'neighborhoodPreservation',
      'preservationArea',
    ] as const)
      expect(scaled[name]?.value, name).toBeCloseTo(1, 6);
  });
});

test('triplet accuracy estimates the share over all triplets', async () => {
  const [data, map] = [rows(25, 4, 1), rows(25, 4, 1).map(([a, b]) => [a, b])];
  let right = 0;
  let all = 0;
  for (let i = 0; i < 25; i++)
    for (let a = 0; a < 25; a++)
      for (let b = 0; b < a; b++) {
        if (a === i || b === i) continue;
        const order = (of: number[][]) =>
          Math.sign(squaredDistance(of[i], of[a]) - squaredDistance(of[i], of[b]));
        all++;
        right += (1 + order(data) * order(map)) / 2;
      }
  const figure = await tripletAccuracy(
    { features: matrixFrom(data), embedding: matrixFrom(map) },
    { triplets: 2000 },
  );
  expect(Math.abs(figure.value - right / all)).toBeLessThan(0.01);
  expect(figure.pointwise?.length).toBe(25);
});

describe('a sample', () => {
  test('figures at query samples are exact, and the interval holds the figure of all samples', async () => {
    const roll = swissRoll(400);
    const input = { features: roll.features, embedding: roll.shadow };
    const whole = await compareNeighborhoods(input, { k: 8 });
    let covered = 0;
    for (let seed = 0; seed < 20; seed++) {
      const part = await compareNeighborhoods(input, { k: 8, sample: 120 }, { seed } as never);
      const figure = trustworthiness(part);
      const exact = trustworthiness(whole);
      const queryRows = Array.from(part.queries ?? []);
      expect(Array.from(figure.pointwise ?? [])).toEqual(queryRows.map((row) => exact.pointwise?.[row]));
      const [low, high] = figure.interval ?? [0, 0];
      if (low <= exact.value && exact.value <= high) covered++;
      expect(high - low).toBeLessThan(0.1);
    }
    expect(covered).toBeGreaterThanOrEqual(16);
  });

  test('every measure but those of groups and the silhouette has an interval', async () => {
    const roll = swissRoll(300);
    const options = { k: 8, sample: 100, labels: Array.from({ length: 300 }, (_, i) => String(i % 3)) };
    const { measures, warnings, groups } = await measureTrust(
      { features: roll.features, embedding: roll.unrolled },
      options,
    );
    expect(groups).toBeNull();
    expect(measures.silhouette ?? measures.groupSteadiness).toBeUndefined();
    expect(warnings.map((w) => w.code)).toContain('sampled');
    for (const [name, measure] of Object.entries(measures)) {
      const [low, high] = measure.interval ?? [Number.NaN, Number.NaN];
      expect(low, name).toBeLessThanOrEqual(measure.value);
      expect(high, name).toBeGreaterThanOrEqual(measure.value);
    }
  });

  test('a sample is never its own neighbor, with more than k duplicates too', async () => {
    const features = matrixFrom([...Array.from({ length: 12 }, () => [1, 1]), [2, 2], [3, 3]]);
    const { input, embedding, queries } = await compareNeighborhoods(
      { features, embedding: features },
      { k: 3, sample: 13 },
    );
    for (const neighbors of [input, embedding]) {
      const self = Array.from(neighbors.indices).filter((j, p) => j === queries?.[Math.floor(p / 3)]);
      expect(self).toEqual([]);
    }
  });
});

describe('groups', () => {
  test('communities found step by step are those found at once, and can be stopped', async () => {
    const { features } = tornAndGlued(1000, 5);
    const { input } = await compareNeighborhoods({ features, embedding: features }, { k: 8 });
    const again = { ...input };
    let looks = 0;
    await findCommunities(again, { ...unwatched, checkpoint: async () => void looks++ });
    expect(looks).toBeGreaterThan(1);
    expect(communities(again)).toEqual(communities(input));
    expect(communities(again)).toBe(communities(again));
    const stop = async () => {
      throw new CancelledError();
    };
    await expect(findCommunities({ ...input }, { ...unwatched, checkpoint: stop })).rejects.toThrow(
      CancelledError,
    );
  });

  test('communities finds separate clusters, largest first, and modularity equals its definition', async () => {
    const { features, cluster } = tornAndGlued(40, 5);
    const { input } = await compareNeighborhoods({ features, embedding: features }, { k: 8 });
    const groups = communities(input);
    const pairs = new Set(cluster.map((c, i) => `${c}:${groups[i]}`));
    expect(pairs.size).toBe(new Set(groups).size);
    expect(pairs.size).toBeLessThan(8);
    const degree = new Array<number>(200).fill(0);
    const links: [number, number][] = Array.from(input.indices, (j, p) => [Math.floor(p / 8), j]);
    for (const [i, j] of links) {
      degree[i]++;
      degree[j]++;
    }
    const inside = links.filter(([i, j]) => groups[i] === groups[j]).length / links.length;
    const byGroup = [...new Set(groups)].map((g) =>
      degree.reduce((sum, d, i) => sum + (groups[i] === g ? d : 0), 0),
    );
    const expected = byGroup.reduce((sum, d) => sum + (d / (2 * links.length)) ** 2, 0);
    expect(modularity(input, groups)).toBeCloseTo(inside - expected, 12);
    expect(
      Math.abs(
        modularity(
          input,
          Int32Array.from(cluster, (_, i) => (i * 7) % 5),
        ),
      ),
    ).toBeLessThan(0.06);
  });

  test('mergeGroups joins touching groups and leaves islands apart', async () => {
    const strip = Array.from({ length: 200 }, (_, i) => [i / 4, (i * 7) % 3]);
    const islands = [...strip, ...strip.map(([x, y]) => [x, y + 500])];
    const { input } = await compareNeighborhoods(
      { features: matrixFrom(islands), embedding: matrixFrom(islands) },
      { k: 6 },
    );
    const groups = communities(input);
    expect(new Set(groups).size).toBeGreaterThan(2);
    const merged = mergeGroups(input, groups, 1);
    expect(new Set(merged).size).toBe(2);
    expect(new Set(merged.slice(0, 200)).size).toBe(1);
  });
});

describe('principal components', () => {
  test.each([
    ['more samples', 60, 9],
    ['more features', 12, 40],
  ])('%s: distances equal those of an eigenvalue decomposition', async (_, count, columns) => {
    const data = rows(count, columns, 3).map((row) => row.map((v, c) => v * (columns - c) + 100));
    const found = await principalComponents(matrixFrom(data), 3, await resolveContext(), unwatched);
    const centered = new Dense(data).center('column');
    const products = centered.mmul(centered.transpose());
    const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(products, {
      assumeSymmetric: true,
    });
    const order = realEigenvalues.map((__, c) => c).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    const scores = data.map((__, i) =>
      order.slice(0, 3).map((c) => eigenvectorMatrix.get(i, c) * Math.sqrt(realEigenvalues[c])),
    );
    const [a, b] = [pairDistances(rowsOf(found)), pairDistances(scores)];
    expect(a).toEqual(b.map((v) => expect.closeTo(v, 2)));
  });

  test('handles equal variances and constant columns', async () => {
    const grid = Array.from({ length: 64 }, (_, i) => [i % 4, Math.floor(i / 4) % 4, Math.floor(i / 16), 7]);
    const found = await principalComponents(matrixFrom(grid), 3, await resolveContext(), unwatched);
    expect(pairDistances(rowsOf(found))).toEqual(pairDistances(grid).map((v) => expect.closeTo(v, 3)));
  });

  test('figures on as many components as there are features are those on the features', async () => {
    const roll = swissRoll(150);
    const input = { features: roll.features, embedding: roll.unrolled };
    const plain = await measureTrust(input, { k: 6, pca: false, triplets: 2 });
    const turned = await measureTrust(input, { k: 6, pca: false, triplets: 2, components: 3 });
    expect(turned.measures.trustworthiness?.value).toBeCloseTo(plain.measures.trustworthiness?.value ?? 0, 4);
    expect(turned.measures.shepardCorrelation?.value).toBeCloseTo(
      plain.measures.shepardCorrelation?.value ?? 0,
      5,
    );
  });
});

describe('local maps', () => {
  test('a plane stretched 3 to 1 and turned gives that ellipse at every sample', async () => {
    const random = createRandom(2);
    const sheet = Array.from({ length: 200 }, () => [random.normal(), random.normal()]);
    const features = matrixFrom(sheet.map(([u, v]) => [u, v, u, -v, 0].map((x) => x / Math.sqrt(2))));
    const turn = 0.4;
    const embedding = matrixFrom(
      sheet.map(([u, v]) => [
        3 * u * Math.cos(turn) - v * Math.sin(turn),
        3 * u * Math.sin(turn) + v * Math.cos(turn),
      ]),
    );
    const n = await compareNeighborhoods({ features, embedding }, { k: 10 });
    const { scale, anisotropy, axes, angle } = await localMaps(
      features,
      embedding,
      n,
      new Int32Array(200).fill(199),
    );
    for (let i = 0; i < 200; i++) {
      expect(scale[i]).toBeCloseTo(1, 4);
      expect(anisotropy[i]).toBeCloseTo(3, 3);
      expect(axes[2 * i] / axes[2 * i + 1]).toBeCloseTo(3, 3);
      expect(angle[i]).toBeCloseTo(turn, 3);
    }
  });

  test('gives no ellipse where the neighbors span too few dimensions', async () => {
    const line = matrixFrom(Array.from({ length: 30 }, (_, i) => [i, 2 * i, -i]));
    const embedding = matrixFrom(rows(30, 2));
    const n = await compareNeighborhoods({ features: line, embedding }, { k: 5 });
    const { scale } = await localMaps(line, embedding, n, distortion(n).farOnMap);
    expect(scale.every(Number.isNaN)).toBe(true);
  });
});

describe('edges', () => {
  test('measures three samples with one neighbor', async () => {
    const features = matrixFrom([[0], [1], [10]]);
    const right = await audit({ features, embedding: features }, { k: 1 });
    expect(right.measures.trustworthiness?.value).toBe(1);
    const wrong = await measureTrust({ features, embedding: matrixFrom([[0], [10], [1]]) }, { k: 1 });
    expect(wrong.measures.trustworthiness?.value).toBeCloseTo(0, 12);
  });

  test('says that a map whose points coincide allows no conclusion', async () => {
    const features = matrixFrom(rows(60, 3));
    const embedding = { rows: 60, columns: 2, data: new Float32Array(120) };
    const { measures, verdict, warnings } = await audit({ features, embedding }, { k: 5 });
    expect(warnings.map((w) => w.code)).toContain('duplicates-in-map');
    expect(verdict[0].answer).toBe('no');
    expect(measures.densityPreservation?.value).toBeNaN();
    expect(measures.kruskalStress?.value).toBe(0);
  });

  test('returns the same bytes for the same seed', async () => {
    const world = tornAndGlued(30, 5);
    const once = await audit(world, { k: 5, triplets: 3 });
    const again = await audit(world, { k: 5, triplets: 3 });
    expect(again).toEqual(once);
  });

  test('names a feature that outweighs all others', async () => {
    const features = matrixFrom(rows(50, 3).map(([a, b, c]) => [a, 100 * b, c]));
    const { warnings } = await audit(
      { features, embedding: features },
      { k: 5, featureNames: ['a', 'grams', 'c'] },
    );
    expect(warnings.find((w) => w.code === 'dominant-feature')?.message).toMatch(
      /^grams alone makes up 100% of the variance/,
    );
  });
});

describe('throws a typed error for wrong input', () => {
  const features = matrixFrom(rows(10, 2));
  test.each([
    [
      'rows',
      { features, embedding: matrixFrom(rows(9, 2)) },
      {},
      /10 rows of features and 9 rows of the embedding/,
    ],
    ['k of 0', { features, embedding: features }, { k: 0 }, /k 0; expected an integer from 1 to 9/],
    ['k of all', { features, embedding: features }, { k: 10 }, /k 10/],
    ['metric', { features, embedding: features }, { metric: 'sideways' as never }, /metric sideways/],
    ['sample', { features, embedding: features }, { sample: 11 }, /sample 11/],
    ['labels', { features, embedding: features }, { labels: ['a'] }, /1 labels for 10 samples/],
    [
      'components',
      { features, embedding: features },
      { components: 3 },
      /components 3; expected an integer from 1 to 2/,
    ],
    [
      'both',
      { features, embedding: features },
      { components: 2, metric: 'cosine' as const },
      /components with metric cosine/,
    ],
    [
      'NaN',
      {
        features: { ...features, data: features.data.map((v, p) => (p === 5 ? Number.NaN : v)) },
        embedding: features,
      },
      {},
      /NaN in the features in row 2, column 1/,
    ],
  ])('%s', async (_, input, options, message) => {
    await expect(measureTrust(input, options)).rejects.toThrow(message);
  });

  test('stops when its signal aborts', async () => {
    const stop = new AbortController();
    const big = matrixFrom(rows(3000, 20));
    const work = measureTrust(
      { features: big, embedding: matrixFrom(rows(3000, 2)) },
      {},
      { signal: stop.signal },
    );
    setTimeout(() => stop.abort(), 50);
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });
});
