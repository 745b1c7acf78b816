// The studies at a size that takes seconds: their claims hold there, and they write what they say.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ardrStudies } from '#whymap/reproduce/ardr/index.js';
import { labelAccuracy, mapNeighbors, overlap, trustworthiness } from '#whymap/reproduce/ardr/measures.js';
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

test('conjectures: no map beats the best found by much, and each row has a verdict', async () => {
  const { tables } = await study('ardr-conjectures', ['roll'], 100);
  const [verdicts, ratios] = tables;
  for (const row of verdicts.rows) expect(row[2]).toMatch(/^(supported|not supported|says nothing here)/);
  for (const row of ratios.rows) if (row[4] !== null) expect(row[4]).toBeGreaterThan(0.98);
  const cloud = ratios.rows.find((row) => row[2] === 0.25 && row[3] === 'Gaussian cloud');
  const umap = ratios.rows.find((row) => row[2] === 0.25 && row[3] === 'UMAP');
  expect(cloud?.[4]).toBeGreaterThan(umap?.[4] as number);
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
