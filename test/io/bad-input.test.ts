// Every bad input gives a typed error of one line that says what was got, what was expected and what to do.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { WhymapError } from 'whymap';
import { bytesSource, pathSource, type ReadOptions, readEmbedding, readTable, writeNpy } from 'whymap/io';

const folder = mkdtempSync(join(tmpdir(), 'whymap-io-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tables = join(import.meta.dirname, '../../fixtures/io/tables');

const text = (content: string, name = 'x.csv') => bytesSource(name, new TextEncoder().encode(content));
const npy = (shape: number[], values: number[]) =>
  bytesSource('x.npy', writeNpy(Float32Array.from(values), shape));

async function failure(source: ReturnType<typeof text>, options?: ReadOptions): Promise<WhymapError> {
  const error = await readTable(source, options).then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof WhymapError)) throw error ?? new Error('no error');
  expect(error.message).not.toContain('\n');
  for (const part of [error.got, error.expected, error.remedy]) expect(part.length).toBeGreaterThan(5);
  return error;
}

test.each([
  ['empty file', '', 'FormatError', 'empty file'],
  ['only blank lines', '\n\n \n', 'FormatError', 'empty file'],
  ['header only', 'a,b,c\n', 'FormatError', 'header of 3 names and no rows'],
  ['one row', 'a,b,c\n1,2,3\n', 'ShapeError', '1 row'],
  ['one column', 'a\n1\n2\n3\n', 'ShapeError', '1 column'],
  ['a short row', 'a,b\n1,2\n3\n', 'FormatError', '1 fields on line 3'],
  ['a long row', 'a,b\n1,2\n3,4,5\n', 'FormatError', '3 fields on line 3'],
  ['a short row after a quoted line break', 'a,b,c\n"x\ny",1,2\nz,3\n', 'FormatError', '2 fields on line 4'],
  ['text in a number column', 'a,b\n1,2\n3,abc\n', 'FormatError', 'the text "abc" in column b on line 3'],
  ['text before numbers', 'a,b\n1,abc\n3,4\n5,6\n', 'FormatError', '"abc" in column b on line 2'],
  [
    'a name with line breaks',
    'a,"b\r\n\u001b[2J\u2028c"\n1,2\n3,abc\n',
    'FormatError',
    '"abc" in column b \\u001b[2J\\u2028c on line 4',
  ],
  ['hexadecimal', 'a,b\n1,2\n3,0x10\n', 'FormatError', '"0x10"'],
  ['no numbers', 'a,b\nx,y\nx,y\n', 'FormatError', 'no column of numbers'],
  ['all constant', 'a,b\n1,2\n1,2\n', 'FormatError', '2 features that all have the same value'],
  ['missing cells', 'a,b\n1,\n3,4\n', 'FormatError', '1 cell missing or not finite (row 1, b: missing)'],
  ['infinite cells', 'a,b\n1,2\n-inf,4\n', 'FormatError', 'row 2, a: -Infinity'],
  ['an open quote', 'a,b\n"1,2\n3,4\n', 'FormatError', 'on line 2'],
])('%s', async (_, content, name, message) => {
  const error = await failure(text(content));
  expect(error.name).toBe(name);
  expect(error.message).toContain(message);
});

test('a text with zero bytes is named for what it is, and one of two bytes a character is read by its encoding', async () => {
  const lines = `id,a,b\n${Array.from({ length: 30 }, (_, i) => `s${i},${i % 7},${(i * i) % 5}`).join('\n')}\n`;
  const damaged = await failure(text(lines.replace('s3,3', 's3,\0')));
  expect(damaged.message).toContain('a text with zero bytes inside, x.csv (the first is byte');
  const late = await failure(text(`${lines.repeat(40)}\0\0\0`));
  expect(late.message).toContain(`a zero byte inside a text, x.csv (character ${40 * lines.length + 1})`);
  for (const [encoding, odd] of [
    ['utf-16le', 0],
    ['utf-16be', 1],
  ] as const) {
    const bytes = new Uint8Array(2 * lines.length);
    for (let i = 0; i < lines.length; i++) bytes[2 * i + odd] = lines.charCodeAt(i);
    const wide = await failure(bytesSource('x.csv', bytes));
    expect(wide.message).toContain('two bytes a character');
    expect(wide.message).toContain(encoding);
    expect((await readTable(bytesSource('x.csv', bytes), { encoding })).featureNames).toEqual(['a', 'b']);
  }
});

test('a title above the names of columns is passed over, with or without delimiters, and nothing else is', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => `s${i},${i % 5},${(i * i) % 7},${i % 3}`).join('\n');
  for (const title of ['Run 7', '"Run 7",,,', 'Run 7\n', 'Run 7,,,\nof May,,,\n,,,']) {
    const table = await readTable(text(`${title}\nid,a,b,c\n${rows}\n`));
    expect([table.featureNames, table.features.rows]).toEqual([['a', 'b', 'c'], 12]);
    expect(table.warnings.some(({ message }) => message.includes('"Run 7"'))).toBe(true);
  }
  const plain = await readTable(text(`id,a,b,c\n${rows}\n`));
  expect(plain.warnings.filter(({ code }) => code === 'lines-skipped')).toEqual([]);
});

test('sheets in XML are named', async () => {
  for (const begins of [
    '<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="x">',
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="x">',
  ]) {
    expect((await failure(text(begins, 'x.xml'))).message).toContain(
      'a sheet of LibreOffice or Excel in XML',
    );
  }
});

test('a column that is not there is named with the nearest one', async () => {
  const error = await failure(text('cell,b,c\nx,1,2\ny,3,4\n'), { id: 'cel' });
  expect(error.name).toBe('OptionError');
  expect(error.message).toContain('did you mean cell?');
});

test('missing files, folders and files without permission', async () => {
  expect((await failure(pathSource(join(folder, 'none.csv')))).message).toContain('no file at');
  expect((await failure(pathSource(folder))).message).toContain('a folder at');
  writeFileSync(join(folder, 'f'), 'a,b\n1,2\n');
  expect((await failure(pathSource(join(folder, 'f', 'g')))).message).toContain('no file at');
});

test('binary files of other kinds are named', async () => {
  expect((await failure(bytesSource('x.csv', Uint8Array.of(0x25, 0x50, 0x44, 0x46, 0x2d)))).got).toContain(
    'PDF',
  );
  expect((await failure(bytesSource('x.npy', Uint8Array.of(0x80, 4, 0x95)))).got).toContain('pickle');
  expect((await failure(bytesSource('x.bin', new Uint8Array(64)))).got).toContain('begins with 00 00');
  const latin = Uint8Array.from([...new TextEncoder().encode('a,b\n1,2\n3,4'), 0xe9, 0x0a]);
  expect((await failure(bytesSource('x.csv', latin))).remedy).toContain('UTF-8');
});

test.each([
  'npy-f4-le-C.npy',
  'npy-version-2.npy',
  'npz-one.npz',
  'npz-csr.npz',
  'idx-u1.idx',
  'idx-u1.idx.gz',
  'pandas.tsv.gz',
])('%s cut off anywhere', async (name) => {
  const bytes = new Uint8Array(readFileSync(join(tables, name)));
  for (let length = 0; length < bytes.length; length++) {
    const error = await failure(bytesSource(name, bytes.slice(0, length)));
    expect(error.name).toMatch(/FormatError|UnsupportedError|ShapeError/);
  }
});

test('an NPZ in which a damaged name hides an array: the other one is not read in its place', async () => {
  const bytes = new Uint8Array(readFileSync(join(tables, 'npz-several.npz')));
  expect((await failure(bytesSource('x.npz', bytes))).got).toContain('2 arrays that may be meant');
  // the names in the directory at the end are those that count
  bytes[new TextDecoder('latin1').decode(bytes).lastIndexOf('X.npy') + 1] ^= 0x80;
  expect((await failure(bytesSource('x.npz', bytes))).got).toContain('members that are no NumPy arrays');
});

test('an NPY file whose header promises another size', async () => {
  const bytes = writeNpy(new Float32Array(12), [4, 3]);
  const promise = new TextDecoder('latin1').decode(bytes).replace('(4, 3)', '(9, 9)');
  const error = await failure(
    bytesSource(
      'x.npy',
      Uint8Array.from(promise, (c) => c.charCodeAt(0)),
    ),
  );
  expect(error.message).toContain('got 48 bytes of data');
  expect(error.message).toContain('expected 324 bytes for its promised shape 9 x 9');
});

test('a long row of digits in place of an NPY shape is refused at once', async () => {
  const bytes = new Uint8Array(readFileSync(join(tables, 'npy-f4-le-C.npy')));
  bytes.fill('3'.charCodeAt(0), bytes.indexOf('('.charCodeAt(0)) + 1);
  expect((await failure(bytesSource('digits.npy', bytes))).name).toBe('FormatError');
});

test('promises beyond the memory are refused with the numbers', async () => {
  expect((await failure(npy([100, 100], new Array(10000).fill(1)), { memory: 1000 })).expected).toContain(
    '1000 bytes',
  );
  const bomb = gzipSync(Buffer.alloc(50_000_000, '1,'));
  expect((await failure(bytesSource('x.csv.gz', bomb), { memory: 1_000_000 })).name).toBe('FormatError');
  const lines = `${'1,2\n'.repeat(200_000)}`;
  expect((await failure(text(lines), { memory: 100_000 })).expected).toContain('100000 bytes');
});

test('an embedding is checked too, and may have one dimension', async () => {
  const one = await readEmbedding(npy([3, 1], [1, 2, 3]));
  expect(one.coordinates).toMatchObject({ rows: 3, columns: 1 });
  await expect(readEmbedding(npy([2, 2], [1, Number.NaN, 3, 4]))).rejects.toMatchObject({
    name: 'FormatError',
    remedy: expect.stringContaining('make the embedding again'),
  });
  await expect(readEmbedding(text(''))).rejects.toThrow('empty file');
});

test('reading stops when it is told to', async () => {
  const stopped = readTable(text(`${'1,2\n'.repeat(5000)}`), { signal: AbortSignal.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
});

test.each<[string, ReadOptions, RegExp]>([
  ['a label', { label: 'kind' }, /label: kind for x.npy, which has no column of that name/],
  ['an id', { id: 'cell' }, /id: cell for x.npy, which has no column of that name/],
  ['a table', { table: 't' }, /table: t for x.npy, which is npy; expected an SQLite file/],
  ['a query', { query: 'select 1' }, /query: select 1 for x.npy/],
  ['a layer', { layer: 'counts' }, /layer: counts for x.npy, which is npy; expected AnnData/],
  ['raw', { useRaw: true }, /useRaw for x.npy/],
])('an array refuses %s, which it cannot have', async (_, options, message) => {
  await expect(readTable(npy([2, 2], [1, 2, 3, 4]), options)).rejects.toThrow(message);
});

test('an embedding of one array refuses a key and a column of ids, but not an id that only the features may have', async () => {
  const map = npy([2, 2], [1, 2, 3, 4]);
  await expect(readEmbedding(map, { key: 'X_umap' })).rejects.toThrow(/embeddingKey: X_umap for x.npy/);
  await expect(readEmbedding(map, { id: 'cell' })).rejects.toThrow(/mapId: cell for x.npy/);
  expect((await readEmbedding(map, { id: 'cell', idIfThere: true })).coordinates.rows).toBe(2);
});
