/**
 * An HDF5 file as a tree of arrays. Half precision and compound data sets included.
 * Types: `Source`, a file, folder or bytes: name (for people). `OpenH5`, an open HDF5 file: file (of h5wasm), close
 *   (closes it), size (bytes). `H5Runtime`, the library: module (its WebAssembly), guard (turns what goes wrong into a
 *   FormatError).
 * Fails: FormatError for a damaged file, a key that is missing, or content of another kind; UnsupportedError for
 *   filters without a decoder.
 */

import type { Dataset, Group } from 'h5wasm';
import { FormatError } from '../../../errors.js';
import { decodeNumbers } from '../../numpy/dtypes.js';
import { tooLarge } from '../../source/bytes.js';
import type { Source } from '../../source/source.js';
import { checkReading, LARGEST_READING, type Store, type StoredArray } from '../store.js';
import { type H5Module, inNode, LARGEST_BUILTIN_FILTER, type OpenH5, openH5 } from './runtime.js';
import { COMPOUND, numberTypeOf, readAttribute, readBytes, readTexts, STRING, TEXT_BYTES } from './values.js';

/**
 * Opens an HDF5 file as a store; the caller closes it. In Node it is read by a thread that can be ended. FormatError
 * for a file that is no HDF5 or damaged.
 */
export async function h5Store(source: Source): Promise<Store> {
  if (!inNode) return directStore(source);
  // not a literal, so that bundlers for the browser leave the thread of Node out
  const { threadStore }: typeof import('./h5-thread.js') = await import(
    /* @vite-ignore */ new URL('./h5-thread.js', import.meta.url).href
  );
  return threadStore(source);
}

/** Opens an HDF5 file as a store that is read in this thread; the caller closes it. */
export async function directStore(source: Source): Promise<Store> {
  return storeOf(await openH5(source), source.name);
}

/**
 * An open HDF5 file as a store. Every call may throw FormatError about the file.
 * @param name of the file.
 */
export function storeOf(open: OpenH5, name: string): Store {
  const { file, module, close } = open;
  const guard: Guard = (work, room) => open.guard(name, work, room);
  const find = (path: string) => (path === '' ? file : file.get(path));
  return {
    name,
    kind: async (path) => guard(() => kindOf(find(path))),
    keys: async (path) => guard(() => (find(path) as Group).keys()),
    attributes: async (path) => guard(() => attributesOf(module, find(path) as Group, name)),
    async array(path) {
      const dataset = guard(() => find(path));
      if (kindOf(dataset) !== 'array') {
        throw new FormatError({
          got: `no data set ${path} in ${name}`,
          expected: 'one, as AnnData and 10x files have it',
          remedy: 'check that the file was written completely',
        });
      }
      if ((dataset as Dataset).filters.some(({ id }) => id > LARGEST_BUILTIN_FILTER)) {
        const { loadFilters } = await import('./plugins.js');
        await loadFilters(open, dataset as Dataset, `${path} of ${name}`);
      }
      return guard(() => storedArray(open, dataset as Dataset, path, name, guard));
    },
    close: async () => close(),
  };
}

/**
 * Whether an object of a file is a group or an array; null for anything else. Never throws.
 * @param entity what the library found at the path.
 */
function kindOf(entity: unknown): 'group' | 'array' | null {
  const type = (entity as { type?: string } | null)?.type;
  return type === 'Group' ? 'group' : type === 'Dataset' ? 'array' : null;
}

/** All attributes of an object by name, as texts, numbers or lists of them. @param name of the file. */
function attributesOf(module: H5Module, entity: Group | Dataset, name: string): Record<string, unknown> {
  const { file_id, path } = entity;
  const names = module.get_attribute_names(file_id, path);
  const where = `${path} of ${name}`;
  return Object.fromEntries(names.map((key) => [key, readAttribute(module, entity, key, where)]));
}

type Guard = <T>(work: () => T, room?: number) => T;

/**
 * A data set as a stored array, read in whole items of its first axis. Its `numbers`, `texts` and `field` throw
 * FormatError for content of another kind.
 * @param path of the data set.
 * @param name of the file.
 * @param guard turns what goes wrong into a FormatError.
 */
function storedArray(
  { module, size: fileSize }: OpenH5,
  dataset: Dataset,
  path: string,
  name: string,
  guard: Guard,
): StoredArray {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  const wrongContent = (wanted: string): never => {
    throw new FormatError({
      got: `${path} of ${name}, which does not hold ${wanted}`,
      expected: wanted,
      remedy: 'name another key',
    });
  };
  const size = Math.max(metadata.size, metadata.type === STRING ? TEXT_BYTES : 0);
  const width = shape.slice(1).reduce((product, length) => product * length, size);
  const chunk = checkChunk(dataset, fileSize, `${path} of ${name}`);
  // Texts take what they take in the file, numbers what they take when they are all read.
  const texts = metadata.vlen || metadata.type === COMPOUND ? Math.min(2 * fileSize, LARGEST_READING) : 0;
  const read = <T>(start: number, end: number, work: () => T): T => {
    const bytes = Math.max(0, Math.min(end, shape[0] ?? 1) - start) * width;
    checkReading(`${path} of ${name}`, bytes);
    return guard(work, COPIES * (bytes + chunk) + texts);
  };
  const content =
    metadata.type === STRING ? 'texts' : metadata.type === COMPOUND ? 'records' : ('numbers' as const);
  return {
    path,
    shape,
    packed: metadata.chunks?.[0] ?? 1,
    content,
    fields: metadata.compound_type?.members.map((member) => member.name) ?? [],
    async numbers(start, end) {
      const type = numberTypeOf(metadata) ?? wrongContent('numbers');
      const bytes = read(start, end, () => readBytes(module, dataset, metadata, start, end));
      return decodeNumbers(bytes, type, `${path} of ${name}`);
    },
    async texts(start, end) {
      if (content !== 'texts') return wrongContent('texts');
      return read(start, end, () => readTexts(module, dataset, metadata, start, end));
    },
    async field(field, start, end) {
      const position = metadata.compound_type?.members.findIndex((member) => member.name === field) ?? -1;
      if (position < 0) return wrongContent(`records with a field ${field}`);
      const slice = () => dataset.slice([[start, end]]) as unknown as unknown[][];
      const records = read(start, end, slice);
      return records.map((record) => record[position]);
    },
  };
}

/** A chunk unpacked by each of its filters, and in the library's cache. */
const COPIES = 4;
const LARGE_CHUNK = 2 ** 26;
/** How often its size deflate can grow. */
const DEFLATE_RATIO = 1032;

/**
 * Bytes of a chunk, 0 where there are none. Throws before the library reads one that the file cannot hold.
 * FormatError for such a chunk.
 * @param fileSize bytes of the file.
 */
function checkChunk({ metadata }: Dataset, fileSize: number, where: string): number {
  const bytes = (metadata.chunks ?? [0]).reduce((product, length) => product * length, metadata.size);
  const most = Math.max(LARGE_CHUNK, Math.min(LARGEST_READING, DEFLATE_RATIO * fileSize));
  if (bytes <= most) return bytes;
  throw tooLarge(where, `chunks of ${bytes} bytes`, most, 'write the file again with smaller chunks');
}
