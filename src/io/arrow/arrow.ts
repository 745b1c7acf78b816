/**
 * Arrow: Feather version 2 files and IPC streams, uncompressed or with LZ4 or Zstandard; batch by batch, and of each only
 * the columns needed. Own reader: flechette (2.5.0) and apache-arrow (21.1.0) believe the lengths of a damaged header,
 * and make lists of that length until the process ends; flechette does not find the dictionaries that polars writes
 * after the rows. Both are oracles of the tests.
 * Types: `Input`, of a reader: plain (the decompressed file as a Source), name (without a compression suffix).
 *   `ArrowField`, a column: name (of the column), children (of nested ones), dictionary (id and index type, or null),
 *   type (a code of ARROW). `Settings`, options with defaults: memory (bytes that may be held), onProgress (takes the
 *   fraction done). `ArrowBatch`, of rows or of a dictionary: dictionary (its number, or null for rows), rows (how
 *   many), regions (byte range of each buffer), delta (adds to it), compression (`lz4`, `zstd` or null), start (byte
 *   in the file), bytes (how many). `Source`, a file, folder or bytes: read (bytes start to end (exclusive)).
 *   `RawTable`, as in the file: warnings (of the reader). `ArrowFile`, what a file holds: schema (its columns),
 *   batches (dictionaries before the rows that use them), ended (false for a stream that stops without its end).
 *   `ArrowSchema`, of a file: fields (ArrowField, one a column), metadata (texts by key), bigEndian (numbers are
 *   stored so, which is refused). `Region`, a byte range: offset (from the start of the batch).
 * Fails: FormatError for damage and beyond the memory, UnsupportedError for what is not read, CancelledError once the
 *   signal is aborted.
 */

import { CancelledError, UnsupportedError } from '../../errors.js';
import type { Warning } from '../../model.js';
import { decodeLz4Frame } from '../codecs/lz4.js';
import { zstdDecoder } from '../codecs/zstd.js';
import {
  type ColumnKind,
  type ColumnShape,
  contentsOf,
  pandasIndex,
  rawTexts,
  textColumn,
} from '../columns/shape.js';
import { columnSink } from '../columns/sink.js';
import type { FormatReader, Input, Settings } from '../options.js';
import { damagedFile, tooLarge } from '../source/bytes.js';
import type { Source } from '../source/source.js';
import {
  type BatchReader,
  isList,
  isNumber,
  isReadable,
  isText,
  readValues,
  skip,
  type Values,
} from './columns.js';
import { type ArrowBatch, type ArrowFile, readMessages } from './messages.js';
import { ARROW, type ArrowField } from './schema.js';

interface OpenArrow {
  readonly shape: ColumnShape;
  readonly file: ArrowFile;
  readonly source: Source;
}

/**
 * Opens a file or stream: reads its schema and what its batches are, no values. FormatError for a damaged file,
 * UnsupportedError for the unusual byte order.
 * @returns the schema, its batches, the names and kinds of columns, and rows in all.
 */
async function openArrow(input: Input): Promise<OpenArrow> {
  const source = await input.plain();
  const { name } = input;
  const file = await guard(name, () => readMessages(source));
  const { fields, metadata, bigEndian } = file.schema;
  if (bigEndian) {
    throw new UnsupportedError({
      got: `numbers with their first byte the largest (big-endian) in ${name}`,
      expected: 'an Arrow file of the usual byte order',
      remedy: 'write it again on another machine, or as Parquet',
    });
  }
  const columns = fields.map((field) => ({ name: field.name, kind: kindOf(field) }));
  const index = pandasIndex(
    metadata.get('pandas'),
    columns.map((column) => column.name),
  );
  const rows = file.batches.reduce((sum, batch) => sum + (batch.dictionary === null ? batch.rows : 0), 0);
  return { shape: { columns, rows, index, name }, file, source };
}

/**
 * What a column holds, as readers name it, from its Arrow type. `other` for dates, structures and lists of other
 * things. Never throws.
 */
function kindOf(field: ArrowField): ColumnKind {
  if (isNumber(field)) return 'number';
  if (isText(field)) return 'text';
  const [item] = field.children;
  return isList(field) && item !== undefined && isNumber(item) ? 'list' : 'other';
}

/**
 * Calls `use` with the values of the wanted columns, batch by batch. UnsupportedError for a wanted column of another
 * kind; CancelledError once the signal is aborted.
 * @param wanted names of columns.
 * @param use gets a column's name, the row that the values begin with, and the values.
 */
async function forEachPart(
  { file, source, shape }: OpenArrow,
  wanted: readonly string[],
  settings: Settings,
  use: (column: string, start: number, values: Values) => void,
): Promise<void> {
  const chosen = file.schema.fields.filter((field) => wanted.includes(field.name));
  for (const field of chosen) if (!isReadable(field)) throw notReadable(field, shape.name);
  const dictionaries = new Map<number, Values>();
  const open = await batchOpener(source, shape.name, settings, dictionaries);
  let start = 0;
  for (const batch of file.batches) {
    if (settings.signal?.aborted) throw new CancelledError();
    const parts = open(batch);
    if (batch.dictionary !== null) await addDictionary(batch, chosen, parts, dictionaries);
    else {
      for await (const { field, values } of columnsOf(file.schema.fields, chosen, batch, parts)) {
        use(field.name, start, values);
      }
      start += batch.rows;
      settings.onProgress?.(start / shape.rows);
    }
  }
}

/** Reads the buffers `from` to `to` of a batch. */
type Parts = (from: number, to: number) => Promise<BatchReader>;

/**
 * Yields the values of the chosen columns of one batch, column by column. RangeError, which the caller turns into a
 * FormatError, where the buffers do not fit.
 * @param fields all columns of the file.
 * @param chosen those to read.
 * @param parts reads the buffers of a column.
 */
async function* columnsOf(
  fields: readonly ArrowField[],
  chosen: readonly ArrowField[],
  batch: ArrowBatch,
  parts: Parts,
): AsyncGenerator<{ field: ArrowField; values: Values }> {
  let cursor = { node: 0, region: 0, variadic: 0 };
  for (const field of fields) {
    const next = { ...cursor };
    skip(field, batch, next);
    if (chosen.includes(field)) {
      const values = readValues(field, await parts(cursor.region, next.region), cursor);
      if (values.length !== batch.rows) {
        throw new RangeError(`${values.length} values of ${batch.rows} in ${field.name}`);
      }
      yield { field, values };
    }
    cursor = next;
  }
}

/**
 * Reads a dictionary batch and adds its values to those that are known, where a chosen column needs it. RangeError
 * for an addition to a dictionary that is not there. Nothing happens where no column needs it.
 * @param dictionaries values by number of the dictionary.
 */
async function addDictionary(
  batch: ArrowBatch,
  chosen: readonly ArrowField[],
  parts: Parts,
  dictionaries: Map<number, Values>,
): Promise<void> {
  const id = batch.dictionary ?? -1;
  const all = chosen.flatMap((field) => [field, ...field.children]);
  const field = all.find((candidate) => candidate.dictionary?.id === id);
  if (!field) return;
  const reader = await parts(0, batch.regions.length);
  const values = readValues({ ...field, dictionary: null }, reader, { node: 0, region: 0, variadic: 0 });
  const before = batch.delta ? dictionaries.get(id) : [];
  if (!before) throw new RangeError('an addition to a dictionary that is not there');
  dictionaries.set(id, batch.delta ? [...Array.from(before), ...Array.from(values)] : values);
}

/** Batches up to this size are read at once, larger ones column by column. */
const READ_WHOLE = 2 ** 26;
/** Length of a buffer that was left uncompressed. */
const STORED = -1;
const PREFIX = 8;

/**
 * A function that opens a batch: it returns a reader of buffers `from` to `to`, decompressed, no more than the memory
 * allows at a time. FormatError beyond the memory; RangeError for damage.
 * @param name of the file.
 * @param dictionaries values by number of the dictionary.
 */
async function batchOpener(
  source: Source,
  name: string,
  settings: Settings,
  dictionaries: ReadonlyMap<number, Values>,
): Promise<(batch: ArrowBatch) => Parts> {
  const zstd = await zstdDecoder();
  const decompress = (content: Uint8Array, codec: 'lz4' | 'zstd') => {
    if (content.length === 0) return content;
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    const length = Number(view.getBigInt64(0, true));
    const rest = content.subarray(PREFIX);
    if (length === STORED) return rest;
    if (length > settings.memory) throw tooLarge(name, `a buffer of ${length} bytes`, settings.memory);
    if (length < 0) throw new RangeError(`a buffer of ${length} bytes`);
    // arrow-js 21.1 writes the compressed length here, so that one tells nothing.
    const known = length === rest.length ? null : length;
    if (codec === 'zstd') return zstd(rest, known, settings.memory);
    const result = decodeLz4Frame(rest, known ?? settings.memory);
    if (known === null || result.length === known) return result;
    throw new RangeError(`${result.length} bytes where ${length} were promised`);
  };
  return (batch) => {
    const { compression, regions, start, bytes } = batch;
    let whole: Promise<Uint8Array> | null = null;
    return async (from, to) => {
      const used = regions.slice(from, to).filter(({ length }) => length > 0);
      const low = bytes > READ_WHOLE ? Math.min(...used.map(({ offset }) => offset)) : 0;
      const high =
        bytes > READ_WHOLE ? Math.max(...used.map(({ offset, length }) => offset + length)) : bytes;
      if (high - low > settings.memory)
        throw tooLarge(name, `a column of ${high - low} bytes`, settings.memory);
      whole = bytes > READ_WHOLE || whole === null ? source.read(start + low, start + high) : whole;
      const content = await whole;
      return {
        batch,
        dictionary: (id) => dictionaries.get(id) ?? [],
        buffer(region) {
          if (region < from || region >= Math.min(to, regions.length))
            throw new RangeError('a buffer that is missing');
          const { offset, length } = regions[region];
          const part =
            length === 0 ? new Uint8Array(0) : content.subarray(offset - low, offset - low + length);
          return compression === null ? part : decompress(part, compression);
        },
      };
    };
  };
}

/** The error for a column of a type that is not read. @param name of the file. */
function notReadable(field: ArrowField, name: string): UnsupportedError {
  return new UnsupportedError({
    got: `the column ${field.name} of ${name}, of a kind that is no text, number, date or list (${nameOf(field)})`,
    expected: 'a column of texts, numbers or dates',
    remedy: 'convert it to text, or name another column',
  });
}

/** The name of a column's Arrow type, for messages. The number itself for an unknown one. */
function nameOf({ type }: ArrowField): string {
  return Object.entries(ARROW).find(([, id]) => id === type)?.[0] ?? String(type);
}

/**
 * Runs `work`, which reads the file. An error of this library passes as it is, any other becomes a FormatError that calls
 * the file damaged or truncated.
 * @param name of the file.
 */
async function guard<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw damagedFile('Arrow', name, 'a complete Feather (version 2) or Arrow file', cause);
  }
}

/**
 * A warning for a stream that ends without a mark, since one that was cut off between two batches cannot be told from
 * a whole one; none otherwise.
 */
function endWarnings({ file, shape }: OpenArrow): Warning[] {
  if (file.ended) return [];
  const message = `${shape.name} ends without the mark of its end: if it was cut off, its last rows are missing.`;
  return [{ code: 'no-end-mark', message }];
}

export const arrowReader: FormatReader = {
  contents: async (input) => contentsOf((await openArrow(input)).shape),
  async table(input, settings) {
    const open = await openArrow(input);
    const sink = columnSink(open.shape, settings);
    await guard(input.name, () => forEachPart(open, sink.wanted, settings, sink.put));
    const table = sink.table();
    return { ...table, warnings: [...endWarnings(open), ...table.warnings] };
  },
  async texts(input, settings) {
    const open = await openArrow(input);
    const { column, id } = textColumn(open.shape, settings);
    const values: unknown[] = [];
    const ids: unknown[] = [];
    const wanted = id === null ? [column] : [column, id];
    await guard(input.name, () =>
      forEachPart(open, wanted, settings, (name, _start, part) => {
        if (name === column) for (const value of Array.from(part)) values.push(value);
        if (name === id) for (const value of Array.from(part)) ids.push(value);
      }),
    );
    return rawTexts(values, id === null ? null : ids);
  },
};
