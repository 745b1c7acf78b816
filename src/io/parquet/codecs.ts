/**
 * The codecs of Parquet with an exact length: a page gives as many bytes as its header promises, or a RangeError. Each is
 * loaded for the files that use it.
 *
 * hyparquet-compressors 1.1.2 makes an array of the promised length and leaves the rest of it zero where a page holds less,
 * or leaves out what does not fit (gzip), or writes on (Zstandard); so damage passed as numbers.
 * Fails: RangeError for a page of another length than promised; what a library throws for damage passes.
 */

import type { Compressors } from 'hyparquet';
import { crc32 } from '../codecs/crc32.js';
import { decodeLz4Block } from '../codecs/lz4.js';
import { zstdDecoder } from '../codecs/zstd.js';
import { isGzip } from '../signatures.js';

type Decompress = (page: Uint8Array, size: number) => Uint8Array;

/** How often its size a page can grow; brotli has no bound, and no page of use is a million times its size. */
const RATIOS: Readonly<Record<string, number>> = {
  SNAPPY: 32,
  LZ4: 256,
  LZ4_RAW: 256,
  GZIP: 1040,
  ZSTD: 2 ** 15,
  BROTLI: 2 ** 20,
};
/** Headers, which do not grow. */
const HEADERS = 64;
const GZIP_FRAME = 18;

const DECODERS: Readonly<Record<string, () => Promise<Decompress>>> = {
  SNAPPY: async () => {
    const { compressors } = await import('hyparquet-compressors');
    return (page, size) => snappy(page, size, compressors.SNAPPY);
  },
  GZIP: async () => {
    const { decompressGzip } = await import('hyparquet-compressors');
    return (page, size) => gzip(page, decompressGzip(page, size));
  },
  BROTLI: async () => (await import('../codecs/brotli.js')).brotliDecoder(),
  ZSTD: async () => {
    const decode = await zstdDecoder();
    return (page, size) => decode(page, size, size);
  },
  LZ4: async () => hadoopLz4,
  LZ4_RAW: async () => (page, size) => lengthOf(decodeLz4Block(page, size), size),
};

/**
 * Decompressors of the named codecs, those that are known, by name; their libraries are loaded here. Unknown names
 * are left out: reading a page of theirs fails then.
 */
export async function parquetCompressors(codecs: Iterable<string>): Promise<Compressors> {
  const known = [...new Set(codecs)].filter((codec) => Object.hasOwn(DECODERS, codec));
  const decoders = known.map(async (codec) => [codec, bounded(await DECODERS[codec](), RATIOS[codec])]);
  return Object.fromEntries(await Promise.all(decoders));
}

/**
 * A decompressor that throws RangeError for pages larger than `ratio` times their bytes.
 * @returns a function of page and promised size, in bytes.
 */
function bounded(decompress: Decompress, ratio: number): Decompress {
  return (page, size) => {
    const most = (page.length + HEADERS) * ratio;
    if (size > most)
      throw new RangeError(`a page of ${size} bytes from ${page.length}, where at most ${most} fit`);
    return decompress(page, size);
  };
}

/** The content; RangeError unless it has `size` bytes. */
function lengthOf(content: Uint8Array, size: number): Uint8Array {
  if (content.length === size) return content;
  throw wrongLength(content.length, size);
}

/**
 * The error for a page of another length than promised.
 * @param size bytes that were promised.
 */
function wrongLength(length: number, size: number): RangeError {
  return new RangeError(`a page of ${length} bytes where ${size} were promised`);
}

/** Decompresses a page of `size` bytes; RangeError where the length at its start, seven bits a byte, is another. */
function snappy(page: Uint8Array, size: number, decompress: Decompress | undefined): Uint8Array {
  let length = 0;
  for (let at = 0, scale = 1; at < 5; at++, scale *= 128) {
    length += (page[at] & 127) * scale;
    if (page[at] < 128) break;
  }
  if (length !== size || !decompress) throw wrongLength(length, size);
  return decompress(page, size);
}

/**
 * The content of a page, checked by the length and checksum at the page's end. Content beyond that length is let
 * through: it may be that of several members. A page that is no gzip comes back as it is.
 */
function gzip(page: Uint8Array, content: Uint8Array): Uint8Array {
  if (!isGzip(page) || page.length < GZIP_FRAME) return content;
  const end = new DataView(page.buffer, page.byteOffset + page.length - 8, 8);
  const length = end.getUint32(4, true);
  if (length > content.length) throw wrongLength(length, content.length);
  if (length < content.length || crc32(content) === end.getUint32(0, true)) return content;
  throw new RangeError('a page whose checksum does not fit');
}

/** Decompresses a page of `size` bytes: blocks, each after its two lengths, as Hadoop writes them; or one block. */
function hadoopLz4(page: Uint8Array, size: number): Uint8Array {
  const blocks = hadoopBlocks(page, size);
  if (blocks === null) return lengthOf(decodeLz4Block(page, size), size);
  const content = new Uint8Array(size);
  let at = 0;
  for (const { block, length } of blocks) {
    content.set(lengthOf(decodeLz4Block(block, length), length), at);
    at += length;
  }
  return content;
}

/**
 * The blocks of a page with the length that each decompresses to; null where the lengths do not add up to `size`, so
 * that they are none.
 * @returns views of the page.
 */
function hadoopBlocks(page: Uint8Array, size: number): { block: Uint8Array; length: number }[] | null {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const blocks: { block: Uint8Array; length: number }[] = [];
  let left = size;
  let at = 0;
  while (at + 8 <= page.length) {
    const [length, compressed] = [view.getUint32(at), view.getUint32(at + 4)];
    const block = page.subarray(at + 8, at + 8 + compressed);
    at += 8 + compressed;
    left -= length;
    if (block.length < compressed || left < 0) return null;
    blocks.push({ block, length });
  }
  return left === 0 && at === page.length ? blocks : null;
}
