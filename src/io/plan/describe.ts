/**
 * What was read, in a few short lines and as data for `summary.json`.
 * Types: `MetadataColumn`: `categorical` (codes into levels, -1 where missing) or `numeric` (values, NaN where
 *   missing), one a sample. `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse,
 *   entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 *   `FileReading`, one file as read: label (column, levels, missing, or null), columns (used, how many), first (names
 *   of the first three), last (name of the last), values (in words, or null), source (name), rows (how many), leftOut
 *   (name and reason), ids (column and reason, or null), metadata (name, kind, levels, missing). `ReadingPlan`:
 *   features, map, labels (FileReading or null), pairing, lines as printed. `PairingNote`: how, columns of ids or null,
 *   matched, onlyFirst, onlySecond, text (a sentence). `CategoricalColumn`, groups of the samples: name (of the
 *   column), kind (`categorical`), codes (one a sample, index into levels, -1 where missing), levels (distinct values).
 * Fails: never.
 */

import { isCsr } from '../../core/csr.js';
import { trueValue } from '../../core/units.js';
import { plural } from '../../core/words.js';
import type { Csr, Matrix, MetadataColumn } from '../../model.js';
import { rangesOf } from '../table/ranges.js';
import { someNames } from './notes.js';
import type { FileReading, PairingNote, ReadingPlan } from './types.js';

const FIRST = 3;
/** Values below are what logarithms of counts come to. */
const LARGEST_LOGARITHM = 25;

/** The parts of a reading that readers know. */
export interface Described {
  readonly source: string;
  readonly rows: number;
  readonly names: readonly string[];
  readonly ids: FileReading['ids'];
  readonly leftOut: FileReading['leftOut'];
  readonly label: string | null;
  readonly labels: readonly string[] | null;
  readonly metadata: readonly MetadataColumn[];
  readonly values: string | null;
  readonly missing?: FileReading['missing'];
}

/**
 * What was read from one file, as data for `summary.json`.
 * @param read names of the features or coordinates, how ids and label were found, and what was left out.
 * @returns counts and the first and last names; `label` is null without labels.
 */
export function describeFile(read: Described): FileReading {
  const { names, labels } = read;
  return {
    source: read.source,
    rows: read.rows,
    columns: names.length,
    first: names.slice(0, FIRST),
    last: names.at(-1) ?? '',
    leftOut: read.leftOut,
    ids: read.ids,
    label: labels === null ? null : describeLabels(read.label ?? 'labels', labels),
    metadata: read.metadata.map(describeColumn),
    values: read.values,
    ...(read.missing && read.missing.length > 0 && { missing: read.missing }),
  };
}

/**
 * How many different labels there are, and how many samples have none.
 * @param column its name.
 * @param labels one a sample, empty where missing.
 */
export function describeLabels(column: string, labels: readonly string[]): NonNullable<FileReading['label']> {
  const missing = labels.filter((label) => label === '').length;
  return { column, levels: new Set(labels.filter((label) => label !== '')).size, missing };
}

/** A metadata column in short: name, kind, number of levels (null for numbers), number of missing values. */
function describeColumn(column: MetadataColumn): FileReading['metadata'][number] {
  const { name, kind } = column;
  if (column.kind === 'categorical') {
    const missing = column.codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0);
    return { name, kind, levels: column.levels.length, missing };
  }
  const missing = column.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  return { name, kind, levels: null, missing };
}

/**
 * What the numbers look like, in words: counts, logarithms, scaled values; null where that tells nothing. Null for
 * constant values and where none of these fits. Every value is looked at, in true units.
 * @param features samples x features.
 */
export function valuesOf(features: Matrix | Csr): string | null {
  const values = isCsr(features) ? features.values : features.data;
  const { units, columns } = features;
  let low = isCsr(features) ? 0 : Number.POSITIVE_INFINITY;
  let high = isCsr(features) ? 0 : Number.NEGATIVE_INFINITY;
  const ranges = rangesOf(features);
  if (units === undefined && ranges.finite) {
    low = ranges.low.reduce((least, value) => Math.min(least, value), low);
    high = ranges.high.reduce((largest, value) => Math.max(largest, value), high);
    return rangeInWords({ whole: ranges.whole, low, high });
  }
  let whole = true;
  for (let p = 0; p < values.length; p++) {
    const column = units === undefined ? 0 : isCsr(features) ? features.indices[p] : p % columns;
    const value = trueValue(values[p], column, units);
    if (value < low) low = value;
    if (value > high) high = value;
    if (whole && value !== Math.floor(value)) whole = false;
  }
  return rangeInWords({ whole, low, high });
}

/** What numbers look like whose range is known, and whether all are whole. */
export function rangeInWords({
  whole,
  low,
  high,
}: {
  readonly whole: boolean;
  readonly low: number;
  readonly high: number;
}): string | null {
  if (whole && low >= 0)
    return `whole numbers from ${low} to ${high}${low === 0 && high > 1 ? ', as counts are' : ''}`;
  if (whole || low === high) return null;
  if (low < 0) return 'with negative values, as scaled or centered data have';
  return high < LARGEST_LOGARITHM && low === 0
    ? 'no whole numbers, from 0 on, as logarithms of counts are'
    : null;
}

/**
 * The plan of a whole run, with the lines that are printed.
 * @param map null when the map is made here.
 * @param labels null without a file of labels.
 * @param pairing how rows were paired with the map and with the labels.
 * @param within columns inside whose levels features are correlated.
 * @returns the same parts with `lines`, one sentence each.
 */
export function readingPlan(
  features: FileReading,
  map: FileReading | null,
  labels: FileReading | null,
  pairing: ReadingPlan['pairing'],
  within: readonly string[] = [],
): ReadingPlan {
  const lines = [
    featureLine(features),
    ...leftOutLine(features),
    ...missingLine(features),
    idLine(features),
    ...(map === null ? [] : mapLines(map)),
    ...labelLine(labels?.label ? labels : features),
    ...metadataLine(features, labels),
    ...withinLine(within, [features, ...(labels === null ? [] : [labels])]),
    ...(pairing.map === null ? [] : [`Rows: ${short(pairing.map)}`]),
    ...(pairing.labels === null ? [] : [`Rows of the labels: ${short(pairing.labels)}`]),
  ];
  return { features, map, labels, pairing, ...(within.length > 0 && { within }), lines };
}

/** The sentence of a pairing. */
const short = ({ text }: PairingNote) => text;

/**
 * The printed lines for one file that is read on its own.
 * @param what the file is read as.
 * @returns one line an entry.
 */
export function fileLines(read: FileReading, what: 'features' | 'map' | 'labels'): string[] {
  if (what === 'map') return [...mapLines(read), idLine(read)];
  const first = what === 'features' ? [featureLine(read), ...leftOutLine(read), ...missingLine(read)] : [];
  return [...first, idLine(read), ...labelLine(read), ...metadataLine(read, null)];
}

/**
 * The last part of a path. The whole name where it has no separator.
 * @param source path or address.
 */
export const fileName = (source: string) => source.split(/[/\\]/).filter(Boolean).at(-1) ?? source;

/**
 * The names of the columns that are used, as text: all of them where they are few, else the first three and the last.
 */
function namesText({ columns, first, last }: FileReading): string {
  if (columns <= FIRST + 1) return [...first, ...(columns > FIRST ? [last] : [])].join(', ');
  return `${first.join(', ')} ... ${last}`;
}

/** The line on features: how many, of which file, in how many rows, and what the numbers look like. */
function featureLine(read: FileReading): string {
  const values = read.values === null ? '' : `; ${read.values}`;
  return `Features: ${read.columns} of ${fileName(read.source)}, ${read.rows} rows (${namesText(read)})${values}`;
}

/** One line about the columns that were left out, with the reason. One line; empty where none was left out. */
function leftOutLine({ leftOut }: FileReading): string[] {
  if (leftOut.length === 0) return [];
  const byReason = new Map<string, { name: string }[]>();
  for (const { name, reason } of leftOut) byReason.set(reason, [...(byReason.get(reason) ?? []), { name }]);
  const parts = [...byReason].map(
    ([reason, columns]) =>
      `${someNames(columns, 4)} (${columns.length > 1 ? `${columns.length}: each ` : ''}${reason})`,
  );
  return [`  left out: ${parts.join('; ')}`];
}

/** Columns with missing cells that the line names. */
const MOST_MISSING = 20;

/** One line about the columns with missing cells, most first; none where a file was not only looked at. */
function missingLine({ missing = [] }: FileReading): string[] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, MOST_MISSING).map(({ name, cells }) => `${name} ${cells}`);
  const more =
    missing.length > MOST_MISSING ? ` and ${plural(missing.length - MOST_MISSING, 'more column')}` : '';
  return [`  cells without a number: ${named.join(', ')}${more}`];
}

/** The line on ids: which column they are in, and why it was taken. */
function idLine({ ids, source }: FileReading): string {
  if (ids === null) return `Ids: none in ${fileName(source)}`;
  return `Ids: ${ids.column} of ${fileName(source)}${ids.reason ? ` (${ids.reason})` : ''}`;
}

/** The lines on the map: how many dimensions, of which file, and what was left out. */
function mapLines(map: FileReading): string[] {
  const dimensions = `${map.columns} dimension${map.columns === 1 ? '' : 's'}`;
  const ids = map.ids === null ? 'no ids' : `ids in ${map.ids.column}`;
  return [
    `Map: ${dimensions} of ${fileName(map.source)} (${namesText(map)}), ${ids}`,
    ...leftOutLine(map),
    ...missingLine(map),
  ];
}

/**
 * The line on labels: their column, how many differ, how many are missing; none without labels.
 * @returns one line, or none.
 */
function labelLine({ label, source }: FileReading): string[] {
  if (label === null) return [];
  const missing = label.missing > 0 ? `, ${label.missing} samples without one` : '';
  return [`Labels: ${label.column} of ${fileName(source)}, ${label.levels} different${missing}`];
}

/** One line about the columns of metadata. Names six columns at most; none without metadata. */
function metadataLine(features: FileReading, labels: FileReading | null): string[] {
  const columns = [...features.metadata, ...(labels?.metadata ?? [])];
  if (columns.length === 0) return [];
  const shown = columns.slice(0, 6).map(({ name, kind, levels, missing }) => {
    const what = kind === 'numeric' ? 'numbers' : `${levels} levels`;
    return `${name} (${what}${missing > 0 ? `, ${missing} missing` : ''})`;
  });
  return [`Metadata: ${shown.join(', ')}${columns.length > 6 ? ` and ${columns.length - 6} more` : ''}`];
}

/**
 * The line on the columns inside whose levels features are correlated.
 * @param files in which they may be.
 * @param within names of the columns.
 */
function withinLine(within: readonly string[], files: readonly FileReading[]): string[] {
  if (within.length === 0) return [];
  const known = files.flatMap(({ metadata, label }) => [
    ...metadata,
    ...(label === null ? [] : [{ ...label, name: label.column }]),
  ]);
  const shown = within.map((name) => {
    const column = known.find((other) => other.name === name);
    const levels = column?.levels ?? null;
    const missing = column && column.missing > 0 ? `, ${column.missing} missing` : '';
    return levels === null ? name : `${name} (${levels} levels${missing})`;
  });
  return [`Within: features are correlated inside the levels of ${shown.join(' and ')}`];
}
