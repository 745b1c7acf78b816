// Which features `maxFeatures` keeps: the score by its definition, and variances that are only rounding.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { newMomentSums } from '#whymap/lava/associations/local-moments.js';
import { selectByMoments } from '#whymap/lava/associations/select-features.js';
import { chosenFeatures, KEPT_OF_WIDE, WIDE_TABLE } from '#whymap/lava/associations/wide-tables.js';
import { locate } from '#whymap/lava/localities/localities.js';
import type { Localities } from '#whymap/model.js';
import { commandLineSpelling, spelledWarnings } from '#whymap/options/index.js';

const localitiesOf = (members: number[], size: number): Localities => ({
  count: members.length / size,
  size,
  overlap: 1,
  probes: { rows: members.length / size, columns: 2, data: new Float32Array((2 * members.length) / size) },
  members: Int32Array.from(members),
  radius: new Float32Array(members.length / size),
  uncovered: new Int32Array(0),
  order: Int32Array.from(members.keys()),
  tuning: { alpha: 0, beta: 2, coverageTv: 0, startTv: 0, evaluations: 1, samples: members.length },
});

const middle = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)];
};

test('the score of counts is the log variance less its median over the 50 features of nearest mean', () => {
  const random = createRandom(7);
  const d = 130;
  const mean = Float64Array.from({ length: d }, () => 0.1 + random.uniform());
  const within = mean.map((value) => value * (0.2 + 2 * random.uniform()));
  const moments = { within, overall: within.map((value) => 2 * value), mean, negative: false };
  const { dispersions: scores, kept } = selectByMoments(
    moments,
    Array.from(mean, (_, f) => `f${f}`),
    20,
  );
  const byMean = [...mean.keys()].sort((a, b) => mean[a] - mean[b]);
  const naive = Float64Array.from(mean, (_, f) => {
    const first = Math.min(Math.max(byMean.indexOf(f) - 25, 0), d - 50);
    return (
      Math.log(within[f]) - middle(byMean.slice(first, first + 50).map((other) => Math.log(within[other])))
    );
  });
  for (let f = 0; f < d; f++) expect(scores[f]).toBeCloseTo(naive[f], 12);
  const best = [...naive.keys()].sort((a, b) => naive[b] - naive[a]).slice(0, 20);
  expect(Array.from(kept)).toEqual(best.sort((a, b) => a - b));
});

test.each([true, false])(
  'a constant has no variance inside localities, one in a millionth of it has (sparse: %s)',
  (sparse) => {
    const samples = 60;
    const localities = localitiesOf(
      Array.from({ length: samples }, (_, i) => (7 * i) % samples),
      20,
    );
    const sums = newMomentSums(localities, { samples, features: 2, sparse }, 2 ** 20);
    sums.begin(0);
    for (let s = 0; s < samples; s++) {
      sums.add(0.1, s, 0);
      sums.add(1 + (s % 2) * 4e-6, s, 1);
    }
    const { within, mean } = sums.moments();
    expect(within[0]).toBe(0);
    expect(within[1] / 4e-12).toBeGreaterThan(0.9);
    expect(within[1] / 4e-12).toBeLessThan(1.1);
    expect(mean[0]).toBeCloseTo(0.1, 12);
  },
);

test('of more than 5,000 features 3,000 at most are kept by default, said in words; all of them on request', async () => {
  const random = createRandom(3, 'wide');
  // only the first 30 vary, so that the test is quick: constant ones are never kept
  const made = (columns: number) => ({
    rows: 40,
    columns,
    data: Float32Array.from({ length: 40 * columns }, (_, t) => (t % columns < 30 ? random.normal() : 1)),
  });
  const source = { name: 'made', sha256: null };
  const wide = (columns: number) => ({
    table: {
      ...{ ids: null, labels: null, source, warnings: [], dropped: { rows: 0, features: [] } },
      features: made(columns),
      featureNames: Array.from({ length: columns }, (_, f) => `f${f}`),
    },
    embedding: { coordinates: made(2), ids: null, source },
  });
  const context = await resolveContext({});
  const { embedding } = wide(30);
  const localities = await locate(embedding, { localitySize: 20, overlap: 1, evaluations: 0 }, context);
  const { table } = wide(WIDE_TABLE + 1);
  const found = await chosenFeatures(table, localities, {}, context);
  expect(found.warnings[0].message).toMatch(
    /^30 of 5001 features were kept.*by default.*maxFeatures: all takes/s,
  );
  // every face names the option in its own way
  expect(spelledWarnings(found.warnings, commandLineSpelling)[0]).toEqual({
    code: found.warnings[0].code,
    message: found.warnings[0].message.replace('maxFeatures: all', '--max-features all'),
  });
  const fixed = await chosenFeatures(table, localities, { maxFeatures: KEPT_OF_WIDE }, context);
  expect(fixed.table).toEqual(found.table);
  expect(fixed.warnings[0].message).not.toContain('default');
  expect((await chosenFeatures(table, localities, { maxFeatures: 'all' }, context)).table).toBe(table);
  // an image needs all its pixels, and a table that is not wide keeps its features
  expect(
    (await chosenFeatures(table, localities, { image: { width: 1, height: 5001 } }, context)).table,
  ).toBe(table);
  const narrow = wide(WIDE_TABLE).table;
  expect((await chosenFeatures(narrow, localities, {}, context)).table).toBe(narrow);
});
