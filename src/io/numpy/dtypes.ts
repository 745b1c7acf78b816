/** Element types of binary arrays, and their bytes as numbers, in either byte order. */

import { FormatError, UnsupportedError } from '../../errors.js';

export type NumberKind = 'bool' | 'int' | 'uint' | 'float';

export interface NumberType {
  readonly kind: NumberKind;
  /** Bytes an element: 1, 2, 4 or 8. */
  readonly size: number;
  readonly littleEndian: boolean;
}

/** Integers beyond this are not all whole in double precision, so they are refused rather than rounded. */
const LARGEST_WHOLE = 2 ** 53;

const HOST_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The type that NumPy's descriptor names, `<f4` for example; null when it is not a number of 1 to 8 bytes. */
export function numberType(descriptor: string): NumberType | null {
  const match = /^([<>|=])?([biuf?])(\d*)$/.exec(descriptor);
  if (!match) return null;
  const size = Number(match[3] || 1);
  const kind = { b: 'bool', '?': 'bool', i: 'int', u: 'uint', f: 'float' }[match[2]] as NumberKind;
  const sizes = { bool: [1], int: [1, 2, 4, 8], uint: [1, 2, 4, 8], float: [2, 4, 8] }[kind];
  return sizes.includes(size) ? { kind, size, littleEndian: match[1] !== '>' } : null;
}

/** The error for elements of a type that is no plain number. @param descriptor NumPy's. @param name of the file. */
export function notNumeric(descriptor: string, name: string): UnsupportedError {
  const what = descriptor.includes('O')
    ? 'Python objects, which would have to be unpickled'
    : descriptor.includes('c')
      ? 'complex numbers'
      : 'a type that is not a plain number';
  return new UnsupportedError({
    got: `elements of type ${descriptor.slice(0, 60)} (${what}) in ${name}`,
    expected: 'bool, integers of 8 to 64 bits or floats of 16 to 64 bits',
    remedy: 'convert it first, for example array.astype("float32") in NumPy',
  });
}

/**
 * The elements that the bytes hold, in the order in which they are stored. 64-bit integers become doubles;
 * FormatError beyond 2^53.
 * @param bytes of a whole number of elements.
 * @param name of the file.
 */
export function decodeNumbers(bytes: Uint8Array, type: NumberType, name: string): ArrayLike<number> {
  const ordered =
    type.size > 1 && type.littleEndian !== HOST_LITTLE
      ? swapped(bytes, type.size)
      : aligned(bytes, type.size);
  const { byteOffset } = ordered;
  const buffer = ordered.buffer as ArrayBuffer;
  const count = ordered.length / type.size;
  if (type.kind === 'float') {
    if (type.size === 8) return new Float64Array(buffer, byteOffset, count);
    if (type.size === 4) return new Float32Array(buffer, byteOffset, count);
    return halves(new Uint16Array(buffer, byteOffset, count));
  }
  if (type.size === 1) return type.kind === 'int' ? new Int8Array(buffer, byteOffset, count) : ordered;
  if (type.size === 8) {
    const Whole = type.kind === 'int' ? BigInt64Array : BigUint64Array;
    return wholeDoubles(new Whole(buffer, byteOffset, count), name);
  }
  const [Short, Long] = type.kind === 'int' ? [Int16Array, Int32Array] : [Uint16Array, Uint32Array];
  return new (type.size === 2 ? Short : Long)(buffer, byteOffset, count);
}

/** The bytes at an address that is a multiple of `size`; copied where they are not. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

/** A copy of the bytes with those of every element of `size` bytes in reverse order. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += size) {
    for (let j = 0; j < size; j++) result[i + j] = bytes[i + size - 1 - j];
  }
  return result;
}

/** 64-bit integers as doubles; FormatError for a value beyond 2^53. @param name of the file, for the error. */
export function wholeDoubles(values: BigInt64Array | BigUint64Array, name: string): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (Math.abs(value) > LARGEST_WHOLE) {
      throw new FormatError({
        got: `the 64-bit integer ${values[i]} in ${name}`,
        expected: 'integers of at most 2^53, which numbers can hold exactly',
        remedy: 'leave that column out (it may be an identifier), or convert it to float64',
      });
    }
    result[i] = value;
  }
  return result;
}

let halfTable: Float32Array | null = null;

/** Numbers of half precision (IEEE 754, given as 16 bits), by a table of all 65,536 values. */
function halves(bits: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, h) => {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
  const table = halfTable;
  return Float32Array.from(bits, (h) => table[h]);
}

/**
 * A value as a number: null is missing (NaN), true is 1. FormatError for texts, and for integers that a double cannot
 * hold.
 * @param name of column and file.
 */
export function numberOf(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' && value <= LARGEST_WHOLE && value >= -LARGEST_WHOLE) return Number(value);
  throw new FormatError({
    got: `${typeof value === 'bigint' ? 'the 64-bit integer' : `the ${typeof value}`} ${String(value).slice(0, 60)} in ${name}`,
    expected: typeof value === 'bigint' ? 'integers of at most 2^53' : 'a number',
    remedy: 'leave that column out (it may be an identifier), or convert it to float64',
  });
}
