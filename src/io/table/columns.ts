/**
 * A table from named columns (Parquet, Arrow, JSON lines): which are features, ids and labels, and their values
 * put in place as they arrive.
 *
 * Numbers and booleans are features. A column of lists of one length gives as many features. Texts are ids or
 * labels where that was asked for, and are otherwise left out with a warning, as are dates and nested values.
 */

import { FormatError, OptionError } from '../../errors.js';
import type { Matrix, Warning } from '../../model.js';
import { numberOf } from '../numpy/dtypes.js';
import type { Contents, RawTable, RawTexts, Settings } from '../options.js';
import { tooLarge } from '../source/bytes.js';
import { repeatedValues } from './checks.js';
import { describeNames } from './suggest.js';

export type ColumnKind = 'number' | 'text' | 'list' | 'other';

export interface ColumnPlan {
  readonly name: string;
  readonly kind: ColumnKind;
}

export interface ColumnShape {
  readonly columns: readonly ColumnPlan[];
  readonly rows: number;
  /** Column that the file itself names as the index of its rows (pandas), or null. */
  readonly index: string | null;
  /** The file, for messages. */
  readonly name: string;
}

/** What named columns offer; a column of lists may be an embedding. */
export function contentsOf({ columns }: ColumnShape): Contents {
  const arrays = columns.filter(({ kind }) => kind === 'list').map(({ name }) => name);
  return { columns, arrays, layers: [] };
}

/** Takes the values of columns in any order, and gives the table. */
export interface ColumnSink {
  /** Columns whose values are wanted. */
  readonly wanted: readonly string[];
  /** Values of rows `start` on. */
  put(column: string, start: number, values: ArrayLike<unknown>): void;
  table(): RawTable;
}

/** pandas stores an index without a name as a column of this name. */
const UNNAMED_INDEX = /^__index_level_\d+__$/;

interface Roles {
  readonly id: string | null;
  /** A first column of texts that becomes the ids if they are unique. */
  readonly candidate: string | null;
  readonly label: string | null;
  readonly features: readonly ColumnPlan[];
}

function rolesOf(shape: ColumnShape, settings: Settings): Roles {
  const names = shape.columns.map((column) => column.name);
  const id = named(settings.id, 'id column', names, shape.name) ?? shape.index;
  const label = named(settings.label, 'label column', names, shape.name);
  const key = named(settings.key, 'column', names, shape.name);
  const first = shape.columns[0];
  const features = shape.columns.filter(({ name, kind }) => {
    if (key !== null) return name === key;
    return name !== id && name !== label && (kind === 'number' || kind === 'list');
  });
  const isCandidate = id === null && first?.kind === 'text' && first.name !== label && first.name !== key;
  return { id, candidate: isCandidate ? first.name : null, label, features };
}

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

export function columnSink(shape: ColumnShape, settings: Settings): ColumnSink {
  const { rows, name } = shape;
  const roles = rolesOf(shape, settings);
  const numbers = roles.features.filter((column) => column.kind !== 'list');
  const bytes = rows * numbers.length * 4;
  if (bytes > settings.memory)
    throw tooLarge(name, `a table of ${rows} x ${numbers.length}`, settings.memory);
  // Made with the first values: until then the number of rows is a promise.
  let matrix = { rows, columns: numbers.length, data: new Float32Array(0) };
  const place = new Map(numbers.map((column, c) => [column.name, c]));
  const lists = new Map<string, Matrix>();
  const texts = new Map<string, string[]>();
  for (const column of [roles.id ?? roles.candidate, roles.label]) {
    if (column !== null) texts.set(column, []);
  }
  const wanted = [...new Set([...roles.features.map((column) => column.name), ...texts.keys()])];
  const repeated = repeatedValues(shape.columns.map((column) => column.name));
  const twice = repeated.find((column) => wanted.includes(column));
  if (twice !== undefined) throw twoColumns(twice, name);
  return {
    wanted,
    put(column, start, values) {
      if (matrix.data.length === 0) matrix = { ...matrix, data: new Float32Array(rows * numbers.length) };
      const list = texts.get(column);
      if (list) for (let i = 0; i < values.length; i++) list[start + i] = textOf(values[i]);
      const c = place.get(column);
      if (c !== undefined) putNumbers(matrix, c, start, values, `${column} of ${name}`);
      else if (roles.features.some((feature) => feature.name === column)) {
        putLists(lists, column, { start, rows, values, name, memory: settings.memory });
      }
    },
    table: () => assemble(shape, roles, { matrix, lists, texts }),
  };
}

function twoColumns(column: string, name: string): FormatError {
  return new FormatError({
    got: `two columns named ${column} in ${name}`,
    expected: 'columns that can be told apart by their names',
    remedy: 'rename one of them',
  });
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function putNumbers(
  m: Matrix,
  column: number,
  start: number,
  values: ArrayLike<unknown>,
  name: string,
): void {
  for (let i = 0, at = start * m.columns + column; i < values.length; i++, at += m.columns) {
    m.data[at] = numberOf(values[i], name);
  }
}

interface Piece {
  readonly start: number;
  readonly rows: number;
  readonly values: ArrayLike<unknown>;
  readonly name: string;
  readonly memory: number;
}

function putLists(lists: Map<string, Matrix>, column: string, piece: Piece): void {
  const { start, rows, values, name, memory } = piece;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as ArrayLike<unknown> | null | undefined;
    const length = value?.length ?? 0;
    let target = lists.get(column);
    if (!target) {
      if (rows * length * 4 > memory) throw tooLarge(name, `lists of ${rows} x ${length}`, memory);
      target = { rows, columns: length, data: new Float32Array(rows * length) };
      lists.set(column, target);
    }
    if (length !== target.columns) {
      throw new FormatError({
        got: `a list of ${length} values in row ${start + i + 1}, column ${column} of ${name}`,
        expected: `${target.columns} values, as in the rows before`,
        remedy: 'give every sample a vector of one length',
      });
    }
    for (let j = 0; j < length; j++) {
      target.data[(start + i) * length + j] = numberOf(value?.[j], `${column} of ${name}`);
    }
  }
}

interface Parts {
  readonly matrix: Matrix;
  readonly lists: ReadonlyMap<string, Matrix>;
  readonly texts: ReadonlyMap<string, string[]>;
}

function assemble(shape: ColumnShape, roles: Roles, parts: Parts): RawTable {
  const { name } = shape;
  const warnings: Warning[] = [];
  const candidate = roles.candidate === null ? null : (parts.texts.get(roles.candidate) ?? null);
  const asIds = candidate !== null && new Set(candidate).size === shape.rows;
  if (asIds) {
    const message = `The first column, ${roles.candidate}, of ${name} has a different text in every row and was taken as sample ids.`;
    warnings.push({ code: 'ids-guessed', message });
  }
  const used = new Set([
    ...roles.features.map((f) => f.name),
    roles.id,
    roles.label,
    asIds ? roles.candidate : null,
  ]);
  const unused = shape.columns.filter((column) => !used.has(column.name));
  const inUse = roles.features.length > 0;
  if (!inUse) throw noNumbers(name, unused);
  leftOut(
    warnings,
    'text-columns',
    unused.filter((c) => c.kind === 'text'),
    `text of ${name}`,
  );
  leftOut(
    warnings,
    'other-columns',
    unused.filter((c) => c.kind === 'other'),
    `dates or nested values of ${name}`,
  );
  const { features, featureNames } = combine(roles.features, parts);
  return {
    features,
    featureNames,
    ids: roles.id !== null ? (parts.texts.get(roles.id) ?? null) : asIds ? candidate : null,
    labels: roles.label === null ? null : (parts.texts.get(roles.label) ?? null),
    warnings,
  };
}

/** Numbers and lists side by side, in the order of the columns. */
function combine(columns: readonly ColumnPlan[], parts: Parts): { features: Matrix; featureNames: string[] } {
  const { matrix, lists } = parts;
  if (lists.size === 0) return { features: matrix, featureNames: columns.map((column) => column.name) };
  const blocks = columns.map((column) => ({ name: column.name, list: lists.get(column.name) ?? null }));
  const width = blocks.reduce((sum, block) => sum + (block.list?.columns ?? 1), 0);
  const data = new Float32Array(matrix.rows * width);
  const featureNames: string[] = [];
  let number = 0;
  for (const { name, list } of blocks) {
    const left = featureNames.length;
    const from = list ?? matrix;
    const [first, count] = list ? [0, list.columns] : [number++, 1];
    for (let r = 0; r < matrix.rows; r++) {
      const start = r * from.columns + first;
      data.set(from.data.subarray(start, start + count), r * width + left);
    }
    featureNames.push(...(list ? Array.from({ length: count }, (_, j) => `${name}${j}`) : [name]));
  }
  return { features: { rows: matrix.rows, columns: width, data }, featureNames };
}

function leftOut(warnings: Warning[], code: string, columns: readonly ColumnPlan[], what: string): void {
  if (columns.length === 0) return;
  const names = columns.map((column) => column.name);
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? '...' : '');
  warnings.push({
    code,
    message: `Left out ${names.length} column(s) of ${what}, which are no features: ${shown}.`,
  });
}

function noNumbers(name: string, columns: readonly ColumnPlan[]): FormatError {
  return new FormatError({
    got: `no column of numbers in ${name}${columns.length > 0 ? ` (only ${columns[0].name}...)` : ''}`,
    expected: 'samples in rows and numeric features in columns',
    remedy: 'check that this is the file of features',
  });
}

/** One column as texts: `key` or `label`, or the only one besides the ids. */
export function textColumn(shape: ColumnShape, settings: Settings): { column: string; id: string | null } {
  const names = shape.columns.map((column) => column.name);
  const id = named(settings.id, 'id column', names, shape.name) ?? shape.index;
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

/** The values of a column as they came, as texts. */
export function rawTexts(values: ArrayLike<unknown>, ids: ArrayLike<unknown> | null): RawTexts {
  return { values: Array.from(values, textOf), ids: ids === null ? null : Array.from(ids, textOf) };
}

/** The column that pandas wrote its index to, from its note in the file's metadata. */
export function pandasIndex(note: string | undefined, names: readonly string[]): string | null {
  if (note === undefined) return names.find((name) => UNNAMED_INDEX.test(name)) ?? null;
  try {
    const [first] = (JSON.parse(note) as { index_columns?: unknown[] }).index_columns ?? [];
    return typeof first === 'string' && names.includes(first) ? first : null;
  } catch {
    return null;
  }
}
