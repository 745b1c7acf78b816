import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Explanation } from 'whymap';
import { pathSource, readEmbedding, readTable, writeExplanationToAnndata } from 'whymap/io';
import { h5Store } from '#whymap/io/store/hdf5/hdf5-store.js';

const folder = mkdtempSync(join(tmpdir(), 'whymap-write-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tables = join(import.meta.dirname, '../../../fixtures/io/tables');
const from = join(tables, 'anndata-0.8.h5ad');

/** As much of an explanation as is written: cells 11 to 1 (not 0), three features and one that is not there. */
function explanation(modules: number, text = ''): Explanation {
  const ids = Array.from({ length: 11 }, (_, i) => `cell-${11 - i}`);
  const featureNames = ['gene-3', 'gene-0', 'elsewhere', 'gene-4'];
  const matrix = (rows: number, columns: number) => ({
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, (_, i) => i + 0.5),
  });
  return {
    rows: 11,
    ids,
    featureNames,
    samplePresence: matrix(11, modules),
    modules: { count: modules, loadings: matrix(modules, 4), explained: 0.5 },
    descriptions: Array.from({ length: modules }, (_, k) => ({
      id: `M${k + 1}`,
      label: `gene-${k} ${text}é`,
      share: 0.1 * k,
      trust: null,
      significance: { p: 0.01, pAdjusted: 0.02, significant: true },
      contrast: k === 1,
    })),
    options: { seed: 0, text },
  } as unknown as Explanation;
}

const whole = (path: string, key: string) => readEmbedding(pathSource(path), { key });

async function group(path: string): Promise<Record<string, unknown>> {
  const store = await h5Store(pathSource(path));
  const result: Record<string, unknown> = {};
  for (const key of await store.keys('uns/whymap')) {
    const array = await store.array(`uns/whymap/${key}`);
    const { length } = [...Array(array.shape[0]).keys()];
    result[key] =
      array.content === 'texts' ? await array.texts(0, length) : Array.from(await array.numbers(0, length));
  }
  result.encodings = [
    (await store.attributes('uns/whymap'))['encoding-type'],
    (await store.attributes('uns/whymap/labels'))['encoding-type'],
    (await store.attributes('obsm/X_whymap'))['encoding-type'],
    (await store.attributes('varm/whymap'))['encoding-version'],
  ];
  result.varm = Array.from(await (await store.array('varm/whymap')).numbers(0, 5));
  await store.close();
  return result;
}

test('presence, loadings and the summary land at the right samples and features', async () => {
  const to = join(folder, 'copy.h5ad');
  const { warnings } = await writeExplanationToAnndata(explanation(2), { from, to });
  expect(warnings.map((w) => w.message)).toEqual([
    expect.stringContaining('1 features of the explanation are not in'),
  ]);
  // The sample that was not explained is NaN, which an embedding may not be; its row is looked at alone.
  await expect(whole(to, 'X_whymap')).rejects.toThrow('2 cells missing or not finite (row 1 (cell-0)');
  const store = await h5Store(pathSource(to));
  const presence = Array.from(await (await store.array('obsm/X_whymap')).numbers(0, 12));
  await store.close();
  expect(presence.slice(0, 6)).toEqual([Number.NaN, Number.NaN, 20.5, 21.5, 18.5, 19.5]);
  const written = await group(to);
  expect(written).toMatchObject({
    modules: ['M1', 'M2'],
    labels: ['gene-0 é', 'gene-1 é'],
    share: [0, 0.1],
    trust: [Number.NaN, Number.NaN],
    significant: [1, 1],
    contrast: [0, 1],
    explained: [0.5],
    options: ['{"seed":0,"text":""}'],
    encodings: ['dict', 'string-array', 'array', '0.2.0'],
  });
  // loading is modules x features: gene-0 is column 1, gene-3 column 0, gene-4 column 3.
  const nan = Number.NaN;
  expect(written.varm).toEqual([1.5, 5.5, nan, nan, nan, nan, 0.5, 4.5, 3.5, 7.5]);
});

test('what was in the file stays as it was', async () => {
  const to = join(folder, 'same.h5ad');
  await writeExplanationToAnndata(explanation(3), { from, to });
  const before = await readTable(pathSource(from), { label: 'kind' });
  const after = await readTable(pathSource(to), { label: 'kind' });
  expect({ ...after, source: null, reading: null, warnings: null }).toEqual({
    ...before,
    source: null,
    reading: null,
    warnings: null,
  });
  expect((await whole(to, 'umap')).coordinates).toEqual((await whole(from, 'umap')).coordinates);
});

test('results are replaced in place, by more modules, fewer, and longer texts', async () => {
  const path = join(folder, 'place.h5ad');
  copyFileSync(from, path);
  for (const [modules, text] of [
    [2, ''],
    [5, 'a longer label'],
    [1, ''],
  ] as const) {
    await writeExplanationToAnndata(explanation(modules, text), { from: path, to: path });
    const written = await group(path);
    expect(written.labels).toEqual(Array.from({ length: modules }, (_, k) => `gene-${k} ${text}é`));
    expect((written.varm as number[]).length).toBe(5 * modules);
  }
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

test('scores become columns of obs, and those of an earlier run leave its list', async () => {
  const path = join(folder, 'scored.h5ad');
  const scored = (modules: number): Explanation => ({
    ...explanation(modules),
    sampleScores: explanation(modules).samplePresence,
  });
  await writeExplanationToAnndata(scored(3), { from, to: path });
  await writeExplanationToAnndata(scored(2), { from: path, to: path });
  const store = await h5Store(pathSource(path));
  const before = (await readTable(pathSource(from), {})).metadata?.map(({ name }) => name);
  expect((await store.attributes('obs'))['column-order']).toEqual([
    ...(before ?? []),
    'whymap_score_M1',
    'whymap_score_M2',
  ]);
  const column = await store.array('obs/whymap_score_M2');
  expect(Array.from(await column.numbers(0, 3))).toEqual([Number.NaN, 21.5, 19.5]);
  await store.close();
  // they are results, and no metadata of the next run
  expect((await readTable(pathSource(path), {})).metadata?.map(({ name }) => name)).toEqual(before);
});

test('what cannot be written leaves no file behind', async () => {
  const to = join(folder, 'never.h5ad');
  const old = join(tables, 'anndata-0.6.h5ad');
  await expect(writeExplanationToAnndata(explanation(2), { from: old, to })).rejects.toThrow('anndata 0.6');
  const other = { ...explanation(2), ids: Array.from({ length: 11 }, (_, i) => `x${i}`) };
  await expect(writeExplanationToAnndata(other, { from, to })).rejects.toThrow('samples of which none is in');
  const huge = explanation(2, 'x'.repeat(2000));
  const path = join(folder, 'full.h5ad');
  await writeExplanationToAnndata(explanation(2), { from, to: path });
  const before = readFileSync(path);
  await expect(writeExplanationToAnndata(huge, { from: path, to: path })).rejects.toThrow(
    'cannot be resized',
  );
  expect(readFileSync(path).equals(before)).toBe(true);
  await expect(writeExplanationToAnndata(huge, { from: join(folder, 'none'), to })).rejects.toThrow(
    'no file at',
  );
  expect(readdirSync(folder).filter((name) => /partial|never/.test(name))).toEqual([]);
});
