// What whymap/io loads before it is used: our own files only, no package.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesSource, readEmbedding, readTable } from 'whymap/io';

const dist = join(import.meta.dirname, '../../dist/io');
const tables = join(import.meta.dirname, '../../fixtures/io/tables');

test('no package and no reader is loaded before a file needs it', () => {
  const seen = new Set<string>();
  const packages: string[] = [];
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/^(?:import|export)\b[^'"();]*?\bfrom '([^']+)'/gm)) {
      if (target.startsWith('.')) visit(join(dirname(file), target));
      else packages.push(`${file}: ${target}`);
    }
  };
  visit(join(dist, 'index.js'));
  expect(packages).toEqual([]);
  expect(seen.size).toBeGreaterThan(15);
  for (const reader of ['csv', 'npy', 'npz', 'parquet', 'arrow', 'zarr', 'h5ad', 'json', 'tenx', 'sqlite']) {
    expect(seen).not.toContain(join(dist, `${reader}.js`));
  }
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
