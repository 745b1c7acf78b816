/** Parquet through hyparquet: all its codecs and encodings, row group by row group, only the columns needed. */

import type { SchemaTree } from 'hyparquet';
import { CancelledError, FormatError, WhymapError } from '../errors.js';
import { tooLarge } from './bytes.js';
import {
  type ColumnKind,
  type ColumnShape,
  columnSink,
  pandasIndex,
  rawTexts,
  textColumn,
} from './columns.js';
import type { FormatReader, Input, Settings } from './options.js';

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

interface OpenParquet {
  readonly shape: ColumnShape;
  readonly ranges: readonly { readonly rowStart: number; readonly rowEnd: number }[];
  readonly read: (column: string, range: { rowStart: number; rowEnd: number }) => Promise<ArrayLike<unknown>>;
}

async function openParquet(input: Input, settings: Settings): Promise<OpenParquet> {
  const [{ parquetScan, parquetSchema }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const source = await input.plain();
  const { size } = await source.stat();
  const file = {
    byteLength: size,
    async slice(start: number, end = size) {
      const bytes = await source.read(start < 0 ? size + start : start, end);
      return bytes.slice().buffer as ArrayBuffer;
    },
  };
  const guard = <T>(work: Promise<T>) => work.catch((cause: unknown) => damaged(input.name, cause));
  const scan = await guard(parquetScan({ file, compressors }));
  const rows = Number(scan.metadata.num_rows);
  checkPromise(scan.metadata, input.name, settings);
  const columns = parquetSchema(scan.metadata).children.map((tree) => ({
    name: tree.element.name,
    kind: kindOf(tree),
  }));
  const note = scan.metadata.key_value_metadata?.find((entry) => entry.key === 'pandas')?.value;
  const index = pandasIndex(
    note,
    columns.map((column) => column.name),
  );
  return {
    shape: { columns, rows, index, name: input.name },
    ranges: scan.ranges,
    async read(column, range) {
      if (settings.signal?.aborted) throw new CancelledError();
      const values = await guard(scan.readColumn({ column, ...range }));
      if (values.length === range.rowEnd - range.rowStart) return values;
      return damaged(input.name, `${values.length} values of ${range.rowEnd - range.rowStart} in ${column}`);
    },
  };
}

/** A promise of more than memory is refused before anything is read. */
function checkPromise(
  metadata: { num_rows: bigint; row_groups: readonly { num_rows: bigint; total_byte_size: bigint }[] },
  name: string,
  settings: Settings,
): void {
  const inGroups = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (inGroups !== metadata.num_rows)
    damaged(name, `${metadata.num_rows} rows, of which ${inGroups} are there`);
  for (const group of metadata.row_groups) {
    if (group.total_byte_size > settings.memory) {
      throw tooLarge(name, `a row group of ${group.total_byte_size} bytes`, settings.memory);
    }
  }
}

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

function isListOfNumbers(tree: SchemaTree): boolean {
  let inner = tree;
  while (inner.children.length === 1) inner = inner.children[0];
  const depth = inner.path.length - tree.path.length;
  return inner.children.length === 0 && depth <= 2 && kindOf(inner) === 'number';
}

function damaged(name: string, cause: unknown): never {
  if (cause instanceof WhymapError) throw cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new FormatError(
    {
      got: `a damaged or truncated Parquet file, ${name} (${why.slice(0, 120)})`,
      expected: 'a complete Parquet file',
      remedy: 'copy or write the file again',
    },
    { cause },
  );
}

export const parquetReader: FormatReader = {
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
