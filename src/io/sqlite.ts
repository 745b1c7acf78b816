/**
 * SQLite: a table, or the result of a query, through sql.js (SQLite as WebAssembly, an optional package that a person adds).
 * The database is a copy in memory, so nothing that a query says can change the file.
 *
 * Cost: the file in memory, and the query twice: once for what its columns hold, once for the values.
 * How it fails: FormatError for a damaged file or a column that holds texts among numbers; OptionError for a table that is
 * not there, or a query that SQLite refuses; UnsupportedError without the package.
 */

import {
  CancelledError,
  FormatError,
  OptionError,
  option,
  UnsupportedError,
  WhymapError,
  words,
} from '../errors.js';
import { type ColumnKind, type ColumnShape, contentsOf, rawTexts, textColumn } from './columns/shape.js';
import { columnSink } from './columns/sink.js';
import type { FormatReader, Input, Settings } from './options.js';
import { tooLarge } from './source/bytes.js';
import { describeNames } from './table/suggest.js';

/** The part of sql.js that is used. */
interface Statement {
  step(): boolean;
  get(parameters: null, options: { readonly useBigInt: boolean }): unknown[];
  getColumnNames(): string[];
  reset(): void;
  free(): boolean;
}
interface Database {
  prepare(sql: string): Statement;
  close(): void;
}
type Init = () => Promise<{ Database: new (bytes: Uint8Array) => Database }>;

// Not a literal, so that bundlers do not look for what is not there.
const PACKAGE = 'sql.js';
/** WebAssembly memory ends at 2 GiB here, and SQLite needs room beside the file. */
const LARGEST_FILE = 2 ** 30;
const BATCH_ROWS = 1024;

/** sql.js, loaded on first use. */
async function load(): Promise<Init> {
  try {
    return ((await import(/* @vite-ignore */ PACKAGE)) as { default: Init }).default;
  } catch (cause) {
    throw new UnsupportedError(
      {
        got: `an SQLite database, which needs the package ${PACKAGE}`,
        expected: 'that package to be installed beside whymap, in Node',
        remedy: `run \`npm install ${PACKAGE}\`, or export the table as CSV or Parquet`,
      },
      { cause },
    );
  }
}

/**
 * Opens the database, prepares the query or the table that the settings name, and calls `work` with it; closes all
 * afterwards. FormatError for a damaged file or one beyond the memory.
 */
async function withStatement<T>(
  input: Input,
  settings: Settings,
  work: (statement: Statement) => T,
): Promise<T> {
  const init = await load();
  const source = await input.plain();
  const { size } = await source.stat();
  const limit = Math.min(settings.memory, LARGEST_FILE);
  if (size > limit) throw tooLarge(input.name, `${size} bytes`, limit, 'export the table as Parquet or CSV');
  const { name } = input;
  // One instance a file: a damaged one may bring it down.
  const { Database } = await init();
  const bytes = await source.read();
  const database = guard(name, () => new Database(bytes));
  try {
    const tables = guard(name, () => tablesOf(database));
    const statement = prepared(database, settings, tables, name);
    try {
      return guard(name, () => work(statement));
    } finally {
      statement.free();
    }
  } finally {
    database.close();
  }
}

/** Names of the tables and views of a database. */
function tablesOf(database: Database): string[] {
  const sql = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%'";
  const statement = database.prepare(sql);
  const names: string[] = [];
  while (statement.step()) names.push(String(statement.get(null, { useBigInt: true })[0]));
  statement.free();
  return names;
}

/**
 * The statement that gives the rows: the query of the settings, or all of a table. OptionError for a query that is
 * wrong.
 * @param tables names of those there are.
 * @param name of the file.
 */
function prepared(
  database: Database,
  settings: Settings,
  tables: readonly string[],
  name: string,
): Statement {
  const { query } = settings;
  if (query === undefined) {
    const table = tableOf(settings, tables, name);
    return guard(name, () => database.prepare(`select * from "${table.replaceAll('"', '""')}"`));
  }
  if (settings.table !== undefined) {
    throw new OptionError({
      got: words`${option('table')} and ${option('query')}`,
      expected: 'one of the two',
      remedy: 'leave one out',
    });
  }
  try {
    const statement = database.prepare(query);
    if (statement.getColumnNames().length > 0) return statement;
    statement.free();
  } catch (cause) {
    throw wrongQuery(cause instanceof Error ? cause.message : String(cause), tables, name);
  }
  throw wrongQuery('it gives no columns', tables, name);
}

/** The error for a wrong query or table, with the names there are. */
function wrongQuery(why: string, tables: readonly string[], name: string): OptionError {
  return new OptionError({
    got: words`${option('query')}, of which SQLite says: ${why.replaceAll('\n', ' ').slice(0, 120)}`,
    expected: `one select from the tables of ${name}`,
    remedy: `correct it. There is ${tables.slice(0, 8).join(', ') || 'no table'}`,
  });
}

/**
 * Name of the table that is read: the one that an option names, or the only one. OptionError otherwise.
 * @param name of the file.
 */
function tableOf(settings: Settings, tables: readonly string[], name: string): string {
  const { table } = settings;
  if (table !== undefined && tables.includes(table)) return table;
  if (table === undefined && tables.length === 1) return tables[0];
  throw new OptionError({
    got:
      table === undefined
        ? `${tables.length} tables in ${name}`
        : `the table ${table}, which ${name} does not have`,
    expected: 'the name of one of its tables',
    remedy: words`name one with ${option('table')}, or write a ${option('query')}. ${describeNames(table ?? '', tables)}`,
  });
}

interface Found {
  readonly numbers: boolean;
  readonly texts: boolean;
  readonly others: boolean;
}

/**
 * Goes over all rows of a statement; `use` gets them in batches, column by column, with the number of the first row.
 * Returns the number of rows.
 */
function forEachBatch(
  statement: Statement,
  settings: Settings,
  use: (start: number, columns: readonly unknown[][]) => void,
): number {
  statement.reset();
  const names = statement.getColumnNames();
  let batch = names.map((): unknown[] => []);
  let rows = 0;
  const flush = () => {
    if (settings.signal?.aborted) throw new CancelledError();
    use(rows - batch[0].length, batch);
    batch = names.map(() => []);
  };
  while (statement.step()) {
    const values = statement.get(null, { useBigInt: true });
    for (let c = 0; c < names.length; c++) batch[c].push(values[c]);
    rows++;
    if (rows % BATCH_ROWS === 0) flush();
  }
  flush();
  return rows;
}

/**
 * What the columns hold and how many rows there are, from a pass over all rows: SQLite gives every value a type of
 * its own. FormatError for numbers and texts in one column.
 * @param name of the file.
 */
function shapeOf(statement: Statement, settings: Settings, name: string): ColumnShape {
  const names = statement.getColumnNames();
  const found = names.map((): Found => ({ numbers: false, texts: false, others: false }));
  const rows = forEachBatch(statement, settings, (start, columns) => {
    if (start * columns.length * 4 > settings.memory) {
      throw tooLarge(name, `more than ${start} x ${columns.length} values`, settings.memory);
    }
    for (const [c, values] of columns.entries()) found[c] = merged(found[c], values);
  });
  const roles = [settings.id, settings.label, settings.key];
  const columns = names.map((column, c) => ({
    name: column,
    kind: kindOf(found[c], column, name, roles.includes(column)),
  }));
  return { columns, rows, index: [], name };
}

/** What a column holds (numbers, texts, others), with more of its values looked at. */
function merged(found: Found, values: readonly unknown[]): Found {
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  return {
    numbers: found.numbers || values.some(isNumber),
    texts: found.texts || values.some((value) => typeof value === 'string'),
    others: found.others || values.some((value) => value instanceof Uint8Array),
  };
}

/**
 * Whether a column holds numbers, texts or something else; FormatError where numbers and texts are mixed, unless it
 * is read as text.
 * @param name of the file.
 * @param isText whether an option names it as ids, labels or texts.
 */
function kindOf(found: Found, column: string, name: string, isText: boolean): ColumnKind {
  if (found.others) return 'other';
  if (!found.texts) return 'number';
  if (!found.numbers || isText) return 'text';
  throw new FormatError({
    got: `texts among the numbers of column ${column} of ${name}`,
    expected: 'one kind of value in a column',
    remedy: words`correct them, leave the column out with ${option('query')}, or name it as ${option('id')} or ${option('label')}`,
  });
}

/** Runs `work` and turns what goes wrong into a FormatError about the file. @param name of the file. */
function guard<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof WhymapError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(
      {
        got: `a damaged SQLite database, ${name} (${why.replaceAll('\n', ' ').slice(0, 120)})`,
        expected: 'a complete database file',
        remedy: 'copy the file again, or export the table as CSV',
      },
      { cause },
    );
  }
}

/** Reads the table that is named, or the only one, or the result of a query. */
function readRows(input: Input, settings: Settings) {
  return withStatement(input, settings, (statement) => {
    const shape = shapeOf(statement, settings, input.name);
    const sink = columnSink(shape, settings);
    const indices = sink.wanted.map((column) => shape.columns.findIndex(({ name }) => name === column));
    forEachBatch(statement, settings, (start, columns) => {
      for (const [i, column] of sink.wanted.entries()) sink.put(column, start, columns[indices[i]]);
      settings.onProgress?.(shape.rows === 0 ? 1 : start / shape.rows);
    });
    return sink.table();
  });
}

export const sqliteReader: FormatReader = {
  contents: (input, settings) =>
    withStatement(input, settings, (statement) => contentsOf(shapeOf(statement, settings, input.name))),
  table: readRows,
  // The key of an embedding is its table.
  embedding: (input, settings) =>
    readRows(input, { ...settings, key: undefined, table: settings.key ?? settings.table }),
  texts: (input, settings) =>
    withStatement(input, settings, (statement) => {
      const shape = shapeOf(statement, settings, input.name);
      const { column, id } = textColumn(shape, settings);
      const indexOf = (wanted: string) => shape.columns.findIndex(({ name }) => name === wanted);
      const values: unknown[] = [];
      const ids: unknown[] = [];
      forEachBatch(statement, settings, (_start, columns) => {
        for (const value of columns[indexOf(column)]) values.push(value);
        if (id !== null) for (const value of columns[indexOf(id)]) ids.push(value);
      });
      return rawTexts(values, id === null ? null : ids);
    }),
};
