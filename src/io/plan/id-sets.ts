/** Sets of ids, by which columns of two files are compared. */

import { loose } from './almost.js';
import type { IdColumn } from './types.js';

/**
 * The different ids of a column, empty ones left out.
 * @param options `looseIds`: compared without case, signs, and a number at the end.
 */
export function distinct({ values }: IdColumn, { looseIds }: { readonly looseIds?: boolean }): Set<string> {
  const ids = new Set(looseIds ? values.map(loose) : values);
  ids.delete('');
  return ids;
}

/** How many ids two sets share. */
export function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let count = 0;
  for (const id of small) if (large.has(id)) count++;
  return count;
}
