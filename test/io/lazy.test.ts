// What whymap/io loads before it is used: our own files only, no package.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesSource, readEmbedding, readTable } from 'whymap/io';
import { staticImports } from '../static-imports.js';

const dist = join(import.meta.dirname, '../../dist/io');
const tables = join(import.meta.dirname, '../../fixtures/io/tables');

test('no package and no reader is loaded before a file needs it', () => {
  const { files, packages } = staticImports(join(dist, 'index.js'));
  expect(packages).toEqual([]);
  expect(files.size).toBeGreaterThan(15);
  const names = [...files].map((file) => basename(file));
  for (const reader of ['csv', 'npy', 'npz', 'parquet', 'arrow', 'zarr', 'h5ad', 'json', 'tenx', 'sqlite'])
    expect(names).not.toContain(`${reader}.js`);
  expect(names).toContain('formats.js');
});

test('folders dropped on a page are read as those of a path are', async () => {
  const dropped = (name: string) => {
    const files = readdirSync(join(tables, name), { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const root = join(tables, name, '/');
    return filesSource(
      name,
      new Map(files.map((file) => [file.slice(root.length), new Blob([readFileSync(file)])])),
    );
  };
  const zarr = await readTable(dropped('anndata.zarr'));
  expect([zarr.features.rows, zarr.featureNames[3]]).toEqual([7, 'gene-3']);
  expect((await readEmbedding(dropped('anndata.zarr'), { key: 'umap' })).coordinates.rows).toBe(7);
  expect((await readTable(dropped('tenx-folder'), { normalize: 'none' })).features.rows).toBe(6);
  await expect(readTable(filesSource('empty', new Map()))).rejects.toThrow('a folder at empty');
});
