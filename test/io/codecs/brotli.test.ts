// Brotli pages of Parquet: the decoder of browsers beside Node's own, on the same bytes, whole and damaged.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';
import init from 'brotli-dec-wasm/web';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { brotliDecoder, wasmBrotli } from '#whymap/io/codecs/brotli.js';

const MIB = 2 ** 20;
const module = readFileSync(createRequire(import.meta.url).resolve('brotli-dec-wasm/web/bg.wasm'));
const [node, wasm] = await Promise.all([brotliDecoder(), wasmBrotli(new Uint8Array(module))]);
const random = createRandom(11, 'brotli');
const WORDS = ['the ', 'of ', 'government', ' x', '\n'];

/** Normal numbers, few whole numbers, a pattern, or words of brotli's own dictionary: literals, short codes, long copies. */
function contentOf(kind: number, count: number): Uint8Array {
  if (kind === 3) return Buffer.from(Array.from({ length: count }, () => WORDS[random.below(5)]).join(''));
  const value = (i: number) => [random.normal(), Math.floor(random.uniform() * 9), i % 7][kind];
  return new Uint8Array(Float32Array.from({ length: count }, (_, i) => value(i)).buffer);
}

function compressed(content: Uint8Array, quality: number): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  return new Uint8Array(brotliCompressSync(content, { params }));
}

const pages = [0, 1, 2, 3].flatMap((kind) =>
  [4, 100, 3000].flatMap((count) =>
    [1, 5, 11].map((quality) => {
      const content = contentOf(kind, count);
      return { content, page: compressed(content, quality) };
    }),
  ),
);

test('whole pages are read, also one that comes and goes in many pieces', () => {
  const large = contentOf(0, 300_000);
  for (const { content, page } of [...pages, { content: large, page: compressed(large, 5) }]) {
    expect(Buffer.compare(wasm(page, content.length), content)).toBe(0);
    expect(Buffer.compare(node(page, content.length), content)).toBe(0);
  }
});

test('pages of another length than promised, or that end elsewhere, are refused with the numbers', () => {
  for (const { content, page } of pages) {
    const { length } = content;
    for (const decode of [node, wasm]) {
      expect(() => decode(page, length + 4)).toThrow(`${length} bytes where ${length + 4} were promised`);
      expect(() => decode(page, length - 1)).toThrow(
        decode === wasm ? `more than the ${length - 1} bytes` : `larger than ${length - 1} bytes`,
      );
      expect(() => decode(page.subarray(0, page.length >> 1), length)).toThrow();
      expect(() => decode(Buffer.concat([page, Buffer.of(1, 2, 3)]), length)).toThrow('ends 3 bytes before');
    }
  }
});

/** What brotli-dec-wasm 2.3.2 does not look at: bits after the end in the last byte, and what a last copy has too much. */
const UNSEEN = [/ERROR_FORMAT_PADDING_2$/, /ERROR_FORMAT_BLOCK_LENGTH_[12]$/];

test('every damage that Node notices is noticed, but for bits after the end; and nothing else', () => {
  const seen = { cases: 0, node: 0, missed: 0 };
  const outcome = (decode: typeof node, page: Uint8Array, size: number) => {
    try {
      return decode(page, size);
    } catch (cause) {
      return String((cause as { code?: string })?.code ?? cause);
    }
  };
  const compare = (page: Uint8Array, content: Uint8Array) => {
    const [theirs, ours] = [node, wasm].map((decode) => outcome(decode, page, content.length));
    seen.cases++;
    if (typeof theirs === 'string') seen.node++;
    if (typeof theirs === 'string' && typeof ours !== 'string') {
      expect(UNSEEN.some((pattern) => pattern.test(theirs))).toBe(true);
      if (Buffer.compare(ours, content) !== 0) seen.missed++;
    } else if (typeof theirs !== 'string') {
      if (typeof ours === 'string') throw new Error(`refused only in the browser: ${ours}`);
      expect(Buffer.compare(ours, theirs)).toBe(0);
    }
  };
  for (const { content, page } of pages) {
    const step = Math.ceil(page.length / 60);
    for (let at = 0; at < page.length; at += step) {
      compare(page.subarray(0, at), content);
      for (let bit = 0; bit < 8; bit++) {
        const damaged = page.slice();
        damaged[at] ^= 1 << bit;
        compare(damaged, content);
      }
    }
  }
  expect(seen.cases).toBeGreaterThan(10_000);
  expect(seen.node).toBeGreaterThan(5000);
  expect(seen.missed / seen.node).toBeLessThan(0.01);
});

test('a page made to expand takes no more memory than it promises', async () => {
  const bomb = compressed(new Uint8Array(512 * MIB), 5);
  expect(bomb.length).toBeLessThan(2000);
  const before = process.resourceUsage().maxRSS;
  for (const size of [16, 1000, MIB]) {
    expect(() => wasm(bomb, size)).toThrow(`more than the ${size} bytes`);
    expect(() => node(bomb, size)).toThrow();
  }
  expect(process.resourceUsage().maxRSS - before).toBeLessThan((64 * MIB) / 1024);
  expect((await init()).memory.buffer.byteLength).toBeLessThan(32 * MIB);
});
