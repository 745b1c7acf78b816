/** Arrow: Feather version 2 files and IPC streams, uncompressed or with LZ4 or Zstandard, through flechette. */

import type { Batch, DataType, Field, Table } from '@uwdata/flechette';
import { FormatError, WhymapError } from '../errors.js';
import { tooLarge } from './bytes.js';
import {
  type ColumnKind,
  type ColumnShape,
  columnSink,
  contentsOf,
  pandasIndex,
  rawTexts,
  textColumn,
} from './columns.js';
import { decodeLz4Frame } from './lz4.js';
import type { FormatReader, Input, Settings } from './options.js';

async function openArrow(input: Input, settings: Settings): Promise<{ shape: ColumnShape; table: Table }> {
  const flechette = await import('@uwdata/flechette');
  const source = await input.plain();
  const { size } = await source.stat();
  if (size > settings.memory) throw tooLarge(input.name, `${size} bytes`, settings.memory);
  const bytes = await source.read();
  const { decompressZstd } = await import('hyparquet-compressors');
  const { LZ4_FRAME, ZSTD } = flechette.CompressionType;
  const never = (): never => {
    throw new Error('compressing is not needed to read');
  };
  flechette.setCompressionCodec(LZ4_FRAME, {
    decode: (buffer) => decodeLz4Frame(buffer, settings.memory),
    encode: never,
  });
  flechette.setCompressionCodec(ZSTD, { decode: (buffer) => aligned(decompressZstd(buffer)), encode: never });
  const table = guard(input.name, () => flechette.tableFromIPC(bytes.slice(), { useBigInt: true }));
  const kind = (field: Field) => kindOf(field.type, flechette.Type);
  const columns = table.schema.fields.map((field) => ({ name: field.name, kind: kind(field) }));
  const note = table.schema.metadata?.get('pandas');
  const index = pandasIndex(
    note,
    columns.map((column) => column.name),
  );
  if (!(Number.isSafeInteger(table.numRows) && table.numRows >= 0))
    damaged(input.name, `${table.numRows} rows`);
  guard(input.name, () => {
    for (const { name } of columns)
      for (const batch of table.getChild(name).data) checkBatch(batch, input.name);
  });
  if (table.numRows * 4 > settings.memory)
    throw tooLarge(input.name, `${table.numRows} rows`, settings.memory);
  return { shape: { columns, rows: table.numRows, index, name: input.name }, table };
}

/** The decoder may return a part of a larger buffer, where numbers of 8 bytes cannot be viewed. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

type TypeIds = typeof import('@uwdata/flechette').Type;

function kindOf(type: DataType, ids: TypeIds): ColumnKind {
  const { typeId } = type;
  const is = (...wanted: readonly number[]) => wanted.includes(typeId);
  if (is(ids.Int, ids.Float, ids.Bool, ids.Decimal)) return 'number';
  if (is(ids.Utf8, ids.LargeUtf8, ids.Utf8View)) return 'text';
  if ('dictionary' in type) return kindOf(type.dictionary, ids);
  if (!is(ids.List, ids.LargeList, ids.FixedSizeList) || !('children' in type)) return 'other';
  const item = type.children?.[0];
  return item && kindOf(item.type, ids) === 'number' ? 'list' : 'other';
}

/** The lengths that a damaged header promises are checked against the data before anything of that size is made. */
function checkBatch(batch: Batch<unknown>, name: string): void {
  const { length, values, offsets } = batch as {
    length: number;
    values?: ArrayLike<unknown>;
    offsets?: ArrayLike<unknown>;
  };
  const bits = values instanceof Uint8Array ? 8 : 1;
  const lacks = offsets ? offsets.length < length + 1 : values && values.length * bits < length;
  if (lacks) damaged(name, `${length} values, of which ${values?.length ?? 0} are there`);
}

function valuesOf(table: Table, column: string, name: string): ArrayLike<unknown> {
  return guard(name, () => {
    const child = table.getChild(column);
    if (child.length !== table.numRows)
      damaged(name, `${child.length} values of ${table.numRows} in ${column}`);
    return child.toArray() as ArrayLike<unknown>;
  });
}

function guard<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof WhymapError) throw cause;
    return damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function damaged(name: string, why: string, cause?: unknown): never {
  throw new FormatError(
    {
      got: `a damaged or truncated Arrow file, ${name} (${why.slice(0, 120)})`,
      expected: 'a complete Feather (version 2) or Arrow file',
      remedy: 'copy or write the file again',
    },
    { cause },
  );
}

export const arrowReader: FormatReader = {
  contents: async (input, settings) => contentsOf((await openArrow(input, settings)).shape),
  async table(input, settings) {
    const { shape, table } = await openArrow(input, settings);
    const sink = columnSink(shape, settings);
    for (const column of sink.wanted) sink.put(column, 0, valuesOf(table, column, input.name));
    return sink.table();
  },
  async texts(input, settings) {
    const { shape, table } = await openArrow(input, settings);
    const { column, id } = textColumn(shape, settings);
    return rawTexts(
      valuesOf(table, column, input.name),
      id === null ? null : valuesOf(table, id, input.name),
    );
  },
};
