/**
 * The messages of an Arrow file or stream: a schema, then dictionaries and batches of rows, each described by metadata
 * that lies before its values. Only the metadata is read here, and every length in it is checked against the file.
 *
 * Source: the Arrow columnar format, "Serialization and Interprocess Communication"; Message.fbs and File.fbs.
 * Types: `Source`, a file, folder or bytes: stat (size in bytes and whether it is a folder; FormatError where nothing
 *   is), read (bytes start to end (exclusive)). `FlatTable`: within (bytes), at (its offset), slots (offset of its
 *   vtable), slotBytes. `FlatList`, a list in FlatBuffers: count (elements).
 * Fails: RangeError for damage.
 */

import type { Source } from '../source/source.js';
import {
  byteOf,
  type FlatTable,
  flatBytes,
  listOf,
  longAt,
  longOf,
  shortOf,
  tableAt,
  tableOf,
} from './flatbuffer.js';
import { type ArrowSchema, readSchema } from './schema.js';

/** A buffer of a batch: its range of the batch's bytes. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

export interface ArrowBatch {
  /** Number of the dictionary, or null for rows. */
  readonly dictionary: number | null;
  /** A dictionary that is added to the one before, rather than replacing it. */
  readonly delta: boolean;
  readonly rows: number;
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[];
  readonly regions: readonly Region[];
  /** For each column of views, how many buffers it has beyond the two. */
  readonly variadic: readonly number[];
  readonly compression: 'lz4' | 'zstd' | null;
  /** Where the bytes of the batch begin in the file, and how many there are. */
  readonly start: number;
  readonly bytes: number;
  /** Before version 5 unions have one more buffer. */
  readonly version: number;
}

export interface ArrowFile {
  readonly schema: ArrowSchema;
  /** In the order in which they hold: all dictionaries first in a file, as they come in a stream. */
  readonly batches: readonly ArrowBatch[];
  /** False for a stream that ends without saying so. */
  readonly ended: boolean;
}

const MAGIC = 'ARROW1';
const CONTINUES = 0xffffffff;
const KIND = { schema: 1, dictionary: 2, rows: 3 };
const VERSION_4 = 3;
/** No Zstandard frame grows more than this: 128 KiB from a block of 4 bytes. LZ4 stays below 255. */
const LARGEST_RATIO = 2 ** 15;

/**
 * Reads the schema and what is known of all batches, of a file or a stream; no values. RangeError when the metadata
 * is damaged.
 */
export async function readMessages(source: Source): Promise<ArrowFile> {
  const { size } = await source.stat();
  const isFile = new TextDecoder('latin1').decode(await source.read(0, MAGIC.length)) === MAGIC;
  if (isFile) return readFile(source, size);
  const first = await readMessage(source, 0, size);
  if (first?.kind !== KIND.schema || !first.header) throw new RangeError('no schema at its start');
  return { schema: readSchema(first.header), ...(await batchesOfStream(source, first.end, size)) };
}

/**
 * The batches of a stream, one message after another, from byte `start` on, and whether it says that it ends.
 * Messages of other kinds are passed over. RangeError for damage.
 * @param size bytes of the stream.
 */
async function batchesOfStream(source: Source, start: number, size: number) {
  const batches: ArrowBatch[] = [];
  for (let at = start; at < size; ) {
    const message = await readMessage(source, at, size);
    if (message === null) return { batches, ended: true };
    if (message.kind === KIND.dictionary || message.kind === KIND.rows) batches.push(batchOf(message));
    at = message.end;
  }
  return { batches, ended: false };
}

/**
 * Schema and batches of a file, by its footer: polars writes the schema before the batches without its length, and
 * the dictionaries last. RangeError for damage.
 * @returns dictionaries before the rows.
 * @param size bytes of the file.
 */
async function readFile(source: Source, size: number): Promise<ArrowFile> {
  const tail = await source.read(Math.max(0, size - 10), size);
  const footer = tail.length < 10 ? 0 : new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (new TextDecoder('latin1').decode(tail.subarray(4)) !== MAGIC)
    throw new RangeError('no mark at its end');
  const start = size - 10 - footer;
  if (start < 8 || footer === 0) throw new RangeError(`a footer of ${footer} bytes in a file of ${size}`);
  const table = tableAt(flatBytes(await source.read(start, size - 10)), 0);
  const schema = tableOf(table, 6);
  if (schema === null) throw new RangeError('no schema in the footer');
  const blockStarts = [...blocksOf(table, 8), ...blocksOf(table, 10)];
  const batches: ArrowBatch[] = [];
  const ends = new Map<number, number>();
  for (const blockStart of blockStarts) {
    const message = await readMessage(source, blockStart, start);
    if (message === null) throw new RangeError(`no batch at byte ${blockStart}`);
    batches.push(batchOf(message));
    ends.set(blockStart, message.end);
  }
  const sorted = [...blockStarts].sort((a, b) => a - b);
  const shared = sorted.find((blockStart, i) => i > 0 && blockStart < (ends.get(sorted[i - 1]) ?? 0));
  if (shared !== undefined) throw new RangeError(`two batches at byte ${shared}`);
  return { schema: readSchema(schema), batches, ended: true };
}

/** Byte offsets of the blocks that a footer lists in a slot. RangeError for damage. */
function blocksOf(footer: FlatTable, slot: number): number[] {
  const { count, start } = listOf(footer, slot, 24);
  return Array.from({ length: count }, (_, i) => longAt(footer.within, start + 24 * i));
}

interface Message {
  readonly kind: number;
  readonly version: number;
  readonly header: FlatTable | null;
  readonly start: number;
  readonly bytes: number;
  readonly end: number;
}

/**
 * The metadata of the message at byte `at`, or null where the stream says that it ends. RangeError where it ends
 * outside the file.
 * @param size bytes of the file.
 */
async function readMessage(source: Source, at: number, size: number): Promise<Message | null> {
  const prefix = await source.read(at, Math.min(size, at + 8));
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  // Before version 0.15 there was no mark before the length.
  const marked = view.getUint32(0, true) === CONTINUES;
  const length = view.getUint32(marked ? 4 : 0, true);
  if (length === 0) return null;
  const head = at + (marked ? 8 : 4);
  if (head + length > size) throw new RangeError(`metadata of ${length} bytes at byte ${at} of ${size}`);
  const table = tableAt(flatBytes(await source.read(head, head + length)), 0);
  const start = head + length;
  const bytes = longOf(table, 10);
  const end = start + bytes;
  if (end > size) throw new RangeError(`a batch of ${bytes} bytes at byte ${start} of ${size}`);
  const version = shortOf(table, 4);
  if (version < VERSION_4) throw new RangeError(`version ${version + 1} of the format, of before 2017`);
  return { kind: byteOf(table, 6), version, header: tableOf(table, 8), start, bytes, end };
}

/** What is known of a batch (rows, buffers, compression) from its message. RangeError for a message without one. */
function batchOf(message: Message): ArrowBatch {
  const { header, kind, start, bytes, version } = message;
  const isDictionary = kind === KIND.dictionary;
  const data = header && isDictionary ? tableOf(header, 6) : header;
  if (!header || !data || !(isDictionary || kind === KIND.rows))
    throw new RangeError('a batch without content');
  const batch = {
    dictionary: isDictionary ? longOf(header, 4) : null,
    delta: isDictionary && byteOf(header, 8) !== 0,
    rows: longOf(data, 4),
    nodes: pairsOf(data, 6).map(([length, nulls]) => ({ length, nulls })),
    regions: pairsOf(data, 8).map(([offset, length]) => ({ offset, length })),
    variadic: longsOf(data, 12),
    compression: compressionOf(tableOf(data, 10)),
    ...{ start, bytes, version },
  };
  const outside = batch.regions.find(({ offset, length }) => offset + length > bytes);
  if (outside) throw new RangeError(`a buffer of ${outside.length} bytes in a batch of ${bytes}`);
  const most = bytes * 8 * (batch.compression === null ? 1 : LARGEST_RATIO);
  if (batch.rows > most) throw new RangeError(`${batch.rows} rows in ${bytes} bytes`);
  return batch;
}

/** Pairs of 64-bit integers of a list in a slot of a table. Empty where the slot is absent. */
function pairsOf(table: FlatTable, slot: number): (readonly [number, number])[] {
  const { count, start } = listOf(table, slot, 16);
  const at = (offset: number) => longAt(table.within, offset);
  return Array.from({ length: count }, (_, i) => [at(start + 16 * i), at(start + 16 * i + 8)]);
}

/** 64-bit integers of a list in a slot of a table. Empty where the slot is absent. */
function longsOf(table: FlatTable, slot: number): number[] {
  const { count, start } = listOf(table, slot, 8);
  return Array.from({ length: count }, (_, i) => longAt(table.within, start + 8 * i));
}

/** The codec of a batch, or null where it is not compressed. RangeError for an unknown one. */
function compressionOf(table: FlatTable | null): ArrowBatch['compression'] {
  if (table === null) return null;
  const codec = byteOf(table, 4);
  if (byteOf(table, 6) !== 0 || codec < 0 || codec > 1) throw new RangeError(`compression of kind ${codec}`);
  return codec === 0 ? 'lz4' : 'zstd';
}
