// A file that is shortened, emptied, removed or overwritten while it is read is an error, never wrong numbers.
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pathSource, readEmbedding, readTable, type Source, writeNpy } from 'whymap/io';

const folder = mkdtempSync(join(tmpdir(), 'whymap-changed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixtures = join(import.meta.dirname, '../../fixtures/io');

const changes: Readonly<Record<string, (path: string) => void>> = {
  halved: (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  emptied: (path) => truncateSync(path, 0),
  removed: (path) => unlinkSync(path),
  overwritten(path) {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x5a, Math.floor(bytes.length / 3), Math.floor((2 * bytes.length) / 3)));
    // a clock too coarse to tell the two apart would hide it
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
  },
};

/** A source whose file is changed before its n-th reading. */
function changing(
  path: string,
  n: number,
  change: (path: string) => void,
): Source & { readonly reads: () => number } {
  const source = pathSource(path);
  let reads = 0;
  return {
    ...source,
    reads: () => reads,
    async read(start, end) {
      if (++reads === n) change(path);
      return source.read(start, end);
    },
  };
}

const npy = join(folder, 'origin.npy');
writeFileSync(
  npy,
  writeNpy(
    Float32Array.from({ length: 600_000 }, (_, i) => Math.sin(i) + (i % 7)),
    [200_000, 3],
  ),
);
const csv = join(folder, 'origin.csv');
const lines = Array.from({ length: 40_000 }, (_, i) => `${Math.sin(i)},${i % 11},${Math.cos(i)}`);
writeFileSync(csv, ['a,b,c', ...lines].join('\n'));

const files = { npy, csv, parquet: join(fixtures, 'tables/duckdb-snappy-V1.parquet') };

test.each(
  Object.keys(files).flatMap((kind) => Object.keys(changes).map((change) => [kind, change] as const)),
)('a %s that is %s while it is read is an error', async (kind, change) => {
  const origin = files[kind as keyof typeof files];
  const path = join(folder, `x.${kind}`);
  copyFileSync(origin, path);
  const whole = changing(path, -1, () => {});
  await readTable(whole);
  expect(whole.reads()).toBeGreaterThan(1);
  for (let n = 2; n <= Math.min(whole.reads(), 6); n++) {
    copyFileSync(origin, path);
    const source = changing(path, n, changes[change]);
    await expect(readTable(source)).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/),
      code: 'format',
    });
  }
});

test('the error says that the file changed', async () => {
  const path = join(folder, 'y.npy');
  copyFileSync(npy, path);
  const source = changing(path, 4, changes.halved);
  await expect(readEmbedding(source)).rejects.toThrow('a file that changed while it was read');
});

const zarr = join(fixtures, 'tables/anndata.zarr');
const inFolder: Readonly<Record<string, (path: string) => void>> = {
  'rewritten one of': (path) => changes.overwritten(join(path, firstFile())),
  'shortened one of': (path) => changes.halved(join(path, firstFile())),
  'removed one of': (path) => changes.removed(join(path, firstFile())),
  'added to': (path) => writeFileSync(join(path, 'X/data/.zattrs'), '{}'),
};

/** The first chunk of X. */
const firstFile = () => 'X/data/0';

test.each(Object.keys(inFolder))(
  'a Zarr folder whose files someone %s while it is read is an error',
  async (change) => {
    const path = join(folder, 'x.zarr');
    rmSync(path, { recursive: true, force: true });
    cpSync(zarr, path, { recursive: true });
    expect((await readTable(pathSource(path), { normalize: 'none' })).features.rows).toBeGreaterThan(1);
    const source = pathSource(path);
    // after all was read, before it is looked at again: the latest time at which a change may be noticed
    const late: Source = {
      ...source,
      async unchanged() {
        inFolder[change](path);
        await source.unchanged?.();
      },
    };
    await expect(readTable(late, { normalize: 'none' })).rejects.toThrow(/changed while it was read/);
  },
);
