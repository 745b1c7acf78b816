// Small inputs of the hard cases (docs/lab/cases.md) that the other tests of reading do not have; the number of each case in front.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { bytesSource, pathSource, readTable, writeNpy } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createContext } from '#whymap/engine/context.js';
import type { OptionValues } from '#whymap/options/index.js';
import { readFeatures, readJoinedEmbedding } from '#whymap/run/inputs.js';
import { temporaryFolder, whymap } from '../cli/run.js';

const folder = temporaryFolder();
const work = {
  context: await createContext({ seed: 1 }),
  files: { open: (name: string) => pathSource(join(folder, name)), exists: async () => true },
};
const N = 40;
const samples = Array.from({ length: N }, (_, i) => i);
/** Feature v of sample i; v 0 is its number. */
const value = (i: number, v: number) => (v === 0 ? i + 0.5 : Number(Math.sin(i * (v + 2) + v).toFixed(4)));
const put = (name: string, lines: readonly string[]) =>
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
const row = (i: number, count = 4) => Array.from({ length: count }, (_, v) => value(i, v)).join(',');
const turned = samples.map((i) => (i * 7) % N);

put('x.csv', ['id,v0,v1,v2,v3', ...samples.map((i) => `s${i},${row(i)}`)]);
put('e.csv', ['id,UMAP_1,UMAP_2', ...turned.map((i) => `s${i},${value(i, 0)},${value(i, 1)}`)]);

/** The table and map as a run reads them; the first coordinate of each sample is its first feature. */
async function paired(table: string, values: OptionValues<'explain'>) {
  const found = await readJoinedEmbedding(await readFeatures(table, values, work), table, values, work);
  const { columns, data } = toDense(found.table.features);
  const at = found.table.featureNames.indexOf('v0');
  const { coordinates } = found.embedding;
  const wrong = Array.from({ length: coordinates.rows }, (_, r) => r).filter(
    (r) => coordinates.data[r * coordinates.columns] !== data[r * columns + at],
  );
  expect(wrong).toEqual([]);
  return found;
}

test('10: the CSV of embed is read back with numeric ids, which are no coordinate', async () => {
  put('n.csv', ['cell,v0,v1,v2,v3', ...samples.map((i) => `${1000 + 17 * turned[i]},${row(i)}`)]);
  const made = await whymap(folder, 'embed', 'n.csv', '--method', 'pca', '-o', 'map.csv', '--quiet');
  expect([made.code, made.err]).toEqual([0, '']);
  const values: OptionValues<'explain'> = { embedding: 'map.csv' };
  const found = await readJoinedEmbedding(await readFeatures('n.csv', values, work), 'n.csv', values, work);
  expect(found.embedding.coordinates.columns).toBe(2);
  expect(found.plan.pairing.map).toMatchObject({ how: 'id', matched: N });
  expect(found.table.featureNames).toEqual(['v0', 'v1', 'v2', 'v3']);
});

test('31: windows-1252 is refused with the option that reads it', async () => {
  const text = `id,Größe,v1\n${samples.map((i) => `s${i},${row(i, 2)}`).join('\n')}\n`;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  await expect(readTable(bytesSource('x.csv', bytes))).rejects.toThrow(/windows-1252/);
  const table = await readTable(bytesSource('x.csv', bytes), { encoding: 'windows-1252' });
  expect(table.featureNames).toEqual(['Größe', 'v1']);
});

test('32: NaN in the JSON of Python is a missing cell', async () => {
  const lines = samples.map(
    (i) => `{"id": "s${i}", "a": ${i === 3 ? 'NaN' : value(i, 0)}, "b": ${value(i, 1)}}`,
  );
  const source = bytesSource('x.json', new TextEncoder().encode(`[${lines.join(', ')}]`));
  await expect(readTable(source)).rejects.toThrow(/1 cell missing .*row 4/);
  expect((await readTable(source, { missing: 'drop-rows' })).features.rows).toBe(N - 1);
});

test.each(['csv', 'mtx', 'npy'])(
  '33, 34: genes in rows of %s are named, and read by --transpose',
  async (format) => {
    const name = `genes.${format}`;
    const names = ['v0', 'v1', 'v2', 'v3'];
    if (format === 'csv')
      put(name, [
        ['gene', ...samples.map((i) => `s${i}`)].join(','),
        ...names.map((gene, v) => [gene, ...samples.map((i) => value(i, v))].join(',')),
      ]);
    else if (format === 'mtx')
      put(name, [
        '%%MatrixMarket matrix array real general',
        `4 ${N}`,
        ...samples.flatMap((i) => names.map((_, v) => String(value(i, v)))),
      ]);
    else {
      const values = names.flatMap((_, v) => samples.map((i) => value(i, v)));
      writeFileSync(join(folder, name), writeNpy(Float64Array.from(values), [4, N]));
    }
    // without ids, rows in the order of the table
    put('order.csv', ['UMAP_1,UMAP_2', ...samples.map((i) => `${value(i, 0)},${value(i, 1)}`)]);
    const values = { embedding: format === 'csv' ? 'e.csv' : 'order.csv' };
    await expect(paired(name, values)).rejects.toThrow(/transpose/);
    const { table, plan } = await paired(name, {
      ...values,
      transpose: true,
      ...(format === 'csv' ? {} : { featureNames: 'names.txt' }),
    });
    expect([table.features.rows, table.featureNames]).toEqual([N, names]);
    expect(plan.pairing.map?.how).toBe(format === 'csv' ? 'id' : 'row');
  },
);
put('names.txt', ['v0', 'v1', 'v2', 'v3']);

test('38: a map of the rows that are left after dropping', async () => {
  put('gaps.csv', [
    'id,v0,v1,v2,v3',
    ...samples.map((i) => `s${i},${i % 13 === 5 ? '' : row(i, 1)},${row(i, 3)}`),
  ]);
  const left = samples.filter((i) => i % 13 !== 5);
  const coordinates = Float64Array.from(left.flatMap((i) => [value(i, 0), value(i, 1)]));
  writeFileSync(join(folder, 'left.npy'), writeNpy(coordinates, [left.length, 2]));
  const { plan } = await paired('gaps.csv', { embedding: 'left.npy', missing: 'drop-rows' });
  expect(plan.pairing.map?.text).toContain(`${left.length} rows that are left`);
});

test('82: an output that is an input is refused, and the input stays', async () => {
  const before = readFileSync(join(folder, 'x.csv'));
  for (const args of [
    ['embed', 'x.csv', '--method', 'pca', '-o', 'x.csv'],
    ['audit', 'x.csv', '-e', 'e.csv', '-o', 'e.csv'],
  ]) {
    const ran = await whymap(folder, ...args);
    expect(ran.code).toBe(2);
  }
  mkdirSync(join(folder, 'here'));
  writeFileSync(join(folder, 'here/modules.csv'), before);
  const inside = await whymap(join(folder, 'here'), 'explain', 'modules.csv', '-e', '../e.csv', '-o', '.');
  expect([inside.code, inside.err]).toEqual([2, expect.stringContaining('no input')]);
  expect(readFileSync(join(folder, 'x.csv')).equals(before)).toBe(true);
  expect(readFileSync(join(folder, 'here/modules.csv')).equals(before)).toBe(true);
});

test('83: what an earlier run wrote and this one does not is removed', async () => {
  put('sets.gmt', ['one\tabout\tv0\tv1\tv2']);
  const quick = [
    '-n',
    '10',
    '-m',
    '2',
    '--draws',
    '0',
    '--trust',
    'no',
    '--support',
    '0',
    '--quiet',
    '-o',
    'out',
  ];
  const explain = ['explain', 'x.csv', '-e', 'e.csv', ...quick];
  expect((await whymap(folder, ...explain, '--gene-sets', 'sets.gmt')).code).toBe(0);
  expect(readdirSync(join(folder, 'out'))).toContain('gene-sets.csv');
  expect((await whymap(folder, ...explain)).code).toBe(0);
  expect(readdirSync(join(folder, 'out'))).not.toContain('gene-sets.csv');
});

test('87: Parquet whose uncompressed size is written as 0 is read', async () => {
  const columnData = ['v0', 'v1', 'v2'].map((name, v) => ({
    name,
    data: samples.map((i) => value(i, v)),
    type: 'DOUBLE' as const,
  }));
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'SNAPPY' }));
  const wrong = withoutSizes(bytes);
  const read = async (content: Uint8Array) =>
    readTable(bytesSource('x.parquet', content as Uint8Array<ArrayBuffer>));
  expect((await read(wrong)).features).toEqual((await read(bytes)).features);
});

/** The file with 0 for the uncompressed size of each column (two numbers of two bytes each, behind their field marks). */
function withoutSizes(bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  const isLong = (at: number) => bytes[at] >= 0x80 && bytes[at + 1] < 0x80;
  let found = 0;
  const footer = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
  for (let at = footer; at < bytes.length - 8; at++) {
    // num_values (one byte), total_uncompressed_size, total_compressed_size: each one field further, of 64 bits
    if (bytes[at] !== 0x16 || bytes[at + 2] !== 0x16 || bytes[at + 5] !== 0x16) continue;
    if (bytes[at + 1] !== 2 * N || !isLong(at + 3) || !isLong(at + 6)) continue;
    result.set([0x80, 0x00], at + 3);
    found++;
  }
  expect(found).toBe(3);
  return result;
}
