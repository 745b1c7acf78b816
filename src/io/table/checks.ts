/**
 * The data checks that every table passes on its way in. What is found is shown: as an error where work
 * cannot go on, as a warning otherwise. Nothing is repaired unless options request it.
 * Types: `RawTable`, as in the file: features (samples x features, Matrix or Csr), ids (one a row, or null), labels
 *   (one a row, or null), metadata (typed columns, or absent), warnings (of the reader), named (names come from the
 *   option featureNames), featureNames (or null). `Table`: samples x features with names, ids and labels. `Settings`,
 *   options with defaults: memory (bytes that may be held), missing (what to do with missing cells). `Matrix`:
 *   row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are at `offsets[r]`
 *   to `offsets[r + 1]` of `indices` (columns, ascending) and `values`. `Repair`, a table without missing cells:
 *   keptRows (of the input, ascending, or null for all), keptColumns (likewise).
 * Fails: ShapeError for too few rows or columns, FormatError for missing cells and beyond the memory.
 */

import { isCsr } from '../../core/csr.js';
import { FormatError, option, ShapeError, words } from '../../errors.js';
import type { Csr, Matrix, Table, Warning } from '../../model.js';
import type { RawTable, Settings } from '../options.js';
import { selectMetadata } from '../plan/metadata.js';
import { isNameColumn } from '../plan/names.js';
import { tooLarge } from '../source/bytes.js';
import { repairMissing, repairOrTell } from './missing.js';
import { noDataWarning } from './no-data.js';
import { rangesOf } from './ranges.js';
import { checkMagnitudes } from './units.js';

/**
 * Checks a table as it was read, repairs missing cells where options say so, and completes its names. Every table
 * passes here. Throws ShapeError and FormatError.
 * @returns the table with names, ids, what was dropped, and warnings.
 */
export function checkTable(raw: RawTable, source: Table['source'], settings: Settings): Table {
  checkSize(raw.features, source.name);
  checkShape(raw.features, source.name, settings.memory);
  const names = completeNames(raw, source.name, settings);
  const named = { name: source.name, featureNames: names, ids: raw.ids };
  const repair = settings.tellMissing ? repairOrTell : repairMissing;
  const repaired = repair(raw.features, settings.missing, named);
  const { keptRows, keptColumns, warnings } = repaired;
  const keep = (list: readonly string[] | null) => list && (keptRows ? keptRows.map((r) => list[r]) : list);
  const featureNames = keptColumns ? keptColumns.map((c) => names[c]) : names;
  const ids = keep(raw.ids);
  const features = checkMagnitudes(repaired.features, { name: source.name, featureNames, ids });
  const droppedRows = keptRows === null ? null : complement(raw.features.rows, keptRows);
  return {
    features,
    featureNames,
    ids,
    labels: keep(raw.labels),
    ...(raw.metadata ? { metadata: keptRows ? selectMetadata(raw.metadata, keptRows) : raw.metadata } : {}),
    source,
    dropped: {
      rows: droppedRows?.length ?? 0,
      features: keptColumns === null ? [] : complement(names.length, keptColumns).map((c) => names[c]),
      ...(droppedRows === null ? {} : { rowNumbers: Int32Array.from(droppedRows) }),
    },
    warnings: [
      ...raw.warnings,
      ...warnings,
      ...constantWarning(features, featureNames, source.name),
      ...(isCsr(features) ? [] : noDataWarning(features, featureNames, source.name)),
      ...repeatedWarning('duplicate-names', 'feature names', featureNames, source.name),
      ...(ids === null ? [] : repeatedWarning('duplicate-ids', 'sample ids', ids, source.name)),
    ],
  };
}

/** The numbers from 0 to `total` - 1 that are not among `kept`, ascending. Never throws. */
function complement(total: number, kept: readonly number[]): number[] {
  const left = new Set(kept);
  return Array.from({ length: total }, (_, i) => i).filter((i) => !left.has(i));
}

/**
 * ShapeError for fewer than two samples or two features.
 * @param name of the file.
 */
function checkSize(features: Matrix | Csr, name: string): void {
  const { rows, columns } = features;
  if (rows >= 2 && columns >= 2) return;
  const few =
    rows < 2 ? `${rows} row${rows === 1 ? '' : 's'}` : `${columns} column${columns === 1 ? '' : 's'}`;
  throw new ShapeError({
    got: `${few} of numbers in ${name}`,
    expected: rows < 2 ? 'at least 2 samples, one a row' : 'at least 2 features, one a column',
    remedy:
      rows < 2 && columns > 2
        ? words`give a larger file; if samples are in columns, say ${option('transpose')}`
        : 'check the delimiter and that samples are rows and features are columns',
  });
}

/** Bytes of the name of a feature, and of what is counted for it. */
const NAME_BYTES = 64;
/** Bytes of what is counted for a sample. */
const ROW_BYTES = 16;

/**
 * FormatError where a sparse header promises more features or samples than have room for what is counted for
 * each.
 * @param size `rows` (samples) and `columns` (features) that are promised.
 * @param name of the file.
 * @param memory bytes that may be held.
 */
export function checkShape(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  name: string,
  memory: number,
): void {
  if (columns * NAME_BYTES > memory) throw tooLarge(name, `${columns} features`, memory);
  if (rows * ROW_BYTES > memory) throw tooLarge(name, `${rows} samples`, memory);
}

/** ShapeError where the number of feature names is not that of the columns. @param name of the file. */
export function checkNameCount(names: number, columns: number, name: string): void {
  if (names === columns) return;
  throw new ShapeError({
    got: `${names} feature names for ${columns} features in ${name}`,
    expected: 'one name a feature',
    remedy: 'give the list that belongs to this table',
  });
}

/** A list of names without a first one that says what they are (`gene`), where it is the one too many. @param count of features. */
function withoutHeader(names: readonly string[] | undefined, count: number): readonly string[] | undefined {
  return names?.length === count + 1 && isNameColumn(names[0]) ? names.slice(1) : names;
}

/** The feature names: those of the option, else of the file, else f0, f1, ... @param name of the file. */
export function completeNames(raw: RawTable, name: string, settings: Settings): readonly string[] {
  const { columns } = raw.features;
  const requested = raw.named ? undefined : withoutHeader(settings.featureNames, columns);
  if (requested !== undefined) checkNameCount(requested.length, columns, name);
  return requested ?? raw.featureNames ?? Array.from({ length: columns }, (_, c) => `f${c}`);
}

/**
 * One byte a feature: 1 where all samples have the same value.
 * @param features samples x features.
 */
export function constantFeatures(features: Matrix | Csr): Uint8Array {
  const { rows, columns } = features;
  const { low, high, stored } = rangesOf(features);
  return Uint8Array.from({ length: columns }, (_, c) => {
    const zeros = isCsr(features) && stored[c] < rows;
    return (zeros ? Math.min(0, low[c]) : low[c]) >= (zeros ? Math.max(0, high[c]) : high[c]) ? 1 : 0;
  });
}

/**
 * A warning for features with one value in all samples, none without any; FormatError where all are constant.
 * @param source name of the file.
 * @param names of the constant ones.
 */
function constantWarning(features: Matrix | Csr, names: readonly string[], source: string): Warning[] {
  return constantFeaturesWarning(constantFeatures(features), names, source);
}

/** The same of features that are known to be constant. @param constant 1 for each that is. */
export function constantFeaturesWarning(
  constant: Uint8Array,
  names: readonly string[],
  source: string,
): Warning[] {
  const found = names.filter((_, c) => constant[c] === 1);
  if (found.length === 0) return [];
  if (found.length === names.length) {
    throw new FormatError({
      got: `${names.length} features that all have the same value in every sample of ${source}`,
      expected: 'features that vary',
      remedy: 'check that the right file (or layer) was given',
    });
  }
  const message = `${found.length} of ${names.length} features of ${source} are constant and cannot take part: ${some(found)}.`;
  return [{ code: 'constant-features', message }];
}

/**
 * A warning for names or ids that occur more than once, none otherwise.
 * @param code of the warning.
 * @param what the values are.
 * @param source name of the file.
 */
function repeatedWarning(code: string, what: string, values: readonly string[], source: string): Warning[] {
  const repeated = repeatedValues(values);
  if (repeated.length === 0) return [];
  return [
    { code, message: `${repeated.length} ${what} of ${source} occur more than once: ${some(repeated)}.` },
  ];
}

/** The values that occur more than once, each once, in order of their second occurrence. */
export function repeatedValues(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) repeated.add(value);
    seen.add(value);
  }
  return [...repeated];
}

/**
 * The first five of a list as text, for a sentence, with `...` where there are more.
 * @param values to list.
 */
export function some(values: readonly string[]): string {
  return values.slice(0, 5).join(', ') + (values.length > 5 ? '...' : '');
}
