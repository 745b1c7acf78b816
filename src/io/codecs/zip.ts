/**
 * The files in a ZIP archive, each decompressed on demand, its checksum and promised size verified.
 * Types: `Source`, a file, folder or bytes: stat (size in bytes and whether it is a folder; FormatError where nothing
 *   is), read (bytes start to end (exclusive)), name (for people).
 */

import { FormatError, WhymapError } from '../../errors.js';
import { join, tooLarge } from '../source/bytes.js';
import { bytesSource, type Source } from '../source/source.js';

/** A file of an archive: its path inside, and its bytes on request. */
export interface ZipMember {
  readonly name: string;
  readonly size: number;
  readonly open: () => Promise<Source>;
}

/**
 * Lists the files in an archive; each is decompressed when it is opened. Members that take more than `limit` bytes
 * together are refused then. FormatError for a damaged archive.
 */
export async function openZip(source: Source, limit: number): Promise<readonly ZipMember[]> {
  const zip = await import('@zip.js/zip.js');
  class SourceReader extends zip.Reader<Source> {
    override async init() {
      this.size = (await source.stat()).size;
    }
    override readUint8Array(index: number, length: number) {
      return source.read(index, index + length);
    }
  }
  const options = { useWebWorkers: false, checkSignature: true };
  const entries = await new zip.ZipReader(new SourceReader(source), options)
    .getEntries()
    .catch((cause: unknown) => damaged(source.name, cause));
  let left = limit;
  return entries
    .filter((entry) => !entry.directory)
    .map((entry) => {
      const name = `${source.name}:${entry.filename}`;
      return {
        name: entry.filename,
        size: entry.uncompressedSize,
        async open() {
          left -= entry.uncompressedSize;
          if (left < 0) {
            throw tooLarge(name, `${entry.uncompressedSize} bytes once decompressed`, limit);
          }
          const pieces = bounded(name, entry.uncompressedSize);
          await entry.getData?.(pieces.writable).catch((cause: unknown) => damaged(name, cause));
          return bytesSource(name, await pieces.whole());
        },
      };
    });
}

/**
 * A stream that collects what is written to it, and throws beyond `size` bytes, which the archive promised; `whole`
 * gives the bytes.
 * @param name of the member.
 */
function bounded(name: string, size: number) {
  const list: Uint8Array[] = [];
  let total = 0;
  const writable = new WritableStream<Uint8Array>({
    write(piece) {
      total += piece.length;
      if (total > size) throw tooLarge(name, `more than the promised ${size} bytes`, size);
      list.push(piece);
    },
  });
  const whole = () =>
    join(
      (async function* () {
        yield* list;
        if (list.length === 0) yield new Uint8Array(0);
      })(),
    );
  return { writable, whole };
}

/**
 * Throws the FormatError for an archive that cannot be read.
 * @param name of the file or member.
 * @param cause what was thrown.
 */
function damaged(name: string, cause: unknown): never {
  if (cause instanceof WhymapError) throw cause;
  throw new FormatError(
    {
      got: `a damaged or truncated archive at ${name} (${cause instanceof Error ? cause.message : cause})`,
      expected: 'a complete ZIP file',
      remedy: 'copy or write the file again',
    },
    { cause },
  );
}
