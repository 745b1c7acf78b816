/**
 * FlatBuffers, read with every offset and length checked against the bytes: the metadata of Arrow files.
 *
 * Source: the FlatBuffers binary format (internals document). A table is found through an offset, and its fields
 * through a list of 16-bit offsets; field n of a schema has slot 4 + 2n, as counted here.
 * How it fails: RangeError for an offset outside the bytes, for a list of more entries than the bytes can hold, and for lists
 * that share their bytes so often that reading them would take much longer than the bytes are long.
 */

export interface FlatBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes that lists may still take together. */
  left: number;
}

export interface FlatTable {
  readonly within: FlatBytes;
  readonly at: number;
  readonly slots: number;
  readonly slotBytes: number;
}

export interface FlatList {
  readonly count: number;
  /** Offset of the first entry, in bytes. */
  readonly start: number;
}

const NO_LIST: FlatList = { count: 0, start: 0 };
/** No writer lets lists share bytes; a little of it does no harm. */
const SHARING = 4;

/**
 * Bytes prepared for the readers of this file, which check every bound. `left` bounds how many bytes lists may share.
 */
export function flatBytes(bytes: Uint8Array): FlatBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, left: bytes.length * SHARING };
}

/**
 * The table that the 32-bit number at `offset` points to. RangeError outside the bytes.
 * @returns where the table lies and where its fields are listed.
 */
export function tableAt(within: FlatBytes, offset: number): FlatTable {
  const { view } = within;
  const at = offset + view.getUint32(offset, true);
  const slots = at - view.getInt32(at, true);
  return { within, at, slots, slotBytes: view.getUint16(slots, true) };
}

/** Offset of the field in `slot`, in bytes from the start; null if the table omits it, so that it has its default. */
function fieldOffset(table: FlatTable, slot: number): number | null {
  if (slot + 2 > table.slotBytes) return null;
  const offset = table.within.view.getUint16(table.slots + slot, true);
  return offset === 0 ? null : table.at + offset;
}

/** The table in a slot of another table, or null where it is absent. RangeError outside the bytes. */
export function tableOf(table: FlatTable, slot: number): FlatTable | null {
  const offset = fieldOffset(table, slot);
  return offset === null ? null : tableAt(table.within, offset);
}

/** The signed 8-bit integer in a slot of a table, or `absent` where there is none. */
export function byteOf(table: FlatTable, slot: number, absent = 0): number {
  const offset = fieldOffset(table, slot);
  return offset === null ? absent : table.within.view.getInt8(offset);
}

/** The signed 16-bit integer in a slot of a table, or `absent` where there is none. */
export function shortOf(table: FlatTable, slot: number, absent = 0): number {
  const offset = fieldOffset(table, slot);
  return offset === null ? absent : table.within.view.getInt16(offset, true);
}

/** The signed 32-bit integer in a slot of a table, or `absent` where there is none. */
export function intOf(table: FlatTable, slot: number, absent = 0): number {
  const offset = fieldOffset(table, slot);
  return offset === null ? absent : table.within.view.getInt32(offset, true);
}

/**
 * The 64-bit length or offset in a slot of a table, or `absent` where there is none. RangeError for one that is
 * negative or not exact as a double.
 */
export function longOf(table: FlatTable, slot: number, absent = 0): number {
  const offset = fieldOffset(table, slot);
  return offset === null ? absent : longAt(table.within, offset);
}

/** The 64-bit length or offset at byte `offset`. RangeError for one that is negative or not exact as a double. */
export function longAt({ view }: FlatBytes, offset: number): number {
  const value = Number(view.getBigInt64(offset, true));
  if (value >= 0 && Number.isSafeInteger(value)) return value;
  throw new RangeError(`a length of ${value}`);
}

/**
 * Where the list in a slot of a table lies, and how many entries it has; empty where it is absent. RangeError where
 * it ends outside.
 * @param stride bytes of an entry.
 */
export function listOf(table: FlatTable, slot: number, stride: number): FlatList {
  const offset = fieldOffset(table, slot);
  return offset === null ? NO_LIST : listAt(table.within, offset, stride);
}

/**
 * Where the list lies that the 32-bit number at byte `offset` points to. RangeError where it ends outside, or lists
 * share too many bytes.
 * @param stride bytes of an entry.
 */
function listAt(within: FlatBytes, offset: number, stride: number): FlatList {
  const { view, bytes } = within;
  const at = offset + view.getUint32(offset, true);
  const count = view.getUint32(at, true);
  const start = at + 4;
  if (count * stride > bytes.length - start) {
    throw new RangeError(`a list of ${count} entries where ${bytes.length - start} bytes are left`);
  }
  within.left -= count * stride;
  if (within.left < 0) throw new RangeError('lists that share their bytes');
  return { count, start };
}

/** The tables of a list in a slot of a table; empty where it is absent. RangeError where one lies outside. */
export function tablesOf(table: FlatTable, slot: number): FlatTable[] {
  const { count, start } = listOf(table, slot, 4);
  return Array.from({ length: count }, (_, i) => tableAt(table.within, start + 4 * i));
}

/**
 * The text in a slot of a table, or null where it is absent. RangeError where it ends outside; bytes that are no
 * UTF-8 become the sign for that.
 */
export function textOf(table: FlatTable, slot: number): string | null {
  const offset = fieldOffset(table, slot);
  if (offset === null) return null;
  const { count, start } = listAt(table.within, offset, 1);
  return new TextDecoder().decode(table.within.bytes.subarray(start, start + count));
}
