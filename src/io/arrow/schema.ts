/**
 * The columns of an Arrow file from its schema message, and how the values of each are stored.
 *
 * Source: Schema.fbs of Apache Arrow. Numbers behind a table, such as `textOf(field, 4)`, are FlatBuffers slots
 * (flatbuffer.ts).
 * Types: `FlatTable`: within (bytes), at (its offset), slots (offset of its vtable), slotBytes.
 * Fails: RangeError for damage and for types that the format lacks.
 */

import { byteOf, type FlatTable, intOf, longOf, shortOf, tableOf, tablesOf, textOf } from './flatbuffer.js';

/** Type numbers of the format (Schema.fbs). */
export const ARROW = {
  Null: 1,
  Int: 2,
  Float: 3,
  Binary: 4,
  Utf8: 5,
  Bool: 6,
  Decimal: 7,
  Date: 8,
  Time: 9,
  Timestamp: 10,
  Interval: 11,
  List: 12,
  Struct: 13,
  Union: 14,
  FixedSizeBinary: 15,
  FixedSizeList: 16,
  Map: 17,
  Duration: 18,
  LargeBinary: 19,
  LargeUtf8: 20,
  LargeList: 21,
  RunEndEncoded: 22,
  BinaryView: 23,
  Utf8View: 24,
  ListView: 25,
  LargeListView: 26,
} as const;

/** One column, or a child of a nested one. */
export interface ArrowField {
  readonly name: string;
  /** One of ARROW. */
  readonly type: number;
  /** Width of one value in bits; 0 for types that are no numbers. */
  readonly bits: number;
  readonly signed: boolean;
  /** Decimals: digits behind the point. Dates and timestamps: milliseconds of one unit. Else 0. */
  readonly scale: number;
  /** Lists of fixed length: that length. Unions: 1 when dense. Else 0. */
  readonly size: number;
  readonly children: readonly ArrowField[];
  /** Values are indices into the dictionary of this number. */
  readonly dictionary: { readonly id: number; readonly bits: number; readonly signed: boolean } | null;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly bigEndian: boolean;
  readonly metadata: ReadonlyMap<string, string>;
}

const MILLISECONDS_PER_DAY = 86400000;
/** Milliseconds of one unit of a timestamp in seconds, milliseconds, microseconds or nanoseconds. */
const MILLISECONDS = [1e3, 1, 1e-3, 1e-6];
/** Most levels of nested columns. */
const DEEPEST = 32;
/** Digits of the widest decimals, of 256 bits. */
const MOST_DIGITS = 76;

/**
 * The columns and metadata of a schema message. RangeError when it is damaged.
 * @returns columns in the file's order, the byte order, and the metadata by key.
 */
export function readSchema(schema: FlatTable): ArrowSchema {
  const metadata = tablesOf(schema, 8).map((pair) => [textOf(pair, 4) ?? '', textOf(pair, 6) ?? ''] as const);
  return {
    fields: tablesOf(schema, 6).map((field) => readField(field, 0)),
    bigEndian: shortOf(schema, 4) === 1,
    metadata: new Map(metadata),
  };
}

/**
 * A field with its children. RangeError where they are nested too deep, or the type is unknown.
 * @param depth 0 for a column.
 */
function readField(field: FlatTable, depth: number): ArrowField {
  if (depth > DEEPEST) throw new RangeError(`columns nested more than ${DEEPEST} deep`);
  const children = tablesOf(field, 14).map((child) => readField(child, depth + 1));
  const type = byteOf(field, 8);
  if (!(type >= ARROW.Null && type <= ARROW.LargeListView)) throw new RangeError(`a column of type ${type}`);
  const encoded = tableOf(field, 12);
  return {
    name: textOf(field, 4) ?? '',
    type,
    ...typeParameters(type, tableOf(field, 10)),
    children,
    dictionary: encoded === null ? null : { id: longOf(encoded, 4), ...integerType(tableOf(encoded, 6)) },
  };
}

/**
 * Bits and sign of an Int table: a column's type, or that of a dictionary's indices. RangeError for a width other than 8, 16, 32
 * and 64 bits.
 * @param type null where the table is absent, which stands for 32 bits with a sign.
 */
function integerType(type: FlatTable | null) {
  if (type === null) return { bits: 32, signed: true };
  return { bits: width(intOf(type, 4), [8, 16, 32, 64]), signed: byteOf(type, 6) !== 0 };
}

/**
 * The members `bits`, `signed`, `scale` and `size` of an ArrowField (units there). RangeError for a width that the
 * format lacks.
 * @param type one of ARROW. @param table the parameters of the type in the message; null where it has none.
 */
function typeParameters(type: number, table: FlatTable | null) {
  const plain = { bits: 0, signed: true, scale: 0, size: 0 };
  if (type === ARROW.Bool) return { ...plain, bits: 1 };
  if (table === null) return plain;
  if (type === ARROW.Int) return { ...plain, ...integerType(table) };
  if (type === ARROW.Float) return { ...plain, bits: [16, 32, 64][shortOf(table, 4)] ?? width(0, []) };
  if (type === ARROW.Decimal) {
    const scale = intOf(table, 6);
    if (Math.abs(scale) > MOST_DIGITS) throw new RangeError(`a decimal of ${scale} digits behind the point`);
    return { ...plain, scale, bits: width(intOf(table, 8, 128), [32, 64, 128, 256]) };
  }
  if (type === ARROW.Date) {
    const days = shortOf(table, 4, 1) === 0;
    return { ...plain, bits: days ? 32 : 64, scale: days ? MILLISECONDS_PER_DAY : 1 };
  }
  if (type === ARROW.Timestamp)
    return { ...plain, bits: 64, scale: MILLISECONDS[shortOf(table, 4)] ?? Number.NaN };
  if (type === ARROW.FixedSizeList) return { ...plain, size: width(intOf(table, 4), null) };
  if (type === ARROW.Union) return { ...plain, size: shortOf(table, 4) };
  return plain;
}

/** `value` if it is one of `allowed` (bits), or 0 or more where `allowed` is null; else RangeError. */
function width(value: number, allowed: readonly number[] | null): number {
  if (allowed === null ? value >= 0 : allowed.includes(value)) return value;
  throw new RangeError(`numbers of ${value} bits`);
}
