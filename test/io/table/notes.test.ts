// Notes about what a table may be meant to say: genes in rows, numbers that stand for missing values.
import { expect, test } from 'vitest';
import { bytesSource, readEmbedding, readTable, writeNpy } from 'whymap/io';

const rows = Array.from({ length: 30 }, (_, i) => i);
const read = (lines: readonly string[]) =>
  readTable(bytesSource('x.csv', new TextEncoder().encode(`${lines.join('\n')}\n`)));
const codes = async (lines: readonly string[]) => (await read(lines)).warnings.map(({ code }) => code);
const cell = (i: number) => ((i * 7) % 11) / 4;

test('-9999 far from the other values is noted with its column, among others like it it is not', async () => {
  const far = rows.map((i) => `s${i},${i === 5 ? -9999 : cell(i)},${cell(i + 3)}`);
  const { warnings } = await read(['id,depth,heat', ...far]);
  expect(warnings.find(({ code }) => code === 'maybe-missing')?.message).toContain('-9999 in depth');
  const near = rows.map((i) => `s${i},${i === 5 ? -9999 : -9000 - 90 * i},${cell(i + 3)}`);
  expect(await codes(['id,depth,heat', ...near])).not.toContain('maybe-missing');
});

test('rows named as genes, or columns named as cells, are noted', async () => {
  const genes = rows.map((i) => `ENSG${String(i).padStart(11, '0')},${cell(i)},${cell(i + 2)}`);
  expect(await codes([',a,b', ...genes])).toContain('maybe-transposed');
  const named = rows.map((i) => `g${i},${cell(i)},${cell(i + 2)}`);
  expect(await codes(['gene_id,a,b', ...named])).toContain('maybe-transposed');
  expect(await codes([',AAACATACAACCAC-1,AAACATTGAGCTAC-1', ...named])).toContain('maybe-transposed');
  expect(await codes(['cell,ACTB,GAPDH', ...named])).not.toContain('maybe-transposed');
});

test('a row of units below the names is no sample and no name', async () => {
  const lines = ['id,length,mass', 'unit,cm,kg', ...rows.map((i) => `s${i},${cell(i)},${cell(i + 2)}`)];
  expect((await read(lines)).featureNames).toEqual(['length', 'mass']);
});

test('a minus behind numbers stops the run instead of making them text', async () => {
  const lines = ['id,a,b,c', ...rows.map((i) => `s${i},${cell(i)}-,${cell(i + 2)},${cell(i + 5)}`)];
  await expect(read(lines)).rejects.toThrow('the number "0-"');
});

const array = (name: string, cells: (i: number) => readonly number[]) =>
  bytesSource(name, writeNpy(Float64Array.from(rows.flatMap(cells)), [rows.length, cells(0).length]));
const notesOf = ({ warnings }: { warnings: readonly { code: string; message: string }[] }) =>
  warnings.map(({ message }) => message).join(' ');

test('a column of an array that counts the rows is noted, one that only rises is not', async () => {
  const counted = await readTable(array('x.npy', (i) => [i + 1, cell(i), cell(i + 3)]));
  expect(notesOf(counted)).toContain('f0 of x.npy only numbers its rows');
  const rising = await readTable(array('x.npy', (i) => [i + 2, cell(i), cell(i + 3)]));
  expect(notesOf(rising)).toBe('');
});

test('whole numbers beside the fractions of a map in an array are noted with the option that leaves them out', async () => {
  const map = array('e.npy', (i) => [cell(i), cell(i + 3) + 0.5, i % 3]);
  expect(notesOf(await readEmbedding(map))).toContain('Column #3 of e.npy holds whole numbers');
  const named = await readEmbedding(map, { columns: ['#1', '#2'] });
  expect([named.coordinates.columns, notesOf(named)]).toEqual([2, '']);
  const grid = await readEmbedding(array('e.npy', (i) => [i % 5, Math.floor(i / 5)]));
  expect(notesOf(grid)).toBe('');
});
