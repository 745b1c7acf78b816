/**
 * h5wasm, loaded on first use, with its errors made visible.
 *
 * HDF5 reports errors on its standard error stream and by status codes that h5wasm 0.10.3 does not check: a
 * chunk that cannot be decompressed comes back as whatever was in memory. So what is written to that stream is
 * kept, and any complaint during a call makes the call fail. (h5wasm's own throwing handler unwinds through C
 * and leaves the library in a state in which the next call aborts.)
 * Types: `Source`, a file, folder or bytes: stat (size in bytes and whether it is a folder; FormatError where nothing
 *   is), origin (path, URL, bytes or parts), name (for people), read (bytes start to end (exclusive)). `ReadWatch`,
 *   of the library's reads: refusal (why one was refused, or null).
 * Fails: FormatError for what the library complains about; UnsupportedError for filters that it lacks.
 */

import type { File as H5File } from 'h5wasm';
import { FormatError, UnsupportedError, WhymapError } from '../../../errors.js';
import { withHeapLimit } from '../../codecs/heap-limit.js';
import { tooLarge } from '../../source/bytes.js';
import type { Source } from '../../source/source.js';
import { workBegins } from './activity.js';
import { type FileSystem, watchReads } from './checked-reads.js';

type H5 = typeof import('h5wasm');
export type H5Module = Awaited<H5['ready']>;

export interface H5Runtime {
  readonly h5: H5;
  readonly module: H5Module;
  /** The library reads the disk itself, rather than files in its memory. */
  readonly onDisk: boolean;
  /** Numbers of the filters whose decoders are loaded. */
  readonly decoders: Set<number>;
  /**
   * Runs work on a file, and turns whatever goes wrong into a FormatError about `name`.
   * @param room bytes that the work may take beside what the library always may.
   */
  guard<T>(name: string, work: () => T, room?: number): T;
}

export interface OpenH5 extends H5Runtime {
  readonly file: H5File;
  /** Bytes of the file. */
  readonly size: number;
  close(): void;
}

/** What the module's file system keeps of an open stream, as far as it is used here. */
interface ErrorStream {
  node?: { mode: number };
  flags: number;
  seekable: boolean;
  stream_ops: object;
}

/** Deflate, shuffle, Fletcher checksum, szip, n-bit and scale-offset are part of HDF5; others are plug-ins. */
export const LARGEST_BUILTIN_FILTER = 6;

const ERROR_STREAM = 2;
const CHARACTER_DEVICE = 0o20666;
const WRITABLE = 1;
/** WebAssembly memory ends at 4 GiB, and a file in it needs room beside it. */
const LARGEST_COPY = 2 * 2 ** 30;
/** Memory that the library takes besides data: caches, headers, lists of names. It begins with 18 MiB. */
const LIBRARY_MEMORY = 2 ** 28;
export const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

/** One instance a process and build, because h5wasm is a module with one WebAssembly memory. */
const runtimes = new Map<string, { runtime: Promise<H5Runtime>; broken: boolean }>();
let instances = 0;
/** Whether the library is at work. */
let working = false;

/**
 * The one instance of a build of the library; a new one after a damaged file has brought the last down. Rejects where
 * the build cannot be loaded.
 */
function runtimeOf(build: 'h5wasm' | 'h5wasm/node'): Promise<H5Runtime> {
  const known = runtimes.get(build);
  if (known && !known.broken) return known.runtime;
  const entry = {
    broken: false,
    runtime: importBuild(build).then((h5) =>
      makeRuntime(h5, build === 'h5wasm/node', () => {
        entry.broken = true;
      }),
    ),
  };
  runtimes.set(build, entry);
  return entry.runtime;
}

/** Loads a build of the library. In Node a query in the address makes a new instance. */
async function importBuild(build: 'h5wasm' | 'h5wasm/node'): Promise<H5> {
  if (build === 'h5wasm' && !inNode) return import('h5wasm');
  // Not a literal, so that bundlers for the browser leave the Node build out.
  return hushed(() => import(/* @vite-ignore */ `${import.meta.resolve(build)}?${instances++}`));
}

/**
 * Loads the Node build with a `console.error` that is silent while the library works: it keeps the one of its start,
 * and writes of memory that it was refused.
 */
async function hushed(load: () => Promise<H5>): Promise<H5> {
  const { error } = console;
  const seldom = (...words: unknown[]) => {
    if (!working) error.apply(console, words);
  };
  console.error = seldom;
  try {
    const h5 = await load();
    await h5.ready;
    return h5;
  } finally {
    if (console.error === seldom) console.error = error;
  }
}

/**
 * An instance of the library whose complaints are kept.
 * @param onDisk whether it reads the disk itself.
 * @param onBroken called when it is brought down.
 */
async function makeRuntime(h5: H5, onDisk: boolean, onBroken: () => void): Promise<H5Runtime> {
  const module = await h5.ready;
  let complaints = '';
  const decoder = new TextDecoder();
  const { streams } = module.FS as unknown as { streams: ErrorStream[] };
  const stream = streams[ERROR_STREAM];
  const write = (_: unknown, buffer: Uint8Array, offset: number, length: number) => {
    complaints += decoder.decode(buffer.slice(offset, offset + length));
    return length;
  };
  stream.node ??= { mode: CHARACTER_DEVICE };
  stream.flags = WRITABLE;
  stream.seekable = false;
  stream.stream_ops = { ...stream.stream_ops, write };
  const reads = watchReads(module.FS as unknown as FileSystem);
  const guard = <T>(name: string, work: () => T, room = 0): T => {
    complaints = '';
    let refusedBytes = 0;
    const limit = Math.max(LIBRARY_MEMORY, module.HEAPU8.length) + room;
    const onRefused = (bytes: number) => {
      refusedBytes = bytes;
    };
    const reason = () => reads.refusal() ?? (refusedBytes > 0 ? tooMuch(refusedBytes, limit) : null);
    let result: T;
    try {
      working = true;
      workBegins(room);
      result = withHeapLimit(limit, work, onRefused);
    } catch (cause) {
      if (cause instanceof WhymapError) throw cause;
      if (cause instanceof WebAssembly.RuntimeError) onBroken();
      const message = cause instanceof Error ? cause.message : String(cause);
      throw damaged(name, reason() ?? (complaints || message), cause);
    } finally {
      working = false;
    }
    if (complaints !== '') throw damaged(name, reason() ?? complaints, undefined);
    return result;
  };
  return { h5, module, onDisk, decoders: new Set(), guard };
}

/**
 * What is said of a file that unpacks to more memory than its size allows, both in bytes.
 * @param limit bytes that it may take.
 */
const tooMuch = (bytes: number, limit: number) =>
  `what unpacks to more than it should: ${bytes} bytes of memory were asked for, where ${limit} are enough`;

/** The error for what HDF5 reported; the last line of the report names the cause. @param name of the file. */
function damaged(name: string, report: string, cause: unknown): FormatError | UnsupportedError {
  const filter = /required filter '([^']*)' is not registered/.exec(report);
  if (filter) {
    const remedy = "write it again with gzip: adata.write_h5ad(path, compression='gzip')";
    const got = `data compressed with ${filter[1]} in ${name}`;
    return new UnsupportedError(
      { got, expected: 'data that is not compressed, or with gzip', remedy },
      { cause },
    );
  }
  const reasons = [...report.matchAll(/\(\): (.*)/g)].map((match) => match[1]);
  const why = reasons.at(-1) ?? report.split('\n')[0].slice(0, 160);
  return new FormatError(
    {
      got: `a damaged or truncated HDF5 file, ${name} (${why})`,
      expected: 'a complete HDF5 file',
      remedy: 'copy or write the file again',
    },
    { cause },
  );
}

/**
 * Opens an HDF5 file for reading, or (a path only) for changing it. A path is read where it lies, by ranges; a
 * `File`, URL or bytes are copied into the module's memory first. FormatError for a file that is no HDF5, or too
 * large to be copied.
 */
export async function openH5(source: Source, mode: 'r' | 'a' = 'r'): Promise<OpenH5> {
  const { size } = await source.stat();
  if (source.origin.kind === 'path') {
    const runtime = await runtimeOf('h5wasm/node');
    const file = { path: source.origin.path, name: source.name, size, cleanUp: () => undefined };
    return opened(runtime, file, mode);
  }
  checkCopy(source.name, size);
  const runtime = await runtimeOf('h5wasm');
  const path = `/${instances++}.h5`;
  runtime.module.FS.writeFile(path, await source.read());
  const cleanUp = () => runtime.module.FS.unlink(path);
  return opened(runtime, { path, name: source.name, size, cleanUp }, mode);
}

/**
 * FormatError where a file of `size` bytes is too large to be copied into the module's memory.
 * @param name of the file.
 */
export function checkCopy(name: string, size: number): void {
  if (size > LARGEST_COPY) throw tooLarge(name, `${size} bytes`, LARGEST_COPY);
}

/** A file as the library opens it, and what to do once it is closed. */
interface FileToOpen {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  cleanUp(): void;
}

/**
 * Opens a file of the module's file system, for reading or changing; cleans up where that fails. FormatError where
 * the library does not open it.
 */
function opened(runtime: H5Runtime, { path, name, size, cleanUp }: FileToOpen, mode: 'r' | 'a'): OpenH5 {
  try {
    const file = runtime.guard(name, () => new runtime.h5.File(path, mode));
    const close = () => {
      try {
        runtime.guard(name, () => file.close());
      } finally {
        cleanUp();
      }
    };
    return { ...runtime, file, size, close };
  } catch (cause) {
    cleanUp();
    throw cause;
  }
}
