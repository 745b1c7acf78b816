// Higher and lower: scanpy's figures, and by hand; replicates by all their arrangements.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MarkerOptions, markerSentences, type Region, rankMarkers } from 'whymap/lava';
import { OptionError } from '#whymap/errors.js';
import type { Explanation, Table } from '#whymap/model.js';

interface Case {
  readonly reference: string;
  readonly tieCorrect: boolean;
  readonly scores: readonly number[];
  readonly p: readonly number[];
  readonly pAdjusted: readonly number[];
  readonly logFoldChange: readonly number[];
}
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/markers/scanpy.json'), 'utf8'),
) as { counts: number[][]; group: number[]; cases: Case[] };

/** An explanation that carries these values, samples x features, and the columns `group` and `donor`. */
function carrying(
  values: readonly (readonly number[])[],
  group: readonly number[],
  donor: readonly number[],
) {
  const [rows, features] = [values.length, values[0].length];
  const levelsOf = (codes: readonly number[], letter: string) =>
    Array.from({ length: Math.max(...codes) + 1 }, (_, code) => `${letter}${code}`);
  return {
    rows,
    featureNames: Array.from({ length: features }, (_, f) => `f${f}`),
    labels: null,
    ids: null,
    options: {},
    descriptions: [{ id: 'M1', topFeatures: [{ feature: 0, loading: 1 }] }],
    metadata: [
      { name: 'group', kind: 'categorical', levels: levelsOf(group, 'g'), codes: Int32Array.from(group) },
      { name: 'donor', kind: 'categorical', levels: levelsOf(donor, 'd'), codes: Int32Array.from(donor) },
    ],
    values: {
      features: Int32Array.from({ length: features }, (_, f) => f),
      data: Float32Array.from(
        { length: rows * features },
        (_, at) => values[at % rows][Math.floor(at / rows)],
      ),
    },
  } as unknown as Explanation;
}

const level = (value: string): Region => ({ kind: 'column', column: 'group', value });

test.each(golden.cases)('equals scanpy against $reference, ties corrected: $tieCorrect', (expected) => {
  const logged = golden.counts.map((row) => row.map((count) => Math.fround(Math.log1p(count))));
  const explanation = carrying(logged, golden.group, golden.group);
  const question = {
    first: level('g0'),
    second: expected.reference === 'rest' ? undefined : level(expected.reference),
  };
  const options = { logged: true, tieCorrect: expected.tieCorrect };
  const { markers } = rankMarkers(explanation, question, null, options);
  expect(markers.length).toBe(expected.p.length);
  for (const found of markers) {
    const relative = (value: number, wanted: number) =>
      Math.abs(value - wanted) / Math.max(1e-12, Math.abs(wanted));
    // scanpy holds scores and fold changes in 32 bits
    expect(found.z).toBeCloseTo(expected.scores[found.feature], 5);
    expect(relative(found.p, expected.p[found.feature])).toBeLessThan(1e-6);
    expect(relative(found.pAdjusted, expected.pAdjusted[found.feature])).toBeLessThan(1e-6);
    if (found.first + found.second > 0)
      expect(found.logFoldChange ?? 0).toBeCloseTo(expected.logFoldChange[found.feature], 4);
  }
});

test('a fold change is told of values that are log(1 + x): normalized by the run, or said to be so', () => {
  const values = golden.counts.map((row) => row.map((count) => Math.fround(Math.log1p(count))));
  const raw = carrying(values, golden.group, golden.group);
  const question = { first: level('g0') };
  const folds = (explanation: typeof raw, options = {}) =>
    rankMarkers(explanation, question, null, options).markers.map(({ logFoldChange }) => logFoldChange);
  expect(new Set(folds(raw))).toEqual(new Set([null]));
  const normalized = { ...raw, options: { ...raw.options, normalize: 'log1p-cp10k' } };
  expect(folds(normalized)).toEqual(folds(raw, { logged: true }));
  expect(folds(normalized, { logged: false })).toEqual(folds(raw));
});

test('values below 0 are no log(1 + x)', () => {
  const scaled = golden.counts.map((row) => row.map((count) => count - 1));
  const explanation = carrying(scaled, golden.group, golden.group);
  const ask = () => rankMarkers(explanation, { first: level('g0') }, null, { logged: true });
  expect(ask).toThrow(/logged with -1\.00 in/);
});

const grid = fc.array(fc.array(fc.integer({ min: -2, max: 3 }), { minLength: 3, maxLength: 3 }), {
  minLength: 4,
  maxLength: 14,
});

test('AUC, means and shares are those of counting pairs; swapped regions mirror them', () => {
  fc.assert(
    fc.property(grid, fc.integer({ min: 1, max: 3 }), (values, first) => {
      const group = values.map((_, row) => (row < first ? 0 : 1));
      const explanation = carrying(values, group, group);
      const { markers } = rankMarkers(explanation, { first: level('g0') });
      const mirrored = rankMarkers(explanation, { first: level('g1'), second: level('g0') }).markers;
      for (const found of markers) {
        const a = values.slice(0, first).map((row) => row[found.feature]);
        const b = values.slice(first).map((row) => row[found.feature]);
        const pairs = a.flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0) as number));
        expect(found.auc).toBeCloseTo(pairs.reduce((s, v) => s + v, 0) / pairs.length, 12);
        expect(found.aboveZeroFirst).toBeCloseTo(a.filter((x) => x > 0).length / a.length, 12);
        expect(found.difference).toBeCloseTo(found.first - found.second, 12);
        const other = mirrored.find(({ feature }) => feature === found.feature);
        expect(other?.auc).toBeCloseTo(1 - found.auc, 12);
        expect(other?.p).toBeCloseTo(found.p, 12);
      }
    }),
  );
});

test('the table and the carried values give the same; modules are named', () => {
  const values = golden.counts.map((row) => row.slice(0, 5));
  const explanation = carrying(values, golden.group, golden.group);
  const features = { rows: values.length, columns: 5, data: Float32Array.from(values.flat()) };
  const table = { features, featureNames: explanation.featureNames } as unknown as Table;
  const options: MarkerOptions = { replicate: 'donor' };
  const carried = rankMarkers(explanation, { first: level('g0') }, null, options);
  expect(rankMarkers(explanation, { first: level('g0') }, table, options)).toEqual(carried);
  expect(carried.markers.find(({ feature }) => feature === 0)?.modules).toEqual(['M1']);
});

test('replicates: 3 against 3 apart have p of 2 in 20, the same 3 in both of 2 in 8, one on a side none', () => {
  const donors = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5];
  const group = donors.map((donor) => (donor < 3 ? 0 : 1));
  const values = donors.map((donor, row) => [donor < 3 ? 5 + row : row / 10]);
  const bulk = (explanation: Explanation) =>
    rankMarkers(explanation, { first: level('g0') }, null, { replicate: 'donor' }).markers[0].pseudobulk;
  expect(bulk(carrying(values, group, donors))).toMatchObject({
    replicatesFirst: 3,
    paired: false,
    p: 2 / 20,
  });
  const paired = bulk(
    carrying(
      values,
      group,
      donors.map((donor) => donor % 3),
    ),
  );
  expect(paired).toMatchObject({ replicatesFirst: 3, paired: true, p: 2 / 8 });
  const single = carrying(values, group, group);
  expect(bulk(single)).toMatchObject({ replicatesFirst: 1, replicatesSecond: 1, p: null });
  const answer = rankMarkers(single, { first: level('g0') }, null, { replicate: 'donor' });
  expect(markerSentences(answer).join(' ')).toMatch(/1 replicate against 1 no p over replicates/);
});

test('regions that share a sample, and an explanation without values, are refused', () => {
  const explanation = carrying(golden.counts, golden.group, golden.group);
  const overlapping = { first: level('g0'), second: { kind: 'not', of: level('g1') } as const };
  expect(() => rankMarkers(explanation, overlapping)).toThrow(OptionError);
  expect(() => rankMarkers({ ...explanation, values: null }, { first: level('g0') })).toThrow(
    /was explained/,
  );
});

test('the sentences name the strongest on either side, and say what p cannot', () => {
  const explanation = carrying(golden.counts, golden.group, golden.group);
  const [higher, ...rest] = markerSentences(rankMarkers(explanation, { first: level('g0') }));
  expect(higher).toMatch(
    /^6 features are higher in group g0 \(22 samples\) than in all others \(38\): (f\d, ){4}f\d and 1 more\.$/,
  );
  expect(rest.at(-1)).toMatch(/nothing about other donors/);
});
