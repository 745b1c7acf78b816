// Features of several types (genes beside antibodies): one is chosen, in every layout; formats without types refuse the option.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytesSource, pathSource, readTable, writeNpy } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createRandom } from '#whymap/core/random.js';
import { makeAnndata } from './make-anndata.js';

const folder = mkdtempSync(join(tmpdir(), 'whymap-types-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [rows, columns] = [31, 12];
const random = createRandom(5, 'feature types');
const values = Float32Array.from({ length: rows * columns }, () => Math.max(0, random.below(9) - 3));
const types = Array.from({ length: columns }, (_, c) =>
  c % 5 === 2 ? 'Antibody Capture' : 'Gene Expression',
);
const names = types.map((_, c) => `g${c}`);
const genes = names.filter((_, c) => types[c] === 'Gene Expression');

const made = async (layout: 'csr' | 'csc' | 'dense') => {
  const path = join(folder, `${layout}.h5ad`);
  const ids = Array.from({ length: rows }, (_, r) => `c${r}`);
  await makeAnndata(path, {
    layout,
    rows,
    columns,
    values,
    ids,
    featureNames: names,
    obsm: {},
    var: { feature_types: types },
  });
  return pathSource(path);
};
const chosen = (c: number) => names.indexOf(genes[c]);

test.each(['csr', 'csc', 'dense'] as const)('one type of several in the layout %s', async (layout) => {
  const source = await made(layout);
  const table = await readTable(source, { featureType: 'gene expression', normalize: 'none' });
  expect(table.featureNames).toEqual(genes);
  const { data } = toDense(table.features);
  const expected = Array.from(
    { length: rows * genes.length },
    (_, p) => values[Math.floor(p / genes.length) * columns + chosen(p % genes.length)],
  );
  expect(Array.from(data)).toEqual(expected);
  await expect(readTable(source, { normalize: 'none' })).rejects.toThrow('features of 2 types');
  await expect(readTable(source, { featureType: 'Peaks', normalize: 'none' })).rejects.toThrow('Antibody');
  const all = await readTable(source, { featureType: 'all', normalize: 'none' });
  expect(all.featureNames).toEqual(names);
});

test.each(['csr', 'csc', 'dense'] as const)(
  'counts are scaled by the total of the chosen type in the layout %s',
  async (layout) => {
    const options = { featureType: 'Gene Expression', normalize: 'log1p-cp10k', maxFeatures: 6 } as const;
    const table = await readTable(await made(layout), options);
    const { data } = toDense(table.features);
    expect(table.featureNames).toHaveLength(6);
    const total = (r: number) => genes.reduce((sum, _, c) => sum + values[r * columns + chosen(c)], 0);
    for (let r = 0; r < rows; r++) {
      for (const [c, name] of table.featureNames.entries()) {
        const count = values[r * columns + names.indexOf(name)];
        expect(data[r * 6 + c]).toBeCloseTo(Math.log1p((1e4 * count) / total(r)), 4);
      }
    }
  },
);

test('formats whose features have no types refuse the option', async () => {
  const text = new TextEncoder().encode('id,a,b\ns1,1,2\ns2,3,5\n');
  const npy = writeNpy(Float32Array.of(1, 2, 3, 4), [2, 2]);
  for (const [name, bytes] of [
    ['x.csv', text],
    ['x.npy', npy],
  ] as const) {
    const read = readTable(bytesSource(name, bytes), { featureType: 'Gene Expression' });
    await expect(read).rejects.toThrow('whose features have types');
  }
});
