/**
 * Parquet through hyparquet: all its codecs and encodings, row group by row group, only the columns needed.
 * Types: `Input`, of a reader: plain (the decompressed file as a Source), name (without a compression suffix).
 *   `Settings`, options with defaults: signal (aborts). `Source`, a file or bytes: stat (its size; FormatError where
 *   nothing is).
 */

import type { AsyncBuffer, Compressors, FileMetaData, SchemaTree } from 'hyparquet';
import { CancelledError } from '../../errors.js';
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
import { parquetCompressors } from './codecs.js';
import { levelsOf } from './levels.js';
import { checkPages } from './pages.js';
import { readStruct } from './thrift.js';

const TEXT_TYPES = ['UTF8', 'STRING', 'ENUM', 'JSON', 'UUID'];
const OTHER_TYPES = [
  'DATE',
  'TIME',
  'TIMESTAMP',
  'INTERVAL',
  'BSON',
  'MAP',
  'VARIANT',
  'GEOMETRY',
  'GEOGRAPHY',
];

/** The footer's length and the mark, at the end. */
const FRAME = 8;
/** PAR1. */
const MAGIC = 0x31524150;
/** Most footers are in it, so that one request is enough. */
const FIRST_READ = 2 ** 19;

interface OpenParquet {
  readonly shape: ColumnShape;
  readonly ranges: readonly { readonly rowStart: number; readonly rowEnd: number }[];
  readonly read: (column: string, range: { rowStart: number; rowEnd: number }) => Promise<ArrayLike<unknown>>;
}

/**
 * Opens a file: its shape, its row groups, and a reader of one column in one row group. FormatError for a damaged
 * file, or one whose row groups exceed the memory.
 */
async function openParquet(input: Input, settings: Settings): Promise<OpenParquet> {
  const { parquetMetadata, parquetScan, parquetSchema } = await import('hyparquet');
  const source = await input.plain();
  const { size } = await source.stat();
  const file = chunkedFile(source, size);
  const guard = <T>(work: Promise<T>) => work.catch((cause: unknown) => damaged(input.name, cause));
  // looking for geometry, hyparquet walks the schema before anyone can check it, and may never end
  const metadata = await guard(
    readFooter(file).then((footer) => parquetMetadata(footer, { geoparquet: false })),
  );
  await guard(Promise.resolve().then(() => checkPromise(metadata, input.name, settings)));
  const compressors = await parquetCompressors(codecsOf(metadata));
  const scan = await guard(
    parquetScan({ file, metadata, compressors: file.compressors(compressors), useOffsetIndex: false }),
  );
  const rows = Number(metadata.num_rows);
  const noteOf = (wanted: string) => metadata.key_value_metadata?.find(({ key }) => key === wanted)?.value;
  const geometries = geometryColumns(noteOf('geo'));
  const columns = parquetSchema(metadata).children.map((tree) => ({
    name: tree.element.name,
    kind: geometries.has(tree.element.name) ? 'other' : kindOf(tree),
  }));
  const index = pandasIndex(
    noteOf('pandas'),
    columns.map((column) => column.name),
  );
  return {
    shape: { columns, rows, index, name: input.name },
    ranges: scan.ranges,
    async read(column, range) {
      if (settings.signal?.aborted) throw new CancelledError();
      await guard(checkColumn(file, { metadata, compressors, column, range, memory: settings.memory }));
      const values = await guard(scan.readColumn({ column, ...range }));
      if (values.length === range.rowEnd - range.rowStart) return values;
      return damaged(input.name, `${values.length} values of ${range.rowEnd - range.rowStart} in ${column}`);
    },
  };
}

interface ChunkedFile extends AsyncBuffer {
  /** Bytes that are kept, for the reading that follows. */
  load(start: number, end: number): Promise<ArrayBuffer>;
  /** Keeps what a page of a loaded range was decompressed to. */
  keep(page: Uint8Array, content: Uint8Array): void;
  compressors(decompressors: Compressors): Compressors;
}

/** The file as hyparquet reads it; a range that was checked just before is not read a second time. @param size of the file, bytes. */
function chunkedFile(source: Source, size: number): ChunkedFile {
  let last = { start: 0, end: 0, buffer: new ArrayBuffer(0) };
  const pages = new WeakMap<ArrayBufferLike, Map<number, Uint8Array>>();
  const read = async (start: number, end: number) => {
    const bytes = await source.read(start, end);
    return bytes.slice().buffer as ArrayBuffer;
  };
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? size + start : start;
      return from === last.start && end === last.end ? last.buffer : read(from, end);
    },
    async load(start, end) {
      last = { start, end, buffer: await read(start, end) };
      return last.buffer;
    },
    keep(page, content) {
      const known = pages.get(page.buffer) ?? new Map<number, Uint8Array>();
      pages.set(page.buffer, known.set(page.byteOffset, content));
    },
    compressors: (decompressors) =>
      Object.fromEntries(
        Object.entries(decompressors).map(([codec, decompress]) => [
          codec,
          (input: Uint8Array, length: number) =>
            pages.get(input.buffer)?.get(input.byteOffset) ?? decompress(input, length),
        ]),
      ),
  };
}

/** The end of the file, from its footer on, when no list in the footer promises more than there is. */
async function readFooter(file: AsyncBuffer): Promise<ArrayBuffer> {
  const { byteLength } = file;
  const tail = await file.slice(Math.max(0, byteLength - FIRST_READ), byteLength);
  const frame = new DataView(tail, Math.max(0, tail.byteLength - FRAME));
  if (frame.byteLength < FRAME || frame.getUint32(4, true) !== MAGIC) throw new Error('no PAR1 at its end');
  const length = frame.getUint32(0, true) + FRAME;
  if (length > byteLength) throw new Error(`a footer of ${length} bytes, where ${byteLength} are there`);
  const whole = length <= tail.byteLength;
  const footer = whole ? tail.slice(-length) : await file.slice(byteLength - length, byteLength);
  readStruct(new Uint8Array(footer, 0, length - FRAME), 0);
  return footer;
}

/** No codec makes more of a byte than this (brotli and Zstandard of one value repeated); and what any page may take. */
const MOST_RATIO = 2 ** 16;
const LEAST_PAGE = 2 ** 16;

interface ColumnRange {
  readonly metadata: FileMetaData;
  readonly compressors: Compressors;
  readonly column: string;
  readonly range: { readonly rowStart: number; readonly rowEnd: number };
  /** Bytes that a page may take. */
  readonly memory: number;
}

/** Checks the pages of a column in one row group, before hyparquet decodes them. */
async function checkColumn(file: ChunkedFile, wanted: ColumnRange): Promise<void> {
  let start = 0;
  const group = wanted.metadata.row_groups.find((candidate) => {
    start += Number(candidate.num_rows);
    return start > wanted.range.rowStart;
  });
  const chunks = (group?.columns ?? []).flatMap(({ meta_data: chunk }) =>
    chunk && chunk.path_in_schema[0] === wanted.column ? [chunk] : [],
  );
  if (chunks.length === 0) throw new Error(`no data of ${wanted.column}`);
  for (const chunk of chunks) {
    const first = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    const last = first + Number(chunk.total_compressed_size);
    if (!(first >= 0 && last <= file.byteLength && first <= last))
      throw new Error(`no data of ${wanted.column}`);
    const bytes = new Uint8Array(await file.load(first, last));
    const decompress = wanted.compressors[chunk.codec];
    checkPages(bytes, {
      values: Number(chunk.num_values),
      ...levelsOf(wanted.metadata, chunk.path_in_schema),
      decompress(page, size) {
        if (chunk.codec === 'UNCOMPRESSED' || !decompress) return page;
        // the chunk's total_uncompressed_size is filled in wrongly by real writers (0, or the compressed size)
        if (size > Math.min(wanted.memory, page.length * MOST_RATIO + LEAST_PAGE))
          throw new Error(`a page of ${size} bytes`);
        const content = decompress(page, size);
        file.keep(page, content);
        return content;
      },
    });
  }
}

/** Names of the codecs of all column chunks. */
function codecsOf({ row_groups: groups }: FileMetaData): string[] {
  return groups.flatMap(({ columns }) => columns.map(({ meta_data: chunk }) => chunk?.codec ?? ''));
}

/**
 * FormatError for metadata that contradict themselves or promise row groups beyond the memory, before anything is
 * read.
 * @param name of the file.
 */
function checkPromise(metadata: FileMetaData, name: string, settings: Settings): void {
  checkSchema(metadata, name);
  const inGroups = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (inGroups !== metadata.num_rows)
    damaged(name, `${metadata.num_rows} rows, of which ${inGroups} are there`);
  for (const group of metadata.row_groups) {
    if (group.total_byte_size > settings.memory) {
      throw tooLarge(name, `a row group of ${group.total_byte_size} bytes`, settings.memory);
    }
  }
}

/**
 * FormatError for a schema that hyparquet would take on trust: no tree of elements, a column without a name, a
 * repeated root.
 * @param name of the file.
 */
function checkSchema({ schema }: FileMetaData, name: string): void {
  const children = schema.map((element) => element.num_children ?? 0);
  const promised = children.reduce((sum, count) => sum + count, 0);
  if (children.some((count) => !(count >= 0)) || promised !== schema.length - 1)
    damaged(name, `a schema of ${schema.length} elements that promises ${promised} children`);
  // hyparquet would look for levels of it in every page, among the values
  if (schema.slice(1).some((element) => typeof element.name !== 'string'))
    damaged(name, 'a column without a name in its schema');
  if (schema[0].repetition_type === 'REPEATED') damaged(name, 'a schema whose root is repeated');
}

/**
 * Names of the columns of GeoParquet, bytes that are shapes.
 * @param note JSON in the file's metadata, or undefined.
 */
function geometryColumns(note: string | undefined): ReadonlySet<string> {
  try {
    return new Set(Object.keys(note ? (JSON.parse(note).columns ?? {}) : {}));
  } catch {
    return new Set();
  }
}

/** What a column holds, from its types in the schema. */
function kindOf(tree: SchemaTree): ColumnKind {
  const { element, children } = tree;
  const types = [element.logical_type?.type, element.converted_type].filter((type) => type !== undefined);
  const startsLike = (names: readonly string[]) =>
    types.some((type) => names.some((name) => type.startsWith(name)));
  if (startsLike(OTHER_TYPES)) return 'other';
  if (children.length > 0) return isListOfNumbers(tree) ? 'list' : 'other';
  if (element.type === 'INT96') return 'other';
  if (startsLike(TEXT_TYPES)) return 'text';
  if (startsLike(['DECIMAL', 'FLOAT16'])) return 'number';
  return element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY' ? 'text' : 'number';
}

/** Whether an element is a list, at most two groups deep, of numbers. */
function isListOfNumbers(tree: SchemaTree): boolean {
  let inner = tree;
  while (inner.children.length === 1) inner = inner.children[0];
  const depth = inner.path.length - tree.path.length;
  return inner.children.length === 0 && depth <= 2 && kindOf(inner) === 'number';
}

/** Throws the error for a file that cannot be read. */
function damaged(name: string, cause: unknown): never {
  throw damagedFile('Parquet', name, 'a complete Parquet file', cause);
}

export const parquetReader: FormatReader = {
  async contents(input, settings) {
    const { shape } = await openParquet(input, settings);
    return contentsOf(shape);
  },
  async table(input, settings) {
    const { shape, ranges, read } = await openParquet(input, settings);
    const sink = columnSink(shape, settings);
    for (const range of ranges) {
      for (const column of sink.wanted) sink.put(column, range.rowStart, await read(column, range));
      settings.onProgress?.(range.rowEnd / shape.rows);
    }
    return sink.table();
  },
  async texts(input, settings) {
    const { shape, ranges, read } = await openParquet(input, settings);
    const { column, id } = textColumn(shape, settings);
    const values: unknown[] = [];
    const ids: unknown[] = [];
    for (const range of ranges) {
      for (const value of Array.from(await read(column, range))) values.push(value);
      if (id !== null) for (const value of Array.from(await read(id, range))) ids.push(value);
    }
    return rawTexts(values, id === null ? null : ids);
  },
};
