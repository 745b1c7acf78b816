// Damaged files: each gives a typed error of one line or a table that is whole; where the format has a checksum, the very
// same table. Every fixture, seeded, and bounded in time: on a busy machine fewer cases are tried, never fewer than
// LEAST a fixture. FUZZ_CASES and FUZZ_SECONDS (a fixture) in the environment lengthen it, FUZZ_SEED makes other damage.
import { afterAll, expect, test } from 'vitest';
import { WhymapError } from 'whymap';
import { readTable } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createRandom } from '#whymap/core/random.js';
import { damaged, filesOf, fixtures, sourceOf } from './damage.js';

const cases = Number(process.env.FUZZ_CASES ?? 60);
const milliseconds = 1000 * Number(process.env.FUZZ_SECONDS ?? 0.04);
const seed = Number(process.env.FUZZ_SEED ?? 7);
const LEAST = 3;
const options = { normalize: 'none', missing: 'mean', memory: 2 ** 26 } as const;

const ran = { files: 0, slowest: 0, of: '', least: Number.POSITIVE_INFINITY };
afterAll(() => {
  if (process.env.FUZZ_CASES)
    console.log(
      `${ran.files} damaged files, at least ${ran.least} of each fixture; the slowest took ${ran.slowest.toFixed(1)} s (${ran.of})`,
    );
});

test('there is something to damage', () => expect(fixtures.length).toBeGreaterThan(140));

test.each(fixtures)('%s', async (name) => {
  const files = filesOf(name);
  const whole = await readTable(sourceOf(name, files), options).catch(() => null);
  const random = createRandom(seed, name);
  const end = performance.now() + milliseconds;
  let i = 0;
  for (; i < cases && (i < LEAST || performance.now() < end); i++) {
    const source = sourceOf(name, damaged(files, random));
    const start = performance.now();
    const result = await readTable(source, options).catch((error: unknown) => error);
    const seconds = (performance.now() - start) / 1000;
    ran.files++;
    if (seconds > ran.slowest) Object.assign(ran, { slowest: seconds, of: `${name}, case ${i}` });
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
  ran.least = Math.min(ran.least, i);
});
