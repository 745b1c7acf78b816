/**
 * Cells that are missing, NaN or infinite: counted, shown, and repaired only on request.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`; its units (offsets and scale
 *   of the columns, or absent). `Missing`: `error`, `drop-rows`, `drop-features` or `mean`.
 * Fails: FormatError for missing cells where they are an error, ShapeError where too little is left.
 */

import { isCsr, selectRows } from '../../core/csr.js';
import { gatherColumns } from '../../core/matrix.js';
import { pickUnits } from '../../core/units.js';
import { FormatError, option, ShapeError, words } from '../../errors.js';
import type { Csr, Matrix, Warning } from '../../model.js';
import type { Missing } from '../options.js';

/** What is being repaired, for messages. */
export interface Named {
  readonly name: string;
  readonly featureNames: readonly string[];
  readonly ids: readonly string[] | null;
}

export interface Repair {
  readonly features: Matrix | Csr;
  /** Rows and columns of the input that are left, ascending; null for all. */
  readonly keptRows: readonly number[] | null;
  readonly keptColumns: readonly number[] | null;
  readonly warnings: readonly Warning[];
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

const SHOWN = 3;

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

/**
 * Repairs cells that are not finite numbers as `missing` says: drops their rows or features, or fills in means.
 * FormatError for `error` when there are any. The matrix itself comes back where nothing is missing.
 * @param named name of the file, feature names and ids, for messages.
 * @returns the features, rows and columns that were kept (null for all), and warnings.
 */
export function repairMissing(features: Matrix | Csr, missing: Missing, named: Named): Repair {
  const first: Cell[] = [];
  let count = 0;
  const rows = new Set<number>();
  const columns = new Set<number>();
  forEachCell(features, (value, row, column) => {
    if (Number.isFinite(value)) return;
    count++;
    rows.add(row);
    columns.add(column);
    if (first.length < SHOWN) first.push({ row, column, value });
  });
  if (count === 0) return { features, keptRows: null, keptColumns: null, warnings: [] };
  const found = describe(count, first, named);
  if (missing === 'error') {
    throw new FormatError({
      got: `${found} in ${named.name}`,
      expected: 'a finite number in every cell',
      remedy: words`choose what to do with them: ${option('missing', 'drop-rows')}, drop-features or mean`,
    });
  }
  if (missing === 'drop-rows') return dropRows(features, rows, found, named);
  if (missing === 'drop-features') return dropFeatures(features, columns, found, named);
  return fillMeans(features, columns, found, named);
}

/**
 * How many cells are missing, and where the first ones are, in words.
 * @param first cells.
 * @param count cells that are missing.
 */
function describe(count: number, first: readonly Cell[], named: Named): string {
  const cells = first.map(({ row, column, value }) => {
    const id = named.ids === null ? '' : ` (${named.ids[row]})`;
    return `row ${row + 1}${id}, ${named.featureNames[column]}: ${Number.isNaN(value) ? 'missing' : value}`;
  });
  const more = count > SHOWN ? '; ...' : '';
  return `${count} cell${count === 1 ? '' : 's'} missing or not finite (${cells.join('; ')}${more})`;
}

/** The numbers from 0 to `total` - 1 that were not removed, ascending. Never throws. */
function without(total: number, removed: ReadonlySet<number>): number[] {
  return Array.from({ length: total }, (_, i) => i).filter((i) => !removed.has(i));
}

/**
 * The features without the samples (`rows`) that have missing cells. ShapeError where fewer than two are left.
 * @param found the missing cells, in words.
 * @param rows indices of these samples.
 */
function dropRows(features: Matrix | Csr, rows: ReadonlySet<number>, found: string, named: Named): Repair {
  const kept = without(features.rows, rows);
  if (kept.length < 2) throw nothingLeft(`${kept.length} of ${features.rows} rows`, 'drop-rows', named.name);
  const message = `Dropped ${rows.size} of ${features.rows} rows of ${named.name}: ${found}.`;
  return {
    features: selectRows(features, kept),
    keptRows: kept,
    keptColumns: null,
    warnings: [{ code: 'missing-dropped-rows', message }],
  };
}

/**
 * The features without the `columns` that have missing cells. ShapeError where fewer than two are left.
 * @param found the missing cells, in words.
 * @param choice of the option, for the error.
 */
function dropFeatures(
  features: Matrix | Csr,
  columns: ReadonlySet<number>,
  found: string,
  named: Named,
  choice = 'drop-features',
): Repair {
  const kept = without(features.columns, columns);
  if (kept.length < 2) {
    throw nothingLeft(`${kept.length} of ${features.columns} features`, choice, named.name);
  }
  const message = `Dropped ${columns.size} of ${features.columns} features of ${named.name}: ${found}.`;
  return {
    features: selectColumns(features, kept),
    keptRows: null,
    keptColumns: kept,
    warnings: [{ code: 'missing-dropped-features', message }],
  };
}

/**
 * The features with missing cells replaced by the mean over the finite cells of their column (the zeros of sparse
 * rows included); a column with none is dropped. ShapeError where fewer than two columns are left.
 * @param columns with missing cells.
 * @param found these cells, in words.
 */
function fillMeans(
  features: Matrix | Csr,
  columns: ReadonlySet<number>,
  found: string,
  named: Named,
): Repair {
  const sums = new Float64Array(features.columns);
  const finite = new Float64Array(features.columns).fill(isCsr(features) ? features.rows : 0);
  forEachCell(features, (value, _row, column) => {
    if (Number.isFinite(value)) sums[column] += value;
    if (isCsr(features)) finite[column] -= Number.isFinite(value) ? 0 : 1;
    else finite[column] += Number.isFinite(value) ? 1 : 0;
  });
  const values = (isCsr(features) ? features.values : features.data).slice();
  forEachCell(features, (value, _row, column, position) => {
    if (!Number.isFinite(value)) values[position] = sums[column] / finite[column];
  });
  const filled = isCsr(features) ? { ...features, values } : { ...features, data: values };
  const message = `Filled cells of ${named.name} with the mean of their feature: ${found}.`;
  const warnings = [{ code: 'missing-filled', message }];
  const empty = new Set([...columns].filter((column) => finite[column] === 0));
  if (empty.size === 0) return { features: filled, keptRows: null, keptColumns: null, warnings };
  const rest = dropFeatures(filled, empty, `no finite value in ${empty.size} of them`, named, 'mean');
  return { ...rest, warnings: [...warnings, ...rest.warnings] };
}

/**
 * The error where dropping leaves too little.
 * @param what is left, in words.
 * @param missing the option's value.
 * @param name of the file.
 */
function nothingLeft(what: string, missing: string, name: string): ShapeError {
  return new ShapeError({
    got: `${what} of ${name} without missing cells`,
    expected: 'at least 2 to be left',
    remedy:
      missing === 'mean'
        ? 'check that the right columns were read as features: those left out hold no number at all'
        : words`use another choice than ${option('missing', missing)}, for example mean`,
  });
}

/**
 * These columns of a matrix, ascending, in the same storage. A sparse matrix is copied. Never throws.
 * @param columns indices.
 * @param m samples x features.
 */
export function selectColumns(m: Matrix | Csr, columns: readonly number[]): Matrix | Csr {
  if (!isCsr(m)) return gatherColumns(m, columns);
  const newIndex = new Int32Array(m.columns).fill(-1);
  for (const [i, column] of columns.entries()) newIndex[column] = i;
  let count = 0;
  for (let p = 0; p < m.indices.length; p++) if (newIndex[m.indices[p]] >= 0) count++;
  const indices = new Int32Array(count);
  const values = new Float32Array(count);
  const offsets = new Float64Array(m.rows + 1);
  for (let r = 0, at = 0; r < m.rows; r++) {
    for (let p = m.offsets[r]; p < m.offsets[r + 1]; p++) {
      if (newIndex[m.indices[p]] < 0) continue;
      indices[at] = newIndex[m.indices[p]];
      values[at++] = m.values[p];
    }
    offsets[r + 1] = at;
  }
  return { rows: m.rows, columns: columns.length, offsets, indices, values, ...pickUnits(m.units, columns) };
}
