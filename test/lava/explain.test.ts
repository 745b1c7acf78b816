// The whole path on planted truth: what was put in is found, described and placed; and its edges.
import { beforeAll, expect, test } from 'vitest';
import { explain } from 'whymap';
import { createRandom } from '#whymap/core/random.js';
import { correlation } from '#whymap/core/statistics.js';
import { CancelledError, OptionError, ShapeError } from '#whymap/errors.js';
import type { Explanation, Modules } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { auroc, matchModules } from '#whymap/reproduce/lava/score.js';

const planted = plantModules({
  seed: 3,
  correlation: 0.8,
  samples: 1500,
  features: 80,
  modules: 4,
  clusters: 8,
});
const options = { localitySize: 80, overlap: 3, modules: 8, evaluations: 6 };
/** Without the evaluation, where a test is of the fit alone. */
const fit = { ...options, draws: 0, refits: 0 };
let explanation: Explanation;

beforeAll(async () => {
  explanation = await explain(planted, options, { seed: 1 });
});

const column = (m: { rows: number; columns: number; data: Float32Array }, k: number) =>
  Float64Array.from({ length: m.rows }, (_, r) => m.data[r * m.columns + k]);

/** Correlation of two features over the samples where module k is active, each cluster centered on its mean. */
function correlationInside(k: number, a: number, b: number): number {
  const { table, active } = planted;
  const rows = [...column(active, k).keys()].filter((row) => active.data[row * 4 + k] === 1);
  const centered = (f: number) => {
    const means = new Map<string, number>();
    for (const label of new Set(rows.map((row) => table.labels?.[row] ?? ''))) {
      const labelRows = rows.filter((row) => table.labels?.[row] === label);
      means.set(label, labelRows.reduce((sum, row) => sum + value(row, f), 0) / labelRows.length);
    }
    return rows.map((row) => value(row, f) - (means.get(table.labels?.[row] ?? '') ?? 0));
  };
  return correlation(centered(a), centered(b));
}

const value = (row: number, f: number) =>
  'data' in planted.table.features ? planted.table.features.data[row * 80 + f] : Number.NaN;

test('finds every planted module, and where it is', () => {
  matchModules(planted.loadings, explanation.modules.loadings).forEach(({ cosine, found }, k) => {
    expect(cosine).toBeGreaterThan(0.95);
    expect(auroc(column(explanation.samplePresence, found), column(planted.active, k))).toBeGreaterThan(0.95);
  });
});

test('describes them: features by loading, pairs with the planted signs, shares in order', () => {
  const matches = matchModules(planted.loadings, explanation.modules.loadings);
  matches.forEach(({ found }, k) => {
    const described = explanation.descriptions[found];
    const truth = planted.loadings.data.subarray(k * 80, (k + 1) * 80);
    for (const { feature, loading } of described.topFeatures) {
      if (loading > 0.4) expect(truth[feature]).toBe(1);
    }
    const strong = described.pairs.filter(({ weight }) => weight > 0.5);
    expect(strong.length).toBeGreaterThan(10);
    for (const pair of strong) {
      const inside = correlationInside(k, pair.a, pair.b);
      expect(pair.correlation * Math.sign(inside)).toBeGreaterThan(0.5);
    }
  });
  const shares = explanation.descriptions.map(({ share }) => share);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(explanation.modules.explained, 5);
});

test('loadings and presence have their promised scale', () => {
  const { loadings, presence, count } = explanation.modules;
  for (let k = 0; k < count; k++) {
    expect(Math.max(...loadings.data.subarray(k * 80, (k + 1) * 80))).toBeCloseTo(1, 6);
  }
  expect(Math.min(...loadings.data, ...presence.data)).toBeGreaterThanOrEqual(0);
});

test('the same seed gives the same bytes', async () => {
  const again = await explain(planted, options, { seed: 1 });
  expect({ ...again, timings: {} }).toEqual({ ...explanation, timings: {} });
});

test('the seed decides nothing about modules: only what is tested of them is drawn', async () => {
  const other = await explain(planted, { ...options, draws: 0 }, { seed: 99 });
  expect(other.modules).toEqual(explanation.modules);
  expect(other.samplePresence).toEqual(explanation.samplePresence);
  expect(other.localities).toEqual(explanation.localities);
});

test('associations made anew on each pass give the same bytes as held ones', async () => {
  const small = await explain(planted, options, { seed: 1, memory: 400_000 });
  expect({ ...small, timings: {} }).toEqual({ ...explanation, timings: {} });
});

test('stacked form finds the strong modules too, and its loss never rises', async () => {
  const stacked = await explain(planted, { ...fit, form: 'stacked' }, { seed: 1 });
  const { loss, patterns, count } = stacked.modules;
  for (let i = 1; i < loss.length; i++) expect(loss[i]).toBeLessThanOrEqual(loss[i - 1] + 1e-9);
  expect(patterns?.rows).toBe(count);
  expect(stacked.modules.explained).toBeGreaterThan(explanation.modules.explained - 0.02);
  expect(eigenvectorError(stacked.modules)).toBeLessThan(1e-4);
});

/** The most that A v differs from its multiple of v, as a share of it, over all modules: A a pattern, v its loadings. */
function eigenvectorError({ loadings, patterns, count }: Modules): number {
  const d = loadings.columns;
  let worst = 0;
  for (let k = 0; k < count; k++) {
    const v = loadings.data.subarray(k * d, (k + 1) * d);
    const image = new Float64Array(d);
    for (let i = 0, p = k * ((d * (d - 1)) / 2); i < d; i++) {
      for (let j = i + 1; j < d; j++, p++) {
        image[i] += patterns!.data[p] * v[j];
        image[j] += patterns!.data[p] * v[i];
      }
    }
    const eigenvalue = Math.max(...image);
    image.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value / eigenvalue - v[i]));
    });
  }
  return worst;
}

test.each(['absolute', 'signed'] as const)(
  '%s associations run and find the modules',
  async (associationForm) => {
    const found = await explain(planted, { ...fit, associationForm }, { seed: 1 });
    const best = matchModules(planted.loadings, found.modules.loadings).map(({ cosine }) => cosine);
    // signed: only features that go together are in one module, so a planted one is found in halves
    if (associationForm === 'absolute') for (const cosine of best) expect(cosine).toBeGreaterThan(0.9);
    else expect(Math.max(...best)).toBeGreaterThan(0.4);
  },
);

test('spearman finds them after a monotone change of every feature', async () => {
  const bent = planted.table.features;
  if (!('data' in bent)) throw new Error('planted tables are dense');
  const table = { ...planted.table, features: { ...bent, data: bent.data.map((x) => Math.exp(2 * x)) } };
  const found = await explain({ ...planted, table }, { ...fit, association: 'spearman' }, {});
  for (const { cosine } of matchModules(planted.loadings, found.modules.loadings)) {
    expect(cosine).toBeGreaterThan(0.93);
  }
});

test('ends within its signal, with a typed error', async () => {
  for (const stage of ['localities', 'associations', 'modules', 'description']) {
    const controller = new AbortController();
    const onProgress = (progress: { stage: string }) => {
      if (progress.stage === stage) controller.abort();
    };
    const run = explain(planted, options, { signal: controller.signal, onProgress });
    await expect(run).rejects.toThrow(CancelledError);
  }
});

test('progress of every stage goes from 0 to 1 and never back', async () => {
  const seen = new Map<string, number[]>();
  const onProgress = ({ stage, done }: { stage: string; done: number }) => {
    seen.set(stage, [...(seen.get(stage) ?? []), done]);
  };
  await explain(planted, fit, { onProgress });
  for (const stage of ['localities', 'associations', 'modules', 'description']) {
    const done = seen.get(stage) ?? [];
    expect(done[0]).toBe(0);
    expect(done.at(-1)).toBe(1);
    done.forEach((value, i) => {
      if (i > 0) expect(value).toBeGreaterThan(done[i - 1]);
    });
  }
});

test('what does not fit together is refused', async () => {
  const { table, embedding } = planted;
  const shorter = { ...embedding, coordinates: { rows: 10, columns: 2, data: new Float32Array(20) } };
  await expect(explain({ table, embedding: shorter }, {}, {})).rejects.toThrow(ShapeError);
  const image = { width: 9, height: 9 };
  await expect(explain({ table, embedding }, { image }, {})).rejects.toThrow(OptionError);
  // a correlation of 1 is 8.89 standard errors in localities of 80
  await expect(explain({ table, embedding }, { ...options, gate: 9 }, {})).rejects.toThrow(/at most 8.8/);
  for (const modules of [0, 1.5, 10_000]) {
    await expect(explain({ table, embedding }, { ...options, modules }, {})).rejects.toThrow(OptionError);
  }
});

test('two features, constant features, duplicated samples: defined answers', async () => {
  const random = createRandom(1);
  const rows = 200;
  const twins = new Float32Array(rows * 3);
  const mapCoordinates = new Float32Array(rows * 2);
  for (let r = 0; r < rows; r++) {
    const shared = random.normal();
    twins.set([shared, shared + 0.1 * random.normal(), 4], 3 * r);
    mapCoordinates.set(
      r % 2 ? mapCoordinates.subarray(2 * r - 2, 2 * r) : [random.uniform(), random.uniform()],
      2 * r,
    );
  }
  const source = { name: 'made', sha256: null };
  const table = {
    features: { rows, columns: 3, data: twins },
    featureNames: ['a', 'b', 'c'],
    ids: null,
    labels: null,
    source,
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
  const embedding = { coordinates: { rows, columns: 2, data: mapCoordinates }, ids: null, source };
  const found = await explain({ table, embedding }, { modules: 3 }, {});
  expect(found.modules.count).toBe(1);
  expect(['a, b', 'b, a']).toContain(found.descriptions[0].label);
  // the fit takes three times the localities that are reported
  expect(found.associationCounts.constant).toBe(3 * found.localities.count);
  expect([...found.associationCounts.neverSupported]).toEqual([2]);
  expect(found.warnings.map(({ code }) => code)).toContain('fewer-modules');
});

test('data in which no association passes the gate has no module, and its evaluation has nothing to do', async () => {
  const found = await explain(planted, { ...options, gate: 8.8 }, { seed: 1 });
  expect(found.modules.count).toBe(0);
  expect(found.descriptions).toEqual([]);
  expect(found.warnings.map(({ code }) => code)).toContain('fewer-modules');
});
