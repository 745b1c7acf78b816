// Damaged files: cut off, with flipped bits, with bytes overwritten. Each gives a typed error of one line or a table
// that is whole; where the format has a checksum, the very same table. Seeded, and bounded in time: on a busy
// machine fewer cases are tried, never fewer than 10 a file.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WhymapError } from 'whymap';
import { bytesSource, readTable } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createRandom, type Random } from '#whymap/core/random.js';

const folder = join(import.meta.dirname, '../../fixtures/io/tables');
const CASES = 60;
const LEAST = 10;
const MILLISECONDS = 700;
const options = { normalize: 'none', missing: 'mean', memory: 2 ** 26 } as const;

// The many NumPy types share one reader, and the long Feather files cost too much a case.
const left = /^npy-([iu][124]|f[248]-.*-F|u8|i8-be)|^arrow-js-(lz4|zstd)|^array|\.json$/;
const files = readdirSync(folder).filter((name) => !left.test(name) && statSync(join(folder, name)).isFile());

/** Mostly near the ends of the file, where headers are. */
function somewhere(random: Random, length: number): number {
  const near = Math.min(length, 512);
  const place = random.below(3);
  if (place === 0) return random.below(near);
  return place === 1 ? length - 1 - random.below(near) : random.below(length);
}

function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const cut = random.below(4) === 0 ? 1 + random.below(bytes.length - 1) : bytes.length;
  const result = bytes.slice(0, cut);
  const flips = cut < bytes.length && random.below(2) === 0 ? 0 : 1 + random.below(8);
  for (let i = 0; i < flips; i++) result[somewhere(random, cut)] ^= 1 << random.below(8);
  if (random.below(8) === 0) result.fill(random.below(256), somewhere(random, cut), cut);
  return result;
}

test('there is something to damage', () => expect(files.length).toBeGreaterThan(40));

test.each(files)('%s', async (name) => {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  const whole = await readTable(bytesSource(name, bytes), options).catch(() => null);
  const random = createRandom(7, name);
  const end = performance.now() + MILLISECONDS;
  for (let i = 0; i < CASES && (i < LEAST || performance.now() < end); i++) {
    const broken = damage(bytes, random);
    const result = await readTable(bytesSource(name, broken), options).catch((error: unknown) => error);
    if (result instanceof Error) {
      if (!(result instanceof WhymapError)) throw new Error(`case ${i}: ${result.stack}`);
      expect(result.message).not.toContain('\n');
      continue;
    }
    const table = result as Awaited<ReturnType<typeof readTable>>;
    const { data } = toDense(table.features);
    expect(data.length).toBe(table.features.rows * table.featureNames.length);
    expect(data.every(Number.isFinite)).toBe(true);
    if (/\.(gz|npz)$/.test(name)) expect(table.features).toEqual(whole?.features);
  }
});
