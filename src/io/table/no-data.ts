/**
 * Numbers that stand for a missing value in many data sets (-9999 in rasters, 999 in surveys), where they lie far outside their column.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its units (offsets and scale of the
 *   columns, or absent), rows (how many).
 * Fails: never.
 */

import { trueValue } from '../../core/units.js';
import type { Matrix, Warning } from '../../model.js';
import { rangesOf } from './ranges.js';

const NO_DATA = [-9999, -999, -99, 999, 9999, 99999, 999999, -99999, -999999, -32768, 32767, -1e9, 1e9];
const HIGHEST_NEGATIVE = -99;
const LOWEST_POSITIVE = 999;
/** Ranges of the other values of its column that such a number lies away from them. */
const FAR = 3;
const SHOWN = 3;

/**
 * A warning on columns that hold a number such as -9999 far from their other values, which may stand for a
 * missing one; none without any.
 * @param names of the columns.
 * @param source name of the file.
 * @param m samples x features.
 */
export function noDataWarning(m: Matrix, names: readonly string[], source: string): Warning[] {
  const found = heldBy(m).filter(({ column, value }) => isFar(m, column, value));
  if (found.length === 0) return [];
  const listed = found.slice(0, SHOWN).map(({ column, value }) => `${value} in ${names[column]}`);
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  const message = `${source} holds numbers that often stand for a missing value, far from the others of their column: ${listed.join(', ')}${more}. If they do, leave those cells empty.`;
  return [{ code: 'maybe-missing', message }];
}

interface Held {
  readonly column: number;
  readonly value: number;
}

/**
 * Which columns hold which of the numbers that often stand for missing values. Each pair of column and number once.
 */
function heldBy(m: Matrix): Held[] {
  const { columns, data, units } = m;
  const { low, high } = rangesOf(m);
  const isWithin = (_: number, c: number) =>
    trueValue(low[c], c, units) > HIGHEST_NEGATIVE && trueValue(high[c], c, units) < LOWEST_POSITIVE;
  if (low.every(isWithin)) return [];
  const known = new Set(NO_DATA);
  const held = new Map<string, Held>();
  for (let p = 0; p < data.length; p++) {
    const column = p % columns;
    const value = trueValue(data[p], column, units);
    // most values are none of them, and a look-up costs more than this
    if (value > HIGHEST_NEGATIVE && value < LOWEST_POSITIVE) continue;
    if (known.has(value)) held.set(`${column} ${value}`, { column, value });
  }
  return [...held.values()];
}

/**
 * Whether all other values of the column lie far from the number: FAR times their range or more. False where the
 * column holds nothing else.
 */
function isFar({ rows, columns, data, units }: Matrix, column: number, value: number): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let r = 0; r < rows; r++) {
    const other = trueValue(data[r * columns + column], column, units);
    if (other === value) continue;
    low = Math.min(low, other);
    high = Math.max(high, other);
  }
  const away = FAR * (high - low);
  return low < high && (value < low - away || value > high + away);
}
