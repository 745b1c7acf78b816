/**
 * Purpose: how the rows of two files belong together: by ids, or by their order.
 * Shapes: columns of ids of both files in, one index of a row of the second file for each row of the first out.
 * Cost: a map of the ids of each pair of columns that may match.
 * Fails: FormatError for repeated or missing ids, for counters against other numbers, and for ids that do not match;
 * ShapeError for files of different lengths without ids. A wrong guess would give a finished report of wrong pairs.
 * Ours: the rules; each is explained in docs/reading.md.
 * Types: `PairingSide`, one file: candidates (IdColumns, likeliest first), rows (how many), source (its name),
 *   rowsBefore (before rows were dropped). `IdColumn`, a column that may hold ids: counter (first number where it only
 *   counts rows, else null), requested (an option names it), name (as people call it), values (one a row, empty where
 *   missing), feature (its name as a feature, or null), weak (ids only if the other file has them), declared (the file
 *   or its name says so).
 */

import { loose } from './almost.js';
import { common, distinct, isSameOrder, isSparse } from './id-sets.js';
import {
  counterAgainstIds,
  differentCounters,
  differentLengths,
  fewMatches,
  maybeIds,
  noMatches,
  repeatedIds,
  shuffledCounter,
} from './pairing-errors.js';
import type { IdColumn, PairingSide, Repeats } from './types.js';

export interface PairingOptions {
  /** Pair by the order of rows, whatever ids there are. */
  readonly pairByRow?: boolean;
  /** Compare ids without case, signs, and a number at the end. */
  readonly looseIds?: boolean;
  /** Share of the smaller file's ids that must be in the other. Default 0.9. */
  readonly minMatched?: number;
}

/** How the rows are paired. */
export type Pairing =
  | {
      readonly how: 'id';
      readonly first: IdColumn;
      readonly second: IdColumn;
      /** Row of the second file for each row of the first, -1 where it has none. */
      readonly rows: Int32Array;
      readonly matched: number;
      /** The counters of both files agree: pairing by id and by row are the same. */
      readonly counters: boolean;
      /** The column of the first file only counts its rows, and the second file holds some of the numbers. */
      readonly doubtful: boolean;
    }
  | { readonly how: 'row'; readonly reason: string };

interface Match {
  readonly first: IdColumn;
  readonly second: IdColumn;
  /** Different ids that both have. */
  readonly matched: number;
  readonly share: number;
}

const ENOUGH = 0.9;
/** Share of the smaller file's values that two columns which are no ids do not have in common by chance. */
const PARTLY = 0.3;
/** The same for numbers that fill a range. */
const MOSTLY = 0.5;
/** Columns of one file that are compared. */
const MOST_CANDIDATES = 8;

/**
 * Decides how the rows of two files are paired. Errors as in the header.
 * @param first the table.
 * @param second the map, or a file of labels.
 */
export function planPairing(first: PairingSide, second: PairingSide, options: PairingOptions = {}): Pairing {
  if (options.pairByRow) return byRow(first, second, 'as requested');
  const enough = options.minMatched ?? ENOUGH;
  const isEnough = (match: Match | null): match is Match =>
    match !== null && match.share >= enough && isTelling(match, first, second);
  // numbers of rows agree in any two files, so ids come first
  const best = bestMatch(first, second, options, (column) => column.counter === null || column.requested);
  if (isEnough(best)) return byId(best, first, second, options);
  const [a, b] = [declaredIds(first), declaredIds(second)];
  if (a !== null && b !== null) throw unmatched({ a, b, best, enough }, first, second);
  const numbers = pairByNumbers(first, second, options, enough);
  if (numbers !== null) return numbers;
  const counted = bestMatch(first, second, options, () => true);
  if (isEnough(counted)) return byId(counted, first, second, options);
  const twins = sameName(first, second);
  if (twins !== null) throw unmatched({ ...twins, best, enough }, first, second);
  const requested = [first, second].find((side) => side.candidates[0]?.requested);
  const counters = [first, second].map(
    (side) => side.candidates.find(({ counter }) => counter !== null) ?? null,
  );
  if (a !== null && counters[1] !== null) throw counterAgainstIds(first, a, second, counters[1]);
  if (b !== null && counters[0] !== null) throw counterAgainstIds(second, b, first, counters[0]);
  if (requested !== undefined && requested.rows !== (requested === first ? second : first).rows) {
    throw differentLengths(first, second);
  }
  if (counters[0] !== null && counters[1] !== null && counters[0].counter !== counters[1].counter) {
    throw differentCounters(first, second, counters[0].counter ?? 0, counters[1].counter ?? 0);
  }
  return byRow(first, second, reasonFor(first, second, a, b));
}

/** By columns that each file alone reads as features, of which a share of `enough` rows holds the same numbers; null without any. */
function pairByNumbers(
  first: PairingSide,
  second: PairingSide,
  options: PairingOptions,
  enough: number,
): Pairing | null {
  const match = bestMatch(first, second, options, ({ counter }) => counter === null, false);
  if (match === null || match.share < PARTLY || !isTelling(match, first, second)) return null;
  const sparse = isSparse(match);
  if (match.share < enough && (sparse || match.share >= MOSTLY))
    throw fewMatches(first, second, { ...match, enough });
  if (match.share < enough) return null;
  // in the same order either pairing is the same, and the column is no measurement of its own
  if (sparse || isSameOrder(match)) return byId(match, first, second, options);
  throw maybeIds(first, match.first, second, match.second);
}

/**
 * Columns of one name in both files, with a different value in nearly every row: they should agree. Null where there
 * are none; names such as `f0` and unnamed columns do not count.
 */
function sameName(first: PairingSide, second: PairingSide): { a: IdColumn; b: IdColumn } | null {
  const isNamed = ({ name, counter }: IdColumn) =>
    counter === null && !/^(the unnamed|f\d+$|row names)/.test(name);
  const isUnique = ({ values }: IdColumn, rows: number) => new Set(values).size >= ENOUGH * rows;
  for (const a of first.candidates.filter(isNamed)) {
    const b = second.candidates.find((column) => isNamed(column) && column.name === a.name);
    if (b && isUnique(a, first.rows) && isUnique(b, second.rows)) return { a, b };
  }
  return null;
}

/**
 * Why only the order of rows is left to pair by, in words.
 * @param a ids of the first file.
 * @param b of the second.
 */
function reasonFor(first: PairingSide, second: PairingSide, a: IdColumn | null, b: IdColumn | null): string {
  if (a === null && b === null) return 'neither has ids';
  return `${a === null ? first.source : second.source} has no ids`;
}

/**
 * The pairing of two files by the order of their rows, for a `reason` in words; ShapeError where their lengths
 * differ. The second file may also have as many rows as the first had before some were dropped.
 */
function byRow(first: PairingSide, second: PairingSide, reason: string): Pairing {
  const fits = first.rows === second.rows || first.rowsBefore === second.rows;
  if (!fits) throw differentLengths(first, second);
  return { how: 'row', reason };
}

/**
 * The column of a file that holds ids and not only numbers of rows; null when there is none. Counters, weak
 * candidates and features are none.
 */
function declaredIds({ candidates, rows }: PairingSide): IdColumn | null {
  return (
    candidates.find(
      (column) =>
        column.counter === null &&
        column.feature === null &&
        !column.weak &&
        (column.declared || column.requested || new Set(column.values).size >= 0.9 * rows),
    ) ?? null
  );
}

/**
 * The two columns, of those `isUsed`, with the largest share of ids in common, likelier ones first; null where none
 * share any.
 * @param onlySure whether columns that are read as features are left out, unless the other file names them as ids.
 */
function bestMatch(
  first: PairingSide,
  second: PairingSide,
  options: PairingOptions,
  isUsed: (column: IdColumn) => boolean,
  onlySure = true,
): Match | null {
  const keys = ({ candidates }: PairingSide) => {
    const used = candidates.filter(isUsed).slice(0, MOST_CANDIDATES);
    return used.map((column) => ({ column, ids: distinct(column, options) }));
  };
  let best: Match | null = null;
  const right = keys(second);
  for (const a of keys(first)) {
    for (const b of right) {
      if (onlySure && !(mayBeIds(a.column, b.column) && mayBeIds(b.column, a.column))) continue;
      const matched = common(a.ids, b.ids);
      const share = matched / Math.max(1, Math.min(a.ids.size, b.ids.size));
      const better =
        best === null || share > best.share + 0.05 || (share >= best.share && matched > best.matched);
      if (matched > 0 && better) best = { first: a.column, second: b.column, matched, share };
    }
  }
  return best;
}

/**
 * What one file reads as a feature is an id only if the other file calls it so, or by the same name.
 * @param other column of the other file.
 */
function mayBeIds(column: IdColumn, other: IdColumn): boolean {
  if (column.feature === null || column.name === other.name) return true;
  return (other.declared || other.requested) && other.counter === null;
}

/**
 * Groups such as cell types match as well; ids are different in most rows of one file at least. True where both
 * columns are declared to be ids.
 */
function isTelling({ first, second, matched }: Match, a: PairingSide, b: PairingSide): boolean {
  if (first.declared && second.declared) return true;
  if (matched < 2) return false;
  const share = ({ values }: IdColumn, { rows }: PairingSide) => new Set(values).size / rows;
  return Math.max(share(first, a), share(second, b)) >= 0.5;
}

/**
 * The pairing of two files by a matching pair of id columns: for each row of the first its row in the second, or -1.
 * FormatError for ids that repeat or are missing; rows of the first that the second lacks have -1.
 */
function byId(match: Match, a: PairingSide, b: PairingSide, options: PairingOptions): Pairing {
  const { first, second } = match;
  const counters = checkCounters(match, a, b);
  const key = options.looseIds ? loose : (id: string) => id;
  for (const [column, side] of [
    [first, a],
    [second, b],
  ] as const) {
    const problem = repeatsOf(column, key);
    if (problem !== null) throw repeatedIds(column, side, problem);
  }
  const rowOf = new Map(second.values.map((id, row) => [key(id), row]));
  const rows = Int32Array.from(first.values, (id) => rowOf.get(key(id)) ?? -1);
  const doubtful = first.counter !== null && second.counter === null;
  return { how: 'id', first, second, rows, matched: match.matched, counters, doubtful };
}

/** Ids that repeat and rows without one; null when every row has an id that no other has. @param key compares ids. */
export function repeatsOf({ values }: IdColumn, key: (id: string) => string = (id) => id): Repeats | null {
  const seen = new Map<string, number[]>();
  const missing: number[] = [];
  for (const [row, id] of values.entries()) {
    if (id === '') missing.push(row);
    else {
      const rows = seen.get(key(id));
      if (rows) rows.push(row);
      else seen.set(key(id), [row]);
    }
  }
  const repeated = [...seen].filter(([, rows]) => rows.length > 1).map(([id, rows]) => ({ id, rows }));
  return repeated.length + missing.length > 0 ? { repeated, missing } : null;
}

/**
 * Numbers that only count the rows of one file say nothing about another file whose rows carry the same numbers in
 * another order or with gaps: pandas writes such numbers anew after every change. True when both count alike.
 * FormatError where a counter stands against other numbers; false where neither counts.
 */
function checkCounters({ first, second }: Match, a: PairingSide, b: PairingSide): boolean {
  if (first.requested && second.requested) return false;
  if (first.counter === null && second.counter === null) return false;
  if (first.counter !== null && second.counter !== null) {
    if (first.counter !== second.counter) throw differentCounters(a, b, first.counter, second.counter);
    if (a.rows !== b.rows) throw shuffledCounter(a, first, b, second);
    return true;
  }
  const [counting, other] = first.counter === null ? [b, a] : [a, b];
  // a part of a table that was numbered whole keeps its numbers; a table as long or longer than the count was numbered anew
  if (counting.rows <= other.rows) {
    throw first.counter === null
      ? shuffledCounter(b, second, a, first)
      : shuffledCounter(a, first, b, second);
  }
  return false;
}

/**
 * The error for ids on both sides that do not match, or do not match enough.
 * @param found ids of both sides, the best match or null, and the share that is enough.
 * @returns a FormatError to throw.
 */
function unmatched(
  found: { a: IdColumn; b: IdColumn; best: Match | null; enough: number },
  first: PairingSide,
  second: PairingSide,
): Error {
  const { a, b, best, enough } = found;
  if (best === null || best.matched < 2 || best.share < 0.02) return noMatches(first, a, second, b);
  return fewMatches(first, second, { ...best, enough });
}
