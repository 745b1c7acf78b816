/**
 * Purpose: what a column of a file holds, in the few facts that decide its role.
 * Shapes: a text column is dictionary-coded: `codes` has one entry a row, an index into `levels`, or -1 where the cell
 * is missing.
 * Cost: one look-up in a map a cell; 4 bytes a row and the distinct texts.
 * Fails: never.
 */

import { detachedText, isMissing } from '../text/numbers.js';

export type ColumnKind = 'number' | 'text' | 'list' | 'other';

/** What is known of one column. Where only name and kind are known (`plainFacts`), counts are null and flags false. */
export interface ColumnFacts {
  /** Empty when the column has no name. */
  readonly name: string;
  readonly kind: ColumnKind;
  /** Rows without a value; null when not counted. */
  readonly missing: number | null;
  /** Different values; null when not counted. */
  readonly distinct: number | null;
  /** Every value is a whole number. */
  readonly whole: boolean;
  /** The first value, when every row holds the number of the row before and one more; else null. */
  readonly counter: number | null;
  /** Values rise by one a row and start again at the first value, as the inner level of a MultiIndex does. */
  readonly restarts: boolean;
  /** Places from the smallest to the largest whole number, both counted, in steps of `step`; null where there are none. */
  readonly span: number | null;
  /** The largest whole number that all differences are multiples of; 0 for fewer than two different numbers. */
  readonly step: number;
  /** Numbers rise from row to row. */
  readonly ascending: boolean;
  /** Whole numbers of more than 15 digits, which a double does not hold. */
  readonly long: boolean;
  /** Whole numbers with zeros in front (`00123`), which are names. */
  readonly padded: boolean;
  /** The file itself says that the column is the index of its rows. */
  readonly index: boolean;
}

/** The columns of one file. */
export interface FileFacts {
  /** For messages. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
  /** Whether the file has names of columns. */
  readonly named: boolean;
}

/** A column of texts, dictionary-coded. */
export interface TextColumn {
  readonly levels: readonly string[];
  /** Rows so far. */
  readonly rows: number;
  /** Index into `levels` of each row, -1 where the cell is missing. */
  codes(): Int32Array;
  /** Characters of all levels. */
  characters(): number;
  add(text: string): void;
}

/** Most decimal digits of a whole number that a double is sure to hold. */
const EXACT_DIGITS = 15;
const WHOLE = /^[+-]?\d+(\.0*)?$/;

/**
 * An empty column of texts to add to, row by row. `add` takes one cell, of which those that stand for a missing one
 * get the code -1; levels are in the order in which they come.
 */
export function newTextColumn(): TextColumn {
  const levels: string[] = [];
  const known = new Map<string, number>();
  let codes = new Int32Array(256);
  let rows = 0;
  let characters = 0;
  return {
    levels,
    characters: () => characters,
    get rows() {
      return rows;
    },
    codes: () => codes.subarray(0, rows),
    add(text) {
      if (rows === codes.length) {
        const longer = new Int32Array(codes.length * 2);
        longer.set(codes);
        codes = longer;
      }
      const count = levels.length;
      codes[rows++] = isMissing(text) ? -1 : codeOf(text, known, levels);
      if (levels.length > count) characters += text.length;
    },
  };
}

/**
 * Index of a text in `levels`; a new text is added to them.
 * @param known the index of each level.
 * @returns its index, from 0.
 */
function codeOf(text: string, known: Map<string, number>, levels: string[]): number {
  const found = known.get(text);
  if (found !== undefined) return found;
  const detached = detachedText(text);
  known.set(detached, levels.length);
  return levels.push(detached) - 1;
}

/**
 * The text of each row, empty where the cell is missing.
 * @returns one text a row.
 */
export function textsOf(column: TextColumn): string[] {
  return Array.from(column.codes(), (code) => (code < 0 ? '' : column.levels[code]));
}

/** The facts of a column of which only name and kind are known. */
export function plainFacts(name: string, kind: ColumnKind): ColumnFacts {
  const unknown = { missing: null, distinct: null, whole: false, counter: null, restarts: false };
  return {
    name,
    kind,
    ...unknown,
    span: null,
    step: 0,
    ascending: false,
    long: false,
    padded: false,
    index: false,
  };
}

/**
 * The facts of a column whose texts were kept, of any kind: missing and distinct values and, when all its texts
 * are whole numbers, whether they count, ascend, restart, are padded or too long. Called by the readers
 * (csv/table.ts, columns/assemble.ts) for each column whose texts they keep, before the reading plan is made.
 * @param kind as the reader found it; it is passed on.
 * @param name of the column.
 */
export function factsOf(name: string, kind: ColumnKind, column: TextColumn): ColumnFacts {
  const codes = column.codes();
  const missing = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0);
  const counted = { ...plainFacts(name, kind), missing, distinct: column.levels.length };
  const whole = column.levels.length > 0 && column.levels.every((text) => WHOLE.test(text.trim()));
  if (!whole) return counted;
  const numbers = column.levels.map(Number);
  const values = Array.from(codes, (code) => (code < 0 ? Number.NaN : numbers[code]));
  const long = column.levels.some((text) => text.trim().replace(/^[+-]|\.0*$/g, '').length > EXACT_DIGITS);
  const padded = column.levels.some((text) => /^0\d/.test(text.trim()));
  return { ...counted, whole, long, padded, ...spanOf(numbers), ...sequenceOf(values) };
}

/**
 * Positions from the smallest to the largest of whole numbers, both counted, in steps that all of them keep.
 * @param numbers one at least.
 */
function spanOf(numbers: readonly number[]): { span: number; step: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let step = 0;
  for (const number of numbers) {
    low = Math.min(low, number);
    high = Math.max(high, number);
    step = commonDivisor(step, Math.abs(number - numbers[0]));
  }
  return { span: (high - low) / Math.max(1, step) + 1, step };
}

/**
 * The greatest common divisor of two whole numbers from 0 on.
 * @param a whole, from 0.
 * @param b whole, from 0.
 */
function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/**
 * How whole numbers follow one another from row to row. A missing value breaks a count and a rise. For one row all
 * hold.
 * @param values one a row, NaN where missing.
 */
function sequenceOf(values: readonly number[]): Pick<ColumnFacts, 'counter' | 'restarts' | 'ascending'> {
  const [first] = values;
  let steps = 0;
  let starts = 0;
  let rising = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i] === values[i - 1] + 1) steps++;
    else if (values[i] === first) starts++;
    if (values[i] > values[i - 1]) rising++;
  }
  const all = values.length - 1;
  return {
    counter: steps === all && Number.isFinite(first) ? first : null,
    restarts: starts > 0 && steps > starts && steps + starts === all,
    ascending: rising === all,
  };
}
