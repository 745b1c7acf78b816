/**
 * The features or coordinates that options name, where the reader knows no roles of columns (NPY, AnnData, 10x...).
 * Types: `RawTable`, as in the file: features (samples x features), featureNames (or null), reading (roles of columns, where the
 *   reader gave them). `Settings`: columns and drop (names, or absent), transpose (features are in rows). `FileFacts`, one file:
 *   columns (by position), named (columns have names).
 * Fails: OptionError for a name that is none.
 */

import type { RawTable, Settings } from './options.js';
import { columnsNamed } from './plan/column-names.js';
import { type FileFacts, plainFacts } from './plan/facts.js';
import { checkShape, completeNames } from './table/checks.js';
import { selectColumns } from './table/missing.js';

/**
 * The table with the features that options name, where the reader knows no roles of columns (NPY, AnnData, 10x...). Before the
 * data checks: a column that is left out may miss cells.
 */
export function selected(raw: RawTable, settings: Settings, name: string): RawTable {
  const { transpose, columns, drop } = settings;
  if ((raw.reading && !transpose) || (columns === undefined && drop === undefined)) return raw;
  checkShape(raw.features, name, settings.memory);
  const names = completeNames(raw, name, settings);
  // columns of a transposed file were dropped before it was turned
  const wanted = transpose ? { ...settings, drop: undefined } : settings;
  const kept = keptColumns(names, wanted, name, 'features');
  if (kept === null) return raw;
  const featureNames = kept.map((c) => names[c]);
  return { ...raw, features: selectColumns(raw.features, kept), featureNames, named: true };
}

/** The coordinates that options name, where the reader knows no roles of columns. @param source name of the file. */
export function withColumns(raw: RawTable, settings: Settings, source: string): RawTable {
  const names = raw.featureNames ?? Array.from({ length: raw.features.columns }, (_, c) => `f${c}`);
  const kept = keptColumns(names, settings, source, 'embeddingColumns');
  if (kept === null) return raw;
  return { ...raw, features: selectColumns(raw.features, kept), featureNames: kept.map((c) => names[c]) };
}

/**
 * Positions of the columns that `columns` names and `drop` does not; null for all. OptionError for a name that is
 * none.
 * @param names of all columns.
 * @param source name of the file.
 * @param name of the option that names columns.
 */
function keptColumns(
  names: readonly string[],
  { columns, drop }: Settings,
  source: string,
  name: string,
): number[] | null {
  if (columns === undefined && drop === undefined) return null;
  const facts = names.map((column) => plainFacts(column, 'number'));
  const file: FileFacts = { source, rows: 0, named: true, columns: facts };
  const dropped = drop === undefined ? [] : columnsNamed(file, drop, 'drop');
  const all = columns === undefined ? names.map((_, c) => c) : columnsNamed(file, columns, name);
  return all.filter((c) => !dropped.includes(c));
}
