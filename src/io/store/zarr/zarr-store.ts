/**
 * Zarr version 2 and 3 through zarrita: a folder of this machine, a set of dropped files, or a URL. A chunk that
 * is not there stands for the fill value, as the format wants it, so a lost file cannot be noticed.
 * Types: `Source`, a file, folder or bytes: child (a file inside the folder), name (for people), list (names inside
 *   the folder), origin (path, URL, bytes or parts).
 * Fails: FormatError for a damaged store, UnsupportedError for codecs and types that are not read.
 */

import type { AbsolutePath } from 'zarrita';
import { FormatError, UnsupportedError, WhymapError } from '../../../errors.js';
import { wholeDoubles } from '../../numpy/dtypes.js';
import { readIfPresent, type Source } from '../../source/source.js';
import { checkReading, type Store, type StoredArray } from '../store.js';
import { boundCodecs } from './codecs.js';

type Zarrita = typeof import('zarrita');
type Range = { offset: number; length: number } | { suffixLength: number };
interface Reader {
  get(key: AbsolutePath): Promise<Uint8Array | undefined>;
  /** A part of a file: chunks that share one (shards) are read on their own. */
  getRange(key: AbsolutePath, range: Range): Promise<Uint8Array | undefined>;
}
type ZarrArray = import('zarrita').Array<import('zarrita').DataType, Reader>;

/** Files that describe a node of the tree rather than being one. */
const DESCRIPTIONS = /^(\.z(array|attrs|group|metadata)|zarr\.json)$/;
/** Bytes of a number, or at least of a text, in memory. */
const VALUE_BYTES = 8;
/** Values of a chunk; one of more is refused, since it would have to be held whole. */
const LARGEST_CHUNK = 2 ** 28;

/**
 * Opens a Zarr store (folder, dropped files or URL) as a tree of arrays. Nothing is read before it is asked for. A
 * path where nothing is has the kind null.
 */
export async function zarrStore(source: Source): Promise<Store> {
  const zarr = await import('zarrita');
  boundCodecs(zarr.registry);
  const reader: Reader = {
    get: async (key) => (await readIfPresent(source.child(key.slice(1)))) ?? undefined,
    getRange: async (key, range) =>
      (await readIfPresent(source.child(key.slice(1)), (size) => boundsOf(range, size))) ?? undefined,
  };
  const guard = <T>(work: Promise<T>) => work.catch((cause: unknown) => damaged(source.name, cause));
  const consolidated = await guard(consolidatedPaths(source));
  const open = async (path: string) => {
    const location = zarr.root(reader).resolve(path);
    return guard(
      zarr.open(location).catch((cause: unknown) => {
        if (zarr.isZarritaError(cause) && cause.name === 'NotFoundError') return null;
        throw cause;
      }),
    );
  };
  return {
    name: source.name,
    kind: async (path) => (await open(path))?.kind ?? null,
    keys: async (path) => {
      if (!consolidated) return listed(source, path);
      const known = consolidated(path);
      return known.length > 0 ? known : tableColumns((await open(path))?.attrs ?? {});
    },
    attributes: async (path) => (await open(path))?.attrs ?? {},
    async array(path) {
      const found = await open(path);
      if (found?.kind !== 'array')
        return damaged(source.name, new Error(`no array at ${path || 'its root'}`));
      return storedArray(zarr, found, path, source.name, guard);
    },
    close: async () => undefined,
  };
}

/**
 * First byte and end of a range of a file of `size` bytes, within the file: what is promised beyond its end is found
 * missing by the decoder.
 */
function boundsOf(range: Range, size: number): readonly [number, number] {
  if ('suffixLength' in range) return [Math.max(0, size - range.suffixLength), size];
  return [Math.min(size, range.offset), Math.min(size, range.offset + range.length)];
}

/**
 * Names of the columns of a data frame of anndata by its attributes, where nothing else tells; none for other groups.
 */
function tableColumns(attributes: Readonly<Record<string, unknown>>): readonly string[] {
  const { _index: index, 'column-order': columns } = attributes;
  return typeof index === 'string' && Array.isArray(columns) ? [index, ...columns.map(String)] : [];
}

/**
 * Names of the members of a group, from the folder itself. Empty where the folder lists none but descriptions.
 * @param path of the group.
 */
async function listed(source: Source, path: string): Promise<readonly string[]> {
  const folder = path === '' ? source : source.child(path);
  return (await folder.list()).filter((name) => !DESCRIPTIONS.test(name));
}

/**
 * A function that names the members of a group by the consolidated metadata, for a URL, whose folders cannot be
 * listed; null where the source is no URL. Without such metadata the function names none. Paths are relative to the store.
 * SyntaxError or TypeError for metadata that are damaged, which the caller turns into an error of ours.
 */
async function consolidatedPaths(source: Source): Promise<((path: string) => readonly string[]) | null> {
  if (source.origin.kind !== 'url') return null;
  const [old, current] = await Promise.all(
    ['.zmetadata', 'zarr.json'].map((n) => readIfPresent(source.child(n))),
  );
  const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
  const entries: object = old
    ? parse(old).metadata
    : current
      ? (parse(current).consolidated_metadata?.metadata ?? {})
      : {};
  const paths = Object.keys(entries).map((key) => key.replace(/\/?\.z(array|attrs|group)$/, ''));
  return (path) => {
    const start = path === '' ? '' : `${path}/`;
    const inside = paths.filter((p) => p.startsWith(start) && p !== path);
    return [...new Set(inside.map((p) => p.slice(start.length).split('/')[0]))].filter((name) => name !== '');
  };
}

/**
 * An array of Zarr as a stored array, read in whole items of its first axis. FormatError for a shape that is none, or
 * chunks beyond LARGEST_CHUNK.
 * @param path of the array.
 * @param name of the store.
 * @param guard turns what goes wrong into an error of ours.
 */
function storedArray(
  zarr: Zarrita,
  array: ZarrArray,
  path: string,
  name: string,
  guard: <T>(work: Promise<T>) => Promise<T>,
): StoredArray {
  const lengths = [array.shape, array.chunks].flat();
  if (!lengths.every((length) => Number.isSafeInteger(length) && length >= 0))
    damaged(name, new Error(`no shape at ${path}`));
  const chunk = array.chunks.reduce((product, length) => product * length, 1);
  if (chunk > LARGEST_CHUNK)
    damaged(name, new Error(`chunks of ${array.chunks.join(' x ')} values at ${path}`));
  const isNumber = array.is('number') || array.is('bigint') || array.is('boolean');
  const width = array.shape.slice(1).reduce((product, length) => product * length, VALUE_BYTES);
  const read = async (start: number, end: number): Promise<unknown> => {
    checkReading(`${path} of ${name}`, (Math.min(end, array.shape[0] ?? 1) - start) * width);
    const slices = array.shape.map((_, axis) => (axis === 0 ? zarr.slice(start, end) : null));
    const result = await guard(zarr.get(array, slices));
    return typeof result === 'object' && result !== null && 'data' in result ? inRowOrder(result) : [result];
  };
  return {
    path,
    shape: array.shape,
    packed: array.chunks[0] ?? 1,
    content: isNumber ? 'numbers' : 'texts',
    fields: [],
    async numbers(start, end) {
      if (!isNumber) damaged(name, new Error(`${path} does not hold numbers`));
      const data = await read(start, end);
      if (data instanceof BigInt64Array || data instanceof BigUint64Array)
        return wholeDoubles(data, `${path} of ${name}`);
      if (data instanceof zarr.BoolArray) return Uint8Array.from(data, Number);
      return data as ArrayLike<number>;
    },
    texts: async (start, end) => Array.from((await read(start, end)) as Iterable<unknown>, String),
    field: async () => damaged(name, new Error(`${path} does not hold records`)),
  };
}

interface Strided {
  readonly data: unknown;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/**
 * The values of a chunk row by row; those stored first axis fastest come with strides to match. Two axes are as many
 * as a matrix has. Other shapes come back as they are. Never throws.
 */
function inRowOrder({ data, shape, stride }: Strided): unknown {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows < 2 || columns < 2 || stride[1] === 1) return data;
  const values = data as Float64Array;
  const ordered = values.slice();
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) ordered[at++] = values[r * stride[0] + c * stride[1]];
  }
  return ordered;
}

/**
 * Throws the error for a store that cannot be read.
 * @param name of the store.
 * @param cause what was thrown.
 */
function damaged(name: string, cause: unknown): never {
  if (cause instanceof WhymapError) throw cause;
  // zarrita wraps what a codec said, which is the better reason.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (inner instanceof WhymapError) throw inner;
  const why = (inner instanceof Error ? inner.message : String(inner)).replace(/\s+/g, ' ').slice(0, 120);
  const kind = cause instanceof Error ? cause.name : '';
  if (kind === 'UnknownCodecError' || kind === 'UnsupportedError') {
    throw new UnsupportedError(
      {
        got: `${why} in ${name}`,
        expected: 'Blosc, Zstandard, LZ4, gzip or no compression',
        remedy: 'write it with one of these',
      },
      { cause },
    );
  }
  throw new FormatError(
    {
      got: `a damaged or incomplete Zarr store, ${name} (${why})`,
      expected: 'a complete store of version 2 or 3',
      remedy: 'copy or write it again',
    },
    { cause },
  );
}
