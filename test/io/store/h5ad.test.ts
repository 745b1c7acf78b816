// Damage in HDF5 files, and what a path and a File have in common. The values are in tables.test.ts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { WhymapError } from 'whymap';
import { pathSource, readTable } from 'whymap/io';
import { openH5 } from '#whymap/io/store/hdf5/runtime.js';
import { makeAnndata } from './make-anndata.js';

const folder = mkdtempSync(join(tmpdir(), 'whymap-h5-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(import.meta.dirname, '../../../fixtures/io/tables/anndata-0.8.h5ad');
const bytes = readFileSync(file);

async function outcome(content: Uint8Array): Promise<string> {
  const path = join(folder, 'x.h5ad');
  writeFileSync(path, content);
  return readTable(pathSource(path)).then(
    () => 'read',
    (error: unknown) => {
      if (!(error instanceof WhymapError)) throw error;
      return error.name;
    },
  );
}

test('a file that is cut off is a FormatError, and the next file is read', async () => {
  for (const part of [0.02, 0.3, 0.7, 0.99]) {
    expect(await outcome(bytes.subarray(0, Math.floor(bytes.length * part)))).toBe('FormatError');
  }
  expect(await outcome(bytes)).toBe('read');
});

test('a chunk that cannot be decompressed is an error, never what was in memory', async () => {
  // Deflated chunks begin with 0x78; all of them are broken.
  const broken = Uint8Array.from(bytes);
  for (let i = 0; i < broken.length - 1; i++) {
    if (broken[i] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(broken[i + 1])) broken[i + 2] ^= 0xff;
  }
  expect(await outcome(broken)).toBe('FormatError');
});

test('what HDF5 complains of fails, also in calls of h5wasm that look at no status', async () => {
  const path = join(import.meta.dirname, '../../../fixtures/io/tables/anndata-lzf.h5ad');
  const { file: open, guard, close, h5 } = await openH5(pathSource(path));
  const matrix = open.get('X');
  if (!(matrix instanceof h5.Dataset)) throw new Error('no data set');
  expect(() => guard('lzf.h5ad', () => matrix.slice([[0, 2]]))).toThrow('compressed with lzf in lzf.h5ad');
  close();
});

test('a category that is the text of a missing value is none; one called None stays', async () => {
  const path = join(folder, 'categories.h5ad');
  await makeAnndata(path, {
    layout: 'dense',
    rows: 4,
    columns: 2,
    values: Float32Array.from([0.5, 2, 3, 4, 5.5, 6, 7, 8]),
    ids: ['a', 'b', 'c', 'd'],
    featureNames: ['g', 'h'],
    obsm: {},
    categories: {
      pathology: { names: ['abnormal', 'nan', 'normal'], codes: Int32Array.from([2, 1, 0, -1]) },
      drug: { names: ['A', 'None'], codes: Int32Array.from([0, 1, 1, 0]) },
    },
  });
  const { metadata = [] } = await readTable(pathSource(path));
  const found = metadata.map(
    (column) => column.kind === 'categorical' && [column.name, column.levels, [...column.codes]],
  );
  expect(found.sort()).toEqual([
    ['drug', ['A', 'None'], [0, 1, 1, 0]],
    ['pathology', ['abnormal', 'normal'], [1, -1, 0, -1]],
  ]);
});
