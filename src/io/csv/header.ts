/** Whether the first line of a text table holds names, decided from the lines below it. */

import { isMissing, parseNumber } from '../text/numbers.js';

export interface HeaderGuess {
  readonly header: boolean;
  /** Why a person should look at the guess, or null when it is plain. */
  readonly doubt: string | null;
}

type Kind = 'text' | 'number' | 'missing';

/** @param rows the first records of the file, each a list of fields of one length. */
export function guessHeader(rows: readonly (readonly string[])[], decimal: '.' | ','): HeaderGuess {
  const [first, ...rest] = rows;
  const kind = (text: string): Kind =>
    isMissing(text) ? 'missing' : Number.isNaN(parseNumber(text, decimal)) ? 'text' : 'number';
  const below = first.map((_, c) => kindOfColumn(rest.map((row) => kind(row[c] ?? ''))));
  const top = first.map(kind);
  const names = top.filter((t, c) => t === 'text' && below[c] === 'number').length;
  const numbers = first.filter((_, c) => top[c] === 'number' && below[c] === 'number');
  if (numbers.length === 0) return { header: names > 0 || looksNamed(first, rest), doubt: null };
  const corner = first[0].trim() === '' && below[0] !== 'missing';
  const apart = first.some((_, c) => top[c] === 'text' && below[c] === 'text' && standsApart(first, rest, c));
  if (areNumberedNames(numbers, names > 0 || corner || apart, rest)) {
    return { header: true, doubt: 'its numbers were taken as names' };
  }
  return { header: false, doubt: null };
}

function kindOfColumn(kinds: readonly Kind[]): Kind {
  if (kinds.includes('text')) return 'text';
  return kinds.includes('number') ? 'number' : 'missing';
}

/** No column has numbers: a header is a line of distinct names that do not come back below. */
function looksNamed(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  if (rest.length === 0) return first.some((field) => Number.isNaN(parseNumber(field, '.')));
  const distinct = new Set(first).size === first.length && first.every((field) => field.trim() !== '');
  return distinct && rest.every((row) => row.every((field, c) => field !== first[c]));
}

/** The first text of a column of repeated texts is not one of them. */
function standsApart(
  first: readonly string[],
  rest: readonly (readonly string[])[],
  column: number,
): boolean {
  const texts = rest.map((row) => row[column]);
  return new Set(texts).size < texts.length && !texts.includes(first[column]);
}

/**
 * Columns called 0, 1, 2... (a pandas frame without names) or by distinct whole numbers such as years, above
 * numbers that are not all whole.
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
