/**
 * Bytes on their way in: in pieces, decompressed, decoded to text, and hashed.
 * Types: `Source`, a file, folder or bytes: stat (size in bytes and whether it is a folder; FormatError where nothing
 *   is), read (bytes start to end (exclusive)), origin (path, URL, bytes or parts), unchanged (FormatError where the
 *   file changed).
 * Fails: FormatError for damage and for what is too large; CancelledError once the signal is aborted.
 */

import { CancelledError, FormatError, option, WhymapError, words } from '../../errors.js';
import type { Source } from './source.js';

const PIECE = 4 * 2 ** 20;
/** WebCrypto digests one buffer at a time; above this a source that is not a path is not hashed. */
const LARGEST_DIGEST = 2 ** 30;

/**
 * Yields a source's bytes in order, in pieces of 4 MiB. CancelledError when the signal is aborted. Ends early where
 * the source does.
 */
export async function* piecesOf(source: Source, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { size } = await source.stat();
  for (let at = 0; at < size; ) {
    if (signal?.aborted) throw new CancelledError();
    const piece = await source.read(at, Math.min(size, at + PIECE));
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

/**
 * The decompressed bytes of gzip (several members in a row too) or zlib pieces; FormatError when damaged, or more
 * than `limit` bytes.
 * @param name of the file.
 * @param limit bytes that may come out.
 */
export async function* gunzip(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  limit: number,
  format: 'gzip' | 'deflate' = 'gzip',
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
  });
  const reader = compressed.pipeThrough(new DecompressionStream(format)).getReader();
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      total += value.length;
      if (total > limit) throw tooLarge(name, `more than ${limit} bytes once decompressed`, limit);
      yield value;
    }
  } catch (cause) {
    if (cause instanceof FormatError || cause instanceof CancelledError) throw cause;
    throw new FormatError(
      {
        got: `damaged or truncated gzip data in ${name} (${cause instanceof Error ? cause.message : cause})`,
        expected: 'a complete gzip file',
        remedy: 'copy or download the file again',
      },
      { cause },
    );
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Yields the items at hand, then those still to come. */
export async function* chain<T>(first: Iterable<T>, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}

/** All pieces of a stream as one array. A single piece is not copied. */
export async function join(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const piece of pieces) list.push(piece);
  return joined(list);
}

/** All pieces of a list as one array; a single piece without a copy. */
export function joined(list: readonly Uint8Array[]): Uint8Array {
  if (list.length === 1) return list[0];
  const whole = new Uint8Array(list.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of list) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Marks the error of a file that is sound but larger than the memory it may have. */
export const TOO_LARGE = 'too large';

/**
 * The error for a file that would need more memory than it may have. `isTooLarge` knows it again.
 * @param name of the file.
 * @param what is too large, in words.
 * @param limit bytes.
 */
export function tooLarge(
  name: string,
  what: string,
  limit: number,
  remedy = words`allow more with ${option('memory')} if this machine has it, or check that the file is what it claims to be`,
): FormatError {
  return new FormatError(
    { got: `${what} in ${name}`, expected: `at most ${limit} bytes`, remedy },
    { cause: TOO_LARGE },
  );
}

/**
 * The error for what a decoder said of a `kind` file; errors of ours stay as they are.
 * @param name of the file.
 * @param expected in words.
 * @param cause what was thrown.
 */
export function damagedFile(kind: string, name: string, expected: string, cause: unknown): WhymapError {
  if (cause instanceof WhymapError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FormatError(
    {
      got: `a damaged or truncated ${kind} file, ${name} (${why.slice(0, 120)})`,
      expected,
      remedy: 'copy or write the file again',
    },
    { cause },
  );
}

/**
 * Whether a reading failed because the table is larger than the memory it may have.
 * @param error whatever was thrown.
 */
export function isTooLarge(error: unknown): boolean {
  return error instanceof FormatError && error.cause === TOO_LARGE;
}

const UTF16_LITTLE = [0xff, 0xfe];
const UTF16_BIG = [0xfe, 0xff];

/**
 * Yields the text of the pieces, in pieces of at least 2^20 characters but for the last. FormatError for bytes that
 * are no text. RangeError for an encoding that the platform does not know.
 * @param name of the file.
 * @param encoding by default that of a byte order mark, else UTF-8.
 */
export async function* decodeText(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  encoding?: string,
): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let pending = '';
  let yielded = 0;
  try {
    for await (const piece of pieces) {
      decoder ??= new TextDecoder(encoding ?? markedEncoding(piece), { fatal: true });
      // in no variable of its own, which would hold it while others work
      pending += withoutZeros(decoder.decode(piece, { stream: true }), yielded + pending.length, name);
      if (pending.length < 2 ** 20) continue;
      yielded += pending.length;
      yield pending;
      pending = '';
    }
    pending += decoder?.decode() ?? '';
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    throw new FormatError(
      {
        got: `bytes in ${name} that are not ${encoding ?? 'UTF-8'} text`,
        expected: 'a text file in that encoding',
        remedy: words`save it as UTF-8, or name its encoding, for example ${option('encoding', 'windows-1252')}`,
      },
      { cause },
    );
  }
  if (pending.length > 0) yield pending;
}

/**
 * The text; FormatError for a zero inside, which stands where something was not written.
 * @param before characters before it.
 * @param name of the file.
 */
function withoutZeros(text: string, before: number, name: string): string {
  const at = text.indexOf('\0');
  if (at < 0) return text;
  throw new FormatError({
    got: `a zero byte inside a text, ${name} (character ${before + at + 1})`,
    expected: 'a text table without zero bytes',
    remedy:
      'write or copy the file again: zeros stand where something was not written, as after a crash or a full disk',
  });
}

/**
 * The encoding that a byte order mark names; UTF-8 without one.
 * @param head first bytes of the file.
 */
function markedEncoding(head: Uint8Array): string {
  const starts = (mark: number[]) => mark.every((byte, i) => head[i] === byte);
  if (starts(UTF16_LITTLE)) return 'utf-16le';
  if (starts(UTF16_BIG)) return 'utf-16be';
  return 'utf-8';
}

/**
 * SHA-256 in hexadecimal of a whole source, or null for a folder, a URL, and where this platform cannot (no
 * WebCrypto, too large). Called when the content has been read: FormatError where the file changed since it was
 * opened. CancelledError once the signal is aborted.
 */
export async function hashSource(source: Source, signal?: AbortSignal): Promise<string | null> {
  if (source.origin.kind === 'path' && !(await source.stat()).folder) {
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256');
    for await (const piece of piecesOf(source, signal)) hash.update(piece);
    await source.unchanged?.();
    return hash.digest('hex');
  }
  // A URL would be downloaded a second time.
  if (source.origin.kind === 'url') return null;
  const { size, folder } = await source.stat();
  if (folder) await source.unchanged?.();
  if (folder || size > LARGEST_DIGEST || !globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(await source.read()));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
