/**
 * Purpose: which columns of a text table are kept as texts while rows come in: ids, labels, metadata, and numbers that may be
 * no features.
 * Cost: 4 bytes a row and the distinct texts of each such column.
 * Types: `OpenCsv`, an open file: columns (how many), sample (first records, at most 100), style (signs of numbers),
 *   names (or null without a header). `Settings`, options with defaults: purpose (`features`, `map` or `labels`),
 *   memory (bytes that may be held). `TextColumn`, dictionary-coded: rows (so far), levels (distinct texts),
 *   characters (of all levels). `CsvRecord`, one line: fields (its cells as texts).
 * Fails: never.
 */

import type { Settings } from '../options.js';
import { newTextColumn, type TextColumn } from '../plan/facts.js';
import { isGroupName, isIdName, isUnnamedName } from '../plan/names.js';
import { isMissing } from '../text/numbers.js';
import type { OpenCsv } from './layout.js';
import { parseStyled } from './number-style.js';

/** What the first records say of a column. */
export interface SampleKind {
  /** Mostly texts, or nothing but texts. */
  readonly text: boolean;
  /** No cell has a value. */
  readonly empty: boolean;
  /** All numbers are whole. */
  readonly whole: boolean;
}

/** Tables of at most as many columns are looked at column by column. */
const FEW_COLUMNS = 64;
/** Columns at the start of a table, where ids and counters stand. */
const FIRST_COLUMNS = 4;
/** Texts of a column of metadata that are held. */
const MOST_TEXT = 2 ** 24;

/**
 * What the first records say of each column: mostly text, empty, whole numbers.
 * @returns by position `text`, `empty` and `whole`.
 */
export function sampleKinds(open: OpenCsv): SampleKind[] {
  return Array.from({ length: open.columns }, (_, c) => {
    const cells = open.sample.map(({ fields }) => fields[c] ?? '').filter((text) => !isMissing(text));
    const numbers = cells
      .map((text) => parseStyled(text, open.style))
      .filter((value) => !Number.isNaN(value));
    return {
      text: numbers.length < cells.length / 2,
      empty: cells.length === 0,
      whole: numbers.length > 0 && numbers.every(Number.isInteger),
    };
  });
}

/**
 * Empty text columns, by position, for the columns whose texts are kept: texts, ids, labels, and whole numbers that
 * may be ids or groups.
 * @param kinds of the columns in the first records.
 * @param requested positions that options name.
 */
export function keptTexts(
  open: OpenCsv,
  kinds: readonly SampleKind[],
  requested: readonly (number | null)[],
  { purpose }: Settings,
): Map<number, TextColumn> {
  const kept = new Map<number, TextColumn>();
  for (const [c, { text, empty, whole }] of kinds.entries()) {
    const few = open.columns <= FEW_COLUMNS || purpose !== 'features';
    const isKept = text || empty || requested.includes(c) || purpose === 'labels';
    if (isKept || (whole && (few || isTelling(open, c)))) kept.set(c, newTextColumn());
  }
  return kept;
}

/**
 * Whether position (the first four) or name make a column of whole numbers more than a feature: an index, ids or
 * groups.
 * @param column position from 0.
 */
export function isTelling(open: OpenCsv, column: number): boolean {
  const name = open.names?.[column] ?? `f${column}`;
  return column < FIRST_COLUMNS || isUnnamedName(name) || isIdName(name) || isGroupName(name);
}

/**
 * Lets go of the texts of columns of numbers that repeat too often to be ids, and of metadata that is larger
 * than it may be. Called every 512 rows. Removes them from `texts`.
 * @param keep positions of columns that stay.
 * @returns positions of the metadata that was let go.
 * @param kinds of the columns in the first records.
 */
export function pruneTexts(
  texts: Map<number, TextColumn>,
  open: OpenCsv,
  kinds: readonly SampleKind[],
  keep: readonly (number | null)[],
  settings: Settings,
): number[] {
  const gone: number[] = [];
  for (const [c, column] of texts) {
    if (keep.includes(c)) continue;
    const { text, empty } = kinds[c];
    const repeats = column.rows - column.levels.length;
    const isFeature = !text && !empty && settings.purpose === 'features' && !isTelling(open, c);
    const tooLong = (text || empty) && column.characters() > Math.max(MOST_TEXT, settings.memory / 8);
    if ((isFeature && repeats > 10 + 0.05 * column.rows) || tooLong) {
      texts.delete(c);
      if (tooLong) gone.push(c);
    }
  }
  return gone;
}
