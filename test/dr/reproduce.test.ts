// The studies at a size that takes seconds: their claims hold there, and they write what they say.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { equivalenceTest, studentTail } from '#whymap/reproduce/ardr/equivalence-test.js';
import { ardrStudies } from '#whymap/reproduce/ardr/index.js';
import { labelAccuracy, mapNeighbors, overlap, trustworthiness } from '#whymap/reproduce/ardr/measures.js';
import { spectralBound } from '#whymap/reproduce/ardr/objective.js';
import { tableMarkdown } from '#whymap/reproduce/report.js';
import { context, gaussianData } from './data.js';

const small = { seed: 3, repeats: 1, rows: 60, data: undefined };
const study = (name: string, sets: string[], rows = 60) =>
  ardrStudies[name].run({ ...small, rows, context: context(3), sets });

test('recovery: exact below the step bound, never above it', async () => {
  for (const name of ['ardr-pca', 'ardr-mds', 'ardr-isomap']) {
    const { tables, figures } = await study(name, ['roll'], 80);
    for (const row of tables[0].rows) {
      const [share, recovered] = [row[2] as number, row[5]];
      if (share === 0.5 || share === 0.9) expect(recovered).toBe(1);
      if (share > 1) expect(recovered).toBe(0);
    }
    expect(figures[0].svg).toMatch(/^<svg[\s\S]*polyline[\s\S]*<\/svg>\n$/);
  }
});

test('faster forces: a rank of all features and full repulsion lose nothing, less loses something', async () => {
  const { tables } = await study('ardr-fast-pca', ['roll']);
  const error = new Map(tables[0].rows.map((row) => [row[2], row[4]]));
  expect(error.get('exact')).toBeLessThan(1e-10);
  expect(error.get('rank 10')).toBeLessThan(1e-5);
  expect(error.get('rank 2')).toBeGreaterThan(1e-3);
});

test('LLE study: UMAP is within its own variation, the objectives are 0 at their own maps', async () => {
  const { tables, figures } = await study('ardr-lle', ['fashion'], 120);
  expect(tables[0].rows[0].slice(2, 4)).toEqual(['UMAP', 1]);
  for (const row of tables[0].rows.slice(1)) expect(row[3]).toBeLessThan(1);
  const [umap, dkLle] = tables[1].rows;
  expect(umap.slice(2)).toMatchObject({ 0: 0, 3: 1 });
  expect(dkLle.slice(2)).toMatchObject({ 2: 0, 3: 1 });
  expect(figures[0].svg).toContain('DK-LLE, entropic weights');
});

test('conjectures: no map beats the bound, none the best found, and each row has a verdict', async () => {
  const { tables } = await study('ardr-conjectures', ['roll'], 100);
  const [verdicts, ratios, kept] = tables;
  expect(verdicts.rows.length).toBe(5);
  for (const row of verdicts.rows) expect(row[4]).toMatch(/^(supported|not supported|says nothing here)/);
  for (const row of ratios.rows) {
    if (row[5] !== null) expect(row[5]).toBeGreaterThanOrEqual(1);
    if (row[6] !== null) expect(row[6]).toBeGreaterThanOrEqual(1);
    if (row[5] !== null && row[6] !== null) expect(Number(row[6])).toBeGreaterThan(Number(row[5]));
  }
  const of = (map: string) => ratios.rows.find((row) => row[3] === '1/16' && row[4] === map);
  expect(of('Gaussian cloud')?.[5]).toBeGreaterThan(of('UMAP')?.[5] as number);
  expect(of('UMAP')?.[6]).toBeLessThan(1e3);
  const own = kept.rows.filter((row) => row[3] === 'DK-LLE by UMAP forces');
  expect(own.map((row) => row[4])).toEqual([5, 15, 30, 60]);
  for (const row of own) expect(row[6]).toBe(1);
});

test('the bound: what a K of these eigenvalues has is never less, and two equal eigenvalues share', () => {
  const random = createRandom(6);
  const mu = Float64Array.from({ length: 40 }, () => random.uniform()).sort();
  for (let trial = 0; trial < 50; trial++) {
    const weights = Float64Array.from(mu, () => random.uniform() ** (1 + (trial % 7)));
    const total = weights.reduce((sum, value) => sum + value, 0);
    const s = weights.map((value) => (40 * value) / total);
    const norm = s.reduce((sum, value) => sum + value * value, 0);
    const value = s.reduce((sum, weight, i) => sum + weight * mu[i], 0);
    expect(spectralBound(mu, norm)).toBeLessThanOrEqual(value + 1e-9);
  }
  // n = 2, |K|^2 = 2: both weights are 1
  expect(spectralBound(Float64Array.of(1, 3), 2)).toBeCloseTo(4, 4);
  // |K|^2 = 4: all on the least
  expect(spectralBound(Float64Array.of(1, 3), 4)).toBeCloseTo(2, 4);
});

test('a map shares all neighbors with itself, and features have full trust in themselves', async () => {
  const features = gaussianData(50, 2, 1);
  const near = await mapNeighbors(features.data, 2, context());
  expect(overlap(near, near)).toBe(1);
  expect(await trustworthiness(features, near, context())).toBe(1);
  expect(labelAccuracy(near, new Array(50).fill('a'))).toBe(1);
  expect(labelAccuracy(near, null)).toBe(null);
});

test('tables escape bars and show small numbers', () => {
  const table = {
    name: 't',
    title: 't',
    header: ['a', 'b'],
    rows: [
      ['x|y', 1.5e-9],
      [null, 2],
    ],
  };
  expect(tableMarkdown(table)).toBe('| a | b |\n| --- | --- |\n| x\\|y | 1.5e-9 |\n|  | 2 |');
});

test('whymap reproduce writes tables, figures and settings, the same bytes twice', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whymap-reproduce-'));
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const args = [main, 'reproduce', 'ardr-pca', '--rows', '60', '--repeats', '1', '--sets', 'roll', '--quiet'];
  for (const out of ['a', 'b']) execFileSync(process.execPath, [...args, '-o', join(folder, out)]);
  const files = readdirSync(join(folder, 'a')).sort();
  expect(files).toEqual(['ardr-pca.csv', 'ardr-pca.png', 'ardr-pca.svg', 'report.md', 'settings.json']);
  for (const file of files) {
    expect(readFileSync(join(folder, 'a', file)).equals(readFileSync(join(folder, 'b', file)))).toBe(true);
  }
  expect(
    readFileSync(join(folder, 'a', 'ardr-pca.png'))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  rmSync(folder, { recursive: true });
});

test('equivalence: a method is equivalent to itself under other seeds, and not to one with other neighbors', async () => {
  const random = createRandom(4);
  const rows = 300;
  const base = Float64Array.from({ length: 2 * rows }, () => 10 * random.normal());
  const maps = (count: number, noise: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        mapNeighbors(
          base.map((value) => value + noise * random.normal()),
          2,
          context(),
        ),
      ),
    );
  const umap = await maps(8, 0.5);
  const same = equivalenceTest(umap, await maps(8, 0.5));
  expect(same.verdict).toBe('equivalent');
  expect(Math.abs(same.difference)).toBeLessThan(same.margin);
  const worse = equivalenceTest(umap, await maps(8, 1.5));
  expect(worse.verdict).toBe('below');
  expect(worse.p).toBeGreaterThan(0.5);
  const better = equivalenceTest(umap, await maps(8, 0));
  expect(better.verdict).toBe('above');
});

// SciPy 1.17: scipy.stats.t.sf(t, df)
test.each([
  [0, 4, 0.5],
  [1, 1, 0.25],
  [2.262157, 9, 0.025],
  [1.644854, 10, 0.0655128],
  [-3, 3, 0.9711656],
  [12, 2, 0.0034365],
])('P(T >= %f) with %i degrees of freedom', (t, freedom, p) => {
  expect(studentTail(t, freedom)).toBeCloseTo(p, 6);
});

test('equivalence and isolation: a row for every set and graph, UMAP with itself at 1', async () => {
  const { tables } = await study('ardr-equivalence', ['roll'], 90);
  expect(tables[0].rows.length).toBe(1);
  expect(tables[0].rows[0][3]).toBe('test');
  expect(tables[0].rows[0][12]).toMatch(/^(equivalent|below|above|cannot be told)$/);
  const isolated = await study('ardr-isolation', ['roll'], 40);
  const [umap, shaken] = isolated.tables[0].rows;
  expect([umap[3], umap[5]]).toEqual([1, 1]);
  expect(umap[4]).toBeLessThan(1);
  expect(shaken[5]).toBeGreaterThan(shaken[4] as number);
});
