// Rules of association by default, what they removed as counted by hand, and the choice of features by dispersion.
import { expect, test } from 'vitest';
import { associate, associationRules } from 'whymap/lava';
import { OptionError } from '#whymap/errors.js';
import { newMomentSums } from '#whymap/lava/associations/local-moments.js';
import { columnCorrelation } from '#whymap/lava/associations/local-values.js';
import { selectByMoments } from '#whymap/lava/associations/select-features.js';
import type { Localities } from '#whymap/model.js';

/** Localities of consecutive rows. */
const consecutive = (count: number, size: number) =>
  ({
    count,
    size,
    members: Int32Array.from({ length: count * size }, (_, i) => i),
  }) as unknown as Localities;

test('support is a tenth of the locality, at least 10 and less than all; the gate is 3', () => {
  expect(associationRules({}, 200)).toEqual({ measure: 'pearson', form: 'debiased', support: 20, gate: 3 });
  expect(associationRules({}, 201).support).toBe(21);
  expect(associationRules({}, 80).support).toBe(10);
  expect(associationRules({}, 8).support).toBe(7);
  expect(() => associationRules({ support: 8 }, 8)).toThrow(OptionError);
  expect(() => associationRules({ association: 'kendall' as 'pearson' }, 8)).toThrow(/kendall/);
});

test('levels of other samples are refused', async () => {
  const features = { rows: 8, columns: 2, data: Float32Array.from({ length: 16 }, (_, i) => i % 5) };
  const levels = Int32Array.of(0, 0, 1);
  await expect(associate(features, consecutive(2, 4), { levels }, {})).rejects.toThrow(
    'levels of 3 samples for a table of 8',
  );
});

test('counts say how many pairs were kept, lacked support and fell below the gate', async () => {
  // features: two that rise together, one constant, one that differs in one sample, one against the order's parity
  const size = 20;
  const value = [
    (s: number) => s,
    (s: number) => s + 0.1 * (s % 3),
    () => 4,
    (s: number) => (s === 3 ? 1 : 0),
    (s: number) => (s % 2) * 5 + (s % 7),
  ];
  const data = Float32Array.from({ length: 2 * size * 5 }, (_, i) => value[i % 5](Math.floor(i / 5) % size));
  const features = { rows: 2 * size, columns: 5, data };
  const found = await associate(features, consecutive(2, size), { support: 3, gate: 3 }, {});
  expect(found.counts).toEqual({
    pairs: 20,
    kept: 2,
    withoutSupport: 14,
    belowGate: 4,
    constant: 2,
    neverSupported: Int32Array.of(2, 3),
  });
});

test('a correlation with a constant column is null, not 0', () => {
  const rising = Float64Array.of(1, 2, 3, 4);
  expect(columnCorrelation(rising, rising, 'pearson')).toBeCloseTo(1, 12);
  for (const measure of ['pearson', 'spearman', 'bicor'] as const) {
    expect(columnCorrelation(rising, Float64Array.of(5, 5, 5, 5), measure)).toBeNull();
    expect(columnCorrelation(Float64Array.of(0, 0, 0, 0), rising, measure)).toBeNull();
  }
});

test('a feature that is constant inside every locality has no variance there, however large its values', () => {
  const sums = newMomentSums(consecutive(2, 3), { samples: 6, features: 2, sparse: false }, 1e6);
  sums.begin(0);
  const columns = [
    [1e7 / 3, 1e7 / 3, 1e7 / 3, 2e7 / 3, 2e7 / 3, 2e7 / 3],
    [1, 2, 3, 1, 2, 3],
  ];
  for (let sample = 0; sample < 6; sample++) {
    columns.forEach((column, feature) => {
      sums.add(column[sample], sample, feature);
    });
  }
  const { within, overall } = sums.moments();
  expect(within[0]).toBe(0);
  expect(overall[0]).toBeGreaterThan(1e12);
  expect(within[1]).toBeCloseTo(2 / 3, 12);
});

test('counts are ranked by variance beyond what their mean makes expected; signed values by variance alone', () => {
  const count = 200;
  const mean = Float64Array.from({ length: count }, (_, f) => 1 + f);
  // variance grows with the mean, but for two features of small mean
  const within = mean.map((value, f) => (f === 20 || f === 30 ? 4 * value : value));
  const moments = { within, overall: within.map((value) => 2 * value), mean, negative: false };
  const names = Array.from(mean, (_, f) => `f${f}`);
  expect([...selectByMoments(moments, names, 2).kept]).toEqual([20, 30]);
  expect([...selectByMoments({ ...moments, negative: true }, names, 2).kept]).toEqual([198, 199]);
  expect(selectByMoments(moments, names, 2).localVariance).toBeCloseTo(2 / count, 12);
});

test('the expected variance is a median over 50 features of similar mean, so that ten loud neighbors stay loud', () => {
  const count = 200;
  const mean = Float64Array.from({ length: count }, (_, f) => 1 + f);
  const within = mean.map((_, f) => (f >= 100 && f < 110 ? 9 : 1));
  const moments = { within, overall: within.map(() => 10), mean, negative: false };
  const names = Array.from(mean, (_, f) => `f${f}`);
  expect([...selectByMoments(moments, names, 10).kept]).toEqual([
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109,
  ]);
});
