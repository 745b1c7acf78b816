/**
 * Purpose: the one place that decides which columns of a file are ids, features or coordinates, labels and metadata.
 * Shapes: facts of columns in, positions of columns out. No value of a cell is looked at here.
 * Fails: OptionError for a column that an option names and the file does not have; FormatError when no column is left.
 * Determinism: a pure function of facts and options.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position), source (its name), rows (how many). `Wish`, what
 *   options say: drop (names left out), purpose (`features`, `map` or `labels`), id (column of ids), idIfThere (`id`
 *   may be absent), label (column of labels), columns (names of features). `Candidate`, a column that may hold ids:
 *   position (from 0), reason (in words), feature (may be a feature too), declared (named as ids), score (larger is
 *   likelier), unique (a different value in every row), counts (only numbers the rows). `ColumnFacts`, one column: kind
 *   (number, text, list or other), whole (all are whole numbers), distinct (different values, null when not counted),
 *   index (the file calls it the index), name (empty where it has none), restarts (counts anew in groups), missing
 *   (rows without a value, null when not counted).
 * Arguments: `position` is that of a column, from 0; `candidates` are columns that may hold ids; `wanted` are
 *   names or patterns; `fixed` and `used` are positions, `null` for none.
 */

import { FormatError, OptionError, option, words } from '../../errors.js';
import type { Warning } from '../../model.js';
import { columnNamed, columnsNamed, findColumn, shownName } from './column-names.js';
import type { ColumnFacts, FileFacts } from './facts.js';
import { type Candidate, candidateAt, idCandidates, isIdNumber, WEAK } from './id-columns.js';
import { mapColumns } from './map-columns.js';
import { isGroupName } from './names.js';
import { roleWarnings } from './notes.js';
import type { ColumnRoles, LeftOut, Wish } from './types.js';

/**
 * Decides the role of every column of one file, by position from 0. Called by every reader of tables.
 * @param wish what options say.
 */
export function planColumns(file: FileFacts, wish: Wish): ColumnRoles {
  const label = labelPosition(file, wish);
  const requested = requestedId(file, wish);
  const dropped = wish.drop === undefined ? [] : columnsNamed(file, wish.drop, 'drop');
  const fixed = [label, requested, ...dropped];
  const found = idCandidates(file)
    .filter(({ position }) => !fixed.includes(position))
    .map((candidate) => (hasFractions(file, wish, candidate) ? { ...candidate, feature: false } : candidate));
  const candidates = withEnoughFeatures(file, found, fixed, wish);
  const chosen = requested === null ? bestOf(candidates, wish) : null;
  const single = wish.purpose === 'labels' && file.columns.length === 1;
  const ids = single ? null : (requested ?? chosen?.position ?? null);
  const numbers = file.columns.flatMap(({ kind }, c) =>
    (kind === 'number' || kind === 'list') && !fixed.includes(c) && c !== ids ? [c] : [],
  );
  const { used, left } = usedColumns(file, numbers, candidates, wish);
  const others = file.columns.flatMap((_, c) =>
    numbers.includes(c) || c === ids ? [] : [leftColumn(file, c, c === label, dropped.includes(c))],
  );
  const all = [...left, ...others].sort((a, b) => a.position - b.position);
  const noFeatures = all.filter(({ position }) => position !== label);
  return {
    ids,
    idReason: requested === null ? (chosen?.reason ?? '') : 'as requested',
    candidates: requested === null ? candidates.map(({ position }) => position) : [requested],
    used,
    label,
    metadata: all.map(({ position }) => position).filter((c) => isKept(file, c, candidates, dropped)),
    left: noFeatures,
    warnings: [
      ...roleWarnings(file, noFeatures, requested === null ? ids : null, chosen?.reason ?? ''),
      ...featureWarnings(file, used, candidates),
    ],
  };
}

/** A table has as many. */
const LEAST_FEATURES = 2;

/** The candidates for ids without numbers that only look like ids, where they would leave fewer than two features. */
function withEnoughFeatures(
  file: FileFacts,
  candidates: readonly Candidate[],
  fixed: readonly (number | null)[],
  wish: Wish,
): readonly Candidate[] {
  const taken = new Set(candidates.filter(({ feature }) => !feature).map(({ position }) => position));
  const isLeft = (c: number) => !fixed.includes(c) && !taken.has(c);
  const left = file.columns.filter(
    ({ kind }, c) => (kind === 'number' || kind === 'list') && isLeft(c),
  ).length;
  if (wish.purpose !== 'features' || left >= LEAST_FEATURES) return candidates;
  return candidates.filter(({ position, declared }) => declared || file.columns[position].kind !== 'number');
}

/**
 * The candidate taken as ids: unique where one is, else one that the file says to hold ids; null where none is sure.
 */
function bestOf(candidates: readonly Candidate[], wish: Wish): Candidate | null {
  const sure = candidates.filter((candidate) => !candidate.feature || wish.purpose === 'labels');
  const strong = sure.filter(({ score }) => score > WEAK);
  const unique = strong.find((candidate) => candidate.unique);
  const declared = strong.find((candidate) => candidate.declared && !candidate.counts);
  if (unique && !unique.counts) return unique;
  return declared ?? unique ?? (strong.find(({ score }) => score >= 20) || null);
}

/**
 * For a map, whether another column has fractions: beside those, a different whole number in every row is no
 * coordinate.
 */
function hasFractions(file: FileFacts, wish: Wish, { position }: Candidate): boolean {
  if (wish.purpose !== 'map') return false;
  return file.columns.some(({ kind, whole }, c) => c !== position && kind === 'number' && !whole);
}

/**
 * Position of the column that the option `id` names, or null; OptionError where the file must have it and does not.
 */
function requestedId(file: FileFacts, { id, idIfThere }: Wish): number | null {
  if (id === undefined) return null;
  return idIfThere ? findColumn(file, id) : columnNamed(file, id, 'id');
}

/** Position of the column that the option `label` names, or null; OptionError where the file has none. */
function labelPosition(file: FileFacts, wish: Wish): number | null {
  if (wish.label !== undefined) return columnNamed(file, wish.label, 'label');
  return null;
}

/**
 * Which of the columns at `numbers` are features or coordinates, and which are left, why. FormatError where none is
 * used.
 */
function usedColumns(
  file: FileFacts,
  numbers: readonly number[],
  candidates: readonly Candidate[],
  wish: Wish,
): { used: readonly number[]; left: readonly LeftOut[] } {
  if (wish.purpose === 'labels')
    return { used: [], left: numbers.map((c) => leftOf(file, c, 'is metadata')) };
  if (wish.columns !== undefined) return requestedColumns(file, numbers, wish.columns, wish.purpose);
  const counted = new Set(candidates.filter(({ feature }) => !feature).map(({ position }) => position));
  const rest = numbers.filter((c) => !counted.has(c));
  const left = numbers.filter((c) => counted.has(c)).map((c) => leftOf(file, c, candidateReason(file, c)));
  const found = wish.purpose === 'map' ? mapColumns(file, rest) : featureColumns(file, rest);
  if (found.used.length === 0) throw noNumbers(file);
  return { used: found.used, left: [...left, ...found.left] };
}

/**
 * The columns at `numbers` that options name (`used`), and those that they do not. OptionError for one without
 * numbers.
 */
function requestedColumns(
  file: FileFacts,
  numbers: readonly number[],
  wanted: readonly string[],
  purpose: Wish['purpose'],
) {
  const name = purpose === 'map' ? 'embeddingColumns' : 'features';
  const found = columnsNamed(file, wanted, name);
  const text = found.find((c) => !numbers.includes(c));
  if (text !== undefined && !wanted.some((pattern) => pattern.includes('*'))) {
    throw new OptionError({
      got: words`${option(name, shownName(file, text))}, which holds no numbers in ${file.source} (or has another role)`,
      expected: 'columns of numbers',
      remedy: 'name other columns',
    });
  }
  const used = found.filter((c) => numbers.includes(c));
  const left = numbers
    .filter((c) => !used.includes(c))
    .map((c) => leftOf(file, c, 'is not among the requested columns'));
  return { used: orderedAs(file, used, wanted, purpose), left };
}

/** Positions in the order that counts: coordinates as they are named in `wanted`, features as in the file. */
function orderedAs(
  file: FileFacts,
  used: readonly number[],
  wanted: readonly string[],
  purpose: Wish['purpose'],
): readonly number[] {
  if (purpose !== 'map' || wanted.some((name) => name.includes('*'))) return used;
  return wanted.map((name) => columnNamed(file, name, 'embeddingColumns'));
}

/**
 * Divides the columns at `numbers` into features (`used`) and others (`left`, each with its reason): levels of an index,
 * annotation of featureCounts, inner levels, and whole numbers whose names call them groups or ids. Where no feature would be left,
 * all are used; both are empty for no columns. Never throws.
 */
function featureColumns(file: FileFacts, numbers: readonly number[]) {
  const left = numbers.flatMap((c): LeftOut[] => {
    const reason = noFeatureReason(file, c);
    return reason === null ? [] : [leftOf(file, c, reason)];
  });
  if (left.length === numbers.length) return { used: numbers, left: [] };
  const gone = new Set(left.map(({ position }) => position));
  return { used: numbers.filter((c) => !gone.has(c)), left };
}

/** Groups have few values: at most as many. */
const MOST_GROUPS = 200;

/** Why a column of numbers is no feature (an id, a counter, a group), in words; null where it is one. */
function noFeatureReason(file: FileFacts, position: number): string | null {
  const facts = file.columns[position];
  const distinct = facts.distinct ?? Number.POSITIVE_INFINITY;
  if (facts.index) return 'is a level of the index';
  if (isAnnotation(file, position)) return 'is annotation of featureCounts';
  if (!facts.whole) return null;
  if (isInnerLevel(file, position)) return 'counts the rows of each group';
  const few = distinct <= Math.max(2, Math.min(MOST_GROUPS, file.rows / 4));
  if (few && isGroupName(facts.name)) return `holds groups (${distinct} whole numbers)`;
  return isIdNumber(facts) && file.rows >= 10 ? 'holds ids, says its name' : null;
}

/** What featureCounts writes between the ids of genes and their counts. */
const FEATURE_COUNTS = ['Geneid', 'Chr', 'Start', 'End', 'Strand', 'Length'];

/** Whether the column at a position is one of those that featureCounts writes before the counts. */
function isAnnotation({ columns }: FileFacts, position: number): boolean {
  return position < FEATURE_COUNTS.length && FEATURE_COUNTS.every((name, c) => columns[c]?.name === name);
}

/** Whether a column counts anew for each text or id before it, as the inner level of an index does. */
function isInnerLevel(file: FileFacts, position: number): boolean {
  const outer = file.columns.slice(0, position);
  const repeats = ({ kind, index, distinct }: ColumnFacts) =>
    (kind === 'text' || index) && (distinct ?? file.rows) <= file.rows / 2;
  const isOuter = outer.length > 0 && outer.every(repeats);
  return file.columns[position].restarts && file.rows >= 10 && isOuter;
}

/** Why a candidate for ids is no feature, in words. */
function candidateReason(file: FileFacts, position: number): string {
  const candidate = candidateAt(file, position);
  if (candidate?.counts) return 'numbers the rows';
  return `may hold ids (${candidate?.reason ?? 'whole numbers'})`;
}

/** The column at a position as one that is left out, with the reason. */
const leftOf = (file: FileFacts, position: number, reason: string): LeftOut => ({
  position,
  name: shownName(file, position),
  reason,
});

/** A column that holds no numbers or that an option takes away, as one that is left out, with the reason. */
function leftColumn(file: FileFacts, position: number, label: boolean, dropped: boolean): LeftOut {
  if (label) return leftOf(file, position, 'is the label');
  if (dropped) return leftOf(file, position, 'is dropped as requested');
  const { kind, missing } = file.columns[position];
  if (kind === 'other') return leftOf(file, position, 'holds dates or nested values');
  return leftOf(file, position, kind === 'text' && missing !== file.rows ? 'is text' : 'is empty');
}

/**
 * Whether a column that is neither ids nor feature is metadata: not a counter, dropped, empty, a list or nested
 * values.
 */
function isKept(
  file: FileFacts,
  position: number,
  candidates: readonly Candidate[],
  dropped: readonly number[],
): boolean {
  const { kind, missing } = file.columns[position];
  if (dropped.includes(position) || kind === 'other' || kind === 'list' || missing === file.rows)
    return false;
  return !candidates.some((candidate) => candidate.position === position && candidate.counts);
}

/** Rows from which on a different whole number in every row is worth a note. */
const NOTED_ROWS = 20;

/** A warning where one to three features (positions `used`) hold a different whole number in every row, as ids do. */
function featureWarnings(
  file: FileFacts,
  used: readonly number[],
  candidates: readonly Candidate[],
): Warning[] {
  const doubtful = candidates.filter(({ position, feature }) => feature && used.includes(position));
  if (file.rows < NOTED_ROWS) return [];
  if (doubtful.length === 0 || doubtful.length > 3 || doubtful.length > used.length / 2) return [];
  const names = doubtful.map(({ position }) => shownName(file, position)).join(', ');
  const message = `${names} of ${file.source} has a different whole number in every row and was read as a feature. If it holds ids, name it as the column of ids; if it is neither, drop it.`;
  return [{ code: 'maybe-ids', message }];
}

/** The error for a table without columns of numbers. */
function noNumbers(file: FileFacts): FormatError {
  const texts = file.columns.flatMap(({ kind }, c) => (kind === 'text' ? [shownName(file, c)] : []));
  return new FormatError({
    got: `no column of numbers in ${file.source}${texts.length > 0 ? ` (only text: ${texts.slice(0, 3).join(', ')})` : ''}`,
    expected: 'samples in rows and numeric features in columns',
    remedy: words`check the delimiter (${option('delimiter')}) and the decimal sign (${option('decimal')}) of the file`,
  });
}
