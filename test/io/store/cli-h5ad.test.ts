// The command line on AnnData: what it asks, what it reads, and the results back in the file.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathSource } from 'whymap/io';
import { h5Store } from '#whymap/io/store/hdf5/hdf5-store.js';
import { temporaryFolder, whymap } from '../../cli/run.js';

const folder = temporaryFolder();
const tables = join(import.meta.dirname, '../../../fixtures/io/tables');
const file = join(tables, 'anndata-0.8.h5ad');
const small = [
  '-n',
  '6',
  '--overlap',
  '3',
  '-m',
  '2',
  '--support',
  '0',
  '--gate',
  '0',
  '--engine',
  'js',
  '--quiet',
];

test('results are written into a copy, and into the file itself, equal to presence.csv', async () => {
  const copy = join(folder, 'copy.h5ad');
  const ran = await whymap(
    folder,
    'explain',
    file,
    '-e',
    'umap',
    '--label',
    'kind',
    ...small,
    '--write-to',
    copy,
  );
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.out).toContain(`Presence, scores and modules are in ${copy}`);
  const lines = readFileSync(join(folder, 'whymap-out/presence.csv'), 'utf8').trim().split('\n').slice(1);
  const presence = lines.map((line) =>
    line
      .split(',')
      .slice(1)
      .map((text) => Math.fround(Number(text))),
  );
  const store = await h5Store(pathSource(copy));
  const written = await store.array('obsm/X_whymap');
  expect(written.shape).toEqual([12, presence[0].length]);
  expect(Array.from(await written.numbers(0, 12))).toEqual(presence.flat());
  expect(presence.flat().some((value) => value > 0)).toBe(true);
  const scores = readFileSync(join(folder, 'whymap-out/scores.csv'), 'utf8').trim().split('\n');
  expect(scores[0]).toBe(`sample,${Array.from(presence[0], (_, k) => `M${k + 1}`)}`);
  const first = await store.array('obs/whymap_score_M1');
  expect(Array.from(await first.numbers(0, 12))).toEqual(
    scores.slice(1).map((line) => Math.fround(Number(line.split(',')[1]))),
  );
  await store.close();

  const own = join(folder, 'own.h5ad');
  copyFileSync(file, own);
  const layer = ['--layer', 'counts', '--normalize', 'log1p-cp10k', '--max-features', '4'];
  const again = await whymap(
    folder,
    'explain',
    own,
    '-e',
    'X_umap',
    ...layer,
    ...small,
    '-o',
    'two',
    '--write',
  );
  expect(again).toMatchObject({ code: 0 });
  const summary = JSON.parse(readFileSync(join(folder, 'two/summary.json'), 'utf8'));
  expect(JSON.stringify(summary.data.warnings)).toContain('normalized to 10,000');
  expect(summary.data.features).toBe(4);
  const other = await h5Store(pathSource(own));
  expect(await other.kind('obsm/X_whymap')).toBe('array');
  await other.close();
});

test.each([
  [['-e', 'X_umpa'], 'did you mean X_umap?'],
  [['-e', 'umap', '--layer', 'counts'], '--normalize log1p-cp10k'],
  [['-e', 'umap', '--layer', 'cuonts'], 'did you mean counts?'],
  [['-e', 'umap', '--use-raw', '--layer', 'counts'], '--use-raw'],
  [['-e', 'umap', '--write', '--write-to', 'x.h5ad'], 'both --write and --write-to'],
])('%s is asked again, with exit code 2 and nothing written', async (args, message) => {
  const ran = await whymap(folder, 'explain', file, ...args, '--quiet', '-o', 'never');
  expect(ran.code).toBe(2);
  expect(ran.err).toContain(message);
  expect(ran.err.trim().split('\n')).toHaveLength(1);
  expect(existsSync(join(folder, 'never'))).toBe(false);
});

test('--write needs an .h5ad', async () => {
  const ran = await whymap(folder, 'explain', join(tables, 'pandas-index.csv'), '--write', '--quiet');
  expect(ran).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected an .h5ad file to write into'),
  });
});

test('--max-features is met while reading when the whole table is larger than --memory', async () => {
  // 12 cells x 5 genes of layer dense take 240 bytes; three of them 144.
  const args = ['explain', file, '-e', 'umap', '--layer', 'dense', ...small, '-o', 'tight'];
  const refused = await whymap(folder, ...args, '--memory', '200');
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining('a table of 12 x 5 that takes 240 bytes'),
  });
  expect(refused.err).toContain('--max-features');
  const ran = await whymap(folder, ...args, '--memory', '200', '--max-features', '3');
  expect(ran).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'tight/summary.json'), 'utf8')).toContain(
    '3 of 5 features were kept, those of largest dispersion',
  );
});
