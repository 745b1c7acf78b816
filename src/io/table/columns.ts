/**
 * A table from named columns (Parquet, Arrow, JSON lines): which are features, ids and labels, and their values
 * put in place as they arrive.
 *
 * Numbers and booleans may be features. A column of lists of one length gives as many features. Texts are ids, labels or
 * metadata; dates and nested values are left out with a warning. `plan/roles.ts` decides.
 */

import { trueValue } from '../../core/units.js';
import { FormatError, OptionError } from '../../errors.js';
import type { Matrix, MetadataColumn } from '../../model.js';
import { numberOf } from '../numpy/dtypes.js';
import type { Contents, RawTable, RawTexts, Settings } from '../options.js';
import { columnNamed } from '../plan/column-names.js';
import {
  type ColumnKind,
  type FileFacts,
  factsOf,
  newTextColumn,
  plainFacts,
  type TextColumn,
  textsOf,
} from '../plan/facts.js';
import { idColumnsOf } from '../plan/id-values.js';
import { categorical, metadataOf } from '../plan/metadata.js';
import { isGroupName, isIdName, isUnnamedName } from '../plan/names.js';
import { planColumns } from '../plan/roles.js';
import { tooLarge } from '../source/bytes.js';
import { repeatedValues } from './checks.js';
import { describeNames } from './suggest.js';
import { chooseOffsets, offsetOf, packed, packRows, someOffsets, withOffsets } from './units.js';

export type { ColumnKind } from '../plan/facts.js';

export interface ColumnPlan {
  readonly name: string;
  readonly kind: ColumnKind;
}

export interface ColumnShape {
  readonly columns: readonly ColumnPlan[];
  readonly rows: number;
  /** Columns that the file itself names as the index of its rows (pandas). */
  readonly index: readonly string[];
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

/** Columns at most in tables that are looked at column by column. */
const FEW_COLUMNS = 64;
/** Characters of a column of metadata that are held. */
const MOST_TEXT = 2 ** 24;

interface Parts {
  readonly shape: ColumnShape;
  readonly settings: Settings;
  /** Columns of numbers in the matrix, in order. */
  readonly numbers: readonly ColumnPlan[];
  readonly matrix: () => Matrix;
  readonly lists: ReadonlyMap<string, Matrix>;
  /** Columns that are kept as texts: all texts, and numbers that may be ids or groups. */
  readonly texts: Map<string, TextColumn>;
  /** Columns with whole numbers that a double does not hold, with one of them: no features. */
  readonly unsafe: ReadonlyMap<string, bigint>;
}

/** Which columns of a file are wanted, and a place for their values. */
export function columnSink(shape: ColumnShape, settings: Settings): ColumnSink {
  const { rows, name } = shape;
  const usable = wantedColumns(shape, settings);
  const holds = settings.purpose !== 'labels';
  const fixed = requestedNames(shape, settings);
  const numbers = usable.filter(
    ({ name: column, kind }) => kind === 'number' && holds && !fixed.includes(column),
  );
  const unsafe = new Map<string, bigint>();
  if (rows * numbers.length * 4 > settings.memory)
    throw tooLarge(name, `a table of ${rows} x ${numbers.length}`, settings.memory);
  // Made with the first values: until then the number of rows is a promise.
  let matrix = { rows, columns: numbers.length, data: new Float32Array(0) };
  const offsets = new Float64Array(numbers.length).fill(Number.NaN);
  const place = new Map(numbers.map((column, c) => [column.name, c]));
  const lists = new Map<string, Matrix>();
  const texts = new Map<string, TextColumn>();
  for (const column of usable)
    if (isTextKept(shape, column, usable.length, settings)) texts.set(column.name, newTextColumn());
  const listNames = new Set(usable.filter(({ kind }) => kind === 'list').map((column) => column.name));
  const wanted = usable.filter((column) => holds || texts.has(column.name)).map((column) => column.name);
  const repeated = repeatedValues(shape.columns.map((column) => column.name));
  const twice = repeated.find((column) => wanted.includes(column));
  if (twice !== undefined) throw twoColumns(twice, name);
  return {
    wanted,
    put(column, start, values) {
      if (matrix.data.length === 0) matrix = { ...matrix, data: new Float32Array(rows * numbers.length) };
      putTexts(texts, column, values, shape, settings);
      const c = place.get(column);
      if (c !== undefined) {
        const safe = texts.has(column) ? withoutUnsafe(values, column, unsafe) : values;
        putNumbers({ ...matrix, offsets }, c, start, safe, `${column} of ${name}`);
      }
      if (listNames.has(column) && holds) {
        putLists(lists, column, { start, rows, values, name, memory: settings.memory });
      }
    },
    table: () =>
      assemble({
        shape,
        settings,
        numbers,
        matrix: () => ({ ...matrix, ...withOffsets(someOffsets(offsets)) }),
        lists,
        texts,
        unsafe,
      }),
  };
}

/** All columns but dates and nested values; with a `key` that column and those that options name. */
function wantedColumns(shape: ColumnShape, settings: Settings): ColumnPlan[] {
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

/** The columns that options name as ids and labels. */
function requestedNames(shape: ColumnShape, settings: Settings): (string | null)[] {
  return [
    settings.idIfThere ? null : namedRole(settings.id, 'id', shape),
    namedRole(settings.label, 'label', shape),
  ];
}

/** Values of a column that may be ids, with NaN for whole numbers that a double does not hold. */
function withoutUnsafe(
  values: ArrayLike<unknown>,
  column: string,
  unsafe: Map<string, bigint>,
): ArrayLike<unknown> {
  return Array.from(values, (value) => {
    if (typeof value !== 'bigint' || Number.isSafeInteger(Number(value))) return value;
    unsafe.set(column, value);
    return Number.NaN;
  });
}

function namedRole(wanted: string | undefined, option: string, shape: ColumnShape): string | null {
  if (wanted === undefined) return null;
  return shape.columns[columnNamed(plainFile(shape), wanted, option)].name;
}

const plainFile = ({ columns, name, rows, index }: ColumnShape): FileFacts => ({
  source: name,
  rows,
  named: true,
  columns: columns.map((column) => ({
    ...plainFacts(column.name, column.kind),
    index: index.includes(column.name),
  })),
});

function isTextKept(
  shape: ColumnShape,
  { name, kind }: ColumnPlan,
  count: number,
  settings: Settings,
): boolean {
  if (kind === 'list') return false;
  if (kind !== 'number') return true;
  const position = shape.columns.findIndex((column) => column.name === name);
  const telling = position < 4 || isUnnamedName(name) || isIdName(name) || isGroupName(name);
  const requested = [settings.id, settings.label].includes(name) || shape.index.includes(name);
  return requested || telling || count <= FEW_COLUMNS || settings.purpose !== 'features';
}

/** Adds values to a column of texts; lets go of numbers with fractions, and of metadata that is too long. */
function putTexts(
  texts: Map<string, TextColumn>,
  column: string,
  values: ArrayLike<unknown>,
  shape: ColumnShape,
  settings: Settings,
): void {
  const target = texts.get(column);
  if (!target) return;
  const requested = [settings.id, settings.label].includes(column) || shape.index.includes(column);
  const isNumber = shape.columns.some(({ name, kind }) => name === column && kind === 'number');
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const fraction =
      isNumber && typeof value === 'number' && !Number.isInteger(value) && !Number.isNaN(value);
    if (fraction && !requested && settings.purpose !== 'labels') {
      texts.delete(column);
      return;
    }
    target.add(textOf(value));
  }
  const first = shape.columns[0]?.name === column;
  if (!requested && !first && target.characters() > Math.max(MOST_TEXT, settings.memory / 8))
    texts.delete(column);
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

/** A matrix that is being filled, with the offset of each column; NaN until its first values have come. */
interface Filling extends Matrix {
  readonly offsets: Float64Array;
}

/** Puts values of rows `start` on into a column. Its offset is that of the first values to come. */
function putNumbers(
  m: Filling,
  column: number,
  start: number,
  values: ArrayLike<unknown>,
  name: string,
): void {
  const numbers = Array.from(values, (value) => numberOf(value, name));
  if (Number.isNaN(m.offsets[column])) m.offsets[column] = offsetOf(numbers);
  for (let i = 0, at = start * m.columns + column; i < numbers.length; i++, at += m.columns) {
    m.data[at] = packed(numbers[i], m.offsets[column]);
  }
}

interface Piece {
  readonly start: number;
  readonly rows: number;
  readonly values: ArrayLike<unknown>;
  readonly name: string;
  readonly memory: number;
}

/** Puts lists of one length as rows of a matrix. Its offsets are those of the first lists to come. */
function putLists(lists: Map<string, Matrix>, column: string, piece: Piece): void {
  const { start, rows, values, name, memory } = piece;
  const source = `${column} of ${name}`;
  const numbers: number[] = [];
  let length = lists.get(column)?.columns;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as ArrayLike<unknown> | null | undefined;
    const found = value?.length ?? 0;
    length ??= found;
    if (rows * length * 4 > memory) throw tooLarge(name, `lists of ${rows} x ${length}`, memory);
    if (found !== length) throw unequalLists(found, length, start + i + 1, source);
    for (let j = 0; j < length; j++) numbers.push(numberOf(value?.[j], source));
  }
  if (length === undefined) return;
  let target = lists.get(column);
  if (!target) {
    const data = new Float32Array(rows * length);
    target = { rows, columns: length, data, ...withOffsets(chooseOffsets(numbers, length)) };
    lists.set(column, target);
  }
  packRows(numbers, target.data, start * length, length, target.units?.offsets ?? null);
}

/** An error for a list of another length than those before. */
function unequalLists(found: number, length: number, row: number, source: string): FormatError {
  return new FormatError({
    got: `a list of ${found} values in row ${row}, column ${source}`,
    expected: `${length} values, as in the rows before`,
    remedy: 'give every sample a vector of one length',
  });
}

function assemble(parts: Parts): RawTable {
  const { shape, settings, texts } = parts;
  const file = factsOfShape(parts);
  const { purpose, id, idIfThere, label, columns, drop } = settings;
  const roles = planColumns(file, { purpose, id, idIfThere, label, columns, drop });
  for (const c of roles.used) {
    const value = parts.unsafe.get(shape.columns[c].name);
    if (value !== undefined) numberOf(value, `${shape.columns[c].name} of ${shape.name}`);
  }
  const textsAt = (position: number | null) => {
    const column = position === null ? undefined : texts.get(shape.columns[position].name);
    return column ? textsOf(column) : null;
  };
  const { features, featureNames } = combine(
    roles.used.map((c) => shape.columns[c]),
    parts,
  );
  return {
    features,
    featureNames,
    ids: textsAt(roles.ids),
    labels: textsAt(roles.label),
    metadata: metadataOf(file, roles.metadata, (c) => metadataColumn(parts, c)),
    reading: idColumnsOf(file, roles, settings, (c) => textsAt(c)),
    warnings: [...roles.warnings],
  };
}

/** The facts of all columns; those that were not read are `other`. */
function factsOfShape({ shape, texts, numbers, lists }: Parts): FileFacts {
  const known = new Set(numbers.map(({ name }) => name));
  const columns = shape.columns.map(({ name, kind }) => {
    const column = texts.get(name);
    const index = shape.index.includes(name);
    const read = column !== undefined || known.has(name) || lists.has(name);
    const facts = column
      ? factsOf(name, kind, column)
      : plainFacts(name, read || kind === 'text' ? kind : 'other');
    return { ...facts, index };
  });
  return { source: shape.name, rows: shape.rows, columns, named: true };
}

/** A column that is no feature, with its type; null where its values were not kept. */
function metadataColumn({ shape, texts, numbers, matrix }: Parts, position: number): MetadataColumn | null {
  const { name, kind } = shape.columns[position];
  const column = texts.get(name);
  if (column && kind === 'number') {
    const values = column.levels.map(Number);
    return {
      name,
      kind: 'numeric',
      values: Float64Array.from(column.codes(), (code) => values[code] ?? Number.NaN),
    };
  }
  if (column) return categorical(name, column.codes(), column.levels);
  const place = numbers.findIndex((number) => number.name === name);
  if (place < 0 || numbers.length > FEW_COLUMNS) return null;
  const { rows, columns, data, units } = matrix();
  const valueAt = (_: unknown, r: number) => trueValue(data[r * columns + place], place, units);
  return { name, kind: 'numeric', values: Float64Array.from({ length: rows }, valueAt) };
}

/** Numbers and lists side by side, in the given order. */
function combine(
  columns: readonly ColumnPlan[],
  { matrix, lists, numbers, shape }: Parts,
): { features: Matrix; featureNames: string[] } {
  const whole = matrix();
  const place = new Map(numbers.map(({ name }, i) => [name, i]));
  const isAll = lists.size === 0 && columns.length === numbers.length;
  if (isAll && columns.every(({ name }, i) => place.get(name) === i)) {
    return { features: whole, featureNames: columns.map(({ name }) => name) };
  }
  const blocks = columns.map(({ name }) => ({ name, list: lists.get(name) ?? null }));
  const width = blocks.reduce((sum, block) => sum + (block.list?.columns ?? 1), 0);
  const data = new Float32Array(shape.rows * width);
  const featureNames: string[] = [];
  const offsets = new Float64Array(width);
  for (const { name, list } of blocks) {
    const left = featureNames.length;
    const from = list ?? whole;
    const [first, count] = list ? [0, list.columns] : [place.get(name) ?? 0, 1];
    for (let r = 0; r < shape.rows; r++) {
      const start = r * from.columns + first;
      data.set(from.data.subarray(start, start + count), r * width + left);
    }
    for (let c = 0; c < count; c++) offsets[left + c] = from.units?.offsets[first + c] ?? 0;
    featureNames.push(...(list ? Array.from({ length: count }, (_, j) => `${name}${j}`) : [name]));
  }
  const units = withOffsets(someOffsets(offsets));
  return { features: { rows: shape.rows, columns: width, data, ...units }, featureNames };
}

/** One column as texts: `key` or `label`, or the only one besides the ids. */
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

/** The values of a column as they came, as texts. */
export function rawTexts(values: ArrayLike<unknown>, ids: ArrayLike<unknown> | null): RawTexts {
  return { values: Array.from(values, textOf), ids: ids === null ? null : Array.from(ids, textOf) };
}

/** The columns that pandas wrote its index to, from its note in the file's metadata; several for a MultiIndex. */
export function pandasIndex(note: string | undefined, names: readonly string[]): readonly string[] {
  if (note === undefined) return names.filter((name) => UNNAMED_INDEX.test(name));
  try {
    const columns = (JSON.parse(note) as { index_columns?: unknown[] }).index_columns ?? [];
    return columns.filter((name): name is string => typeof name === 'string' && names.includes(name));
  } catch {
    return [];
  }
}
