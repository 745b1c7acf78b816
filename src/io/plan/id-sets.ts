/**
 * Sets of ids, by which columns of two files are compared.
 * Types: `IdColumn`, a column that may hold ids: values (one a row, empty where missing).
 * Fails: never.
 */

import { loose } from './almost.js';
import type { IdColumn } from './types.js';

/** Numbers that agree in both files by chance are fewer. */
const ENOUGH_NUMBERS = 10;
/** Numbers of a range twice as wide do not fill it. */
const SPARSE = 2;

/** Columns of two files that hold the same ids. */
interface Shared {
  readonly first: IdColumn;
  readonly second: IdColumn;
  /** Different ids that both have. */
  readonly matched: number;
}

/**
 * The different ids of a column, empty ones left out.
 * @param options `looseIds`: compared without case, signs, and a number at the end.
 */
export function distinct({ values }: IdColumn, { looseIds }: { readonly looseIds?: boolean }): Set<string> {
  const ids = new Set(looseIds ? values.map(loose) : values);
  ids.delete('');
  return ids;
}

/**
 * How many ids two sets share.
 * @param a ids of one file.
 * @param b ids of the other.
 */
export function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let count = 0;
  for (const id of small) if (large.has(id)) count++;
  return count;
}

/**
 * Whether two columns of whole numbers agree by more than chance: no measurement has the same different numbers in
 * two files, unless they fill a range, as ranks do. False for fewer than 10 common ids; true where a value is no
 * whole number.
 */
export function isSparse({ first, second, matched }: Shared): boolean {
  if (matched < ENOUGH_NUMBERS) return false;
  const numbers = [first, second].map(({ values }) => values.filter((id) => id !== '').map(Number));
  if (numbers.flat().some((number) => !Number.isInteger(number))) return true;
  return numbers.every((values) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return high - low + 1 >= SPARSE * values.length;
  });
}

/**
 * Whether both columns hold the same in every row, so that pairing by them and by the order of rows are the same.
 * False for columns of different lengths.
 */
export function isSameOrder({ first, second }: Shared): boolean {
  const { values } = second;
  return first.values.length === values.length && first.values.every((id, row) => id === values[row]);
}
