/**
 * Which cells hold no finite number: how many in each column, and which columns are better left out before anything else
 * is done about them, since they would take most rows with them.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 * Fails: never.
 */

import { isCsr } from '../../core/csr.js';
import { listed } from '../../core/words.js';
import { option, type Words, words } from '../../errors.js';
import type { Csr, Matrix } from '../../model.js';
import { rangesOf } from './ranges.js';

export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** The cells of a table that are missing or not finite. */
export interface MissingCells {
  readonly count: number;
  /** The first of them, row by row. */
  readonly first: readonly Cell[];
  /** Rows and columns that have any. */
  readonly rows: ReadonlySet<number>;
  readonly columns: ReadonlySet<number>;
  /** How many each column has. */
  readonly byColumn: Int32Array;
}

/** Cells that messages show. */
export const SHOWN = 3;
/** Share of the rows without a number from which on a column is mostly empty. */
const MOSTLY = 0.5;
/** Columns that the advice names. */
const NAMED = 5;

/**
 * Calls `visit` for each stored cell with its value, row, column, and position in the values; the zeros of
 * sparse rows are not stored. Row by row.
 * @param m samples x features.
 */
export function forEachCell(
  m: Matrix | Csr,
  visit: (value: number, row: number, column: number, position: number) => void,
): void {
  if (isCsr(m)) {
    for (let r = 0; r < m.rows; r++) {
      for (let p = m.offsets[r]; p < m.offsets[r + 1]; p++) visit(m.values[p], r, m.indices[p], p);
    }
    return;
  }
  for (let r = 0, p = 0; r < m.rows; r++) {
    for (let c = 0; c < m.columns; c++, p++) visit(m.data[p], r, c, p);
  }
}

/** Counts the cells that are missing or not finite. @param features samples x features. */
export function missingCells(features: Matrix | Csr): MissingCells {
  const first: Cell[] = [];
  let count = 0;
  const rows = new Set<number>();
  const columns = new Set<number>();
  const byColumn = new Int32Array(features.columns);
  if (rangesOf(features).finite) return { count, first, rows, columns, byColumn };
  forEachCell(features, (value, row, column) => {
    if (Number.isFinite(value)) return;
    count++;
    rows.add(row);
    columns.add(column);
    byColumn[column]++;
    if (first.length < SHOWN) first.push({ row, column, value });
  });
  return { count, first, rows, columns, byColumn };
}

/** The columns with missing cells and how many each has, most first; of equal ones in the order of the columns. */
export function missingByColumn(
  { byColumn }: Pick<MissingCells, 'byColumn'>,
  names: readonly string[],
): { readonly name: string; readonly cells: number }[] {
  return names
    .map((name, c) => ({ name, cells: byColumn[c] }))
    .filter(({ cells }) => cells > 0)
    .sort((a, b) => b.cells - a.cells);
}

/**
 * What to do first where columns are mostly empty: leave them out, and how many rows then have all cells.
 * @param names of the columns.
 * @returns a clause that begins with a verb, and whether cells are missing beside those columns; null where no column is mostly
 * empty, or fewer than two would be left.
 */
export function leaveOutFirst(
  features: Matrix | Csr,
  cells: MissingCells,
  names: readonly string[],
): { readonly advice: Words; readonly others: boolean } | null {
  const { byColumn, columns } = cells;
  const empty = [...columns].filter((c) => byColumn[c] > MOSTLY * features.rows);
  if (empty.length === 0 || features.columns - empty.length < 2) return null;
  empty.sort((a, b) => byColumn[b] - byColumn[a] || a - b);
  const out = new Set(empty);
  const touched = new Set<number>();
  forEachCell(features, (value, row, column) => {
    if (!Number.isFinite(value) && !out.has(column)) touched.add(row);
  });
  const left = `${features.rows - touched.size} of ${features.rows} rows`;
  const others = touched.size > 0;
  const then = others ? `${left} then have no missing cell` : `no cell is missing then, and all ${left} stay`;
  return { advice: words`${dropWords(empty, byColumn, features.rows, names)}; ${then}`, others };
}

/** The clause that names the columns and the option. @param empty columns, emptiest first. @param rows of the table. */
function dropWords(
  empty: readonly number[],
  byColumn: Int32Array,
  rows: number,
  names: readonly string[],
): Words {
  if (empty.length > NAMED) {
    const some = empty.slice(0, SHOWN).map((c) => names[c]);
    return words`first leave out the ${empty.length} columns that are missing in more than half of the rows, with ${option('drop')}: ${some.join(', ')} and ${empty.length - SHOWN} more`;
  }
  const shown = empty.map((c) => `${names[c]} (missing in ${byColumn[c]} of ${rows} rows)`);
  return words`first leave out ${listed(shown)}: ${option('drop', empty.map((c) => inList(names[c])).join(','))}`;
}

/** A name as it stands in a list of names. */
const inList = (name: string) => (name.includes(',') ? `"${name}"` : name);
