// Matrices whose chunks are larger than a block: each chunk is read once a pass, and nothing else changes.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathSource, readTable } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createRandom } from '#whymap/core/random.js';
import { blocksOf, type Lines, type Stored } from '#whymap/io/store/blocks.js';
import { chunkByChunk } from '#whymap/io/store/chunks.js';
import { temporaryFolder } from '../../cli/run.js';
import { makeAnndata } from './make-anndata.js';

const folder = temporaryFolder();
const MEMORY = 2 ** 30;
const settings = { purpose: 'features', header: 'auto', missing: 'error', memory: MEMORY } as const;

/** Whole numbers from 0 on, in row order, and the ranges that were asked for. */
function counting(shape: readonly number[], packed: number) {
  const readings: [number, number][] = [];
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  const lines: Lines = {
    shape,
    packed,
    async numbers(start, end) {
      readings.push([start, end]);
      return Float32Array.from({ length: (end - start) * width }, (_, i) => (start * width + i) % 65521);
    },
  };
  return { lines, asked: readings };
}

test.each([
  [5, 5],
  [7, 5],
  [9, 4],
])(
  '%i rows in chunks of %i: blocks of a dense matrix come from chunks that are read once',
  async (rows, packed) => {
    const columns = 2 ** 20 - 3;
    const { lines, asked: readings } = counting([rows, columns], packed);
    const plain: Stored = {
      name: 'x',
      rows,
      columns,
      layout: 'dense',
      values: lines,
      indices: null,
      offsets: null,
    };
    let next = 0;
    for await (const { values } of blocksOf(chunkByChunk(plain, MEMORY), null, settings)) {
      for (let i = 0; i < values.length; i++)
        if (values[i] !== next++ % 65521) throw new Error(`value ${next - 1}`);
    }
    expect(next).toBe(rows * columns);
    const chunks = Array.from({ length: Math.ceil(rows / packed) }, (_, k) => k * packed);
    expect(readings).toEqual(chunks.map((first) => [first, Math.min(rows, first + packed)]));
  },
);

test('ranges across several chunks, back and forth', async () => {
  const { lines } = counting([9e6], 3e6);
  const { values } = chunkByChunk({ values: lines, indices: null } as unknown as Stored, MEMORY);
  const random = createRandom(3);
  for (let i = 0; i < 6; i++) {
    const start = random.below(9e6);
    const end = start + random.below(9e6 - start + 1);
    const read = await values.numbers(start, end);
    expect(read.length).toBe(end - start);
    for (const at of [0, (end - start) >> 1, end - start - 1])
      if (at >= 0 && at < end - start) expect(read[at]).toBe((start + at) % 65521);
  }
});

test('chunks that are small, or too large for the memory, are left to their library', () => {
  const same = (array: Lines, memory = MEMORY) =>
    chunkByChunk({ values: array, indices: array } as unknown as Stored, memory).values === array;
  expect(same(counting([4000, 1000], 100).lines)).toBe(true);
  expect(same(counting([4000, 1000], 1).lines)).toBe(true);
  expect(same(counting([4000, 1000], 4000).lines)).toBe(false);
  expect(same(counting([4000, 1000], 4000).lines, 4 * 8 * 4e6)).toBe(false);
  expect(same(counting([4000, 1000], 4000).lines, 4 * 8 * 4e6 - 1)).toBe(true);
});

test('a compressed .h5ad in one chunk is the table of one that is not packed', async () => {
  const [rows, columns] = [700, 3200];
  const random = createRandom(8);
  const made = {
    layout: 'dense' as const,
    rows,
    columns,
    values: Float32Array.from({ length: rows * columns }, () => random.below(50) / 8),
    ids: Array.from({ length: rows }, (_, r) => `cell-${r}`),
    featureNames: Array.from({ length: columns }, (_, c) => `gene-${c}`),
    obsm: {},
  };
  const [packed, plain] = ['packed', 'plain'].map((name) => join(folder, `${name}.h5ad`));
  await makeAnndata(packed, { ...made, oneChunk: true });
  await makeAnndata(plain, made);
  for (const options of [{}, { maxFeatures: 20 }]) {
    const [one, other] = [packed, plain].map((path) => readTable(pathSource(path), options));
    const [found, wanted] = [(await one).features, (await other).features].map((m) => toDense(m).data);
    expect(found.length).toBe(rows * (await other).featureNames.length);
    expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(wanted.buffer))).toBe(0);
    expect((await one).featureNames).toEqual((await other).featureNames);
  }
});
