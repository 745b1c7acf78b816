/**
 * A file or folder of this machine as a source. Node only; its modules are loaded on first use.
 * Fails: FormatError where nothing is there, may be read, or where the file changed; MachineError for an error of the
 *   disk.
 */

import { FormatError, MachineError } from '../../errors.js';
import { missingFile, type Source } from './source.js';

/** What tells one state of a file from another. */
interface State {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/** Files by path as they were when they were first looked at; null for one that was looked for and not there. */
type States = Map<string, State | null>;

/**
 * A path of this machine. Nothing is opened until it is read; a file that changes from then on is an error, and so is one of
 * the files of a folder (Zarr), be it written, removed or added where it was missed.
 */
export function pathSource(path: string): Source {
  return sourceAmong(path, new Map());
}

/**
 * A path whose file, or whose files inside it, are watched together. Files by path: their state when first seen, null
 * where none was.
 * @param states of all files read so far.
 */
function sourceAmong(path: string, states: States): Source {
  const files = () => import('node:fs/promises');
  const look = async () => {
    const { stat } = await files();
    const found = await stat(path).catch((cause) => {
      if (isAbsent(cause) && !states.has(path)) states.set(path, null);
      return fail(path, cause);
    });
    if (!found.isDirectory() && !states.has(path)) states.set(path, stateOf(found));
    return found;
  };
  return {
    name: path,
    origin: { kind: 'path', path },
    async stat() {
      const found = await look();
      return { size: found.size, folder: found.isDirectory() };
    },
    async read(start = 0, end) {
      const { open } = await files();
      const { size } = states.get(path) ?? (await look());
      const handle = await open(path, 'r').catch((cause) => fail(path, cause));
      try {
        const stop = Math.min(end ?? size, size);
        const bytes = await readRange(handle, start, stop);
        if (bytes.length < stop - start) throw changedFile(path, `${start + bytes.length} of ${size} bytes`);
        return bytes;
      } catch (cause) {
        if (cause instanceof FormatError) throw cause;
        return fail(path, cause);
      } finally {
        await handle.close();
      }
    },
    async unchanged() {
      const { stat } = await files();
      for (const [file, first] of states) checkState(file, first, await stat(file).catch(() => null));
    },
    child: (name) => sourceAmong(`${path.replace(/\/$/, '')}/${name}`, states),
    async list() {
      const { readdir } = await files();
      return (await readdir(path).catch((cause) => fail(path, cause))).sort();
    },
  };
}

/** What tells whether a file is still the same: size in bytes, time of its last change, number on its disk. */
const stateOf = ({ size, mtimeMs, ino }: State): State => ({ size, mtimeMs, ino });

/**
 * Whether a system error says that nothing is there.
 * @param cause what was thrown.
 */
const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && ['ENOENT', 'ENOTDIR'].includes(String(cause.code));

/**
 * Throws FormatError where a file is not what it was.
 * @param now null for no file.
 * @param first state when the file was first looked at, null for no file.
 * @param path of the file.
 */
function checkState(path: string, first: State | null, now: State | null): void {
  if (first === null && now === null) return;
  if (first === null) throw changedFile(path, 'a file where there was none');
  if (now === null) throw changedFile(path, 'no file any more');
  if (now.size !== first.size) throw changedFile(path, `${now.size} bytes, where there were ${first.size}`);
  if (now.mtimeMs !== first.mtimeMs || now.ino !== first.ino) throw changedFile(path, 'other content');
}

/**
 * The error for a file that something else changed while it was read.
 * @param path of the file.
 * @param now what is there instead.
 */
function changedFile(path: string, now: string): FormatError {
  return new FormatError({
    got: `a file that changed while it was read: ${path} (${now})`,
    expected: 'a file that stays as it is until it has been read',
    remedy: 'run again when nothing writes to it',
  });
}

/** One call reads at most 2 GiB less a page on Linux, so a range is read in parts. */
const LARGEST_READ = 2 ** 30;

/**
 * Bytes `start` to `end` (exclusive) of an open file; fewer only at its end. Errors of the operating system pass.
 */
async function readRange(
  handle: import('node:fs/promises').FileHandle,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let done = 0;
  while (done < bytes.length) {
    const wanted = Math.min(LARGEST_READ, bytes.length - done);
    const { bytesRead } = await handle.read(bytes, done, wanted, start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/**
 * Throws the error for what the operating system said of a path: what happened, and what to do.
 * @param path of the file.
 * @param cause what the operating system said.
 */
function fail(path: string, cause: unknown): never {
  if (isAbsent(cause)) throw missingFile(path);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'EISDIR') throw new FormatError(folderParts(path), { cause });
  if (code === 'EACCES' || code === 'EPERM') {
    throw new FormatError(
      {
        got: `no permission to read ${path}`,
        expected: 'a file that this user may read',
        remedy: 'change its permissions or choose another file',
      },
      { cause },
    );
  }
  throw new MachineError(
    {
      got: `${code || String(cause)} while reading ${path}`,
      expected: 'the file to be readable to its end',
      remedy: 'check the disk and try again',
    },
    { cause },
  );
}

/**
 * What is said of a folder where a file is needed.
 * @param path of the folder.
 */
export function folderParts(path: string) {
  return {
    got: `a folder at ${path}`,
    expected: 'a file',
    remedy: 'name the file inside it',
  };
}
