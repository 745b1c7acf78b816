/**
 * Purpose: a file of labels, metadata or names beside the table: which column is meant, what its ids are, what else it holds.
 * Fails: OptionError for several columns of which none is named; FormatError for a file without texts.
 * Types: `Source`, a file, folder or bytes: name (for people). `ReadOptions`: what a person may say about a file
 *   (options.ts); every field may be absent. `Settings`, options with defaults: header (true, false or `auto`),
 *   missingLabels (texts that stand for none), signal (aborts), idIfThere (`id` may be absent), delimiter (between
 *   fields). `RawTable`, as in the file: labels (one a row, or null), reading (roles of columns, or absent), metadata
 *   (typed columns, or absent), ids (one a row, or null). `CategoricalColumn`, groups of the samples: name (of the
 *   column). `IdColumn`, a column that may hold ids: name (as people call it), values (one a row, empty where
 *   missing). `Opened`, a file whose format is known: input (for the reader), head (first bytes, decompressed),
 *   format (its name), reader (of that format). `RawReading`, roles of columns: candidates (IdColumns, likeliest
 *   first).
 */

import { OptionError, option, words } from '../errors.js';
import type { MetadataColumn } from '../model.js';
import { openInput } from './formats.js';
import type { RawTable, ReadOptions, Settings } from './options.js';
import { describeFile } from './plan/describe.js';
import { metadataTexts, missingAsEmpty } from './plan/metadata.js';
import { isNameColumn } from './plan/names.js';
import type { FileReading, IdColumn } from './plan/types.js';
import { isPlainList, settingsOf } from './read.js';
import { hashSource } from './source/bytes.js';
import type { Source } from './source/source.js';
import { idsAsCandidates } from './table/join.js';
import { describeNames } from './table/suggest.js';
import { readLines } from './text/text-lists.js';

/** Labels and metadata of a file, with how it was read. */
export interface LabelsRead {
  /** The empty text where a label is missing; none at all when the file is of metadata only. */
  readonly values: readonly string[];
  readonly ids: readonly string[] | null;
  readonly candidates: readonly IdColumn[];
  readonly metadata: readonly MetadataColumn[];
  readonly source: { readonly name: string; readonly sha256: string | null };
  readonly reading: FileReading;
}

/** What is known where the file is read for. */
export interface LabelRequest {
  /** Rows of the table: tells whether the first line of a single column is a label. */
  readonly rows?: number;
  /** Take the file as metadata where it does not have the column that `label` names. */
  readonly elsewhere?: boolean;
}

const TABLES = ['csv', 'parquet', 'arrow', 'sqlite'];

/**
 * Reads a file of labels and metadata, one row a sample: which column is the label, what its ids are, what else it
 * holds. Errors as in the header, and as of `readTable`.
 * @returns labels empty where missing, ids or null, metadata, and how the file was read.
 * @param request what is known of the table that the file belongs to.
 */
export async function readLabels(
  source: Source,
  options: ReadOptions = {},
  request: LabelRequest = {},
): Promise<LabelsRead> {
  const settings = settingsOf(options, 'labels');
  const { input, head, format, reader } = await openInput(source, settings);
  const column = format === 'csv' ? await oneColumn(source, head, settings, request) : null;
  const raw =
    column ??
    (TABLES.includes(format)
      ? chosenLabel(
          await reader.table(input, withoutAbsent(settings, request)),
          settings,
          request,
          source.name,
        )
      : plainLabels(await reader.texts(input, settings)));
  const labels = raw.labels === null ? [] : missingAsEmpty(raw.labels, settings.missingLabels);
  const name = raw.reading?.label ?? settings.label ?? 'labels';
  const metadata = (raw.metadata ?? []).filter((found) => found.name !== name || labels.length === 0);
  const reading = describeFile({
    source: source.name,
    rows: labels.length,
    names: [],
    ids: raw.reading?.ids ?? null,
    leftOut: [],
    label: name,
    labels: raw.labels === null ? null : labels,
    metadata,
    values: null,
  });
  const candidates = raw.reading?.candidates ?? idsAsCandidates(raw.ids);
  const sha256 = await hashSource(source, settings.signal);
  return {
    values: labels,
    ids: raw.ids,
    candidates,
    metadata,
    source: { name: source.name, sha256 },
    reading,
  };
}

type Labels = Pick<RawTable, 'labels' | 'ids' | 'metadata' | 'reading'>;

/** Labels without metadata, from a list of texts and its ids. */
const plainLabels = ({
  values,
  ids,
}: {
  values: readonly string[];
  ids: readonly string[] | null;
}): Labels => ({
  labels: values,
  ids,
});

/**
 * The settings for reading the file: with `elsewhere` without the label, which is looked up after reading, since it
 * may be a column of another file.
 */
function withoutAbsent(settings: Settings, { elsewhere }: LabelRequest): Settings {
  const idIfThere = settings.idIfThere ?? true;
  return elsewhere ? { ...settings, label: undefined, idIfThere } : { ...settings, idIfThere };
}

/**
 * The label among the columns that were read: the one that is named, or the only one besides the ids. OptionError
 * where several may be meant. With `elsewhere` no label where the named column is not there.
 * @param name of the file.
 */
function chosenLabel(raw: RawTable, settings: Settings, request: LabelRequest, name: string): Labels {
  const columns = raw.metadata ?? [];
  if (raw.labels !== null) return raw;
  const wanted =
    settings.label === undefined ? undefined : columns.find((column) => column.name === settings.label);
  const ids = raw.reading?.ids?.column;
  const only = columns.length === 1 && settings.label === undefined ? columns[0] : undefined;
  const label = wanted ?? only;
  if (label)
    return {
      ...raw,
      labels: metadataTexts(label),
      reading: raw.reading && { ...raw.reading, label: label.name },
    };
  if (settings.label !== undefined && (request.elsewhere || columns.length === 0)) return raw;
  if (columns.length === 0 && raw.ids !== null) return { labels: raw.ids, ids: null, metadata: [] };
  throw new OptionError({
    got: `${columns.length} columns${ids === undefined ? '' : ` besides the ids (${ids})`} in ${name}`,
    expected: 'the name of the one that holds the labels',
    remedy: words`name it with ${option('label')}. ${describeNames(
      settings.label ?? '',
      columns.map((column) => column.name),
    )}`,
  });
}

/**
 * The labels of a text file of one column: a line a sample, blank where a label is missing; null for other files.
 * With `header` true or a first line that is no label, that line is left out.
 * @param head first bytes.
 */
async function oneColumn(
  source: Source,
  head: Uint8Array,
  settings: Settings,
  { rows }: LabelRequest,
): Promise<Labels | null> {
  const text = new TextDecoder().decode(head);
  const isList = isPlainList(source.name.replace(/\.gz$/i, ''), head, settings);
  if (!isList && (settings.delimiter !== undefined || /[\t;,|]/.test(withoutQuoted(text)))) return null;
  const { input } = await openInput(source, settings);
  const { values } = await readLines(input, settings);
  const lines = values.map(unquoted);
  const header = settings.header === 'auto' ? isHeader(lines, rows, isList) : settings.header;
  if (!header) return { labels: lines, ids: null };
  const label = lines[0];
  return { labels: lines.slice(1), ids: null, reading: { ids: null, label, leftOut: [], candidates: [] } };
}

/** The text without its quoted parts, for counting delimiters. */
const withoutQuoted = (text: string) => text.replace(/"(?:[^"]|"")*"/g, '');
/** A line without the quotes around it. */
const unquoted = (line: string) => (/^".*"$/.test(line) ? line.slice(1, -1).replaceAll('""', '"') : line);

/**
 * Whether the first line of one column is its name: the number of rows tells; where it is not known, a text
 * that does not come back below.
 * @param rows of the table, if known.
 * @param isList whether the file is a plain list, which has no name.
 * @param lines of the file.
 */
function isHeader(lines: readonly string[], rows: number | undefined, isList: boolean): boolean {
  if (rows === lines.length) return false;
  if (rows === lines.length - 1) return true;
  const below = lines.slice(1).filter((line) => line !== '');
  return !isList && new Set(below).size < below.length && !below.includes(lines[0]);
}

/**
 * Reads names of features, one a line: the only column, the one called names, or the second of a 10x file.
 * OptionError where several columns may be meant.
 * @returns as many names as the file has; whether they fit is not checked here.
 * @param request `count` of features, if known, and the `column` that an option names.
 */
export async function readFeatureNames(
  source: Source,
  options: ReadOptions = {},
  request: { readonly count?: number; readonly column?: string } = {},
): Promise<readonly string[]> {
  const settings = settingsOf(options, 'labels');
  const { input, head, format, reader } = await openInput(source, settings);
  if (format !== 'csv') return (await reader.texts(input, { ...settings, key: request.column })).values;
  const column = await oneColumn(source, head, settings, { rows: request.count });
  if (column?.labels && request.column === undefined) return column.labels;
  const raw = await reader.table(input, { ...settings, label: request.column, id: undefined });
  if (raw.labels !== null) return raw.labels;
  const columns = allColumns(raw);
  const called = columns.find(({ name }) => isNameColumn(name));
  const unique = columns.filter(({ values }) => new Set(values).size > values.length / 2);
  const chosen = called ?? (isTenx(columns) ? columns[1] : unique[0]);
  if (chosen) return chosen.values;
  throw new OptionError({
    got: `${columns.length} columns in ${source.name}, and none with a different name in most rows`,
    expected: 'names of features, one a row',
    remedy: words`name the column with ${option('namesColumn')}. There is ${columns.map(({ name }) => name).join(', ')}`,
  });
}

interface NameColumn {
  readonly name: string;
  readonly values: readonly string[];
}

/**
 * All columns of texts of a file (ids and metadata), in its order as far as that is known. Texts of numbers in their
 * shortest form.
 */
function allColumns(raw: RawTable): NameColumn[] {
  const ids = (raw.reading?.candidates ?? []).map(({ name, values }) => ({ name, values }));
  const others = (raw.metadata ?? []).map((column) => ({ name: column.name, values: metadataTexts(column) }));
  const all = new Map([...others, ...ids].map((column) => [column.name, column]));
  return [...all.values()].sort((a, b) => (/^f\d+$/.test(a.name) ? a.name.localeCompare(b.name) : 0));
}

/**
 * Whether there are two columns of names, accessions first, as 10x writes them: `ENSG00000000003`, `TSPAN6`. Every
 * value of the first column must be an accession.
 */
function isTenx(columns: readonly NameColumn[]): boolean {
  const [first, second] = columns;
  if (!first || !second) return false;
  return first.values.every((value) => /^(ENS[A-Z]*G?\d{5,}|[A-Z_]+\d{5,})/.test(value));
}
