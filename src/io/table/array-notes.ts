/**
 * Notes on arrays without names of columns (NPY and its like), whose columns are taken as they are: numbers of the rows, or whole
 * numbers beside the fractions of a map, as `np.c_[map, clusters]` and `df.reset_index().values` leave them.
 * Types: `Matrix`, row-major float32: data (element (r, c) at `r * columns + c`), units (offsets and scale of the
 *   columns, or absent).
 */

import { trueValue } from '../../core/units.js';
import type { Matrix, Warning } from '../../model.js';

/** Rows from which on chance makes no count. */
const TELLING_ROWS = 10;

/**
 * A note on features that only count the rows from 0 or 1.
 * @param source name of the file.
 * @param m samples x features.
 * @param names one a feature.
 */
export function countedRowsNote(m: Matrix, names: readonly string[], source: string): Warning[] {
  const found = names.filter((_, c) => isCount(m, c));
  if (found.length === 0) return [];
  const message = `${found.join(', ')} of ${source} only numbers its rows and was read as a feature, since an array has no names of columns. If it is an index, drop it.`;
  return [{ code: 'counts-rows', message }];
}

/**
 * A note on coordinates that are whole numbers beside fractions, as clusters and counts are.
 * @param source name of the file.
 * @param m samples x dimensions.
 */
export function wholeCoordinatesNote(m: Matrix, source: string): Warning[] {
  if (m.rows < TELLING_ROWS) return [];
  const whole = Array.from({ length: m.columns }, (_, c) => c).filter((c) => isWhole(m, c));
  if (whole.length === 0 || whole.length === m.columns) return [];
  const rest = Array.from({ length: m.columns }, (_, c) => c).filter((c) => !whole.includes(c));
  const called = (list: readonly number[]) => list.map((c) => `#${c + 1}`).join(',');
  const message = `Column ${called(whole)} of ${source} holds whole numbers beside fractions, as clusters or numbers of rows are, and was read as a coordinate. If it is none, name the columns of the map: ${called(rest)}.`;
  return [{ code: 'whole-coordinates', message }];
}

/** Whether the column at c holds 0, 1, 2... or 1, 2, 3... in the order of the rows. */
function isCount({ rows, columns, data, units }: Matrix, c: number): boolean {
  const first = trueValue(data[c], c, units);
  if (rows < TELLING_ROWS || (first !== 0 && first !== 1)) return false;
  for (let r = 1; r < rows; r++) if (trueValue(data[r * columns + c], c, units) !== first + r) return false;
  return true;
}

/** Whether the column at c holds whole numbers only. */
function isWhole({ rows, columns, data, units }: Matrix, c: number): boolean {
  for (let r = 0; r < rows; r++)
    if (!Number.isInteger(trueValue(data[r * columns + c], c, units))) return false;
  return true;
}
