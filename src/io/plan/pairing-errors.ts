/**
 * What is said when rows cannot be paired: what was found in which file, with examples, and the options that help.
 * Types: `IdColumn`, a column that may hold ids: name (as people call it), values (one a row, empty where missing).
 *   `PairingSide`, one file: source (its name), option (that names its ids), rowsBefore (before rows were dropped),
 *   rows (how many), featureNames (of its features). `Repeats`: repeated (id and its rows) and missing (rows), rows
 *   from 0. `Almost`, a change that would make ids match: what (the change, in words), matched (how many then do), first (an id of one file),
 *   second (the same of the other).
 * Fails: never; errors are returned for the caller to throw.
 */

import { FormatError, option, ShapeError, words } from '../../errors.js';
import { almostMatching, loose } from './almost.js';
import type { IdColumn, PairingSide, Repeats } from './types.js';

const SHOWN = 3;
const BY_ROW = words`if rows are in the same order in both files, say ${option('pairByRow')}`;

/** The first few ids, quoted, so that spaces at their ends are seen. Empty ids are left out. */
function quoted(ids: readonly string[]): string {
  const present = ids.filter((id) => id !== '').slice(0, SHOWN);
  return present.map((id) => JSON.stringify(id)).join(', ') + (ids.length > SHOWN ? '...' : '');
}

/** The first few rows as people count them, from 1, as text. */
const rowsText = (rows: readonly number[]) =>
  rows
    .slice(0, SHOWN)
    .map((row) => row + 1)
    .join(', ') + (rows.length > SHOWN ? '...' : '');

/**
 * The error for ids that are repeated or missing: which, and in which rows. Up to three ids and rows (from 1) are
 * named.
 * @param side the file that they are in.
 */
export function repeatedIds(
  column: IdColumn,
  side: PairingSide,
  { repeated, missing }: Repeats,
): FormatError {
  const parts = [];
  if (repeated.length > 0) {
    const shown = repeated
      .slice(0, SHOWN)
      .map(({ id, rows }) => `${JSON.stringify(id)} in rows ${rowsText(rows)}`);
    const more = repeated.length > SHOWN ? '; ...' : '';
    const what = repeated.length === 1 ? '1 id that occurs' : `${repeated.length} ids that occur`;
    parts.push(`${what} more than once (${shown.join('; ')}${more})`);
  }
  if (missing.length > 0)
    parts.push(
      `${missing.length} row${missing.length === 1 ? '' : 's'} without an id (${rowsText(missing)})`,
    );
  return new FormatError({
    got: `${parts.join(' and ')} in ${column.name} of ${side.source}`,
    expected: 'every id once, to join by id',
    remedy: words`make the ids unique, name another column with ${option(side.option)}, or ${BY_ROW}`,
  });
}

/** The error for two files of different lengths without ids to pair by; says so where one looks transposed. */
export function differentLengths(first: PairingSide, second: PairingSide): ShapeError {
  const before = first.rowsBefore > first.rows ? ` (${first.rowsBefore} before rows were dropped)` : '';
  const transposed = second.rows === first.featureNames.length && second.rows !== first.rows;
  return new ShapeError({
    got: `${first.rows} rows${before} in ${first.source} and ${second.rows} in ${second.source}`,
    expected: 'the same samples in the same order, or an id column in both files',
    remedy: transposed
      ? words`${first.source} has ${second.rows} columns: if they are the samples, say ${option('transpose')}`
      : words`give files of the same samples, or add ids to both (${option(first.option)} and ${option(second.option)} name their columns)`,
  });
}

/**
 * The error for a file with ids and another with only numbers of rows.
 * @param side file with `ids`.
 * @param counting file whose column `counter` only counts its rows.
 */
export function counterAgainstIds(
  side: PairingSide,
  ids: IdColumn,
  counting: PairingSide,
  counter: IdColumn,
): FormatError {
  return new FormatError({
    got: `ids in ${side.source} (${ids.name}: ${quoted(ids.values)}) and only numbers of rows in ${counting.source} (${counter.name}: ${quoted(counter.values)})`,
    expected: 'the same ids in both files',
    remedy: words`${BY_ROW}; otherwise write the ids into ${counting.source}`,
  });
}

/**
 * The error for columns that hold the same whole numbers, as ids do, but ranks and counts do too.
 * @param a column of the first file.
 * @param b column of the second.
 */
export function maybeIds(first: PairingSide, a: IdColumn, second: PairingSide, b: IdColumn): FormatError {
  return new FormatError({
    got: `the same whole numbers in ${a.name} of ${first.source} (${quoted(a.values)}) and ${b.name} of ${second.source} (${quoted(b.values)}), which may be ids, counts or ranks`,
    expected: 'ids that are named so, or none',
    remedy: words`if they are ids, say ${option(first.option, JSON.stringify(a.name))} and ${option(second.option, JSON.stringify(b.name))}; ${BY_ROW}`,
  });
}

/** The error for two files that count their rows from different numbers, a and b. */
export function differentCounters(
  first: PairingSide,
  second: PairingSide,
  a: number,
  b: number,
): FormatError {
  return new FormatError({
    got: `rows numbered from ${a} in ${first.source} and from ${b} in ${second.source}`,
    expected: 'the same ids in both files',
    remedy: words`${BY_ROW}; otherwise write ids into both files`,
  });
}

/**
 * The error for a column that only counts the rows of its file where the other file has the same numbers in another
 * order or with gaps.
 * @param counting file with `counter`.
 * @param other file with `ids`.
 */
export function shuffledCounter(
  counting: PairingSide,
  counter: IdColumn,
  other: PairingSide,
  ids: IdColumn,
): FormatError {
  const named = { counting, counter, ids };
  const requested = (name: PairingSide['option']) => option(name, columnIn(name, named));
  const differ =
    counting.rows === other.rows ? 'in another order or with gaps' : `but for ${other.rows} rows`;
  return new FormatError({
    got: `numbers that only count the rows of ${counting.source} (${counter.name}: ${quoted(counter.values)}), and the same numbers ${differ} in ${other.source} (${ids.name}: ${quoted(ids.values)})`,
    expected: 'ids that mean the same sample in both files: an index that was written anew does not',
    remedy: words`${BY_ROW}; if the numbers are ids, name both columns (${requested('id')} and ${requested(otherOption(counting, other))})`,
  });
}

/** The option that names the ids of the file that is not the table: `mapId` or `labelsId`. */
function otherOption(first: PairingSide, second: PairingSide): PairingSide['option'] {
  return first.option === 'id' ? second.option : first.option;
}

/**
 * How the column of one file is written as the value of an option.
 * @param name of the option, which tells the file.
 */
function columnIn(
  name: PairingSide['option'],
  { counting, counter, ids }: { counting: PairingSide; counter: IdColumn; ids: IdColumn },
): string {
  const column = counting.option === name ? counter : ids;
  return /^the unnamed/.test(column.name) ? "'#1'" : JSON.stringify(column.name);
}

/**
 * The error for two files of which some ids match, too few to go on.
 * @param found `share`: matched share of the smaller file, 0 to 1; `enough`: the share that is needed.
 */
export function fewMatches(
  first: PairingSide,
  second: PairingSide,
  found: { first: IdColumn; second: IdColumn; matched: number; share: number; enough: number },
): FormatError {
  const percent = (share: number) => `${Math.floor(100 * share)}%`;
  return new FormatError({
    got: `${found.matched} common ids (${percent(found.share)} of the smaller file) between ${first.source} (${first.rows} rows) and ${second.source} (${second.rows} rows)${almostText(found.first, found.second)}`,
    expected: `at least ${percent(found.enough)} of them, since the others would be left out`,
    remedy: words`give files of the same samples, name the columns of ids (${option(first.option)}, ${option(second.option)}), or go on with the common ones by ${option('minMatched', Math.floor(100 * found.share) / 100)}`,
  });
}

/**
 * The error for two files of which hardly an id matches: with examples of both, and the change after which they
 * would.
 * @param a ids of the first file.
 * @param b ids of the second.
 */
export function noMatches(first: PairingSide, a: IdColumn, second: PairingSide, b: IdColumn): FormatError {
  const got = `0 common ids between ${first.source} (${a.name}: ${quoted(a.values)}) and ${second.source} (${b.name}: ${quoted(b.values)})`;
  const almost = almostMatching(a.values, b.values);
  if (almost !== null) {
    const loosely = loose(almost.first) === loose(almost.second);
    return new FormatError({
      got: `${got}; ${almost.matched} agree but for ${almost.what} (${JSON.stringify(almost.first)} and ${JSON.stringify(almost.second)})`,
      expected: 'the same ids in both files',
      remedy: loosely
        ? words`say ${option('looseIds')} to compare them without case, signs and a number at the end, or write them alike`
        : words`write them alike; ${BY_ROW}`,
    });
  }
  const transposed = transposedSide(first, b) ?? transposedSide(second, a);
  if (transposed !== null) {
    return new FormatError({
      got: `${got}; the names of the columns of ${transposed} are the ids of the other file`,
      expected: 'samples in rows and features in columns',
      remedy: transposed === first.source ? words`say ${option('transpose')}` : `transpose ${transposed}`,
    });
  }
  return new FormatError({
    got,
    expected: 'the same samples in both files',
    remedy: words`name the columns that hold the same ids (${option(first.option)}, ${option(second.option)}); ${BY_ROW}`,
  });
}

/**
 * The name of the file where half of its column names are the other file's ids, so that it seems transposed, or null.
 * @param side a file with the names of its features.
 * @param ids of the other file.
 */
function transposedSide(side: PairingSide, ids: IdColumn): string | null {
  const names = new Set(side.featureNames);
  const found = ids.values.filter((id) => names.has(id)).length;
  return found >= 2 && found >= 0.5 * Math.min(names.size, ids.values.length) ? side.source : null;
}

/**
 * A clause that begins with a semicolon: how many ids agree after one change (case, spaces, an ending...), with an example of
 * each file; empty where no change makes at least nine of ten ids of the smaller file, and two, agree.
 */
function almostText(a: IdColumn, b: IdColumn): string {
  const almost = almostMatching(a.values, b.values);
  if (almost === null) return '';
  const hint = loose(almost.first) === loose(almost.second) ? '; they can be compared loosely' : '';
  return `; ${almost.matched} agree but for ${almost.what} (${JSON.stringify(almost.first)} and ${JSON.stringify(almost.second)}${hint})`;
}
