/**
 * Thrift's compact protocol, as Parquet writes its footer and the headers of its pages: read for checks, before hyparquet reads
 * it (1.31.5 makes an array of whatever length a list promises).
 *
 * Kept are whole numbers, booleans and structs by field; numbers with a point, texts and lists are walked over.
 * Source: the compact protocol's specification; every element of a list takes at least one byte, also a boolean.
 * Cost: one pass. How it fails: RangeError for what is cut off, of an unknown type, nested too deep, or promises more than is left.
 */

export type Thrift = { readonly [field: number]: number | boolean | Thrift | undefined };

interface Read<T> {
  readonly value: T;
  readonly end: number;
}
type Value = number | boolean | Thrift | undefined;

const [STOP, TRUE, FALSE, BYTE, I64, DOUBLE, TEXT, LIST, STRUCT] = [0, 1, 2, 3, 6, 7, 8, 9, 12];
/** A length of 15 says that the true one follows. */
const LONG_LIST = 15;
const LONGEST_NUMBER = 10;
/** Parquet nests eight deep. */
const DEEPEST = 64;

/**
 * Fields of a structure by their ids, and the position after it. RangeError where it is damaged.
 * @param start its first byte.
 * @param depth of structures around it.
 * @returns only whole numbers, booleans and structures among the fields.
 * @param bytes of the footer or header.
 */
export function readStruct(bytes: Uint8Array, start: number, depth = 0): { fields: Thrift; end: number } {
  if (depth > DEEPEST) throw new RangeError(`a struct more than ${DEEPEST} deep in others`);
  const fields: Record<number, Value> = {};
  let at = start;
  let field = 0;
  for (;;) {
    const head = byteAt(bytes, at++);
    if (head === STOP) return { fields, end: at };
    if (head >> 4 > 0) field += head >> 4;
    else ({ value: field, end: at } = readWhole(bytes, at));
    const type = head & 15;
    if (type === TRUE || type === FALSE) fields[field] = type === TRUE;
    else ({ value: fields[field], end: at } = readValue(bytes, at, type, depth));
  }
}

/**
 * A value of a type of the protocol, and the position after it; undefined for texts, lists and numbers with a
 * point.
 * @param at its first byte.
 * @param bytes of the footer or header.
 * @param depth structures around it.
 */
function readValue(bytes: Uint8Array, at: number, type: number, depth: number): Read<Value> {
  if (type === BYTE) return { value: byteAt(bytes, at), end: at + 1 };
  if (type > BYTE && type <= I64) return readWhole(bytes, at);
  if (type === DOUBLE) return { value: undefined, end: within(bytes, at, 8) };
  if (type === LIST) return { value: undefined, end: listEnd(bytes, at, depth) };
  if (type === STRUCT) {
    const { fields, end } = readStruct(bytes, at, depth + 1);
    return { value: fields, end };
  }
  if (type !== TEXT) throw new RangeError(`a value of the unknown type ${type}`);
  const { value: length, end } = readVarint(bytes, at);
  return { value: undefined, end: within(bytes, end, length) };
}

/**
 * The position after a list, whose elements are checked and not kept. RangeError for a list that promises more
 * than is left.
 * @param bytes of the footer or header.
 * @param start where the list begins.
 * @param depth structures around it.
 */
function listEnd(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > DEEPEST) throw new RangeError(`a list more than ${DEEPEST} deep in others`);
  const head = byteAt(bytes, start);
  const short = { value: head >> 4, end: start + 1 };
  const { value: count, end } = short.value === LONG_LIST ? readVarint(bytes, start + 1) : short;
  if (count > bytes.length - end)
    throw new RangeError(`a list of ${count} elements in the ${bytes.length - end} bytes that are left`);
  const type = head & 15;
  const element = type === TRUE || type === FALSE ? BYTE : type;
  let at = end;
  for (let i = 0; i < count; i++) at = readValue(bytes, at, element, depth + 1).end;
  return at;
}

/**
 * A whole number without a sign, seven bits a byte, and the position after it; beyond 2^53 as near as a number
 * can be.
 * @param bytes of the footer or header.
 * @param start where it begins.
 */
export function readVarint(bytes: Uint8Array, start: number): Read<number> {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + LONGEST_NUMBER; at++, scale *= 128) {
    const byte = byteAt(bytes, at);
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
  throw new RangeError(`a number of more than ${LONGEST_NUMBER} bytes`);
}

/**
 * A whole number with a sign (0, -1, 1, -2... are written as 0, 1, 2, 3...), and the position after it.
 * @param bytes of the footer or header.
 * @param start where it begins.
 */
function readWhole(bytes: Uint8Array, start: number): Read<number> {
  const { value, end } = readVarint(bytes, start);
  return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, end };
}

/**
 * The byte at a position; RangeError past the end.
 * @param bytes of the footer or header.
 */
function byteAt(bytes: Uint8Array, at: number): number {
  if (at < bytes.length) return bytes[at];
  throw new RangeError('a header that is cut off');
}

/**
 * The position after `length` bytes; RangeError where they are not there.
 * @param bytes of the footer or header.
 * @param at position of the first of them.
 */
function within(bytes: Uint8Array, at: number, length: number): number {
  if (length <= bytes.length - at) return at + length;
  throw new RangeError(`a value of ${length} bytes in the ${bytes.length - at} that are left`);
}
