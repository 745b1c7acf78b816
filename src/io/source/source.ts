/**
 * Where bytes come from: a path, a `File`, a URL or memory, behind one interface with ranged reads, so that
 * every reader works in Node and in the browser, and a large file is read only where it is needed.
 * Fails: FormatError where nothing is there; UnsupportedError where a folder of a URL is listed.
 */

import { FormatError, UnsupportedError } from '../../errors.js';

/** What is behind a source, for libraries that do their own ranged reading. */
export type Origin =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'blob'; readonly blob: Blob }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'files' };

export interface Source {
  /** For people and for `Table.source.name`: the path, the file's name or the URL. */
  readonly name: string;
  readonly origin: Origin;
  /** Size in bytes, and whether it is a folder. Throws FormatError when there is nothing. */
  stat(): Promise<{ readonly size: number; readonly folder: boolean }>;
  /** Bytes `start` to `end` (exclusive; to the end when absent). Fewer than requested only at the end. */
  read(start?: number, end?: number): Promise<Uint8Array>;
  /**
   * Throws FormatError where the file is no longer the one that was first looked at (its size, time or position on the disk).
   * Absent where a source cannot change.
   */
  unchanged?(): Promise<void>;
  /** A file inside this folder, by its relative path with `/`. */
  child(path: string): Source;
  /** Names of the files and folders directly inside this folder. UnsupportedError for a URL. */
  list(): Promise<readonly string[]>;
}

/**
 * Bytes in memory under a name. Its reads are views of the bytes.
 * @param content all bytes of the file.
 */
export function bytesSource(name: string, content: Uint8Array): Source {
  // a Buffer of Node's is no copy when it is sliced
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.length);
  return {
    name,
    origin: { kind: 'bytes', bytes },
    stat: async () => ({ size: bytes.length, folder: false }),
    read: async (start = 0, end = bytes.length) => bytes.subarray(start, Math.min(end, bytes.length)),
    child: (path) => noSuchFile(`${name}/${path}`),
    list: async () => [],
  };
}

/**
 * An offset as a whole number within a file of `size` bytes: Node ends the process when a blob is sliced at a
 * fraction.
 */
const within = (offset: number, size: number): number => Math.trunc(Math.max(0, Math.min(size, offset))) || 0;

/** A `File` or `Blob` of the browser (or of Node). Reads copy. A blob without a name is called `file`. */
export function fileSource(file: Blob & { readonly name?: string }): Source {
  const name = file.name ?? 'file';
  return {
    name,
    origin: { kind: 'blob', blob: file },
    stat: async () => ({ size: file.size, folder: false }),
    read: async (start = 0, end = file.size) =>
      new Uint8Array(await file.slice(within(start, file.size), within(end, file.size)).arrayBuffer()),
    child: (path) => noSuchFile(`${name}/${path}`),
    list: async () => [],
  };
}

/**
 * A URL. Ranges are asked for with the `Range` header; a server that ignores it sends the whole file, which is then
 * cut. A folder cannot be listed over HTTP. Nothing is loaded before it is read. FormatError for an address that does
 * not answer.
 */
export function urlSource(url: string): Source {
  const load = async (init: RequestInit): Promise<Response> => {
    const response = await fetch(url, init).catch((cause: unknown) => {
      throw unreachable(url, cause instanceof Error ? cause.message : String(cause));
    });
    if (response.status === 404) throw missingFile(url);
    if (!response.ok) throw unreachable(url, `status ${response.status} ${response.statusText}`.trim());
    return response;
  };
  return {
    name: url,
    origin: { kind: 'url', url },
    async stat() {
      const response = await load({ method: 'HEAD' });
      const length = response.headers.get('content-length');
      const encoded = response.headers.get('content-encoding');
      if (length !== null && !encoded) return { size: Number(length), folder: false };
      return { size: (await (await load({})).arrayBuffer()).byteLength, folder: false };
    },
    async read(start = 0, end) {
      if (end !== undefined && end <= start) return new Uint8Array(0);
      const whole = start === 0 && end === undefined;
      const last = end === undefined ? '' : String(end - 1);
      const response = await load(whole ? {} : { headers: { Range: `bytes=${start}-${last}` } });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return response.status === 206 || whole ? bytes : bytes.subarray(start, end);
    },
    child: (path) => urlSource(`${url.replace(/\/$/, '')}/${path}`),
    list: async () => {
      throw new UnsupportedError({
        got: `a folder at ${url}`,
        expected: 'a file, because the names in a folder cannot be listed over HTTP',
        remedy: 'give the URL of one file',
      });
    },
  };
}

/**
 * A source of a file that is not there; every use throws.
 * @param name of the file.
 */
export function noSuchFile(name: string): Source {
  const fail = async (): Promise<never> => {
    throw missingFile(name);
  };
  return {
    name,
    origin: { kind: 'bytes', bytes: new Uint8Array(0) },
    stat: fail,
    read: fail,
    child: (path) => noSuchFile(`${name}/${path}`),
    list: fail,
  };
}

/** Marks the error of a file that is not there, for those who can do without it. */
const ABSENT = 'absent';

/**
 * The error for a file that does not exist.
 * @param name of the file.
 */
export function missingFile(name: string): FormatError {
  const got = `no file at ${name}`;
  return new FormatError(
    { got, expected: 'a file that exists', remedy: 'check the path for a typing error' },
    { cause: ABSENT },
  );
}

/**
 * The bytes of a file, or of a part of it, or null when there is no such file. Other errors pass.
 * @param part first byte and end (exclusive) of the part, from the file's size.
 */
export async function readIfPresent(
  source: Source,
  part?: (size: number) => readonly [start: number, end: number],
): Promise<Uint8Array | null> {
  const read = async () => source.read(...(part === undefined ? [] : part((await source.stat()).size)));
  return read().catch((error: unknown) => {
    if (error instanceof FormatError && error.cause === ABSENT) return null;
    throw error;
  });
}

/**
 * Several files as a folder (dropped on a page, or picked): `files` by their relative paths with `/`. Reading
 * the folder itself is a FormatError.
 * @param name of the folder.
 */
export function filesSource(name: string, files: ReadonlyMap<string, Blob>): Source {
  const fail = async (): Promise<never> => {
    throw new FormatError({
      got: `a folder at ${name}`,
      expected: 'a file',
      remedy: 'name the file inside it',
    });
  };
  return {
    name,
    origin: { kind: 'files' },
    stat: async () => ({ size: 0, folder: true }),
    read: fail,
    child(path) {
      const file = files.get(path);
      if (file) return { ...fileSource(file), name: `${name}/${path}` };
      const inside = [...files].filter(([key]) => key.startsWith(`${path}/`));
      if (inside.length === 0) return noSuchFile(`${name}/${path}`);
      return filesSource(
        `${name}/${path}`,
        new Map(inside.map(([key, f]) => [key.slice(path.length + 1), f])),
      );
    },
    list: async () => [...new Set([...files.keys()].map((key) => key.split('/')[0]))].sort(),
  };
}

/**
 * The error for a URL that does not answer.
 * @param why in words.
 */
function unreachable(url: string, why: string): FormatError {
  return new FormatError({
    got: `${why} from ${url}`,
    expected: 'a file at that address',
    remedy: 'check the address, and that the server allows this page to read it',
  });
}

/** Whether something is a folder. */
export const isFolder = (source: Source): Promise<boolean> =>
  source.stat().then(
    ({ folder }) => folder,
    () => false,
  );
