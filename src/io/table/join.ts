/** Puts an embedding, or labels, in the order of a table's samples: by id where both have ids, else by row. */

import { gatherRows } from '../../core/matrix.js';
import { FormatError, option, ShapeError, words } from '../../errors.js';
import type { Embedding, Table, Warning } from '../../model.js';
import { repeatedValues, some } from './checks.js';
import { selectRows } from './missing.js';

export interface Joined {
  readonly table: Table;
  readonly embedding: Embedding;
  /** How the two were joined, and what did not match. */
  readonly warnings: readonly Warning[];
}

/** One value a sample from another file. */
export interface Texts {
  readonly values: readonly string[];
  readonly ids: readonly string[] | null;
  readonly source: { readonly name: string; readonly sha256: string | null };
}

interface Side {
  readonly ids: readonly string[] | null;
  readonly rows: number;
  readonly name: string;
}

/** Rows of either side that belong together, in the table's order. */
interface Matching {
  readonly tableRows: Int32Array | null;
  readonly otherRows: Int32Array | null;
  readonly warnings: readonly Warning[];
}

/**
 * Table and embedding with the same samples in the same order. Samples that only one side has are left out
 * with a warning; ShapeError when rows differ and there are no ids, FormatError when no id matches.
 */
export function joinEmbedding(table: Table, embedding: Embedding): Joined {
  const other = { ids: embedding.ids, rows: embedding.coordinates.rows, name: embedding.source.name };
  const { tableRows, otherRows, warnings } = matchRows(table, other);
  const joined = tableRows === null ? table : keepRows(table, tableRows);
  const coordinates =
    otherRows === null ? embedding.coordinates : gatherRows(embedding.coordinates, otherRows);
  return { table: joined, embedding: { ...embedding, coordinates, ids: joined.ids }, warnings };
}

/** The table with labels from another file. */
export function joinLabels(table: Table, labels: Texts): { table: Table; warnings: readonly Warning[] } {
  const other = { ids: labels.ids, rows: labels.values.length, name: labels.source.name };
  const { tableRows, otherRows, warnings } = matchRows(table, other);
  const joined = tableRows === null ? table : keepRows(table, tableRows);
  const values = otherRows === null ? labels.values : Array.from(otherRows, (r) => labels.values[r]);
  return { table: { ...joined, labels: values }, warnings };
}

function matchRows(table: Table, other: Side): Matching {
  const side = { ids: table.ids, rows: table.features.rows, name: table.source.name };
  if (side.ids === null || other.ids === null) return matchByOrder(table, other);
  if (side.rows === other.rows && side.ids.every((id, i) => id === other.ids?.[i])) {
    return { tableRows: null, otherRows: null, warnings: [] };
  }
  return matchByIds(side, other);
}

function matchByOrder(table: Table, other: Side): Matching {
  const { rows } = table.features;
  const dropped = table.dropped.rowNumbers ?? new Int32Array(0);
  const all = { tableRows: null, otherRows: null, warnings: [] };
  if (dropped.length > 0 && other.rows === rows + dropped.length) {
    const gone = new Set(dropped);
    const kept = Array.from({ length: other.rows }, (_, r) => r).filter((r) => !gone.has(r));
    return { ...all, otherRows: Int32Array.from(kept) };
  }
  if (rows === other.rows && dropped.length === 0) return all;
  const before = dropped.length > 0 ? ` (${rows + dropped.length} before rows were dropped)` : '';
  throw new ShapeError({
    got: `${rows} rows${before} in ${table.source.name} and ${other.rows} in ${other.name}`,
    expected: 'the same samples in the same order, or an id column in both files',
    remedy: words`give files of the same samples, or add ids to both (${option('id', 'COLUMN')})`,
  });
}

function matchByIds(side: Side, other: Side): Matching {
  for (const { ids, name } of [side, other]) {
    const repeated = repeatedValues(ids ?? []);
    if (repeated.length > 0) throw ambiguous(repeated, name);
  }
  const places = new Map(other.ids?.map((id, i) => [id, i]));
  const tableRows: number[] = [];
  const otherRows: number[] = [];
  side.ids?.forEach((id, i) => {
    const place = places.get(id);
    if (place === undefined) return;
    tableRows.push(i);
    otherRows.push(place);
  });
  if (tableRows.length < 2) throw noMatch(side, other, tableRows.length);
  const known = new Set(side.ids);
  const onlyTable = side.ids?.filter((id) => !places.has(id)) ?? [];
  const onlyOther = other.ids?.filter((id) => !known.has(id)) ?? [];
  return {
    tableRows: onlyTable.length === 0 ? null : Int32Array.from(tableRows),
    otherRows: Int32Array.from(otherRows),
    warnings: [joinedWarning(tableRows.length, side, other, onlyTable, onlyOther)],
  };
}

function joinedWarning(
  matched: number,
  side: Side,
  other: Side,
  onlyTable: readonly string[],
  onlyOther: readonly string[],
): Warning {
  const parts = [`${side.name} and ${other.name} were joined by id: ${matched} samples match`];
  if (onlyTable.length > 0)
    parts.push(`${onlyTable.length} only in ${side.name} were left out (${some(onlyTable)})`);
  if (onlyOther.length > 0)
    parts.push(`${onlyOther.length} only in ${other.name} were left out (${some(onlyOther)})`);
  const complete = onlyTable.length + onlyOther.length === 0;
  return { code: complete ? 'joined-by-id' : 'ids-unmatched', message: `${parts.join('; ')}.` };
}

function keepRows(table: Table, rows: Int32Array): Table {
  const pick = (list: readonly string[] | null) => list && Array.from(rows, (r) => list[r]);
  return {
    ...table,
    features: selectRows(table.features, rows),
    ids: pick(table.ids),
    labels: pick(table.labels),
    dropped: {
      features: table.dropped.features,
      rows: table.dropped.rows + table.features.rows - rows.length,
      rowNumbers: droppedNumbers(table, rows),
    },
  };
}

/** Row numbers, in the file, of all samples that are gone once only `rows` of the table are kept. */
function droppedNumbers(table: Table, rows: Int32Array): Int32Array {
  const gone = new Set(table.dropped.rowNumbers);
  const total = table.features.rows + gone.size;
  const inFile = Array.from({ length: total }, (_, r) => r).filter((r) => !gone.has(r));
  const kept = new Set(Array.from(rows, (r) => inFile[r]));
  return Int32Array.from({ length: total }, (_, r) => r).filter((r) => !kept.has(r));
}

function ambiguous(repeated: readonly string[], name: string): FormatError {
  return new FormatError({
    got: `${repeated.length} ids that occur more than once in ${name} (${some(repeated)})`,
    expected: 'every id once, to join by id',
    remedy: 'make the ids unique, or leave them out of one file to join by row order',
  });
}

function noMatch(side: Side, other: Side, matched: number): FormatError {
  return new FormatError({
    got: `${matched} common ids between ${side.name} (${some(side.ids ?? [])}) and ${other.name} (${some(other.ids ?? [])})`,
    expected: 'the same samples in both files',
    remedy: words`name the columns that hold the same ids (${option('id', 'COLUMN')}), or leave ids out to join by row order`,
  });
}
