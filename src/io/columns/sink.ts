/**
 * Purpose: a table from named columns (Parquet, Arrow, JSON lines, SQLite), filled as a reader decodes them.
 * Rules: numbers and booleans may be features. A column of lists of one length gives as many features. Texts are ids,
 *   labels or metadata. Dates and nested values are left out with a warning. `plan/roles.ts` decides.
 * Fails: `FormatError` before a matrix is made that exceeds the memory of `settings`, and where `values.ts` does.
 * Types: `ColumnShape`: columns (ColumnPlan each), rows, index (names of index columns), name of the file.
 *   `Settings`, options with defaults: purpose (`features`, `map` or `labels`), memory (bytes that may be held), id
 *   (column of ids), label (column of labels). `ColumnPlan`: name and kind (number, text, list, other). `TextColumn`,
 *   dictionary-coded: add (appends a cell), characters (of all levels).
 */

import type { Matrix } from '../../model.js';
import type { RawTable, Settings } from '../options.js';
import { newTextColumn, type TextColumn } from '../plan/facts.js';
import { isGroupName, isIdName, isUnnamedName } from '../plan/names.js';
import { tooLarge } from '../source/bytes.js';
import { someOffsets, withOffsets } from '../table/units.js';
import { assembleTable, FEW_COLUMNS } from './assemble.js';
import {
  type ColumnPlan,
  type ColumnShape,
  checkRepeatedNames,
  requestedNames,
  textOf,
  wantedColumns,
} from './shape.js';
import { putLists, putNumbers, withoutUnsafe } from './values.js';

/** Takes the values of columns in any order, and gives the table. */
export interface ColumnSink {
  /** Names of the columns to decode. */
  readonly wanted: readonly string[];
  /** Takes the values of a column from row `start` on. */
  put(column: string, start: number, values: ArrayLike<unknown>): void;
  /** The table, once all values were put. */
  table(): RawTable;
}

/** Characters at most of a column of metadata; a longer column is dropped. */
const MOST_TEXT = 2 ** 24;

/**
 * A sink for the columns of a file: decides which ones are wanted, collects their values in any order, and makes the
 * table. FormatError where the numbers would exceed the memory.
 */
export function columnSink(shape: ColumnShape, settings: Settings): ColumnSink {
  const { rows, name } = shape;
  const usable = wantedColumns(shape, settings);
  const hasFeatures = settings.purpose !== 'labels';
  const requested = requestedNames(shape, settings);
  const numbers = hasFeatures
    ? usable.filter((column) => column.kind === 'number' && !requested.includes(column.name))
    : [];
  const unsafe = new Map<string, bigint>();
  if (rows * numbers.length * 4 > settings.memory)
    throw tooLarge(name, `a table of ${rows} x ${numbers.length}`, settings.memory);
  // Allocated with the first values: until then the number of rows is only the file's promise.
  let matrix = { rows, columns: numbers.length, data: new Float32Array(0) };
  const offsets = new Float64Array(numbers.length).fill(Number.NaN);
  const indexOf = new Map(numbers.map((column, c) => [column.name, c]));
  const lists = new Map<string, Matrix>();
  const texts = new Map<string, TextColumn>();
  for (const column of usable)
    if (isTextKept(shape, column, usable.length, settings)) texts.set(column.name, newTextColumn());
  const listNames = new Set(usable.filter(({ kind }) => kind === 'list').map((column) => column.name));
  const wanted = usable
    .filter((column) => hasFeatures || texts.has(column.name))
    .map((column) => column.name);
  checkRepeatedNames(shape, wanted);
  return {
    wanted,
    put(column, start, values) {
      if (matrix.data.length === 0) matrix = { ...matrix, data: new Float32Array(rows * numbers.length) };
      putTexts(texts, column, values, shape, settings);
      const index = indexOf.get(column);
      if (index !== undefined) {
        const safe = texts.has(column) ? withoutUnsafe(values, column, unsafe) : values;
        putNumbers({ ...matrix, offsets }, index, start, safe, `${column} of ${name}`);
      }
      if (hasFeatures && listNames.has(column)) {
        putLists(lists, column, { start, rows, values, name, memory: settings.memory });
      }
    },
    table() {
      const filled = { ...matrix, ...withOffsets(someOffsets(offsets)) };
      return assembleTable({ shape, settings, numbers, matrix: filled, lists, texts, unsafe });
    },
  };
}

/**
 * Whether a column's values are kept as texts too: texts always, lists never, numbers where the column may be ids or
 * groups by its position, its name, an option, or because the table has few columns.
 * @param count columns that are read.
 */
function isTextKept(
  shape: ColumnShape,
  { name, kind }: ColumnPlan,
  count: number,
  settings: Settings,
): boolean {
  if (kind === 'list') return false;
  if (kind !== 'number') return true;
  const position = shape.columns.findIndex((column) => column.name === name);
  const isTelling = position < 4 || isUnnamedName(name) || isIdName(name) || isGroupName(name);
  const requested = [settings.id, settings.label].includes(name) || shape.index.includes(name);
  return requested || isTelling || count <= FEW_COLUMNS || settings.purpose !== 'features';
}

/**
 * Adds values to a column's texts, if they are kept. Lets go of a column of fractions, which is no ids, and of
 * metadata that is too long.
 * @param texts by name of the column.
 * @param column its name.
 */
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
