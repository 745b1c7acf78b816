/**
 * Zstandard frames through fzstd. Ours is the check before: fzstd makes as much as a header promises, and writes
 * without a limit.
 *
 * Source: RFC 8878 (frame and block headers). The checksum of the content is not verified.
 * How it fails: RangeError where the frame promises, or gives, another length than it should, or more than the limit.
 */

import { joined } from '../source/bytes.js';

const MAGIC = 0xfd2fb528;
/** No block grows more than 128 KiB, nor takes fewer than 4 bytes. */
const LARGEST_BLOCK = 2 ** 17;
const SMALLEST_BLOCK = 4;
const WINDOW_BYTE = 5;
/** Windows are 2^10 bytes or more. */
const SMALLEST_WINDOW = 10;
/** The largest window that decoders accept unless told otherwise. */
const LARGEST_WINDOW = 2 ** 27;

/** Decompresses one frame, of `length` bytes where that is known, and of at most `limit`. */
export type ZstdDecoder = (bytes: Uint8Array, length: number | null, limit: number) => Uint8Array;

/**
 * The decoder of Zstandard frames, loaded on first use. It throws RangeError for another length than promised, or
 * beyond its limit.
 */
export async function zstdDecoder(): Promise<ZstdDecoder> {
  const { Decompress, decompress } = await import('fzstd');
  return (bytes, length, limit) => {
    const promised = promisedLength(bytes);
    if (promised !== null && length !== null && promised !== length) {
      throw new RangeError(`a frame of ${promised} bytes where ${length} were promised`);
    }
    const known = length ?? promised;
    const most = Math.min(limit, Math.ceil(bytes.length / SMALLEST_BLOCK) * LARGEST_BLOCK);
    if (known !== null && known > most) throw new RangeError(`${known} bytes promised from ${bytes.length}`);
    // With its length in the header fzstd writes into one array; else it hands over block by block.
    if (promised !== null) return exactly(decompress(bytes, new Uint8Array(promised)), promised);
    const pieces: Uint8Array[] = [];
    let total = 0;
    const decoder = new Decompress((piece) => {
      total += piece.length;
      if (total > (known ?? most)) throw new RangeError(`more than ${known ?? most} bytes`);
      pieces.push(piece);
    });
    decoder.push(known === null ? bytes : narrowed(bytes, known), true);
    return exactly(joined(pieces), known ?? total);
  };
}

/** The content; RangeError unless it has `length` bytes. */
function exactly(content: Uint8Array, length: number): Uint8Array {
  if (content.length === length) return content;
  throw new RangeError(`${content.length} bytes where ${length} were promised`);
}

/**
 * The frame with a window no larger than its content of `length` bytes: fzstd makes one for every frame, and moves it
 * at every block.
 */
function narrowed(bytes: Uint8Array, length: number): Uint8Array {
  const exponent = Math.max(0, Math.ceil(Math.log2(Math.max(1, length))) - SMALLEST_WINDOW);
  if (exponent >= bytes[WINDOW_BYTE] >> 3) return bytes;
  const frame = bytes.slice();
  frame[WINDOW_BYTE] = exponent << 3;
  return frame;
}

/**
 * Length of a frame's content by its header, in bytes, or null when it does not say. RangeError for bytes that are no
 * frame.
 */
export function promisedLength(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('no Zstandard frame');
  const flags = view.getUint8(4);
  const single = (flags & 32) !== 0;
  if (!single) {
    const descriptor = view.getUint8(WINDOW_BYTE);
    const base = 2 ** (SMALLEST_WINDOW + (descriptor >> 3));
    const window = base + (base / 8) * (descriptor & 7);
    if (window > LARGEST_WINDOW) throw new RangeError(`a window of ${window} bytes`);
  }
  const at = WINDOW_BYTE + (single ? 0 : 1) + [0, 1, 2, 4][flags & 3];
  const width = flags >> 6;
  if (width === 0) return single ? view.getUint8(at) : null;
  if (width === 1) return view.getUint16(at, true) + 256;
  return width === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
