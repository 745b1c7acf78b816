// Every X.json in fixtures/io/tables is a test: the file that it names, or X, or X with another ending, is read with the options
// that the JSON names, and must give its values (or its error). Dropping x.parquet and x.json there adds a test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bytesSource,
  fileSource,
  pathSource,
  type ReadOptions,
  readEmbedding,
  readTable,
  type Source,
} from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';

interface Expected {
  /** The file to read, when it is not named as the JSON. */
  file?: string;
  /** Read with readEmbedding. */
  embedding?: boolean;
  data?: (number | null)[][];
  featureNames?: string[];
  ids?: string[] | null;
  labels?: string[] | null;
  sparse?: boolean;
  warnings?: string[];
  options?: ReadOptions;
  error?: string;
  message?: string;
}

const folder = join(import.meta.dirname, '../../../fixtures/io/tables');
const present = readdirSync(folder);
const names = present
  // A fixture may be JSON itself: it is the one that has a JSON of its own.
  .filter((name) => name.endsWith('.json') && !present.includes(`${name}.json`))
  .map((name) => name.slice(0, -5));

test('there are fixtures', () => expect(names.length).toBeGreaterThan(60));

/** The fixture of a JSON: the one it names, that of its own name, or the only one that differs in its ending. */
function fileOf(name: string, wanted: Expected): string {
  if (wanted.file !== undefined) return wanted.file;
  if (present.includes(name)) return name;
  const others = present.filter((other) => other.startsWith(`${name}.`) && !other.endsWith('.json'));
  expect(others, `one file beside ${name}.json`).toHaveLength(1);
  return others[0];
}

const wantedOf = (name: string): Expected => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
const close = (values: readonly (number | null)[]) =>
  values.map((value) => (value === null ? Number.NaN : expect.closeTo(value, 5)));

async function check(source: Source, wanted: Expected): Promise<void> {
  const reading = wanted.embedding
    ? readEmbedding(source, wanted.options)
    : readTable(source, wanted.options);
  if (wanted.error) {
    const error = await reading.catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: wanted.error,
      message: expect.stringContaining(wanted.message ?? ''),
    });
    return;
  }
  const read = await reading;
  const dense = 'coordinates' in read ? read.coordinates : toDense(read.features);
  const rows = wanted.data ?? [];
  expect([dense.rows, dense.columns]).toEqual([rows.length, rows[0].length]);
  expect(Array.from(dense.data)).toEqual(close(rows.flat()));
  if (wanted.ids !== undefined) expect(read.ids).toEqual(wanted.ids);
  for (const code of wanted.warnings ?? []) expect(read.warnings.map((w) => w.code)).toContain(code);
  if ('coordinates' in read) return;
  if (wanted.sparse !== undefined) expect('offsets' in read.features).toBe(wanted.sparse);
  if ('offsets' in read.features) {
    const { offsets, indices, rows: count } = read.features;
    for (let r = 0; r < count; r++) {
      for (let p = offsets[r] + 1; p < offsets[r + 1]; p++)
        expect(indices[p]).toBeGreaterThan(indices[p - 1]);
    }
  }
  if (wanted.featureNames) expect(read.featureNames).toEqual(wanted.featureNames);
  if (wanted.labels !== undefined) expect(read.labels).toEqual(wanted.labels);
}

test.each(names)('%s', async (name) => {
  const wanted = wantedOf(name);
  await check(pathSource(join(folder, fileOf(name, wanted))), wanted);
});

// One of each format: a File of the browser is read by the same code as a path.
const ofFile = ['pandas-index.csv', 'pandas.tsv.gz', 'npy-cube-F.npy', 'npz-csr.npz', 'idx-u1.idx.gz'];
test.each([...ofFile, 'anndata-0.6.h5ad', 'anndata-label-kind', 'anndata-umap'])(
  '%s from a File',
  async (name) => {
    const wanted = wantedOf(name);
    const file = fileOf(name, wanted);
    await check(fileSource(new File([readFileSync(join(folder, file))], file)), wanted);
  },
);

// Small Buffers lie in a memory that Node shares between them, at any place, and are no copies when they are sliced.
test.each(['pandas-index.csv', 'npy-cube-F.npy', 'pyarrow-zstd-2.0.parquet', 'anndata-0.6.h5ad'])(
  '%s from a part of a Buffer',
  async (name) => {
    const wanted = wantedOf(name);
    const file = fileOf(name, wanted);
    const bytes = readFileSync(join(folder, file));
    const shared = Buffer.alloc(bytes.length + 20, 7);
    bytes.copy(shared, 3);
    await check(bytesSource(file, shared.subarray(3, 3 + bytes.length)), wanted);
  },
);
