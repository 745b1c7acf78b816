/**
 * Values of data sets and attributes of an HDF5 file, through h5wasm's lowest functions. Its own readers know no half
 * precision, and after a failed reading they free whatever addresses were in memory, which brings the library down.
 * Fails: Error for a reading that fails; `guard` of runtime.ts turns it into a FormatError.
 */

import type { Metadata } from 'h5wasm';
import { decodeNumbers, type NumberKind } from '../../numpy/dtypes.js';
import { checkReading } from '../store.js';
import type { H5Module } from './runtime.js';

/** HDF5's classes of types (H5T_class_t). */
const INTEGER = 0;
const FLOAT = 1;
export const STRING = 3;
export const COMPOUND = 6;
const ENUM = 8;

/** Bytes that a text takes at least, beside its entry in the data set. */
export const TEXT_BYTES = 16;

/** A data set or group of an open file. */
export interface Entity {
  readonly file_id: bigint;
  readonly path: string;
}

interface NumberType {
  readonly kind: NumberKind;
  readonly size: number;
  readonly littleEndian: boolean;
}

/**
 * How the numbers of a data set or attribute are stored, or null when it holds none. Enumerations (booleans) count as
 * numbers.
 */
export function numberTypeOf(metadata: Metadata): NumberType | null {
  const base = metadata.type === ENUM ? metadata.enum_type?.type : metadata.type;
  // The module converts to the byte order of WebAssembly, which is little-endian.
  if (base === FLOAT && [2, 4, 8].includes(metadata.size)) {
    return { kind: 'float', size: metadata.size, littleEndian: true };
  }
  if (base !== INTEGER || ![1, 2, 4, 8].includes(metadata.size)) return null;
  return { kind: metadata.signed ? 'int' : 'uint', size: metadata.size, littleEndian: true };
}

/** Items `start` to `end` (exclusive) of a data set's first axis, as bytes. Empty for an empty range. */
export function readBytes(
  module: H5Module,
  entity: Entity,
  metadata: Metadata,
  start: number,
  end: number,
): Uint8Array {
  return withItems(module, entity, metadata, start, end, (pointer, count) =>
    module.HEAPU8.slice(pointer, pointer + count * metadata.size),
  );
}

/**
 * Items `start` to `end` (exclusive) of a data set of texts, of fixed or variable length. A null text of variable
 * length is empty.
 */
export function readTexts(
  module: H5Module,
  entity: Entity,
  metadata: Metadata,
  start: number,
  end: number,
): string[] {
  const { file_id, path } = entity;
  return withItems(module, entity, metadata, start, end, (pointer, count, lengths) => {
    const texts = textsAt(module, metadata, pointer, count);
    if (metadata.vlen) module.reclaim_vlen_memory_count(file_id, path, '', BigInt(pointer), lengths);
    return texts;
  });
}

/**
 * The value of an attribute: a text, a number, a list of either, or null for what is neither (references).
 * FormatError where it is too large.
 * @param where object and file, for messages.
 * @param name of the attribute.
 */
export function readAttribute(module: H5Module, entity: Entity, name: string, where: string): unknown {
  const { file_id, path } = entity;
  const metadata = module.get_attribute_metadata(file_id, path, name);
  const type = numberTypeOf(metadata);
  const texts = metadata.type === STRING;
  if (!metadata.shape || !(type || texts)) return null;
  const count = metadata.total_size;
  checkReading(`the attribute ${name} of ${where}`, count * Math.max(metadata.size, texts ? TEXT_BYTES : 0));
  const values = withMemory(module, count * metadata.size, (pointer) => {
    const status = module.get_attribute_data(file_id, path, name, BigInt(pointer));
    if (status < 0) throw new Error(`reading the attribute ${name} failed`);
    if (!texts) return module.HEAPU8.slice(pointer, pointer + count * metadata.size);
    const read = textsAt(module, metadata, pointer, count);
    if (metadata.vlen) module.reclaim_vlen_memory(file_id, path, name, BigInt(pointer));
    return read;
  });
  const list = values instanceof Uint8Array ? numbersOf(values, metadata, where) : values;
  return metadata.shape.length === 0 ? list[0] : list;
}

/**
 * Of 64-bit integers the nearest numbers: attributes that no option names may hold any.
 * @param bytes as stored.
 * @param where path and file, for messages.
 */
function numbersOf(bytes: Uint8Array, metadata: Metadata, where: string): number[] {
  const type = numberTypeOf(metadata);
  if (type === null) return [];
  if (type.kind === 'float' || type.size < 8) return Array.from(decodeNumbers(bytes, type, where));
  return Array.from(new (type.kind === 'int' ? BigInt64Array : BigUint64Array)(bytes.slice().buffer), Number);
}

/**
 * `count` texts, of fixed or variable length, at an address of the module's memory.
 * @param pointer address in the library's memory.
 */
function textsAt(module: H5Module, metadata: Metadata, pointer: number, count: number): string[] {
  const bytes = module.HEAPU8.slice(pointer, pointer + count * metadata.size);
  if (!metadata.vlen) return fixedTexts(bytes, metadata.size);
  return Array.from(new Uint32Array(bytes.buffer), (at) => (at === 0 ? '' : module.UTF8ToString(at)));
}

/** Texts of `size` bytes each, up to their first zero. Bytes that are no UTF-8 become the sign for that. */
function fixedTexts(bytes: Uint8Array, size: number): string[] {
  const decoder = new TextDecoder();
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const item = bytes.subarray(i * size, (i + 1) * size);
    const end = item.indexOf(0);
    return decoder.decode(end < 0 ? item : item.subarray(0, end));
  });
}

/**
 * Reads items `start` to `end` of a data set's first axis into the module's memory, calls `use` with their address,
 * and frees it. `use` gets the address, the number of elements, and the lengths of the axes; it is called once.
 */
function withItems<T>(
  module: H5Module,
  { file_id, path }: Entity,
  metadata: Metadata,
  start: number,
  end: number,
  use: (pointer: number, count: number, lengths: bigint[]) => T,
): T {
  const ranges = (metadata.shape ?? []).map((length, axis) =>
    axis === 0 ? [start, Math.min(end, length)] : [0, length],
  );
  const lengths = ranges.map(([from, to]) => BigInt(Math.max(0, to - from)));
  const count = lengths.reduce((product, length) => product * Number(length), 1);
  if (count === 0) return use(0, 0, lengths);
  return withMemory(module, count * metadata.size, (pointer) => {
    const offset = ranges.map(([from]) => BigInt(from));
    const strides = ranges.map(() => 1n);
    const status = module.get_dataset_data(file_id, path, lengths, offset, strides, BigInt(pointer));
    if (status < 0) throw new Error(`reading ${path} failed`);
    return use(pointer, count, lengths);
  });
}

/**
 * Calls `use` with the address of `bytes` bytes of the module's memory, which are freed afterwards. Error where there
 * is no memory.
 */
function withMemory<T>(module: H5Module, bytes: number, use: (pointer: number) => T): T {
  const { _malloc: allocate, _free: release } = module as unknown as Allocator;
  const pointer = allocate(Math.max(1, bytes));
  if (pointer === 0) throw new Error(`no memory for ${bytes} bytes`);
  try {
    return use(pointer);
  } finally {
    release(pointer);
  }
}

/** Parts of the module that its types leave out. */
interface Allocator {
  _malloc(size: number): number;
  _free(pointer: number): void;
}
