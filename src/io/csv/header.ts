/**
 * Whether the first line of a text table holds names, decided from the lines below it.
 * Fails: never.
 */

import { isGroupName, isIdName } from '../plan/names.js';
import { isMissing } from '../text/numbers.js';

export interface HeaderGuess {
  readonly header: boolean;
  /** Why a person should look at the guess, or null when it is plain. */
  readonly doubt: string | null;
}

type Kind = 'text' | 'number' | 'missing';

/**
 * Whether the first record holds names.
 * @param rows the first records of the file, each a list of fields of one length.
 * @param isNumber whether a text is a number as this file writes them.
 * @returns `header`, and `doubt`: a sentence for people where the lines could be read otherwise, else null.
 */
export function guessHeader(
  rows: readonly (readonly string[])[],
  isNumber: (text: string) => boolean,
): HeaderGuess {
  const [first, ...rest] = rows;
  const kind = (text: string): Kind => (isMissing(text) ? 'missing' : isNumber(text) ? 'number' : 'text');
  const below = first.map((_, c) => kindOfColumn(rest.map((row) => kind(row[c] ?? ''))));
  const top = first.map(kind);
  const names = top.filter((t, c) => t === 'text' && below[c] === 'number').length;
  const numbers = first.filter((_, c) => top[c] === 'number' && below[c] === 'number');
  if (numbers.length === 0) return { header: names > 0 || looksNamed(first, rest, isNumber), doubt: null };
  const corner = first[0].trim() === '' && below[0] !== 'missing';
  const apart = first.some((_, c) => top[c] === 'text' && below[c] === 'text' && standsApart(first, rest, c));
  if (areNumberedNames(numbers, names > 0 || corner || apart, rest)) {
    return { header: true, doubt: 'its numbers were taken as names' };
  }
  return { header: false, doubt: null };
}

/**
 * What the cells of a column are together: text where any is, else numbers where any is, else missing. Missing
 * for no cells.
 * @param kinds of its cells below the first line.
 */
function kindOfColumn(kinds: readonly Kind[]): Kind {
  if (kinds.includes('text')) return 'text';
  return kinds.includes('number') ? 'number' : 'missing';
}

/**
 * Whether the first line holds names where no column has numbers: names are distinct and do not come back
 * below; the first field may be empty, as R and pandas write an index. One column of texts that are all
 * different has a header only if its first text reads as one.
 * @param first fields of the first line.
 * @param rest the lines below.
 * @param isNumber whether a cell is a number.
 */
function looksNamed(
  first: readonly string[],
  rest: readonly (readonly string[])[],
  isNumber: (text: string) => boolean,
): boolean {
  if (rest.length === 0) return first.some((field) => field.trim() !== '' && !isNumber(field));
  const distinct =
    new Set(first).size === first.length && first.slice(1).every((field) => field.trim() !== '');
  if (!distinct || !rest.every((row) => row.every((field, c) => field !== first[c] || field === '')))
    return false;
  if (first[0].trim() === '') return first.length > 1 && rest.some((row) => row[0].trim() !== '');
  return first.length > 1 ? hasNames(first, rest) : isHeaderOfOne(first[0], rest);
}

/**
 * Whether the first of several columns of texts' lines holds names: some column repeats its texts below, or a
 * field reads as a name.
 * @param rest cells of the lines below.
 */
function hasNames(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const repeats = first.some((_, c) => standsApart(first, rest, c));
  return repeats || first.some((field) => isIdName(field) || isGroupName(field));
}

/**
 * Whether the first text of a single column is its name: the texts below repeat and it is none of them, or it reads
 * as a name.
 * @param rest lines of one field each.
 */
function isHeaderOfOne(first: string, rest: readonly (readonly string[])[]): boolean {
  return standsApart([first], rest, 0) || isGroupName(first) || isIdName(first);
}

/** A header has at most as many lines. */
const MOST_LINES = 4;

/**
 * Number of lines at the top that are no samples: names, further levels of names, units, types. They have text in
 * every column that holds numbers below them (at least two such columns). pandas writes a line with the name of the
 * index behind several.
 * @param rows the first records of the file.
 * @param isNumber whether a text is a number as this file writes them.
 * @returns 0 where the columns below hold too few numbers to tell.
 */
export function headerLines(
  rows: readonly (readonly string[])[],
  isNumber: (text: string) => boolean,
): number {
  for (let count = 1; count <= MOST_LINES && rows.length > count; count++) {
    const below = rows.slice(count);
    if (!rows.slice(0, count).every((line) => isHeaderLine(line, below, isNumber))) continue;
    return count > 1 && namesOnlyTheIndex(rows[count]) ? count + 1 : count;
  }
  return 0;
}

/** Whether a line has a text in its first field only. */
function namesOnlyTheIndex(line: readonly string[]): boolean {
  return line.length > 1 && line[0].trim() !== '' && line.slice(1).every((field) => field.trim() === '');
}

/**
 * Whether a line holds names: of the columns with numbers below it, two or more, none has a number in it.
 * @param isNumber whether a cell is a number.
 */
function isHeaderLine(
  line: readonly string[],
  below: readonly (readonly string[])[],
  isNumber: (text: string) => boolean,
): boolean {
  const numeric = line.flatMap((_, c) => {
    const cells = below.map((row) => row[c] ?? '').filter((text) => !isMissing(text));
    return cells.length > 0 && cells.every((text) => isNumber(text)) ? [c] : [];
  });
  if (numeric.length < 2) return false;
  return numeric.every((c) => !isMissing(line[c]) && !isNumber(line[c]));
}

/**
 * One name a column from several header lines: those of the line with the most different names (units stand below
 * names) where they are all different, else all lines joined by points.
 * @param lines header lines, of one length; one at least has text beyond its first field.
 * @returns trimmed names, empty where a column has none.
 */
export function combinedNames(lines: readonly (readonly string[])[]): string[] {
  const filled = lines.filter((line) => line.some((field, c) => c > 0 && field.trim() !== ''));
  const different = filled.map((line) => new Set(line.filter((field) => field.trim() !== '')).size);
  const best = different.indexOf(Math.max(...different));
  const names = filled[best].map((field) => field.trim());
  const present = names.filter((name) => name !== '');
  if (new Set(present).size === present.length) return names;
  return names.map((_, c) => {
    const parts = filled.map((line) => line[c].trim()).filter((part) => part !== '');
    return parts.join('.');
  });
}

/**
 * Whether the first text of a column of repeated texts is none of them, so that it is the column's name. False
 * where no text repeats.
 * @param rest cells of the lines below.
 */
function standsApart(
  first: readonly string[],
  rest: readonly (readonly string[])[],
  column: number,
): boolean {
  const texts = rest.map((row) => row[column]);
  return new Set(texts).size < texts.length && !texts.includes(first[column]);
}

/**
 * Whether numbers in the first line are names of columns: 0, 1, 2... (a pandas frame without names) or distinct whole
 * numbers such as years, above numbers that are not all whole.
 * @param numbers fields of the first line that are numbers above numbers.
 * @param hasOtherNames whether the line has names as well.
 * @param rest the lines below.
 */
function areNumberedNames(
  numbers: readonly string[],
  hasOtherNames: boolean,
  rest: readonly (readonly string[])[],
): boolean {
  if (!numbers.every((text) => /^\d+$/.test(text.trim())) || rest.length === 0) return false;
  const values = numbers.map(Number);
  const consecutive = values.every((value, i) => value === i + (values[0] === 1 ? 1 : 0));
  if (consecutive && (hasOtherNames || numbers.length > 2)) return true;
  const fractions = rest.some((row) => row.some((field) => /\d[.,]\d/.test(field)));
  const distinct = new Set(values).size === values.length;
  return fractions && distinct && (hasOtherNames || consecutive);
}
