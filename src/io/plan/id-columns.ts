/**
 * Purpose: which columns of a file may hold the ids of its samples, and how likely each is to.
 * Source: what pandas, R, scanpy and people write; ours is the order.
 * Fails: never. The choice is printed, and an option overrules it.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position), rows (how many), named (columns have names).
 *   `ColumnFacts`, one column: distinct (different values, null when not counted), missing (rows without a value,
 *   null when not counted), kind (number, text, list or other), whole (all are whole numbers), name (empty where it
 *   has none), index (the file calls it the index), counter (first value where they count rows one by one, else
 *   null), ascending (rises from row to row), span (smallest to largest, both counted, or null), long (beyond 15
 *   digits), padded (zeros in front), step (largest whole number that all differences are multiples of).
 */

import type { ColumnFacts, FileFacts } from './facts.js';
import { CAMEL_ID, isIdName, isUnnamedName } from './names.js';

/** Candidates of at most this score are no ids unless the other file has them too. */
export const WEAK = 5;

/** A column that may hold ids. */
export interface Candidate {
  readonly position: number;
  /** Larger is likelier. */
  readonly score: number;
  /** The file or the column's name says that these are ids. */
  readonly declared: boolean;
  /** Every row has a value and no two share one. */
  readonly unique: boolean;
  /** The column only counts the rows. */
  readonly counts: boolean;
  /** A feature as well, as far as one file can tell. */
  readonly feature: boolean;
  readonly reason: string;
}

/** Rows from which on chance makes no counter and no column of unique numbers. */
const TELLING_ROWS = 10;
/** Different numbers in an index, of its rows, and in a column that is called as ids are. */
const INDEX_SHARE = 0.5;
const CALLED_SHARE = 0.8;
/** Names that no measurement has, in any case; CAMEL_ID of names.ts beside. */
const NUMBER_ID =
  /(^|[ _.-])(ids?|uuid|barcode|code)$|^(index|idx|rows?|row_?names?|obs(_?names?)?|nr|no|key)$/i;
/** Of these, names that other numbers may have whose values repeat. */
const SHORT_ID = /^(nr|no|key)$/i;
/** Names of ids that, above numbers, are counts of such things (`cases`, `cells`). */
const COUNTS =
  /^(names|barcodes|cells|samples|spots|observations|records|words|tokens|documents|docs|urls|files|filenames|paths|images|patients|subjects|participants|respondents|customers|users|cases)$/i;

/**
 * The columns that may hold ids, likeliest first; the first step of a reading plan. Empty where no column may be ids;
 * ties by position.
 */
export function idCandidates(file: FileFacts): Candidate[] {
  const found = file.columns.flatMap((_, position) => candidateAt(file, position) ?? []);
  return found.sort((a, b) => b.score - a.score || a.position - b.position);
}

/**
 * What speaks for the column at a position (from 0) as ids, or null when nothing does or its values were not counted.
 */
export function candidateAt(file: FileFacts, position: number): Candidate | null {
  const facts = file.columns[position];
  if (facts.distinct === null || facts.missing === null || facts.missing === file.rows) return null;
  if (facts.kind === 'text') return textCandidate(file, position, facts);
  return facts.kind === 'number' && facts.whole ? numberCandidate(file, position, facts) : null;
}

/**
 * Whether software wrote the column at a position (from 0) as the index of the rows: the file says so, or it is the
 * first column without a name, or called `Unnamed: 0`.
 */
function isWrittenIndex(file: FileFacts, position: number): boolean {
  const { name, index } = file.columns[position];
  return index || (file.named && isUnnamedName(name) && (position === 0 || name !== ''));
}

/**
 * Whether values hardly repeat: up to 5% of the rows with a value (20 rows or more; one of 10 to 19 rows) may be
 * repeats, which are mistakes in ids; many are groups. False where no row has a value.
 * @param rows of the file.
 */
function isNearlyUnique(
  rows: number,
  { missing, distinct }: Pick<ColumnFacts, 'missing' | 'distinct'>,
): boolean {
  const present = rows - (missing ?? 0);
  const allowed = present >= 20 ? Math.max(2, 0.05 * present) : present >= TELLING_ROWS ? 1 : 0;
  return present > 0 && (distinct ?? 0) >= present - allowed;
}

/**
 * A column of texts as a candidate for ids, with a score and the reason; null if it cannot be one. Null for
 * files of fewer than two rows, and for texts of which most repeat without a telling name.
 * @param position of the column, from 0.
 */
function textCandidate(file: FileFacts, position: number, facts: ColumnFacts): Candidate | null {
  const present = file.rows - (facts.missing ?? 0);
  const distinct = facts.distinct ?? 0;
  const written = isWrittenIndex(file, position) && (facts.index || distinct >= Math.max(2, 0.1 * present));
  const called = isIdName(facts.name) && distinct >= 0.5 * present && distinct > 1;
  const near = isNearlyUnique(file.rows, facts);
  const unique = facts.missing === 0 && distinct === file.rows;
  if (!written && !called && !near && distinct < 0.5 * present) return null;
  if (file.rows < 2) return null;
  const score = written ? 50 : called ? 40 : near && position === 0 ? 30 : near ? 20 : 3;
  const reason = written
    ? 'the index of the rows'
    : called
      ? 'its name says so'
      : unique
        ? 'a different text in every row'
        : 'texts that hardly repeat';
  return { position, score, declared: written || called, unique, counts: false, feature: false, reason };
}

/**
 * A column of whole numbers as a candidate for ids, with the reason; row numbers score low; null if it cannot
 * be one. Null for files of fewer than two rows.
 * @param position of the column, from 0.
 */
function numberCandidate(file: FileFacts, position: number, facts: ColumnFacts): Candidate | null {
  const present = file.rows - (facts.missing ?? 0);
  const written = isWrittenIndex(file, position);
  const called = isCalledId(facts.name.trim(), file.rows);
  // values that repeat in an index are mistakes in the ids, which stop a run; where more repeat, they are no ids
  const share = written ? INDEX_SHARE : called ? CALLED_SHARE : 1;
  const isDifferentEnough = (facts.distinct ?? 0) >= share * present;
  if (file.rows < 2 || !(isDifferentEnough || isNearlyUnique(file.rows, facts))) return null;
  const base = {
    position,
    unique: facts.missing === 0 && facts.distinct === file.rows,
    counts: facts.counter === 0 || facts.counter === 1,
    declared: written || called,
    feature: false,
  };
  const firstInOrder = position === 0 && file.rows >= TELLING_ROWS && facts.ascending;
  if (base.counts && (written || called || firstInOrder))
    return { ...base, score: 15, reason: 'numbers of the rows' };
  const certain = certainReason(facts, written, called);
  if (certain !== null) return { ...base, score: written ? 48 : 28, reason: certain };
  if (firstInOrder) return { ...base, score: 25, reason: 'whole numbers that rise from row to row' };
  return unnamedNumbers(file, base);
}

/**
 * Whole numbers whose name and order say nothing as a candidate for ids: a count of rows where they fill a range; else a
 * feature that may be ids if the other file has them too. Null in very short files, where chance may look so.
 */
function unnamedNumbers(file: FileFacts, base: Omit<Candidate, 'score' | 'reason'>): Candidate | null {
  const { position, counts, unique } = base;
  const isLong = file.rows >= 2 * TELLING_ROWS;
  const count = isLong || (counts && file.rows >= TELLING_ROWS) ? countReason(file, position) : null;
  if (count !== null) return { ...base, score: counts ? 15 : 21, reason: count };
  if (file.rows < TELLING_ROWS) return null;
  const reason = 'a different whole number in every row';
  if (isLong && position === 0 && unique && othersHaveFractions(file))
    return { ...base, counts: false, score: 22, reason: `${reason}, fractions beside` };
  return { ...base, counts: false, score: WEAK, feature: true, reason };
}

/** Whether only ids have such a name, whatever the numbers are. @param name trimmed. */
const isNumberId = (name: string): boolean => NUMBER_ID.test(name) || CAMEL_ID.test(name);

/**
 * Whether a column of whole numbers is called as ids are: by names that only ids have (`isNumberId`); from TELLING_ROWS rows
 * on also by any name of ids in names.ts, but for COUNTS.
 * @param rows of the file.
 * @param name of the column, trimmed.
 */
function isCalledId(name: string, rows: number): boolean {
  return isNumberId(name) || (rows >= TELLING_ROWS && isIdName(name) && !COUNTS.test(name));
}

/** Of the numbers between the smallest and the largest, at most so many are left out in a count. */
const GAPS = 1.1;
/** Measurements that rise by one, or rank. */
const COUNTED_NAME =
  /(^|[ _.-])(time|t|date|year|month|week|day|hour|minute|min|second|sec|step|epoch|frame|age|rank|order|pos|position|depth|dose|temp|temperature|size|length|score|cycle|round|distance|height|width|level)s?($|[ _.-])/i;

/** Why the column at a position is a count of rows or of samples, in words; null where it is none. */
function countReason(file: FileFacts, position: number): string | null {
  if (!isShuffledCount(file, position)) return null;
  const { counter, step } = file.columns[position];
  if (counter === 0 || counter === 1) return 'numbers of the rows';
  const order = counter === null ? 'numbers of rows in another order, or with gaps' : 'consecutive numbers';
  return step > 1 ? `whole numbers in steps of ${step}, each once` : order;
}

/**
 * Whether the column at a position holds each whole number of a range once, or each of equal steps (10, 20, 30), in
 * any order: a count of rows that were shuffled, split or filtered since. Several such columns, none in order, are ranks.
 */
function isShuffledCount(file: FileFacts, position: number): boolean {
  const isCount = ({ kind, whole, distinct, missing, span, name }: ColumnFacts) =>
    kind === 'number' &&
    whole &&
    span !== null &&
    isNearlyUnique(file.rows, { missing, distinct }) &&
    span <= GAPS * file.rows &&
    !COUNTED_NAME.test(name.trim());
  if (!isCount(file.columns[position])) return false;
  const ranks = file.columns.filter((column) => isCount(column) && column.counter === null);
  return file.columns[position].counter !== null || ranks.length === 1;
}

/**
 * Why whole numbers are ids without a doubt, in words, or null.
 * @param written whether software wrote them as the index.
 * @param called whether the name says so.
 */
function certainReason(facts: ColumnFacts, written: boolean, called: boolean): string | null {
  if (written) return 'the index of the rows';
  if (called) return 'its name says so';
  if (facts.long) return 'numbers of more than 15 digits';
  return facts.padded ? 'numbers with zeros in front' : null;
}

/**
 * Whether there are two columns of numbers or more after the first and all of them hold fractions. False with fewer
 * than two such columns.
 */
function othersHaveFractions({ columns }: FileFacts): boolean {
  const others = columns.slice(1).filter(({ kind }) => kind === 'number');
  return others.length > 1 && others.every(({ whole }) => !whole);
}

/** Whether a column of whole numbers holds ids by its name, although values repeat (`donor_id`, `PATIENT_ID`). */
export function isIdNumber({ whole, name }: ColumnFacts): boolean {
  return whole && isNumberId(name.trim()) && !SHORT_ID.test(name.trim());
}
