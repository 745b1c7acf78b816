/**
 * Metadata columns of an explanation, as regions and groups are made of them: by name, with the missing apart.
 *
 * Source: ours. A missing value belongs to no level and to no range. Cost: samples.
 * Types: `Explanation`, of a map: labels (one a sample, or null), metadata (columns of the samples; may be absent),
 *   options (as run). `MetadataColumn`: `categorical` (codes into levels, -1 where missing) or `numeric` (values, NaN
 *   where missing), one a sample. `CategoricalColumn`, groups of the samples: name (of the column), kind
 *   (`categorical`), codes (one a sample, index into levels, -1 where missing), levels (distinct values).
 */

import { encodeLevels } from '../../core/levels.js';
import { OptionError } from '../../errors.js';
import type { CategoricalColumn, Explanation, MetadataColumn } from '../../model.js';

type WithColumns = Pick<Explanation, 'labels' | 'metadata' | 'options'>;

/**
 * All columns by which samples can be grouped: the labels first, then the metadata in the source's order, without the
 * column that the labels were read from. Empty without labels and metadata. Never throws.
 */
export function columnsOfSamples(explanation: WithColumns): readonly MetadataColumn[] {
  const { labels, metadata = [] } = explanation;
  if (!labels) return metadata;
  const name = labelName(explanation);
  return [labelColumn(labels, name), ...metadata.filter((column) => column.name !== name)];
}

/**
 * The name of the labels' column: that which they were read from, or `label` where they came from a file of their
 * own.
 */
export function labelName({ options }: Pick<Explanation, 'options'>): string {
  return typeof options.label === 'string' ? options.label : 'label';
}

/** Labels as a categorical column of this name. An empty label is a missing value. */
const labelColumn = (labels: readonly string[], name: string): CategoricalColumn => ({
  name,
  kind: 'categorical',
  ...encodeLevels(labels.map((label) => (label === '' ? null : label))),
});

/** The column with this name. Throws OptionError, naming those that exist, for any other name. */
export function columnNamed(explanation: WithColumns, name: string): MetadataColumn {
  const columns = columnsOfSamples(explanation);
  const found =
    columns.find((column) => column.name === name) ??
    (name === 'label' && explanation.labels ? columns[0] : undefined);
  if (found) return found;
  throw new OptionError({
    got: `a metadata column called ${name}`,
    expected:
      columns.length > 0 ? columns.map((column) => column.name).join(', ') : 'an explanation with metadata',
    remedy: 'spell it as in the data',
  });
}

/**
 * Whether the sample in this row has no value in the column.
 * @param row of the table, from 0.
 */
export function isMissing(column: MetadataColumn, row: number): boolean {
  return column.kind === 'categorical' ? column.codes[row] < 0 : Number.isNaN(column.values[row]);
}

/**
 * Rows, ascending, whose value in the column is the level or, for a column of numbers, the number or in the range
 * (`50..70`, `>=50`, `<50`). OptionError for a level that does not exist or a text that is no range. Samples without
 * a value are in no range. Empty where no number is in it.
 */
export function rowsWithValue(column: MetadataColumn, value: string): number[] {
  if (column.kind === 'categorical') return rowsWithLevel(column, value);
  const inRange = rangeTest(column.name, value);
  return Array.from(column.values.keys()).filter((row) => inRange(column.values[row]));
}

/**
 * Rows of one level of a column, ascending. OptionError for a level that the column does not have. The error lists up
 * to 12 levels.
 */
function rowsWithLevel({ name, levels, codes }: CategoricalColumn, level: string): number[] {
  const wanted = levels.indexOf(level);
  if (wanted < 0) {
    const shown = levels.slice(0, 12).join(', ');
    throw new OptionError({
      got: `the level ${level} of ${name}`,
      expected: levels.length > 12 ? `${shown} or one of ${levels.length - 12} more` : shown,
      remedy: 'spell it as in the data',
    });
  }
  return Array.from(codes.keys()).filter((row) => codes[row] === wanted);
}

/**
 * A function that says whether a number is in the range that `text` describes (`42`, `50..70`, `>=50`); NaN, which
 * stands for a missing value, is in none. OptionError for a text that is no range.
 * @param name of the column, for the error.
 */
function rangeTest(name: string, text: string): (value: number) => boolean {
  const compared = text.match(/^(>=|<=|>|<)\s*(.+)$/);
  const bounds = compared ? [compared[2]] : text.split('..');
  const [a, b = a] = bounds.map((bound) => (bound.trim() === '' ? Number.NaN : Number(bound)));
  const open = bounds.length === 2 && (bounds[0].trim() === '' || bounds[1].trim() === '');
  if (
    bounds.length > 2 ||
    (!open && (Number.isNaN(a) || Number.isNaN(b))) ||
    (open && Number.isNaN(a) && Number.isNaN(b))
  ) {
    throw new OptionError({
      got: `${text} as a range of ${name}`,
      expected: 'a number, or a range such as 50..70, >=50 or <50',
      remedy: `${name} holds numbers: write a range of them`,
    });
  }
  switch (compared?.[1]) {
    case '>=':
      return (value) => value >= a;
    case '<=':
      return (value) => value <= a;
    case '>':
      return (value) => value > a;
    case '<':
      return (value) => value < a;
  }
  return (value) => value >= (Number.isNaN(a) ? -Infinity : a) && value <= (Number.isNaN(b) ? Infinity : b);
}
