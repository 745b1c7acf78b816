/**
 * Columns that options name: by name, by position (`#1`), or by a pattern with `*`.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position), named (columns have names), source (its name).
 *   `ColumnFacts`, one column: name (empty where it has none), index (the file calls it the index).
 * Fails: OptionError from `columnNamed` and `columnsNamed`; the others never.
 */

import { OptionError, option, words } from '../../errors.js';
import { describeNames } from '../table/suggest.js';
import type { FileFacts } from './facts.js';
import { isUnnamedName } from './names.js';

/**
 * The name of the column at a position (from 0) as people see it; `f0`, `f1`... where the file has none.
 * @param position one of the file's columns.
 */
export function shownName(file: FileFacts, position: number): string {
  const { name } = file.columns[position];
  if (!file.named) return `f${position}`;
  if (name !== '') return name;
  return position === 0 ? 'the unnamed first column' : `f${position}`;
}

/**
 * Position (from 0) of the column that an option names, or null. By name; `#2` is the second column; `f1` too
 * where columns have no names; `index` or `Unnamed: 0` is the first column without one. An exact name comes
 * first; of two columns of one name the first.
 * @param wanted what the option says.
 */
export function findColumn(file: FileFacts, wanted: string): number | null {
  const exact = file.columns.findIndex((column, c) => (file.named ? column.name : `f${c}`) === wanted);
  if (exact >= 0) return exact;
  const byNumber = /^#(\d+)$/.exec(wanted);
  if (byNumber) {
    const position = Number(byNumber[1]) - 1;
    return position >= 0 && position < file.columns.length ? position : null;
  }
  const unnamed = isUnnamedName(wanted) || wanted === 'index' || wanted === 'the unnamed first column';
  const first = file.columns.findIndex(({ name, index }) => index || isUnnamedName(name));
  if (unnamed && first >= 0) return first;
  return /^f\d+$/.test(wanted) && file.columns[Number(wanted.slice(1))]?.name === ''
    ? Number(wanted.slice(1))
    : null;
}

/**
 * Position (from 0) of the column that an option names; OptionError with the nearest name when there is none.
 * @param wanted a name, `#2` for the second column.
 * @param name of the option, for the error.
 */
export function columnNamed(file: FileFacts, wanted: string, name: string): number {
  const found = findColumn(file, wanted);
  if (found !== null) return found;
  throw new OptionError({
    got: words`${option(name, JSON.stringify(wanted))}, which is no column of ${file.source}`,
    expected: 'the name of one of its columns',
    remedy: describeNames(
      wanted,
      file.columns.map((_, c) => shownName(file, c)),
    ),
  });
}

/**
 * Positions (from 0, ascending) of all columns that names and patterns mean; OptionError for one that means none.
 * @param wanted names, `#2`, or patterns in which `*` stands for any characters.
 * @param name of the option, for the error.
 * @returns each position once.
 */
export function columnsNamed(file: FileFacts, wanted: readonly string[], name: string): number[] {
  const found = new Set<number>();
  for (const text of wanted) {
    if (!text.includes('*')) {
      found.add(columnNamed(file, text, name));
      continue;
    }
    const pattern = new RegExp(`^${text.split('*').map(escaped).join('.*')}$`);
    const matches = file.columns.flatMap((_, c) => (pattern.test(shownName(file, c)) ? [c] : []));
    if (matches.length === 0) columnNamed(file, text, name);
    for (const c of matches) found.add(c);
  }
  return [...found].sort((a, b) => a - b);
}

/** A text for a regular expression, in which it stands for itself. */
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
