/**
 * The values of one column of an Arrow batch, from its buffers. Every length and every offset in the buffers is
 * checked against what is there before a value is made.
 *
 * Source: the Arrow columnar format, "Physical Memory Layout". Cost: the buffers of one column at a time.
 * Fails: RangeError where they do not fit together, TypeError for a text that is no UTF-8. Another changed byte is not noticed.
 * Arguments: `length`, values (rows) of the column; `region`, number of a buffer; `name` of the column, for errors; `valid` says
 * which rows have a value, null when all have.
 */

import { decodeNumbers } from '../numpy/dtypes.js';
import type { ArrowBatch } from './messages.js';
import { ARROW, type ArrowField } from './schema.js';

export type Values = ArrayLike<unknown>;

/** Where the next column's part of a batch begins: numbers of its node (rows and nulls), buffer, and count of further buffers. */
export interface Cursor {
  node: number;
  region: number;
  variadic: number;
}

export interface BatchReader {
  readonly batch: ArrowBatch;
  /** The decompressed bytes of a buffer. */
  readonly buffer: (region: number) => Uint8Array;
  /** Values of the dictionary of a number. */
  readonly dictionary: (id: number) => Values;
}

const VERSION_4 = 3; // as the metadata call it
const VIEW_BYTES = 16;
/** Texts of at most so many bytes lie in their view. */
const INLINE_BYTES = 12;

/** Whether a field holds texts. */
export function isText({ type }: ArrowField): boolean {
  return [ARROW.Utf8, ARROW.LargeUtf8, ARROW.Utf8View].some((text) => text === type);
}

/** Whether a field holds numbers or booleans. */
export function isNumber({ type }: ArrowField): boolean {
  return [ARROW.Int, ARROW.Float, ARROW.Bool, ARROW.Decimal].some((number) => number === type);
}

/** Whether a field holds days or moments. */
function isDate({ type }: ArrowField): boolean {
  return type === ARROW.Date || type === ARROW.Timestamp;
}

/** Whether `readValues` can read the column: texts, numbers, dates, or lists of these. */
export function isReadable(field: ArrowField): boolean {
  const plain = isText(field) || isNumber(field) || isDate(field);
  return plain || (isList(field) && field.children.length === 1 && isReadable(field.children[0]));
}

/** Whether a field holds lists. */
export function isList({ type }: ArrowField): boolean {
  return [ARROW.List, ARROW.LargeList, ARROW.FixedSizeList].some((list) => list === type);
}

/** Moves the cursor past a column of a batch and the columns inside it, without reading any value. */
export function skip(field: ArrowField, batch: ArrowBatch, cursor: Cursor): void {
  const { type } = field;
  cursor.node++;
  cursor.region += field.dictionary ? 2 : buffersOf(field, batch);
  if (field.dictionary) return;
  if (type === ARROW.Utf8View || type === ARROW.BinaryView) {
    cursor.region += batch.variadic[cursor.variadic++] ?? 0;
  }
  for (const child of field.children) skip(child, batch, cursor);
}

/** Number of buffers of a column in a batch, without those of inner columns and further ones of views. */
function buffersOf({ type, size }: ArrowField, batch: ArrowBatch): number {
  const has = (...types: readonly number[]) => types.includes(type);
  if (has(ARROW.Null, ARROW.RunEndEncoded)) return 0;
  if (has(ARROW.Struct, ARROW.FixedSizeList)) return 1;
  if (has(ARROW.Union)) return (size === 1 ? 2 : 1) + (batch.version === VERSION_4 ? 1 : 0);
  const three = [
    ARROW.Utf8,
    ARROW.LargeUtf8,
    ARROW.Binary,
    ARROW.LargeBinary,
    ARROW.ListView,
    ARROW.LargeListView,
  ];
  return has(...three) ? 3 : 2;
}

/** Values of a readable column, one a row, null where one is missing; moves the cursor past it. */
export function readValues(field: ArrowField, reader: BatchReader, cursor: Cursor): Values {
  const node = reader.batch.nodes[cursor.node++];
  if (!node) throw new RangeError(`no description of ${field.name}`);
  const valid = validity(field, node, reader, cursor.region);
  const values = storedValues(field, node.length, reader, cursor, valid);
  if (valid === null) return values;
  return Array.from({ length: node.length }, (_, i) => (valid(i) ? values[i] : null));
}

type Valid = ((i: number) => boolean) | null;

/** A function that says whether row i has a value, by one bit a row; null when all have. RangeError for another number of `nulls`. */
function validity(
  { name }: ArrowField,
  { length, nulls }: { readonly length: number; readonly nulls: number },
  { buffer }: BatchReader,
  region: number,
): Valid {
  const bits = buffer(region);
  if (bits.length === 0 && nulls === 0) return null;
  if (bits.length * 8 < length) throw lacking(name, length, bits.length);
  let present = 0;
  const has = (i: number) => ((bits[i >> 3] >> (i & 7)) & 1) === 1;
  for (let i = 0; i < length; i++) present += (bits[i >> 3] >> (i & 7)) & 1;
  if (length - present !== nulls)
    throw new RangeError(`${length - present} missing in ${name}, not ${nulls}`);
  return nulls === 0 ? null : has;
}

/** Values of a column of `length` rows, anything where one is missing; moves the cursor past them. */
function storedValues(
  field: ArrowField,
  length: number,
  reader: BatchReader,
  cursor: Cursor,
  valid: Valid,
): Values {
  const { type } = field;
  const region = cursor.region + 1;
  if (field.dictionary) {
    cursor.region += 2;
    return fromDictionary(
      field,
      numbersOf(reader, region, { ...field, ...field.dictionary, type: ARROW.Int }, length),
      reader,
      valid,
    );
  }
  if (isList(field)) {
    cursor.region += type === ARROW.FixedSizeList ? 1 : 2;
    return listsOf(field, length, reader, cursor, region);
  }
  if (type === ARROW.Utf8View) {
    const more = reader.batch.variadic[cursor.variadic++] ?? 0;
    cursor.region += 2 + more;
    return viewsOf(reader, region, length, more, field.name);
  }
  cursor.region += isText(field) ? 3 : 2;
  if (isText(field)) return textsOf(reader, region, length, field);
  const numbers = numbersOf(reader, region, field, length);
  if (!isDate(field)) return numbers;
  return Array.from({ length }, (_, i) =>
    valid === null || valid(i) ? dateText(Number(numbers[i]), field) : null,
  );
}

/** The dictionary's values at these indices, null where one is missing. RangeError for an index outside. */
function fromDictionary(
  field: ArrowField,
  indices: Values,
  { dictionary }: BatchReader,
  valid: Valid,
): Values {
  const values = dictionary(field.dictionary?.id ?? -1);
  return Array.from({ length: indices.length }, (_, i) => {
    if (valid !== null && !valid(i)) return null;
    const index = Number(indices[i]);
    if (index >= 0 && index < values.length) return values[index];
    throw new RangeError(`the index ${index} in a dictionary of ${values.length} in ${field.name}`);
  });
}

/** Numbers, booleans, decimals of buffer `region`; dates as stored; whole numbers of 64 bits as bigints. */
function numbersOf({ buffer }: BatchReader, region: number, field: ArrowField, length: number): Values {
  const { bits } = field;
  const bytes = buffer(region);
  if (bytes.length * 8 < length * bits) throw lacking(field.name, length, bytes.length);
  if (field.type === ARROW.Bool)
    return Array.from({ length }, (_, i) => ((bytes[i >> 3] >> (i & 7)) & 1) === 1);
  const part = bytes.subarray(0, (length * bits) / 8);
  if (field.type === ARROW.Decimal) return decimals(part, bits / 8, field.scale);
  const size = bits / 8;
  // Kept whole: an id may be beyond what a double can hold.
  if (field.type !== ARROW.Float && size === 8) {
    const Whole = field.signed ? BigInt64Array : BigUint64Array;
    const { buffer: content, byteOffset } = part.byteOffset % size === 0 ? part : part.slice();
    return new Whole(content as ArrayBuffer, byteOffset, length);
  }
  const kind = field.type === ARROW.Float ? 'float' : field.signed ? 'int' : 'uint';
  return decodeNumbers(part, { kind, size, littleEndian: true }, field.name);
}

/** A date as text: a day, or a moment in universal time. @param value units since 1970, as stored. */
function dateText(value: number, { type, scale }: ArrowField): string {
  const text = new Date(value * scale).toISOString();
  return type === ARROW.Date ? text.slice(0, text.indexOf('T')) : text;
}

/** Numbers from whole numbers of `size` bytes (a multiple of 4) in two's complement, over 10^scale. */
function decimals(bytes: Uint8Array, size: number, scale: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / size }, (_, i) => {
    let value = 0n;
    for (let word = size / 4 - 1; word >= 0; word--) {
      value = (value << 32n) | BigInt(view.getUint32(i * size + word * 4, true));
    }
    // Through the text, which rounds once.
    return Number(`${BigInt.asIntN(size * 8, value)}e${-scale}`);
  });
}

/** The `length` + 1 offsets in `bytes` of texts or lists (`wide`: 64 bits, else 32): ascending, from 0 or more to at most `end`. */
function offsetsOf(
  bytes: Uint8Array,
  wide: boolean,
  length: number,
  end: number,
  name: string,
): ArrayLike<number> {
  const size = wide ? 8 : 4;
  if (length === 0) return [0];
  if (bytes.length < (length + 1) * size) throw lacking(name, length, bytes.length);
  const part = bytes.subarray(0, (length + 1) * size);
  const offsets = decodeNumbers(part, { kind: 'int', size, littleEndian: true }, name);
  let sound = offsets[0] >= 0 && offsets[length] <= end;
  for (let i = 0; sound && i < length; i++) sound = offsets[i] <= offsets[i + 1];
  if (!sound) throw new RangeError(`offsets that do not fit ${end} in ${name}`);
  return offsets;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Texts of `length` rows: offsets in buffer `region` (64 bits for LargeUtf8, else 32), bytes in the next one. */
function textsOf({ buffer }: BatchReader, region: number, length: number, field: ArrowField): string[] {
  const content = buffer(region + 1);
  const wide = field.type === ARROW.LargeUtf8;
  const offsets = offsetsOf(buffer(region), wide, length, content.length, field.name);
  return Array.from({ length }, (_, i) => decoder.decode(content.subarray(offsets[i], offsets[i + 1])));
}

/** Texts of the view layout: short ones inline in buffer `region`, long ones in `more` further buffers. */
function viewsOf(
  { buffer }: BatchReader,
  region: number,
  length: number,
  more: number,
  name: string,
): string[] {
  const views = buffer(region);
  if (views.length < length * VIEW_BYTES) throw lacking(name, length, views.length);
  const view = new DataView(views.buffer, views.byteOffset, views.length);
  const contents = Array.from({ length: more }, (_, i) => buffer(region + 1 + i));
  return Array.from({ length }, (_, i) => {
    const at = i * VIEW_BYTES;
    const bytes = view.getUint32(at, true);
    if (bytes <= INLINE_BYTES) return decoder.decode(views.subarray(at + 4, at + 4 + bytes));
    const content = contents[view.getUint32(at + 8, true)];
    const start = view.getUint32(at + 12, true);
    if (!content || start + bytes > content.length)
      throw new RangeError(`a text of ${bytes} bytes in ${name}`);
    return decoder.decode(content.subarray(start, start + bytes));
  });
}

/** Lists, one a row, by offsets in buffer `region` or of one size; moves the cursor past the inner column. */
function listsOf(
  field: ArrowField,
  length: number,
  reader: BatchReader,
  cursor: Cursor,
  region: number,
): Values {
  const [child] = field.children;
  if (!child) throw new RangeError(`no values in ${field.name}`);
  const node = reader.batch.nodes[cursor.node];
  const { type, size, name } = field;
  const offsets =
    type === ARROW.FixedSizeList
      ? null
      : offsetsOf(reader.buffer(region), type === ARROW.LargeList, length, node?.length ?? 0, name);
  const values = readValues(child, reader, cursor);
  if (offsets === null && values.length < length * size) throw lacking(name, length * size, values.length);
  const cut = sliceOf(values);
  const offsetAt = (i: number) => (offsets === null ? i * size : offsets[i]);
  return Array.from({ length }, (_, i) => cut(offsetAt(i), offsetAt(i + 1)));
}

/** A function that takes the values from `start` to `end`, exclusive; no copy of typed arrays. */
function sliceOf(values: Values): (start: number, end: number) => Values {
  if (Array.isArray(values)) return (start, end) => values.slice(start, end);
  const numbers = values as Float64Array;
  return (start, end) => numbers.subarray(start, end);
}

/** The error for fewer `bytes` than the `wanted` values need. */
function lacking(name: string, wanted: number, bytes: number): RangeError {
  return new RangeError(`${wanted} values of ${name} in ${bytes} bytes`);
}
