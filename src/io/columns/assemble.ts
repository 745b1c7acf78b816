/**
 * Purpose: the table of a file with named columns, once all values are there: features side by side, ids, labels and
 *   metadata. The reading plan (`plan/roles.ts`) decides which column is which.
 * Types: `ColumnPlan`: name and kind (number, text, list, other). `Settings`, options with defaults: purpose
 *   (`features`, `map` or `labels`), id (column of ids), idIfThere (`id` may be absent), drop (names left out).
 *   `ColumnRoles`, positions: used (features or coordinates), ids (or null), label (or null), metadata (kept beside
 *   them), warnings (of the plan). `TextColumn`, dictionary-coded: levels (distinct texts), codes (index of each row,
 *   -1 where missing). `ColumnShape`, of a file: rows (how many). `ColumnUnits`, stored = (value - offset) * scale:
 *   offsets (one a column). `Matrix`, row-major float32: rows (how many), data (element (r, c) at `r * columns + c`),
 *   units (offsets and scale of the columns, or absent).
 */

import { trueValue } from '../../core/units.js';
import type { Matrix, MetadataColumn } from '../../model.js';
import { numberOf } from '../numpy/dtypes.js';
import type { RawTable, Settings } from '../options.js';
import { type FileFacts, factsOf, plainFacts, type TextColumn, textsOf } from '../plan/facts.js';
import { idColumnsOf } from '../plan/id-values.js';
import { categorical, metadataOf } from '../plan/metadata.js';
import { planColumns } from '../plan/roles.js';
import { someOffsets, withOffsets } from '../table/units.js';
import type { ColumnPlan, ColumnShape } from './shape.js';

/** Columns at most in tables whose numbers are also kept as texts, since each may be an id or a group. */
export const FEW_COLUMNS = 64;

/** The values of all columns of a file. */
export interface ColumnValues {
  readonly shape: ColumnShape;
  readonly settings: Settings;
  /** The columns of `matrix`, in order. */
  readonly numbers: readonly ColumnPlan[];
  /** Columns of numbers: samples x `numbers`. */
  readonly matrix: Matrix;
  /** Columns of lists by name: samples x length of the lists. */
  readonly lists: ReadonlyMap<string, Matrix>;
  /** Columns that are kept as texts: all texts, and numbers that may be ids or groups. */
  readonly texts: ReadonlyMap<string, TextColumn>;
  /** Columns with a whole number that a double does not represent, with that number: they cannot be features. */
  readonly unsafe: ReadonlyMap<string, bigint>;
}

/**
 * The table that the reading plan makes of the columns: features, ids, labels and metadata, with the warnings of the
 * plan. Called once all values were read. FormatError for a feature with a whole number that a double cannot hold.
 */
export function assembleTable(values: ColumnValues): RawTable {
  const { shape, settings, texts } = values;
  const file = factsOfShape(values);
  const { purpose, id, idIfThere, label, columns, drop } = settings;
  const roles = planColumns(file, { purpose, id, idIfThere, label, columns, drop });
  for (const c of roles.used) {
    const value = values.unsafe.get(shape.columns[c].name);
    if (value !== undefined) numberOf(value, `${shape.columns[c].name} of ${shape.name}`);
  }
  const textsAt = (position: number | null) => {
    const column = position === null ? undefined : texts.get(shape.columns[position].name);
    return column ? textsOf(column) : null;
  };
  const { features, featureNames } = combine(
    roles.used.map((c) => shape.columns[c]),
    values,
  );
  return {
    features,
    featureNames,
    ids: textsAt(roles.ids),
    labels: textsAt(roles.label),
    metadata: metadataOf(file, roles.metadata, (c) => metadataColumn(values, c)),
    reading: idColumnsOf(file, roles, settings, (c) => textsAt(c)),
    warnings: [...roles.warnings],
  };
}

/** What the reading plan needs to know of each column; columns that were not decoded have the kind `other`. */
function factsOfShape({ shape, texts, numbers, lists }: ColumnValues): FileFacts {
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

/** The column at `position` of the file as metadata, categorical or numeric; null if its values were not kept. */
function metadataColumn(
  { shape, texts, numbers, matrix }: ColumnValues,
  position: number,
): MetadataColumn | null {
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
  const index = numbers.findIndex((number) => number.name === name);
  if (index < 0 || numbers.length > FEW_COLUMNS) return null;
  const { rows, columns, data, units } = matrix;
  const valueAt = (_: unknown, r: number) => trueValue(data[r * columns + index], index, units);
  return { name, kind: 'numeric', values: Float64Array.from({ length: rows }, valueAt) };
}

/**
 * The features of `columns`, in that order, as samples x features: a column of numbers is one feature, a column of
 * lists as many as its lists are long (named by the column and the index in the list).
 */
function combine(
  columns: readonly ColumnPlan[],
  { matrix, lists, numbers, shape }: ColumnValues,
): { features: Matrix; featureNames: string[] } {
  const whole = matrix;
  const indexOf = new Map(numbers.map(({ name }, i) => [name, i]));
  const isAll = lists.size === 0 && columns.length === numbers.length;
  if (isAll && columns.every(({ name }, i) => indexOf.get(name) === i)) {
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
    const [first, count] = list ? [0, list.columns] : [indexOf.get(name) ?? 0, 1];
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
