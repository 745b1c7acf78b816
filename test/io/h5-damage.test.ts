// Damage to HDF5 files that brought the library to a stop or made it take all memory, found by fuzzing: an error of one line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FormatError } from 'whymap';
import { bytesSource, readTable } from 'whymap/io';
import { endlessHeap } from '#whymap/io/h5-reads.js';

const folder = join(import.meta.dirname, '../../fixtures/io/tables');
const options = { normalize: 'none', missing: 'mean', memory: 2 ** 26 } as const;
const HEADER = 16;

/** Places of global heaps, and of the objects of each, with the sizes that those state. */
function heapsOf(bytes: Buffer): { at: number; objects: { at: number; used: boolean; size: number }[] }[] {
  const heaps = [];
  for (let at = bytes.indexOf('GCOL'); at >= 0; at = bytes.indexOf('GCOL', at + 4)) {
    const objects = [];
    const end = at + bytes.readUInt32LE(at + 8);
    for (let place = at + HEADER; place + HEADER <= end; ) {
      const size = bytes.readUInt32LE(place + 8);
      const used = bytes.readUInt16LE(place) !== 0;
      objects.push({ at: place, used, size });
      place += used ? HEADER + 8 * Math.ceil(size / 8) : size;
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
