// Brotli pages of Parquet in the browser, whose decoder says nothing of damage: beside Node's own decoder, on the same bytes.
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { browserBrotli } from '#whymap/io/parquet-codecs.js';

const random = createRandom(11, 'brotli');

/** Normal numbers, few whole numbers, or a pattern: literals, short codes and long copies. */
function pageOf(kind: number, count: number): { content: Uint8Array; page: Uint8Array } {
  const value = (i: number) => [random.normal(), Math.floor(random.uniform() * 9), i % 7][kind];
  const content = new Uint8Array(Float32Array.from({ length: count }, (_, i) => value(i)).buffer);
  return { content, page: new Uint8Array(brotliCompressSync(content)) };
}

const pages = [0, 1, 2].flatMap((kind) => [4, 100, 3000].map((count) => pageOf(kind, count)));

test('whole pages are read', async () => {
  const decode = await browserBrotli();
  for (const { content, page } of pages) expect(decode(page, content.length)).toEqual(content);
});

test('pages of another length than promised, or cut off, are refused', async () => {
  const decode = await browserBrotli();
  for (const { content, page } of pages) {
    expect(() => decode(page, content.length + 4)).toThrow();
    expect(() => decode(page, content.length - 4)).toThrow();
    expect(() => decode(page.subarray(0, page.length >> 1), content.length)).toThrow();
    expect(() => decode(Buffer.concat([page, Buffer.of(1, 2, 3)]), content.length)).toThrow('ends before');
  }
});

test('flipped bits: what Node notices is noticed, but for a few in a hundred', async () => {
  const decode = await browserBrotli();
  const seen = { node: 0, missed: 0 };
  for (let i = 0; i < 300; i++) {
    const { content, page } = pages[i % pages.length];
    const damaged = page.slice();
    damaged[random.below(Math.min(64, page.length))] ^= 1 << random.below(8);
    const read = (work: () => Uint8Array) => {
      try {
        return work();
      } catch {
        return null;
      }
    };
    const ours = read(() => decode(damaged, content.length));
    const node = read(() => brotliDecompressSync(damaged, { maxOutputLength: content.length }));
    if (node?.length === content.length) {
      if (ours) expect(Buffer.compare(ours, node)).toBe(0);
      continue;
    }
    seen.node++;
    // The same numbers out of a stream that is wrong at its end are no harm.
    if (ours && Buffer.compare(ours, content) !== 0) seen.missed++;
  }
  expect(seen.node).toBeGreaterThan(100);
  expect(seen.missed / seen.node).toBeLessThan(0.04);
});
