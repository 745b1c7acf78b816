/**
 * Checks the pages of a Parquet column chunk before hyparquet decodes them: sizes, counts, and the runs of
 * levels and dictionary indices. A damaged run length makes hyparquet 1.31.5 fill an array without end, which
 * ends the whole process where no error can be caught.
 *
 * Source: the Parquet format's page headers (Thrift compact protocol) and its RLE and bit-packing hybrid.
 * Cost: pages are decompressed here once, and handed to hyparquet decompressed.
 * Types: `Thrift`: fields by number: numbers, booleans and structs.
 * Fails: RangeError for damage; each check returns or throws.
 */

import { crc32 } from '../codecs/crc32.js';
import { readStruct, readVarint, type Thrift } from './thrift.js';

export interface ChunkFacts {
  readonly values: number;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  readonly decompress: (page: Uint8Array, size: number) => Uint8Array;
}

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
/** PLAIN_DICTIONARY and RLE_DICTIONARY. */
const DICTIONARY_ENCODINGS = [2, 8];
const RLE = 3;
/** Bit-packed runs may be padded beyond the last value; no writer pads by more. */
const PADDING = 1024;

/**
 * RangeError when the pages of a column chunk do not hold what the chunk promises.
 * @param bytes of the chunk.
 * @param chunk its promised number of values, levels and decompressor.
 */
export function checkPages(bytes: Uint8Array, chunk: ChunkFacts): void {
  let at = 0;
  let seen = 0;
  while (seen < chunk.values) {
    const header = readStruct(bytes, at);
    const compressed = numberAt(header.fields, 3);
    const size = numberAt(header.fields, 2);
    const page = bytes.subarray(header.end, header.end + compressed);
    if (page.length < compressed) throw new RangeError('a page that is cut off');
    checkSum(header.fields[4], page);
    at = header.end + compressed;
    const type = header.fields[1];
    if (type === DICTIONARY_PAGE) checkDictionary(structAt(header.fields, 7), size);
    else if (type === DATA_PAGE) seen += checkPage(structAt(header.fields, 5), page, size, chunk);
    else if (type === DATA_PAGE_V2) seen += checkPageV2(structAt(header.fields, 8), page, size, chunk);
    else throw new RangeError(`a page of type ${type}`);
    if (seen > chunk.values) throw new RangeError(`${seen} values, where ${chunk.values} were promised`);
  }
}

/**
 * RangeError where a page's bytes, as they lie in the file, do not have the stated checksum; writers may leave it
 * out.
 */
function checkSum(stated: Thrift[number], page: Uint8Array): void {
  if (typeof stated !== 'number' || crc32(page) === stated >>> 0) return;
  throw new RangeError('a page whose checksum does not fit');
}

/**
 * RangeError for a dictionary page that promises more entries than it has bytes.
 * @param header its details.
 * @param size bytes once decompressed.
 */
function checkDictionary(header: Thrift, size: number): void {
  const count = numberAt(header, 1);
  if (count > size * 8) throw new RangeError(`a dictionary of ${count} values in ${size} bytes`);
}

/**
 * Checks a data page of version 1; returns the number of its values.
 * @param header its details.
 * @param size bytes once decompressed.
 */
function checkPage(header: Thrift, page: Uint8Array, size: number, chunk: ChunkFacts): number {
  const count = checkCount(numberAt(header, 1), chunk);
  const content = chunk.decompress(page, size);
  let at = 0;
  for (const most of [chunk.maxRepetition, chunk.maxDefinition]) {
    if (most > 0) at = checkPrefixedRuns(content, at, bitWidth(most), count);
  }
  const encoding = numberAt(header, 2);
  // Nulls have no value, so these runs may hold fewer than the page counts.
  if (encoding === RLE) checkRuns(content.subarray(at + 4), 1, count);
  if (DICTIONARY_ENCODINGS.includes(encoding)) checkIndices(content, at, count);
  return count;
}

/**
 * Checks a data page of version 2, whose levels are not compressed; returns the number of its values.
 * @param header its details.
 * @param size bytes once decompressed.
 */
function checkPageV2(header: Thrift, page: Uint8Array, size: number, chunk: ChunkFacts): number {
  const count = checkCount(numberAt(header, 1), chunk);
  const definition = numberAt(header, 5);
  const repetition = numberAt(header, 6);
  const levels = repetition + definition;
  if (levels > page.length || numberAt(header, 2) > count) throw new RangeError('levels that are cut off');
  if (chunk.maxRepetition > 0) checkAll(page.subarray(0, repetition), bitWidth(chunk.maxRepetition), count);
  if (chunk.maxDefinition > 0)
    checkAll(page.subarray(repetition, levels), bitWidth(chunk.maxDefinition), count);
  const rest = page.subarray(levels);
  const content = header[7] === false ? rest : chunk.decompress(rest, size - levels);
  const encoding = numberAt(header, 4);
  if (encoding === RLE) checkPrefixedRuns(content, 0, 1, count - numberAt(header, 2));
  if (DICTIONARY_ENCODINGS.includes(encoding)) checkIndices(content, 0, count - numberAt(header, 2));
  return count;
}

/**
 * The number of a page's values; RangeError where it is more than the chunk has.
 * @param count values that the page promises.
 */
function checkCount(count: number, chunk: ChunkFacts): number {
  if (count <= chunk.values) return count;
  throw new RangeError(`a page of ${count} values, where ${chunk.values} were promised`);
}

/**
 * Checks runs that follow their length in four bytes, at byte `at`; returns where they end.
 * @param width bits of a value.
 * @param count values.
 */
function checkPrefixedRuns(bytes: Uint8Array, at: number, width: number, count: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
  if (at + 4 + length > bytes.length) throw new RangeError('runs that are cut off');
  checkAll(bytes.subarray(at + 4, at + 4 + length), width, count);
  return at + 4 + length;
}

/**
 * RangeError unless runs hold `count` levels: hyparquet reads on until it has them, past the end of their bytes.
 * @param width bits of a level.
 */
function checkAll(bytes: Uint8Array, width: number, count: number): void {
  if (checkRuns(bytes, width, count) < count) throw new RangeError('levels that end early');
}

/**
 * Checks indices into a dictionary: their width in one byte, at byte `at`, then runs. At most `count`, because
 * nulls have none. RangeError for a width above 32 or a run that is too long.
 * @param bytes of the page, decompressed.
 */
function checkIndices(bytes: Uint8Array, at: number, count: number): void {
  const width = bytes[at] ?? 0;
  if (width > 32) throw new RangeError(`indices of ${width} bits`);
  checkRuns(bytes.subarray(at + 1), width, count);
}

/**
 * RangeError for a run that is longer than what is left of `count` values; returns how many values the runs
 * hold. Runs of packed values may end up to 7 beyond `count`.
 * @param width bits of a value.
 * @param bytes in which the runs lie.
 */
function checkRuns(bytes: Uint8Array, width: number, count: number): number {
  let at = 0;
  let seen = 0;
  while (seen < count && at < bytes.length) {
    const { value, end } = readVarint(bytes, at);
    const packed = value % 2 === 1;
    const length = Math.floor(value / 2) * (packed ? 8 : 1);
    if (seen + length > count + (packed ? PADDING : 0))
      throw new RangeError(`a run of ${length} of ${count} values`);
    at = end + (packed ? (length / 8) * width : Math.ceil(width / 8));
    seen += length;
  }
  return seen;
}

/** Bits that a level from 0 to `most` takes. */
function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}

/** A field of a page header as a number; RangeError unless it is one of 0 or more. */
function numberAt(fields: Thrift, field: number): number {
  const value = fields[field];
  if (typeof value === 'number' && value >= 0) return value;
  throw new RangeError(`a page header with ${String(value)} for field ${field}`);
}

/** A field of a page header as a structure; RangeError where it is none. */
function structAt(fields: Thrift, field: number): Thrift {
  const value = fields[field];
  if (typeof value === 'object') return value;
  throw new RangeError('a page header without its details');
}
