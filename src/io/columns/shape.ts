/**
 * Purpose: the named columns of a file (Parquet, Arrow, JSON lines, SQLite): their kinds, which of them options name,
 *   and which values a reader has to decode.
 * Fails: `OptionError` for an option that names no column.
 * Types: `Settings`, options with defaults: purpose (`features`, `map` or `labels`), idIfThere (`id` may be absent),
 *   id (column of ids).
 */

import { FormatError, OptionError } from '../../errors.js';
import type { Contents, RawTexts, Settings } from '../options.js';
import { columnNamed } from '../plan/column-names.js';
import { type ColumnKind, type FileFacts, plainFacts } from '../plan/facts.js';
import { repeatedValues } from '../table/checks.js';
import { describeNames } from '../table/suggest.js';

export type { ColumnKind } from '../plan/facts.js';

/** A column of a file: its name, and whether it holds numbers, texts, lists of numbers or something else. */
export interface ColumnPlan {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** What the header of a file says of its columns, before any value is read. */
export interface ColumnShape {
  readonly columns: readonly ColumnPlan[];
  readonly rows: number;
  /** Columns that the file itself names as the index of its rows (pandas). */
  readonly index: readonly string[];
  /** The file, for messages. */
  readonly name: string;
}

/**
 * What the file offers to choose from: all its columns by name and kind, and as arrays (possible embeddings) the names of its
 * columns of lists. No layers. The answer of a reader's `contents`, before any value is read.
 */
export function contentsOf({ columns }: ColumnShape): Contents {
  const arrays = columns.filter(({ kind }) => kind === 'list').map(({ name }) => name);
  return { columns, arrays, layers: [] };
}

/** pandas stores an index without a name as a column of this name. */
const UNNAMED_INDEX = /^__index_level_\d+__$/;

/**
 * The columns to decode: all but dates and nested values. With the option `key`, only that column, the index, the
 * columns that options name, and, for a map, texts (they may be ids).
 */
export function wantedColumns(shape: ColumnShape, settings: Settings): ColumnPlan[] {
  const names = shape.columns.map((column) => column.name);
  const key = named(settings.key, 'column', names, shape.name);
  const roles = requestedNames(shape, settings);
  return shape.columns.filter(({ name, kind }) => {
    if (roles.includes(name)) return true;
    if (key !== null)
      return name === key || shape.index.includes(name) || (kind === 'text' && settings.purpose === 'map');
    return kind !== 'other';
  });
}

/** The columns that the options `id` and `label` name; null for an option that is not set, or whose column may be absent. */
export function requestedNames(shape: ColumnShape, settings: Settings): (string | null)[] {
  return [
    settings.idIfThere ? null : namedRole(settings.id, 'id', shape),
    namedRole(settings.label, 'label', shape),
  ];
}

/**
 * The exact name of the column that an option names; null without the option. OptionError where there is none.
 * @param wanted the option's value: a name or a number. @param option its name, for the message.
 */
function namedRole(wanted: string | undefined, option: string, shape: ColumnShape): string | null {
  if (wanted === undefined) return null;
  return shape.columns[columnNamed(plainFile(shape), wanted, option)].name;
}

/** The columns as the reading plan takes them, by name and kind only; no value is known yet. */
const plainFile = ({ columns, name, rows, index }: ColumnShape): FileFacts => ({
  source: name,
  rows,
  named: true,
  columns: columns.map((column) => ({
    ...plainFacts(column.name, column.kind),
    index: index.includes(column.name),
  })),
});

/**
 * `wanted` if it is one of `names`, null if it is undefined; else an OptionError with near names.
 * @param what the option, for the message.
 * @param file its name.
 */
function named(
  wanted: string | undefined,
  what: string,
  names: readonly string[],
  file: string,
): string | null {
  if (wanted === undefined || names.includes(wanted)) return wanted ?? null;
  throw new OptionError({
    got: `${what} ${JSON.stringify(wanted)}, which is no column of ${file}`,
    expected: 'the name of one of its columns',
    remedy: describeNames(wanted, names),
  });
}

/** FormatError when a name among `wanted` belongs to two columns of the file. */
export function checkRepeatedNames(shape: ColumnShape, wanted: readonly string[]): void {
  const repeated = repeatedValues(shape.columns.map(({ name }) => name));
  const twice = repeated.find((column) => wanted.includes(column));
  if (twice === undefined) return;
  throw new FormatError({
    got: `two columns named ${twice} in ${shape.name}`,
    expected: 'columns that can be told apart by their names',
    remedy: 'rename one of them',
  });
}

/**
 * Which column to read as texts (option `key`, else `label`, else the only one besides the ids), and which holds the ids, or
 * null. OptionError where that leaves a choice.
 */
export function textColumn(shape: ColumnShape, settings: Settings): { column: string; id: string | null } {
  const names = shape.columns.map((column) => column.name);
  const id = named(settings.id, 'id column', names, shape.name) ?? shape.index[0] ?? null;
  const wanted = named(settings.key ?? settings.label, 'column', names, shape.name);
  if (wanted !== null) return { column: wanted, id };
  const rest = names.filter((name) => name !== id);
  if (rest.length === 1) return { column: rest[0], id };
  throw new OptionError({
    got: `${names.length} columns in ${shape.name}`,
    expected: 'the name of the one to use',
    remedy: `name one of ${rest.slice(0, 8).join(', ')}`,
  });
}

/** The values of a column as texts, and its ids where there are any; null and undefined become empty texts. */
export function rawTexts(values: ArrayLike<unknown>, ids: ArrayLike<unknown> | null): RawTexts {
  return { values: Array.from(values, textOf), ids: ids === null ? null : Array.from(ids, textOf) };
}

/** A value as text; null and undefined become the empty text. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

/**
 * The columns that pandas wrote its index to; several for a MultiIndex.
 * @param note the JSON text that pandas leaves in the file's metadata. @param names of all columns.
 */
export function pandasIndex(note: string | undefined, names: readonly string[]): readonly string[] {
  if (note === undefined) return names.filter((name) => UNNAMED_INDEX.test(name));
  try {
    const columns = (JSON.parse(note) as { index_columns?: unknown[] }).index_columns ?? [];
    return columns.filter((name): name is string => typeof name === 'string' && names.includes(name));
  } catch {
    return [];
  }
}
