// Damage to HDF5 files that brought the library to a stop or made it take all memory, found by fuzzing: an error of one line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { FormatError } from 'whymap';
import { bytesSource, pathSource, readTable } from 'whymap/io';
import { createRandom } from '#whymap/core/random.js';
import { endlessHeap } from '#whymap/io/store/hdf5/checked-reads.js';
import { makeAnndata } from './make-anndata.js';

const folder = join(import.meta.dirname, '../../../fixtures/io/tables');
const options = { normalize: 'none', missing: 'mean', memory: 2 ** 26 } as const;
const HEADER = 16;
const MIB = 2 ** 20;
const made = mkdtempSync(join(tmpdir(), 'whymap-h5-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** Places of global heaps, and of the objects of each, with the sizes that those state. */
function heapsOf(bytes: Buffer): { at: number; objects: { at: number; used: boolean; size: number }[] }[] {
  const heaps = [];
  for (let at = bytes.indexOf('GCOL'); at >= 0; at = bytes.indexOf('GCOL', at + 4)) {
    const objects = [];
    const end = at + bytes.readUInt32LE(at + 8);
    for (let offset = at + HEADER; offset + HEADER <= end; ) {
      const size = bytes.readUInt32LE(offset + 8);
      const used = bytes.readUInt16LE(offset) !== 0;
      objects.push({ at: offset, used, size });
      offset += used ? HEADER + 8 * Math.ceil(size / 8) : size;
    }
    heaps.push({ at, objects });
  }
  return heaps;
}

const files = ['anndata-0.6.h5ad', 'anndata-0.7.h5ad', 'anndata-0.13.4.h5ad'];

test.each(files)('a heap whose objects have no end (%s)', async (name) => {
  const whole = readFileSync(join(folder, name));
  const heaps = heapsOf(whole);
  expect(heaps.length).toBeGreaterThan(0);
  let refused = 0;
  for (const { at, objects } of heaps) {
    expect(endlessHeap(whole.subarray(at)), `heap at ${at}`).toBe(null);
    const free = objects.find(({ used }) => !used);
    const used = objects.find((object) => object.used);
    for (const [object, size] of [
      [free, 0],
      [used, 2 ** 32 - HEADER],
    ] as const) {
      if (!object) continue;
      const damaged = Buffer.from(whole);
      damaged.writeUInt32LE(size, object.at + 8);
      const result = await readTable(bytesSource(name, damaged), options).catch((error: unknown) => error);
      // Heaps of what is not asked for are not read.
      if (!(result instanceof Error)) continue;
      expect(result).toBeInstanceOf(FormatError);
      expect(result.message).toContain(`a heap object of ${size} bytes`);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(0);
});

/** A file of one compressed chunk of bytes that do not compress. */
async function oneChunk(rows: number, columns: number): Promise<{ file: Buffer; content: Buffer }> {
  const random = createRandom(1, 'chunk');
  const content = Buffer.from(Uint32Array.from({ length: rows * columns }, random.integer).buffer);
  const path = join(made, 'chunk.h5ad');
  const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
  await makeAnndata(path, {
    layout: 'dense',
    oneChunk: true,
    rows,
    columns,
    values: new Float32Array(content.buffer, content.byteOffset, rows * columns),
    ids: names(rows),
    featureNames: names(columns),
    obsm: {},
  });
  return { file: readFileSync(path), content };
}

test('a chunk that unpacks to far more than it should takes no more memory', async () => {
  const { file, content } = await oneChunk(400, 900);
  // What does not compress is kept as it is, after the headers of the stream and of its first block.
  const start = file.indexOf(content.subarray(0, 32)) - 7;
  expect(file.readUInt8(start) & 15).toBe(8);
  const bomb = deflateSync(new Uint8Array(400 * MIB), { level: 9 });
  expect(bomb.length).toBeLessThan(content.length);
  bomb.copy(file, start);
  const path = join(made, 'bomb.h5ad');
  writeFileSync(path, file);
  const before = process.resourceUsage().maxRSS;
  for (const source of [bytesSource('bomb.h5ad', file), pathSource(path)]) {
    await expect(readTable(source, options)).rejects.toThrow('bytes of memory were asked for');
  }
  expect(process.resourceUsage().maxRSS - before).toBeLessThan((400 * MIB) / 1024);
});

test('an object that the library never finishes reading is named, its thread is ended, and the next file is read', async () => {
  const name = 'anndata-0.7.h5ad';
  const whole = readFileSync(join(folder, name));
  const damaged = Buffer.from(whole);
  // the size of an attribute's message in the header of /X
  expect(damaged[2057]).toBe(16);
  damaged[2057] = 18;
  const path = join(made, 'endless.h5ad');
  writeFileSync(path, damaged);
  const result = await readTable(pathSource(path), options).catch((error: unknown) => error);
  expect(result).toBeInstanceOf(FormatError);
  expect((result as Error).message).toContain('reading the attributes of /X never comes to an end');
  expect((await readTable(bytesSource(name, whole), options)).features.rows).toBeGreaterThan(1);
});
