/**
 * LZ4 frames, as Feather files hold them. Source: the LZ4 frame and block format descriptions (version 1.6.2).
 * Own decoder: kept libraries read blocks, not frames with linked blocks, which Arrow's writers make.
 * The checksums of header and content (xxHash) are not verified.
 */

const MAGIC = 0x184d2204;
const STORED = 0x80000000;
/** No LZ4 block grows more than this. */
const LARGEST_RATIO = 255;

/** Decompresses one frame. Throws RangeError when it is damaged or longer than `limit` bytes. */
export function decodeLz4Frame(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('no LZ4 frame');
  const flags = bytes[4];
  const [blockChecksums, contentSize, dictionary] = [flags & 16, flags & 8, flags & 1];
  // Magic, two descriptor bytes, the optional fields, and one byte of header checksum.
  let at = 6 + (contentSize ? 8 : 0) + (dictionary ? 4 : 0) + 1;
  const promised = contentSize ? Number(view.getBigUint64(6, true)) : bytes.length * 4;
  const output = growing(Math.min(limit, bytes.length * LARGEST_RATIO), promised);
  for (;;) {
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) return output.whole();
    const length = header & ~STORED;
    const block = bytes.subarray(at, at + length);
    if (block.length < length) throw new RangeError('an LZ4 block that is cut off');
    if (header & STORED) output.append(block, 0, length);
    else decodeBlock(block, output);
    at += length + (blockChecksums ? 4 : 0);
  }
}

/** Decompresses one block without a frame. Throws RangeError when it is damaged or longer than `limit` bytes. */
export function decodeLz4Block(bytes: Uint8Array, limit: number): Uint8Array {
  const most = Math.min(limit, bytes.length * LARGEST_RATIO);
  const output = growing(most, most);
  decodeBlock(bytes, output);
  return output.whole();
}

interface Output {
  /** Copies bytes `start` to `end` of the input. RangeError where they are not there, or beyond the limit. */
  append(from: Uint8Array, start: number, end: number): void;
  /**
   * Repeats `count` bytes that begin `distance` bytes before the end of what is written, one after another, so that a count above
   * the distance repeats what it wrote. RangeError for a distance before the start, or beyond the limit.
   */
  repeat(distance: number, count: number): void;
  /** What was written; a view. */
  whole(): Uint8Array;
}

/**
 * An output buffer that grows up to `limit` bytes, beyond which it throws RangeError.
 * @param guess its first size, in bytes.
 */
function growing(limit: number, guess: number): Output {
  let data = new Uint8Array(Math.min(limit, Math.max(1024, guess)));
  let length = 0;
  const reserve = (more: number) => {
    if (length + more > limit) throw new RangeError(`more than ${limit} bytes`);
    if (length + more <= data.length) return;
    const larger = new Uint8Array(Math.min(limit, Math.max(length + more, data.length * 2)));
    larger.set(data.subarray(0, length));
    data = larger;
  };
  return {
    append(from, start, end) {
      if (end > from.length) throw new RangeError('literals that are cut off');
      reserve(end - start);
      data.set(from.subarray(start, end), length);
      length += end - start;
    },
    repeat(distance, count) {
      if (distance === 0 || distance > length) throw new RangeError('a match before the start');
      reserve(count);
      for (let end = length + count; length < end; length++) data[length] = data[length - distance];
    },
    whole: () => data.subarray(0, length),
  };
}

/** Appends what one LZ4 block decompresses to. RangeError where it is damaged, or goes beyond the output's limit. */
function decodeBlock(block: Uint8Array, output: Output): void {
  let at = 0;
  const extended = (start: number) => {
    let total = start;
    if (start !== 15) return total;
    let byte = 255;
    while (byte === 255) {
      if (at >= block.length) throw new RangeError('a length that is cut off');
      byte = block[at++];
      total += byte;
    }
    return total;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = extended(token >> 4);
    output.append(block, at, at + literals);
    at += literals;
    if (at >= block.length) return;
    if (at + 1 >= block.length) throw new RangeError('the block ends inside the distance of a copy');
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    output.repeat(distance, extended(token & 15) + 4);
  }
}
