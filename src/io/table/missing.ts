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
import { FormatError, option, ShapeError, spell, type Words, words } from '../../errors.js';
import type { Csr, Matrix, Warning } from '../../model.js';
import type { Missing } from '../options.js';
import { type Cell, forEachCell, leaveOutFirst, missingCells, SHOWN } from './missing-cells.js';

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

/**
 * Repairs cells that are not finite numbers as `missing` says: drops their rows or features, or fills in means.
 * FormatError for `error` when there are any. The matrix itself comes back where nothing is missing.
 * @param named name of the file, feature names and ids, for messages.
 * @param remedy of the error, where no option repairs.
 * @returns the features, rows and columns that were kept (null for all), and warnings.
 */
export function repairMissing(
  features: Matrix | Csr,
  missing: Missing,
  named: Named,
  remedy?: Words,
): Repair {
  const cells = missingCells(features);
  const { count, rows, columns } = cells;
  if (count === 0) return { features, keptRows: null, keptColumns: null, warnings: [] };
  const found = describe(count, cells.first, named);
  const first =
    missing === 'error' || missing === 'drop-rows'
      ? leaveOutFirst(features, cells, named.featureNames)
      : null;
  if (missing === 'error') {
    const choice = words`choose what to do with ${first ? 'the others' : 'them'}: ${option('missing', 'drop-rows')}, drop-features or mean`;
    throw new FormatError({
      got: `${found} in ${named.name}`,
      expected: 'a finite number in every cell',
      remedy:
        remedy !== undefined
          ? remedy
          : first === null
            ? choice
            : first.others
              ? words`${first.advice}. Then ${choice}`
              : first.advice,
    });
  }
  if (missing === 'drop-rows')
    return dropRows(features, rows, { found, advice: first?.advice ?? null }, named);
  if (missing === 'drop-features') return dropFeatures(features, columns, found, named);
  return fillMeans(features, columns, found, named);
}

/**
 * As `repairMissing`, but where that would end the run, the table comes back with each such cell as another of its column (0
 * where it has none), and a warning says what a run would say. For looking at a file: nothing may be computed from it.
 */
export function repairOrTell(features: Matrix | Csr, missing: Missing, named: Named, remedy?: Words): Repair {
  try {
    return repairMissing(features, missing, named, remedy);
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof ShapeError)) throw error;
    const { got, remedy } = error.parts;
    const said = words`A run stops here: ${got}. To go on, ${remedy}.`;
    const warnings = [{ code: 'missing-cells', message: spell(said), words: said }];
    return { features: withoutGaps(features), keptRows: null, keptColumns: null, warnings };
  }
}

/** The features with each cell that is not finite as the first finite one of its column, 0 where it has none. */
function withoutGaps(features: Matrix | Csr): Matrix | Csr {
  const known = new Float32Array(features.columns).fill(Number.NaN);
  forEachCell(features, (value, _row, column) => {
    if (Number.isNaN(known[column]) && Number.isFinite(value)) known[column] = value;
  });
  const values = (isCsr(features) ? features.values : features.data).slice();
  forEachCell(features, (value, _row, column, position) => {
    if (!Number.isFinite(value)) values[position] = Number.isNaN(known[column]) ? 0 : known[column];
  });
  return isCsr(features) ? { ...features, values } : { ...features, data: values };
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
 * The features without the samples (`rows`) that have missing cells. ShapeError where fewer than two are left; where fewer than
 * half are, the warning says what would have kept more.
 * @param said `found`: the missing cells, in words; `advice`: which columns to leave out first, or null.
 * @param rows indices of these samples.
 */
function dropRows(
  features: Matrix | Csr,
  rows: ReadonlySet<number>,
  { found, advice }: { readonly found: string; readonly advice: Words | null },
  named: Named,
): Repair {
  const kept = without(features.rows, rows);
  if (kept.length < 2)
    throw nothingLeft(`${kept.length} of ${features.rows} rows`, 'drop-rows', named.name, advice);
  const dropped = `Dropped ${rows.size} of ${features.rows} rows of ${named.name}: ${found}.`;
  const more = advice !== null && 2 * kept.length < features.rows;
  const message = more ? words`${dropped} To keep more, ${advice}.` : dropped;
  return {
    features: selectRows(features, kept),
    keptRows: kept,
    keptColumns: null,
    warnings: [{ code: 'missing-dropped-rows', message: spell(message), ...(more && { words: message }) }],
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
 * @param advice which columns to leave out first; null for none.
 */
function nothingLeft(what: string, missing: string, name: string, advice: Words | null = null): ShapeError {
  return new ShapeError({
    got: `${what} of ${name} without missing cells`,
    expected: 'at least 2 to be left',
    remedy:
      missing === 'mean'
        ? 'check that the right columns were read as features: those left out hold no number at all'
        : words`${advice === null ? '' : words`${advice}, or `}use another choice than ${option('missing', missing)}, for example mean`,
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
