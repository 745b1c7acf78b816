/** An HDF5 file as a tree of arrays. Half precision and compound data sets included. */

import type { Dataset, Group, Metadata } from 'h5wasm';
import { FormatError, UnsupportedError } from '../errors.js';
import { decodeNumbers, type NumberKind } from './dtypes.js';
import { type H5Module, type OpenH5, openH5 } from './h5-runtime.js';
import type { Source } from './source.js';
import { checkReading, type Store, type StoredArray } from './store.js';

/** HDF5's classes of types (H5T_class_t). */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const COMPOUND = 6;
const ENUM = 8;

/** That a text takes at least, beside its place in the data set. */
const TEXT_BYTES = 16;

/** Opens the file; close the store when done. */
export async function h5Store(source: Source): Promise<Store> {
  return storeOf(await openH5(source), source.name);
}

/** An open file as a tree of arrays. */
export function storeOf(open: OpenH5, name: string): Store {
  const { file, module, close } = open;
  const guard = <T>(work: () => T): T => open.guard(name, work);
  const find = (path: string) => (path === '' ? file : file.get(path));
  return {
    name,
    kind: async (path) => guard(() => kindOf(find(path))),
    keys: async (path) => guard(() => (find(path) as Group).keys()),
    attributes: async (path) => guard(() => attributesOf(find(path) as Group)),
    async array(path) {
      const dataset = guard(() => find(path));
      if (kindOf(dataset) !== 'array') {
        throw new FormatError({
          got: `no data set ${path} in ${name}`,
          expected: 'one, as AnnData and 10x files have it',
          remedy: 'check that the file was written completely',
        });
      }
      return guard(() => storedArray(module, dataset as Dataset, path, name, guard));
    },
    close: async () => close(),
  };
}

function kindOf(entity: unknown): 'group' | 'array' | null {
  const type = (entity as { type?: string } | null)?.type;
  return type === 'Group' ? 'group' : type === 'Dataset' ? 'array' : null;
}

function attributesOf(entity: Group | Dataset): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entity.attrs).map(([key, attribute]) => [key, plain(attribute)]));
}

/** Texts, numbers and lists of them; what h5wasm cannot decode (references) is null. */
function plain(attribute: { readonly value: unknown }): unknown {
  const { value } = attribute;
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Array.from(value, Number);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return typeof value === 'bigint' ? Number(value) : value;
}

function storedArray(
  module: H5Module,
  dataset: Dataset,
  path: string,
  name: string,
  guard: <T>(work: () => T) => T,
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
  checkFilters(dataset, path, name);
  const size = Math.max(metadata.size, metadata.type === STRING ? TEXT_BYTES : 0);
  const width = shape.slice(1).reduce((product, length) => product * length, size);
  const check = (start: number, end: number) =>
    checkReading(`${path} of ${name}`, (Math.min(end, shape[0] ?? 1) - start) * width);
  const content =
    metadata.type === STRING ? 'texts' : metadata.type === COMPOUND ? 'records' : ('numbers' as const);
  return {
    path,
    shape,
    content,
    fields: metadata.compound_type?.members.map((member) => member.name) ?? [],
    async numbers(start, end) {
      const type = numberTypeOf(metadata) ?? wrongContent('numbers');
      check(start, end);
      const bytes = guard(() => readBytes(module, dataset, start, end));
      return decodeNumbers(bytes, type, `${path} of ${name}`);
    },
    async texts(start, end) {
      if (content !== 'texts') return wrongContent('texts');
      check(start, end);
      return guard(() => readTexts(module, dataset, start, end));
    },
    async field(field, start, end) {
      const position = metadata.compound_type?.members.findIndex((member) => member.name === field) ?? -1;
      if (position < 0) return wrongContent(`records with a field ${field}`);
      check(start, end);
      const records = guard(() => dataset.slice([[start, end]])) as unknown as unknown[][];
      return records.map((record) => record[position]);
    },
  };
}

/** Deflate, shuffle, Fletcher checksum, szip, n-bit and scale-offset are part of HDF5; others are plug-ins. */
const LARGEST_OWN_FILTER = 6;

function checkFilters(dataset: Dataset, path: string, name: string): void {
  const foreign = dataset.filters.find((filter) => filter.id > LARGEST_OWN_FILTER);
  if (!foreign) return;
  throw new UnsupportedError({
    got: `${path} of ${name}, compressed with the plug-in ${foreign.name || foreign.id}`,
    expected: 'data that is not compressed, or with gzip',
    remedy: "write it again with gzip: adata.write_h5ad(path, compression='gzip')",
  });
}

function numberTypeOf(metadata: Metadata): { kind: NumberKind; size: number; littleEndian: boolean } | null {
  const base = metadata.type === ENUM ? metadata.enum_type?.type : metadata.type;
  // The module converts to the byte order of WebAssembly, which is little-endian.
  if (base === FLOAT && [2, 4, 8].includes(metadata.size)) {
    return { kind: 'float', size: metadata.size, littleEndian: true };
  }
  if (base !== INTEGER || ![1, 2, 4, 8].includes(metadata.size)) return null;
  return { kind: metadata.signed ? 'int' : 'uint', size: metadata.size, littleEndian: true };
}

/** Items of the first axis as bytes. Below h5wasm's own slice, which knows no half precision. */
function readBytes(module: H5Module, dataset: Dataset, start: number, end: number): Uint8Array {
  return withItems(module, dataset, start, end, (pointer, count) =>
    module.HEAPU8.slice(pointer, pointer + count * dataset.metadata.size),
  );
}

/**
 * Texts of fixed or variable length. Below h5wasm's own slice, which after a failed read frees whatever
 * addresses were in memory, and aborts.
 */
function readTexts(module: H5Module, dataset: Dataset, start: number, end: number): string[] {
  const { metadata, file_id, path } = dataset;
  return withItems(module, dataset, start, end, (pointer, count, lengths) => {
    const bytes = module.HEAPU8.slice(pointer, pointer + count * metadata.size);
    if (!metadata.vlen) return fixedTexts(bytes, metadata.size);
    const texts = Array.from(new Uint32Array(bytes.buffer), (at) =>
      at === 0 ? '' : module.UTF8ToString(at),
    );
    module.reclaim_vlen_memory_count(file_id, path, '', BigInt(pointer), lengths);
    return texts;
  });
}

function fixedTexts(bytes: Uint8Array, size: number): string[] {
  const decoder = new TextDecoder();
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const item = bytes.subarray(i * size, (i + 1) * size);
    const end = item.indexOf(0);
    return decoder.decode(end < 0 ? item : item.subarray(0, end));
  });
}

/** Reads items of the first axis into the module's memory, and frees it after their use. */
function withItems<T>(
  module: H5Module,
  dataset: Dataset,
  start: number,
  end: number,
  use: (pointer: number, count: number, lengths: bigint[]) => T,
): T {
  const { metadata, file_id, path } = dataset;
  const ranges = (metadata.shape ?? []).map((length, axis) =>
    axis === 0 ? [start, Math.min(end, length)] : [0, length],
  );
  const lengths = ranges.map(([from, to]) => BigInt(Math.max(0, to - from)));
  const count = lengths.reduce((product, length) => product * Number(length), 1);
  if (count === 0) return use(0, 0, lengths);
  const { _malloc: allocate, _free: release } = module as unknown as Allocator;
  const pointer = allocate(count * metadata.size);
  if (pointer === 0) throw new Error(`no memory for ${count * metadata.size} bytes`);
  try {
    const offset = ranges.map(([from]) => BigInt(from));
    const strides = ranges.map(() => 1n);
    const status = module.get_dataset_data(file_id, path, lengths, offset, strides, BigInt(pointer));
    if (status < 0) throw new Error(`reading ${path} failed`);
    return use(pointer, count, lengths);
  } finally {
    release(pointer);
  }
}

/** Parts of the module that its types leave out. */
interface Allocator {
  _malloc(size: number): number;
  _free(pointer: number): void;
}
