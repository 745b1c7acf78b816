// Significance: nothing where there is nothing, something where it was planted; the statistic by an oracle.
import { beforeAll, describe, expect, test } from 'vitest';
import { explain } from 'whymap';
import { createRandom } from '#whymap/core/random.js';
import { mean } from '#whymap/core/statistics.js';
import { resolveContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { CancelledError, OptionError } from '#whymap/errors.js';
import { alignedCorrelation, leadingSigns } from '#whymap/lava/describe/signs.js';
import { localitiesOfPart, matchLoadings, splitSamples } from '#whymap/lava/evaluate/holdout.js';
import { largestStatisticTests } from '#whymap/lava/evaluate/largest-statistic.js';
import { decision, MOST_BATCHES, WRONG } from '#whymap/lava/evaluate/sequential-decision.js';
import { verdictOf } from '#whymap/lava/evaluate/verdict.js';
import { locate } from '#whymap/lava/localities/localities.js';
import type { Explanation, HeldOutOutcome } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';
import { type Made, pureNoise, shuffledEmbedding } from '../made.js';

const quick = { localitySize: 45, overlap: 3, modules: 5, evaluations: 0, refits: 0 };
/** `whymap reproduce lava-planted` tries twenty. */
const seeds = Array.from({ length: 8 }, (_, seed) => seed);

/** Seeds with a significant module, and the uncorrected p of both tests for all modules that were tested. */
async function findings(make: (seed: number) => Made) {
  let found = 0;
  const real: number[] = [];
  const local: number[] = [];
  for (const seed of seeds) {
    const { descriptions } = await explain(make(seed), quick, { seed });
    if (descriptions.some(({ significance }) => significance?.significant)) found++;
    for (const { significance } of descriptions) {
      if (!significance || significance.verdict === 'not-replicated') continue;
      real.push(significance.real.p);
      local.push(significance.local.p);
    }
  }
  return { found, real: mean(real), local: mean(local), tested: real.length };
}

test('pure noise has a significant module in at most one of 8 seeds; p is as by chance', async () => {
  const { found, real, local, tested } = await findings(pureNoise);
  expect(found).toBeLessThanOrEqual(1);
  // below a half, since being found again also depends on the held-out samples; the correction covers that.
  // tested on the samples that were fitted, 6 of 20 seeds have findings
  expect(tested).toBeGreaterThan(2);
  expect(real).toBeGreaterThan(0.1);
  expect(local).toBeGreaterThan(0.1);
});

test('a shuffled map of real structure has none either: its modules are real, not local', async () => {
  const { found, real, local } = await findings(shuffledEmbedding);
  expect(found).toBeLessThanOrEqual(1);
  expect(real).toBeLessThan(0.1);
  expect(local).toBeGreaterThan(0.3);
});

describe('planted modules', () => {
  const planted = plantModules({
    seed: 5,
    correlation: 0.5,
    samples: 1500,
    features: 80,
    modules: 5,
    clusters: 9,
  });
  const options = { localitySize: 80, overlap: 3, modules: 8, evaluations: 5 };
  let explanation: Explanation;
  beforeAll(async () => {
    explanation = await explain(planted, options, { seed: 2 });
  });

  test('are significant and found again on two thirds of the samples', () => {
    for (const { found } of matchModules(planted.loadings, explanation.modules.loadings)) {
      const { significance, stability } = explanation.descriptions[found];
      expect(significance).toMatchObject({ significant: true, verdict: 'local' });
      expect(significance?.real.statistic).toBeGreaterThan(0.25);
      expect(significance?.heldOut.length).toBe(3);
      expect(Math.abs(significance?.real.expected ?? 1)).toBeLessThan(0.03);
      expect(stability?.subsample).toBeGreaterThan(0.55);
      expect(stability?.seeds).toBeNull();
    }
  });

  test('a module that is the same all over the map is real and global', async () => {
    const random = createRandom(10);
    const rows = 1200;
    const data = Float32Array.from({ length: rows * 12 }, () => random.normal());
    for (let r = 0; r < rows; r++) {
      const factor = random.normal();
      for (let f = 0; f < 6; f++) data[r * 12 + f] += 1.2 * factor;
    }
    const coordinates = {
      rows,
      columns: 2,
      data: Float32Array.from({ length: rows * 2 }, () => random.uniform()),
    };
    const table = { ...planted.table, features: { rows, columns: 12, data }, labels: null };
    const names = { ...table, featureNames: table.featureNames.slice(0, 12) };
    const input = { table: names, embedding: { ...planted.embedding, coordinates } };
    const found = await explain(input, { localitySize: 60, modules: 2, evaluations: 0 }, {});
    expect(found.descriptions[0].significance).toMatchObject({ significant: false, verdict: 'global' });
    expect(found.descriptions[0].significance?.real.pAdjusted).toBeLessThanOrEqual(0.005);
  });

  test('draws 0 leaves it out; too few draws for the level are refused; the signal ends it', async () => {
    const without = await explain(planted, { ...options, draws: 0 }, {});
    expect(without.descriptions[0].significance).toBeNull();
    await expect(explain(planted, { ...options, draws: 20 }, {})).rejects.toThrow(OptionError);
    const controller = new AbortController();
    const onProgress = ({ stage, done }: { stage: string; done: number }) => {
      if (stage === 'significance' && done > 0.5) controller.abort();
    };
    const run = explain(planted, options, { signal: controller.signal, onProgress });
    await expect(run).rejects.toThrow(CancelledError);
  });

  test('localities of a part hold that part only, and no sample is on both sides', async () => {
    const context = await resolveContext();
    const localities = await locate(planted.embedding, options, context);
    const split = splitSamples(localities.order ?? new Int32Array(0), 2 / 3, createRandom(1));
    expect(new Set([...split.fitted, ...split.heldOut]).size).toBe(1500);
    const part = { rows: split.heldOut, size: 27 };
    const found = await localitiesOfPart(localities, planted.embedding, part, context, unwatched);
    const allowed = new Set(split.heldOut);
    expect(found.members.length).toBe(localities.count * 27);
    expect([...found.members].every((row) => allowed.has(row))).toBe(true);
  });
});

test('localities too small to be split leave significance out', async () => {
  const tiny = pureNoise(0);
  const found = await explain(tiny, { ...quick, localitySize: 12 }, {});
  expect(found.descriptions.every(({ significance }) => significance === null)).toBe(true);
});

test('corrected p is the share of draws whose largest scaled statistic reaches the observed', () => {
  const draws = Array.from({ length: 99 }, (_, i) => Float64Array.of(Math.sin(i), 10 * Math.cos(3 * i)));
  const [strong, weak] = largestStatisticTests(Float64Array.of(9, 0.5), draws);
  expect(strong.p).toBe(0.01);
  expect(strong.pAdjusted).toBe(0.01);
  expect(weak.p).toBe((1 + draws.filter((d) => d[1] >= 0.5).length) / 100);
  expect(weak.pAdjusted).toBeGreaterThanOrEqual(weak.p);
  const [constant] = largestStatisticTests(Float64Array.of(0), [Float64Array.of(0), Float64Array.of(0)]);
  expect(constant).toMatchObject({ p: 1, pAdjusted: 1 });
});

test('a statistic that no draw changes costs the other tests nothing', () => {
  // the mean of ten times 0.1 is not 0.1
  const draws = Array.from({ length: 9 }, (_, i) => Float64Array.of(i < 4 ? 0 : 1, 0.1));
  const [varying, constant] = largestStatisticTests(Float64Array.of(0.9, 0.1), draws);
  expect([varying.pAdjusted, constant.pAdjusted]).toEqual([0.6, 1]);
});

test('signs come back from correlations, whichever way the features point', () => {
  const signs = [1, -1, -1, 1];
  const rho = Float64Array.from({ length: 16 }, (_, i) => {
    const [a, b] = [i >> 2, i & 3];
    return a === b ? 1 : 0.6 * signs[a] * signs[b];
  });
  const found = leadingSigns(rho, [1, 0.9, 0.7, 0.3]);
  expect([...found]).toEqual(signs);
  expect(alignedCorrelation(rho, [1, 0.9, 0.7, 0.3], found)).toBeCloseTo(0.6, 12);
  expect([...leadingSigns(new Float64Array(4), [1, 1])]).toEqual([1, 1]);
});

test('modules are matched whatever their order; extra ones stay without', () => {
  const random = createRandom(2);
  const row = () => Array.from({ length: 20 }, () => (random.uniform() < 0.3 ? random.uniform() : 0));
  const [a, b, c] = [row(), row(), row()];
  const of = (...rows: number[][]) => ({
    rows: rows.length,
    columns: 20,
    data: Float32Array.from(rows.flat()),
  });
  const matches = matchLoadings(of(a, b, c), of(c, a));
  expect(matches.map(({ other }) => other)).toEqual([1, -1, 0]);
  expect(matches[0].cosine).toBeCloseTo(1, 5);
  expect(matches[1].cosine).toBe(0);
});

/** Chances that a test whose p over all permutations is `q` is passed, failed or left open, looked at after every draw. */
function chances(q: number, level: number): { passed: number; failed: number; open: number } {
  let waiting = new Map([[0, 1]]);
  let passed = 0;
  let failed = 0;
  for (let draws = 1; draws <= MOST_BATCHES * 199; draws++) {
    const next = new Map<number, number>();
    for (const [hits, chance] of waiting) {
      for (const [reached, part] of [[hits, chance * (1 - q)] as const, [hits + 1, chance * q] as const]) {
        const test = { statistic: 1, expected: 0, p: 1, draws, reached, margin: 0 };
        const found = decision({ ...test, pAdjusted: (1 + reached) / (1 + draws) }, level);
        if (part < 1e-15) continue;
        if (found === null) next.set(reached, (next.get(reached) ?? 0) + part);
        else if (found) passed += part;
        else failed += part;
      }
    }
    waiting = next;
  }
  return { passed, failed, open: 1 - passed - failed };
}

test('draws contradict the p of all permutations in at most 1% of the tests, and decide what is clear', () => {
  for (const level of [0.005, 0.05]) {
    expect(chances(level * 1.0001, level).passed).toBeLessThan(WRONG);
    expect(chances(level * 0.9999, level).failed).toBeLessThan(WRONG);
    expect(chances(level / 100, level).passed).toBeGreaterThan(0.99);
    expect(chances(Math.min(1, 10 * level), level).failed).toBeGreaterThan(0.98);
  }
  expect(chances(0, 0.005).passed).toBe(1);
  expect(chances(0.005, 0.005).open).toBeGreaterThan(0.96);
});

test('a statistic far beyond the draws is decided by the first batch, a near one is not', () => {
  const draws = Array.from({ length: 199 }, (_, i) => Float64Array.of(Math.sin(i), Math.cos(3 * i)));
  const [far, near] = largestStatisticTests(Float64Array.of(50, 1.5), draws);
  expect(far).toMatchObject({ reached: 0, draws: 199, pAdjusted: 0.005 });
  expect(decision(far, 0.005)).toBe(true);
  expect(near.reached).toBe(0);
  expect(decision(near, 0.005)).toBeNull();
});

test('a module is significant when it passes on every part, not when on none, and at the border between', () => {
  const parts = (...outcomes: HeldOutOutcome['outcome'][]) =>
    verdictOf(outcomes.map((outcome) => ({ outcome, cosine: 0.8, real: null, local: null }))).verdict;
  expect(parts('local', 'local', 'local')).toBe('local');
  expect(parts('local', 'local', 'undecided')).toBe('border');
  expect(parts('local', 'global', 'not-replicated')).toBe('border');
  expect(parts('global', 'undecided', 'global')).toBe('border');
  expect(parts('global', 'global', 'not-replicated')).toBe('global');
  expect(parts('global', 'chance', 'global')).toBe('chance');
  expect(parts('global', 'not-replicated', 'not-replicated')).toBe('not-replicated');
});
