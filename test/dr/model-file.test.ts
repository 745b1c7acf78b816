// whymap embed --save-model, and --model: new samples in a finished embedding by the command line.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { embed, tableOf, transform } from '#whymap/dr/index.js';
import { readTable } from '#whymap/io/index.js';
import { bytesSource } from '#whymap/io/source/source.js';
import { writeNpy } from '#whymap/io/write.js';
import { temporaryFolder, whymap } from '../cli/run.js';

const folder = temporaryFolder();
const columns = 6;
const random = createRandom(3);
const values = Float32Array.from({ length: 120 * columns }, () => random.normal());
const [old, fresh] = [values.slice(0, 90 * columns), values.slice(90 * columns)];

beforeAll(() => {
  writeFileSync(join(folder, 'old.npy'), writeNpy(old, [90, columns]));
  writeFileSync(join(folder, 'new.npy'), writeNpy(fresh, [30, columns]));
});

const coordinates = async (name: string) => {
  const { features } = await readTable(bytesSource(name, new Uint8Array(readFileSync(join(folder, name)))));
  return 'data' in features ? [...features.data] : [];
};

test.each(['pca', 'umap', 'tsne'] as const)(
  '%s: the same coordinates as transform in the library',
  async (method) => {
    const seed = ['--seed', '4'];
    const made = await whymap(folder, 'embed', 'old.npy', '--method', method, '--save-model', 'm', ...seed);
    expect(made.code, made.err).toBe(0);
    const transformed = await whymap(folder, 'embed', 'new.npy', '--model', 'm', '-o', 'placed.npy', ...seed);
    expect(transformed.code, transformed.err).toBe(0);
    expect(transformed.out).toBe(
      `30 samples placed by ${method} in 2 dimensions: ${join(folder, 'placed.npy')}\n`,
    );
    const { model } = await embed(tableOf({ rows: 90, columns, data: old }), { method }, { seed: 4 });
    const table = tableOf({ rows: 30, columns, data: fresh });
    const expected = await transform(model!, table, { seed: 4 });
    expect(await coordinates('placed.npy')).toEqual([...expected.coordinates.data]);
  },
);

test.each([
  [['old.npy', '--method', 'isomap', '--save-model', 'm'], 'got --save-model with --method isomap'],
  [['new.npy', '--model', 'old.npy'], 'no whymap signature in old.npy'],
  [['new.npy', '--model', 'absent'], 'got --model absent, where there is no file'],
  [['new.npy', '--model', 'm', '--metric', 'cosine'], 'both --model m and --metric cosine'],
])('%s is refused in one line', async (options, got) => {
  const ran = await whymap(folder, 'embed', ...options);
  expect(ran.code).toBe(2);
  expect(ran.err.trim().split('\n').at(-1)).toContain(got);
});
