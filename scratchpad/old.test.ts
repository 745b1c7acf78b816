import { readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { brotliDecoder, wasmBrotli } from '#whymap/io/brotli.js';
test('x', async () => {
const { browserBrotli } = await import('/tmp/wt/cloneM/dist/io/parquet-codecs.js');
const random = createRandom(11, 'brotli');
const WORDS = ['the ', 'of ', 'government', ' x', '\n'];
function contentOf(kind: number, count: number): Uint8Array {
  if (kind === 3) return Buffer.from(Array.from({ length: count }, () => WORDS[random.below(5)]).join(''));
  const value = (i: number) => [random.normal(), Math.floor(random.uniform() * 9), i % 7][kind];
  return new Uint8Array(Float32Array.from({ length: count }, (_, i) => value(i)).buffer);
}
const pages = [0, 1, 2, 3].flatMap((kind) => [4, 100, 3000].flatMap((count) => [1, 5, 11].map((quality) => {
      const content = contentOf(kind, count);
      return { content, page: new Uint8Array(brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })) };
})));
const node = await brotliDecoder();
const dec = { old: await browserBrotli(), wasm: await wasmBrotli(new Uint8Array(readFileSync('node_modules/brotli-dec-wasm/pkg/brotli_dec_wasm_bg.wasm'))) };
const tr = (f: any, a: any, b: any) => { try { return f(a, b); } catch { return null; } };
const cnt: any = { node: 0, old: 0, wasm: 0, oldSame: 0, wasmSame: 0, told: 0, twasm: 0, oldMore: 0 };
for (const { content, page } of pages) {
    const step = Math.ceil(page.length / 60);
    for (let at = 0; at < page.length; at += step) for (let bit = 0; bit < 8; bit++) {
        const d = page.slice(); d[at] ^= 1 << bit;
        const n = tr(node, d, content.length);
        if (!n) cnt.node++;
        for (const k of ['old', 'wasm'] as const) { const t = performance.now(); const o = tr(dec[k], d, content.length); cnt['t' + k] += performance.now() - t;
          if (n && !o) cnt[k + 'More'] = (cnt[k + 'More'] ?? 0) + 1;
          if (!n && o) cnt[Buffer.compare(o, content) === 0 ? k + 'Same' : k]++; }
    }
}
console.log(cnt);
});
