/**
 * Columns that are no features, kept with their types: groups as categories, other numbers as numbers.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position). `MetadataColumn`: `categorical` (codes into
 *   levels, -1 where missing) or `numeric` (values, NaN where missing), one a sample. `ColumnFacts`, one column: name
 *   (empty where it has none), whole (all are whole numbers), distinct (different values, null when not counted).
 *   `CategoricalColumn`, groups of the samples: kind (`categorical`), codes (one a sample, index into levels, -1 where
 *   missing), levels (distinct values).
 * Fails: never.
 */

import type { CategoricalColumn, MetadataColumn } from '../../model.js';
import { isMissing } from '../text/numbers.js';
import type { FileFacts } from './facts.js';
import { isGroupName } from './names.js';

/** Numbers with at most as many values are groups where their name says so. */
const MOST_GROUPS = 200;

/**
 * A categorical column; levels in order of text, or of size where all are numbers.
 * @param codes one a row, index into `levels`, below 0 where missing.
 * @param levels in any order.
 * @returns new codes, which index the sorted levels; -1 where missing. Ties keep their order.
 * @param name of the column.
 */
export function categorical(
  name: string,
  codes: ArrayLike<number>,
  levels: readonly string[],
): CategoricalColumn {
  const numbers = levels.every((level) => level.trim() !== '' && Number.isFinite(Number(level)));
  const order = levels.map((_, code) => code);
  order.sort((a, b) =>
    numbers
      ? Number(levels[a]) - Number(levels[b])
      : levels[a] < levels[b]
        ? -1
        : levels[a] > levels[b]
          ? 1
          : 0,
  );
  const rank = new Int32Array(levels.length);
  for (const [i, code] of order.entries()) rank[code] = i;
  return {
    name,
    kind: 'categorical',
    codes: Int32Array.from({ length: codes.length }, (_, r) => (codes[r] < 0 ? -1 : rank[codes[r]])),
    levels: order.map((code) => levels[code]),
  };
}

/**
 * A categorical column from texts, one a row, of which empty ones are missing.
 * @param name of the column.
 * @param values one a sample, empty where missing.
 */
export function categoricalOf(name: string, values: readonly string[]): CategoricalColumn {
  const known = new Map<string, number>();
  const codes = values.map((text) => {
    if (text === '') return -1;
    const code = known.get(text);
    if (code === undefined) known.set(text, known.size);
    return code ?? known.size - 1;
  });
  return categorical(name, codes, [...known.keys()]);
}

/**
 * The metadata columns at these positions; numbers that the name calls groups become categories. Columns without
 * values are left out.
 * @param read the column at a position, or null where its values were not kept.
 */
export function metadataOf(
  file: FileFacts,
  positions: readonly number[],
  read: (position: number) => MetadataColumn | null,
): MetadataColumn[] {
  return positions.flatMap((c) => {
    const column = read(c);
    if (column === null) return [];
    const { name, whole, distinct } = file.columns[c];
    const groups =
      column.kind === 'numeric' && whole && isGroupName(name) && (distinct ?? MOST_GROUPS) < MOST_GROUPS;
    return [groups ? categoricalOf(column.name, textsOfNumbers(column.values)) : column];
  });
}

/**
 * Numbers as texts, the empty text for NaN.
 * @param values one a sample, NaN where missing.
 */
const textsOfNumbers = (values: Float64Array) =>
  Array.from(values, (value) => (Number.isNaN(value) ? '' : String(value)));

/**
 * Every column with its values at these rows, in that order; missing where a row is below 0.
 * @param columns with one value a sample.
 */
export function selectMetadata(
  columns: readonly MetadataColumn[],
  rows: ArrayLike<number>,
): MetadataColumn[] {
  return columns.map((column) =>
    column.kind === 'categorical'
      ? { ...column, codes: Int32Array.from(rows, (r) => (r < 0 ? -1 : column.codes[r])) }
      : { ...column, values: Float64Array.from(rows, (r) => (r < 0 ? Number.NaN : column.values[r])) },
  );
}

/**
 * The values of a column as texts, one a row, the empty text where one is missing. Numbers in their shortest form.
 */
export function metadataTexts(column: MetadataColumn): string[] {
  if (column.kind === 'numeric') return textsOfNumbers(column.values);
  return Array.from(column.codes, (code) => (code < 0 ? '' : column.levels[code]));
}

/**
 * Labels with the empty text in place of all texts that stand for a missing one. Texts are compared without spaces at
 * their ends; `NA`, `nan` and their like count without being named.
 * @param missing texts that an option names as such.
 */
export function missingAsEmpty(labels: readonly string[], missing: readonly string[] = []): string[] {
  const none = new Set(missing);
  return labels.map((label) => (isMissing(label) || none.has(label.trim()) ? '' : label));
}
