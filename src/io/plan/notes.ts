/**
 * The findings of a plan as warnings, for those who call the library; a run prints the plan itself instead.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position), source (its name). `LeftOut`: position, name and
 *   reason (a clause). `ColumnFacts`, one column: index (the file calls it the index).
 * Fails: never.
 */

import type { Warning } from '../../model.js';
import { shownName } from './column-names.js';
import type { FileFacts } from './facts.js';
import type { LeftOut } from './types.js';

/** Warnings that say what the printed plan says too. */
export const PLANNED: ReadonlySet<string> = new Set([
  'ids-guessed',
  'text-columns',
  'other-columns',
  'empty-columns',
  'columns-left-out',
  'joined-by-id',
]);

const KINDS: readonly {
  readonly code: string;
  readonly reason: RegExp;
  readonly what: (source: string) => string;
}[] = [
  { code: 'text-columns', reason: /^is text/, what: (source) => `text of ${source}, which are no features` },
  {
    code: 'other-columns',
    reason: /^holds dates/,
    what: (source) => `dates or nested values of ${source}, which are no features`,
  },
  { code: 'empty-columns', reason: /^is empty/, what: (source) => `${source} without a name or a value` },
];
/** Roles that an option gave need no warning. */
const REQUESTED = /^(is the label|is dropped|is not among|is metadata)/;

/**
 * Warnings on what was left out, one a reason, and on the column that was taken as ids. Empty where nothing was left
 * out or guessed.
 * @param left columns that are neither features nor label.
 * @param ids position of the ids that were guessed, or null.
 * @param reason why they were.
 */
export function roleWarnings(
  file: FileFacts,
  left: readonly LeftOut[],
  ids: number | null,
  reason: string,
): Warning[] {
  const found: Warning[] = [];
  if (ids !== null && !file.columns[ids].index) {
    const name = shownName(file, ids);
    found.push({ code: 'ids-guessed', message: `Sample ids of ${file.source} are in ${name}: ${reason}.` });
  }
  const rest = left.filter(({ position, reason: why }) => position !== ids && !REQUESTED.test(why));
  for (const { code, reason: pattern, what } of KINDS) {
    const columns = rest.filter(({ reason: why }) => pattern.test(why));
    if (columns.length > 0)
      found.push({
        code,
        message: `Left out ${columns.length} column(s) of ${what(file.source)}: ${someNames(columns)}.`,
      });
  }
  const others = rest.filter(({ reason: why }) => !KINDS.some(({ reason: pattern }) => pattern.test(why)));
  for (const { name, reason: why } of others.slice(0, 5)) {
    found.push({ code: 'columns-left-out', message: `Left out ${name} of ${file.source}: it ${why}.` });
  }
  return found;
}

/**
 * The first names of a list of columns, as text, with `...` where there are more than `most`.
 * @param most of them that are shown.
 */
export function someNames(columns: readonly { readonly name: string }[], most = 5): string {
  const names = columns.slice(0, most).map(({ name }) => name);
  return names.join(', ') + (columns.length > most ? '...' : '');
}
