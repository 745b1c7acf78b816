/**
 * Bounds the codecs of zarrita: a chunk may not expand beyond what its array says that it holds. zarrita and numcodecs make
 * whatever the compressed bytes ask for.
 *
 * Source: headers of Blosc (16 bytes), numcodecs' LZ4 (length in 4 bytes), Zstandard (RFC 8878, decoded by fzstd). Gzip
 * and zlib do not say how long they are, so they are stopped as they grow.
 * Fails: RangeError for a chunk beyond its limit; FormatError from gzip.
 */

import { promisedLength, zstdDecoder } from '../../codecs/zstd.js';
import { gunzip, join } from '../../source/bytes.js';

type Registry = typeof import('zarrita')['registry'];
type Entry = Awaited<ReturnType<NonNullable<ReturnType<Registry['get']>>>>;
type Meta = Parameters<Entry['fromConfig']>[1];
type Codec = ReturnType<Entry['fromConfig']>;
/** Decodes no more than `limit` bytes, or throws. */
type Bounded = (bytes: Uint8Array, limit: number, codec: Codec) => Uint8Array | Promise<Uint8Array>;

/** Beside the values of a chunk: checksums, and the index of a shard. */
const BESIDE = 4096;
/** Of a chunk of texts, which have no length of their own. */
const LARGEST_TEXTS = 2 ** 28;

/**
 * A decoder of gzip or deflate that stops at its limit in bytes. Rejects with FormatError beyond it, and for damage.
 */
const inflate =
  (format: 'gzip' | 'deflate'): Bounded =>
  (bytes, limit) =>
    join(gunzip(once(bytes), 'a chunk', limit, format));

/**
 * A decoder for a codec whose header states the decoded length, as 32 bits at byte `offset`, which is checked against
 * the limit first.
 */
const headed =
  (offset: number): Bounded =>
  (bytes, limit, codec) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    checkLength(view.getUint32(offset, true), limit);
    return codec.decode(bytes);
  };

/**
 * A decoder of Zstandard by fzstd, since the compiled one of numcodecs never comes back from some damaged frames.
 * RangeError beyond the limit.
 */
const zstd: Bounded = async (bytes, limit) => {
  checkLength(promisedLength(bytes) ?? 0, limit);
  return (await zstdDecoder())(bytes, null, limit);
};

const BOUNDED: Readonly<Record<string, Bounded>> = {
  blosc: headed(4),
  lz4: headed(0),
  zstd,
  gzip: inflate('gzip'),
  zlib: inflate('deflate'),
};

const done = new WeakSet<Registry>();

/** Puts limits on all codecs of zarrita, once for each registry. */
export function boundCodecs(registry: Registry): void {
  if (done.has(registry)) return;
  done.add(registry);
  for (const [name, decode] of Object.entries(BOUNDED)) {
    for (const key of [name, `numcodecs.${name}`]) {
      const load = registry.get(key);
      if (load) registry.set(key, async () => boundedEntry(await load(), decode));
    }
  }
}

/** A codec whose decoder stops at the bytes that its chunk has room for. @param decode the bounded decoder. */
function boundedEntry(entry: Entry, decode: Bounded): Entry {
  return {
    kind: entry.kind,
    fromConfig(config, meta) {
      const codec = entry.fromConfig(config, meta);
      const limit = chunkBytes(meta) + BESIDE;
      return {
        kind: codec.kind,
        encode: (bytes: Uint8Array) => codec.encode(bytes),
        decode: (bytes: Uint8Array) => decode(bytes, limit, codec),
      };
    },
  };
}

/** Bytes of a whole chunk once decompressed, by its shape and type. LARGEST_TEXTS for texts of any length. */
function chunkBytes({ dataType, shape }: Meta): number {
  const count = shape.reduce((product, length) => product * length, 1);
  if (dataType === 'bool') return count;
  const [, kind, digits] = /^(?:v2:)?([A-Za-z]+)(\d+)$/.exec(dataType) ?? [];
  if (kind === undefined) return LARGEST_TEXTS;
  // Texts of fixed length are named by their characters, numbers by their bits.
  const size = kind === 'U' ? 4 * Number(digits) : kind === 'S' ? Number(digits) : Number(digits) / 8;
  return count * size;
}

/**
 * RangeError for more bytes than the limit.
 * @param length bytes after decompression.
 */
function checkLength(length: number, limit: number): void {
  if (length > limit) throw new RangeError(`a chunk of ${length} bytes where at most ${limit} belong`);
}

/** Yields the bytes as the only piece of a stream. */
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
