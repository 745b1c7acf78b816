/**
 * Brotli with an exact length: as many bytes come out as were promised, of all that went in, or an error.
 *
 * In Node by its own zlib (in half the time); elsewhere by brotli-dec-wasm 2.3.2 (208 kB, loaded with the first brotli page).
 * Both hand over piece by piece, so a page made to expand costs no more than its promise.
 * How it fails: unlike zlib, brotli-dec-wasm lets pass bits that follow the end within the last byte, and a last copy that goes
 * on beyond it. Both are mended in the decoder that it is made of (brotli-decompressor 5.0.3), which no release holds yet.
 */

import { UnsupportedError } from '../../errors.js';
import { joined } from '../source/bytes.js';

export type BrotliDecoder = (page: Uint8Array, size: number) => Uint8Array;

type Library = typeof import('brotli-dec-wasm/web');

/** Bytes handed over, and taken back, at once. */
const PIECE = 2 ** 18;

/**
 * The decoder of this platform: Node's, or brotli-dec-wasm in the browser. It takes a page and the length that it
 * must have, and throws RangeError for another.
 */
export async function brotliDecoder(): Promise<BrotliDecoder> {
  return typeof process !== 'undefined' && process.versions?.node ? nodeBrotli() : wasmBrotli();
}

/** The decoder of Node's zlib, bounded by the promised length. */
async function nodeBrotli(): Promise<BrotliDecoder> {
  const { brotliDecompressSync } = await import('node:zlib');
  return (page, size) => {
    // With `info` it also says how much of the page it took.
    const options = { maxOutputLength: Math.max(1, size), info: true };
    const { buffer, engine } = brotliDecompressSync(page, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return checked(buffer, size, page.length - engine.bytesWritten);
  };
}

/** @param module its bytes; where they are left out, the package finds them beside itself. */
export async function wasmBrotli(module?: Uint8Array<ArrayBuffer>): Promise<BrotliDecoder> {
  const library = await import('brotli-dec-wasm/web');
  try {
    await library.default(module && { module_or_path: module });
  } catch (cause) {
    throw notLoaded(cause);
  }
  return (page, size) => {
    const stream = new library.BrotliDecStream();
    try {
      return decode(library, stream, page, size);
    } finally {
      stream.free();
    }
  };
}

/**
 * Decompresses a page to `size` bytes by the library's stream, piece by piece; RangeError for any other length. Damaged data
 * throw what the library throws, which need not be a RangeError.
 */
function decode(
  { BrotliStreamResultCode: code }: Library,
  stream: InstanceType<Library['BrotliDecStream']>,
  page: Uint8Array,
  size: number,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let taken = 0;
  let length = 0;
  for (;;) {
    const result = stream.dec(page.subarray(taken, taken + PIECE), Math.min(PIECE, size + 1 - length));
    const piece = result.buf;
    const state = result.code;
    taken += result.input_offset;
    result.free();
    pieces.push(piece);
    length += piece.length;
    if (length > size)
      throw new RangeError(`a brotli page of more than the ${size} bytes that were promised`);
    if (state === code.ResultSuccess) return checked(joined(pieces), size, page.length - taken);
    if (state === code.NeedsMoreInput && taken === page.length)
      throw new RangeError(`a brotli page that is cut off after ${length} of ${size} bytes`);
  }
}

/**
 * The content; RangeError unless it has `size` bytes and nothing of the page is left.
 * @param left bytes of the page that were not taken.
 */
function checked(content: Uint8Array, size: number, left: number): Uint8Array {
  if (content.length !== size)
    throw new RangeError(`a brotli page of ${content.length} bytes where ${size} were promised`);
  if (left > 0) throw new RangeError(`a brotli page that ends ${left} bytes before its last`);
  return content;
}

/**
 * The error where no decoder can be loaded.
 * @param cause what was thrown.
 */
function notLoaded(cause: unknown): UnsupportedError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UnsupportedError(
    {
      got: `no brotli decoder (${why})`,
      expected: "brotli-dec-wasm's module beside its script",
      remedy: 'serve the .wasm file of brotli-dec-wasm with the page, or write the file with Zstandard',
    },
    { cause },
  );
}
