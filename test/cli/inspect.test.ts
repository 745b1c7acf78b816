// `whymap inspect`: what a person reads of files that a run would refuse, and of the maps that a file holds itself.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const ROWS = 30;

/** A table in which `gas(GT)` is missing in 20 rows of 30, `co` in 3 others, `no` in none. */
const gappy = Array.from({ length: ROWS }, (_, r) => [
  r < 20 ? '' : r + 0.5,
  r >= 25 && r < 28 ? '' : (r * 7) % 11,
  (r * r) % 17,
  r * 0.25,
]);
writeFileSync(join(folder, 'air.csv'), ['gas(GT),co,no,so', ...gappy.map((row) => row.join(','))].join('\n'));

test('missing cells end no look at a file, and columns are listed by how many they have', async () => {
  const seen = await whymap(folder, 'inspect', 'air.csv');
  expect(seen.code, seen.err).toBe(0);
  expect(seen.out).toContain('Features: 4 of air.csv, 30 rows');
  expect(seen.out).toContain('cells without a number: gas(GT) 20, co 3\n');
  expect(seen.out).toContain(
    "To go on, first leave out gas(GT) (missing in 20 of 30 rows): --drop 'gas(GT)'; 27 of 30 rows then have no missing cell. Then choose what to do with the others: --missing drop-rows",
  );
  const json = JSON.parse((await whymap(folder, 'inspect', 'air.csv', '--json')).out);
  expect(json.features.missing).toEqual([
    { name: 'gas(GT)', cells: 20 },
    { name: 'co', cells: 3 },
  ]);
});

test('a map with missing cells, and rows of which none would be left, are told too', async () => {
  writeFileSync(join(folder, 'map.csv'), ['x,y', ...gappy.map(([, co, no]) => `${co},${no}`)].join('\n'));
  const seen = await whymap(folder, 'inspect', 'air.csv', 'map.csv');
  expect(seen.code, seen.err).toBe(0);
  expect(seen.out).toContain('cells without a number: x 3\n');
  expect(seen.out).toContain('remove those samples, or make the embedding again without them');
  writeFileSync(join(folder, 'holes.csv'), 'a,b,c\n,1,2\n3,,4\n5,6,\n');
  const none = await whymap(folder, 'inspect', 'holes.csv', '--missing', 'drop-rows');
  expect([none.code, none.out]).toEqual([0, expect.stringContaining('0 of 3 rows of holes.csv')]);
});

test('the error of a run and the note of dropped rows name the column to leave out, and the advice holds', async () => {
  const embed = (...more: string[]) =>
    whymap(folder, 'embed', 'air.csv', '--method', 'pca', '-o', 'm.csv', ...more);
  const refused = await embed();
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringContaining("--drop 'gas(GT)'; 27 of 30 rows"),
  ]);
  const dropped = await embed('--missing', 'drop-rows');
  expect(dropped.out).toMatch(
    /Dropped 23 of 30 rows.* To keep more, first leave out gas\(GT\).*--drop 'gas\(GT\)'; 27 of/,
  );
  const advised = await embed('--drop', 'gas(GT)', '--missing', 'drop-rows');
  expect(advised.out).toContain('pca of 27 samples');
  expect(advised.out).not.toContain('To keep more');
});

test('the maps that an AnnData file holds are listed, and which one is taken', async () => {
  const file = join(import.meta.dirname, '../../fixtures/io/tables/anndata-0.8.h5ad');
  const seen = await whymap(folder, 'inspect', file);
  expect(seen.out, seen.err).toMatch(/Maps in the file: .*X_umap \(taken where none is named\)/);
});

test('a database of several tables is looked at by the table that is named', async () => {
  const file = join(import.meta.dirname, '../../fixtures/io/tables/sqlite.sqlite');
  const seen = await whymap(folder, 'inspect', file, '--table', 'the cells');
  expect([seen.code, seen.out]).toEqual([0, expect.stringContaining('of sqlite.sqlite')]);
});
