/**
 * A JSON object that is a whole table, in the ways that pandas and people write one: a list or an object a column, a list or an object
 * a sample, or names and rows apart.
 * Types: columns by name, each a list with a value a row; the names of rows, where there are any, are the column INDEX.
 */

import type { Settings } from '../options.js';

/** The column of the rows' names. */
export const INDEX = '__index_level_0__';

/** Columns by name, and how many rows they have. */
interface WholeTable {
  readonly values: Map<string, unknown[]>;
  readonly rows: number;
}

type Fields = Record<string, unknown>;
type Cells = readonly (readonly [name: string, cell: unknown])[];

/** Dimensions of a map, at most, where samples are the keys. */
const MOST_DIMENSIONS = 10;

/**
 * The table that one object holds. Null for anything else, such as one record of lists. Never throws.
 * @param values the only record of a file, by key.
 * @param purpose what the file is read for: a map has more samples than dimensions, which tells its direction.
 */
export function wholeTable(
  values: ReadonlyMap<string, readonly unknown[]>,
  purpose: Settings['purpose'],
): WholeTable | null {
  const cells = [...values].map(([name, [cell]]) => [name, cell] as const);
  if (cells.length === 0) return null;
  return splitTable(Object.fromEntries(cells)) ?? ofLists(cells, purpose) ?? ofObjects(cells, purpose);
}

/** `orient='split'` and `orient='table'` of pandas: names and rows apart, or records below a schema. */
function splitTable({ columns, index, data, schema }: Fields): WholeTable | null {
  if (!Array.isArray(data) || data.length === 0) return null;
  if (isObject(schema) && data.every(isObject)) return ofRecords(data);
  if (!Array.isArray(columns) || !data.every(Array.isArray)) return null;
  const named = Array.isArray(index) && index.length === data.length ? [[INDEX, index] as const] : [];
  const found = columns.map((name, c) => [String(name), data.map((row) => row[c] ?? null)] as const);
  return { values: new Map([...named, ...found]), rows: data.length };
}

/** A list a column or, of a map with more keys than values, a list a sample. */
function ofLists(cells: Cells, purpose: Settings['purpose']): WholeTable | null {
  const [[, first]] = cells;
  if (!Array.isArray(first) || first.length < 2) return null;
  const isColumn = (cell: unknown) =>
    Array.isArray(cell) && cell.length === first.length && !cell.some(Array.isArray);
  if (!cells.every(([, cell]) => isColumn(cell))) return null;
  const lists = cells.map(([name, cell]) => [name, cell as unknown[]] as const);
  if (!isBySample(cells.length, first.length, purpose)) return { values: new Map(lists), rows: first.length };
  const columns = first.map((_, c) => [`f${c}`, lists.map(([, list]) => list[c])] as const);
  return { values: new Map([[INDEX, cells.map(([name]) => name)], ...columns]), rows: cells.length };
}

/** An object a column, from row to value, or of a map with more keys than values an object a sample. */
function ofObjects(cells: Cells, purpose: Settings['purpose']): WholeTable | null {
  if (!cells.every(([, cell]) => isObject(cell))) return null;
  const objects = cells.map(([name, cell]) => [name, cell as Fields] as const);
  const keys = [...new Set(objects.flatMap(([, object]) => Object.keys(object)))];
  if (isBySample(cells.length, keys.length, purpose))
    return ofRecords(objects.map(([name, object]) => ({ [INDEX]: name, ...object })));
  const columns = objects.map(([name, object]) => [name, keys.map((key) => object[key] ?? null)] as const);
  return { values: new Map([[INDEX, keys], ...columns]), rows: keys.length };
}

/** One record a row. */
function ofRecords(records: readonly Fields[]): WholeTable {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const columns = names.map((name) => [name, records.map((record) => record[name] ?? null)] as const);
  return { values: new Map(columns), rows: records.length };
}

/**
 * Whether the keys of a file are samples: in a map, where each holds no more values than a map has dimensions, and there are more
 * keys than that.
 * @param keys how many.
 * @param values of each key.
 */
function isBySample(keys: number, values: number, purpose: Settings['purpose']): boolean {
  return purpose === 'map' && values <= MOST_DIMENSIONS && keys > values;
}

/** Whether a value is an object with keys. */
function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
