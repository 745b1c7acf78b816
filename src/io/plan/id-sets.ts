/** Sets of ids, by which columns of two files are compared. */

import { loose } from './almost.js';
import type { IdColumn } from './types.js';

/** The set of ids, empty ones left out; compared loosely if options say so. */
export function distinct({ values }: IdColumn, { looseIds }: { readonly looseIds?: boolean }): Set<string> {
  const ids = new Set(looseIds ? values.map(loose) : values);
  ids.delete('');
  return ids;
}

/** How many values two columns of ids share. */
export function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let count = 0;
  for (const id of small) if (large.has(id)) count++;
  return count;
}
