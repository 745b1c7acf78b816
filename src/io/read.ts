/**
 * The doors of the readers: a table, an embedding, or a list of texts from a source of any format.
 * Types: `Source`, a file, folder or bytes: name (for people). `ReadOptions`: what a person may say about a file; every
 *   field may be absent. `FormatReader`: table, embedding, texts, contents, each of (input, settings). `Input`: name
 *   (without a compression suffix). `Settings`, the options with defaults: memory (bytes that may be held), signal, label
 *   and id (columns), transpose (features are in rows), missingLabels (texts that stand for none), key (array or column),
 *   header (true, false or `auto`). `Table`: features (samples x features), featureNames, ids and labels (one a sample, or
 *   null), metadata, source (name and SHA-256), dropped (what reading left out), warnings. `RawTable`, as in the file: the
 *   same, prepared (the reader obeyed normalize and maxFeatures), reading (RawReading: leftOut, label, candidates that may
 *   hold ids). `Embedding`: coordinates, samples x dimensions. `CategoricalColumn`: name. `IdColumn`: values (one a row).
 *   `ErrorParts`: got (what was found), expected (what should have been). `Opened`: head (first bytes, decompressed).
 */

import { isCsr, toDense } from '../core/csr.js';
import { FormatError, OptionError, option, words } from '../errors.js';
import type { Embedding, Table, Warning } from '../model.js';
import { checkApplicable, checkKey, checkRequestedColumns } from './applicable.js';
import { openInput } from './formats.js';
import { selected, withColumns } from './named-features.js';
import type { Contents, FormatReader, Input, Missing, RawTable, ReadOptions, Settings } from './options.js';
import { describeFile, valuesOf } from './plan/describe.js';
import { missingAsEmpty } from './plan/metadata.js';
import type { FileReading, IdColumn } from './plan/types.js';
import { hashSource, tooLarge } from './source/bytes.js';
import type { Source } from './source/source.js';
import { countedRowsNote, wholeCoordinatesNote } from './table/array-notes.js';
import { checkTable, completeNames } from './table/checks.js';
import { idsAsCandidates, type Texts } from './table/join.js';
import { type Repair, repairMissing, repairOrTell } from './table/missing.js';
import { missingByColumn, missingCells } from './table/missing-cells.js';
import { NORMALIZE_CHOICES } from './table/normalize.js';
import { prepareTable } from './table/prepare.js';
import { settingsToTranspose, transposedWarning, transposeTable } from './table/transpose.js';
import { checkMagnitudes } from './table/units.js';
import { readLines } from './text/text-lists.js';

/** A table with how it was read: the roles of its columns, and those that may hold ids. */
export interface TableRead extends Table {
  readonly reading: FileReading;
  readonly candidates: readonly IdColumn[];
}

/** An embedding with what was noticed while it was read, and how it was read. */
export interface EmbeddingRead extends Embedding {
  readonly warnings: readonly Warning[];
  readonly reading: FileReading;
  readonly candidates: readonly IdColumn[];
}

const DEFAULT_MEMORY = 4 * 2 ** 30;
const CHOICES: readonly Missing[] = ['error', 'drop-rows', 'drop-features', 'mean'];

/**
 * Reads samples x features. The format is found from the first bytes, then the name; the roles of columns as
 * docs/reading.md says.
 * @throws FormatError for a file that is damaged, empty or holds no usable numbers; ShapeError for fewer than
 * 2 rows or columns; OptionError for a column or key that is not there; UnsupportedError for other formats.
 */
export async function readTable(source: Source, options: ReadOptions = {}): Promise<TableRead> {
  const settings = settingsOf(options, 'features');
  const { input, reader, format } = await openInput(source, settings);
  checkApplicable(format, settings, source.name);
  const found = withMissingLabels(await tableOf(reader, input, settings, source.name), settings);
  checkRequestedColumns(found, settings, source.name);
  const raw = selected(found, settings, source.name);
  const sha256 = await hashSource(source, settings.signal);
  const checked = checkTable(raw, { name: source.name, sha256 }, settings);
  const table = raw.prepared ? checked : prepareTable(checked, settings);
  const candidates = keptCandidates(raw, table);
  const { reading } = raw;
  return {
    ...table,
    warnings: [
      ...table.warnings,
      ...transposedWarning(raw, settings, source.name),
      ...(isArray(raw) && !isCsr(table.features)
        ? countedRowsNote(table.features, table.featureNames, source.name)
        : []),
    ],
    candidates,
    reading: describeFile({
      source: source.name,
      rows: table.features.rows,
      names: table.featureNames,
      ids: reading ? reading.ids : table.ids && { column: 'row names', reason: '' },
      leftOut: reading?.leftOut ?? [],
      label: reading?.label ?? settings.label ?? null,
      labels: table.labels,
      metadata: (table.metadata ?? []).filter(({ name }) => name !== (reading?.label ?? settings.label)),
      values: valuesOf(table.features),
      missing: settings.tellMissing
        ? missingOf(raw.features, completeNames(raw, source.name, settings))
        : undefined,
    }),
  };
}

/** The table as it stands in the file (samples in rows), or transposed, where the option says that features are in rows. */
async function tableOf(
  reader: FormatReader,
  input: Input,
  settings: Settings,
  name: string,
): Promise<RawTable> {
  if (!settings.transpose) return reader.table(input, settings);
  const raw = await reader.table(input, settingsToTranspose(settings, name));
  const left = raw.reading ? raw : withColumns(raw, { ...settings, columns: undefined }, name);
  return transposeTable(left, settings, name);
}

/**
 * Reads samples x dimensions: one dimension or more, every value finite. Errors as of `readTable`; FormatError for
 * missing or infinite coordinates.
 */
export async function readEmbedding(source: Source, options: ReadOptions = {}): Promise<EmbeddingRead> {
  const settings = settingsOf({ ...options, missing: 'error' }, 'map');
  const { input, reader, format } = await openInput(source, settings);
  checkKey(format, settings, source.name);
  const all = await (reader.embedding ?? reader.table)(input, settings);
  checkRequestedColumns(all, settings, source.name);
  const raw = all.reading ? all : withColumns(all, settings, source.name);
  const { rows, columns } = raw.features;
  if (rows * columns * 4 > settings.memory)
    throw tooLarge(source.name, `${rows} x ${columns} coordinates`, settings.memory);
  const stored = toDense(raw.features);
  if (stored.rows === 0 || stored.columns === 0) throw emptyEmbedding(source.name);
  const featureNames =
    raw.featureNames ?? Array.from({ length: stored.columns }, (_, c) => `dimension ${c + 1}`);
  const repaired = finite({ ...raw, features: stored, featureNames }, source.name, settings);
  const coordinates = checkMagnitudes(toDense(repaired.features), {
    name: source.name,
    featureNames,
    ids: raw.ids,
  });
  const sha256 = await hashSource(source, settings.signal);
  const reading = describeFile({
    source: source.name,
    rows,
    names: featureNames,
    ids: raw.reading ? raw.reading.ids : raw.ids && { column: 'row names', reason: '' },
    leftOut: raw.reading?.leftOut ?? [],
    label: null,
    labels: null,
    metadata: [],
    values: null,
    missing: settings.tellMissing ? missingOf(stored, featureNames) : undefined,
  });
  const candidates = raw.reading?.candidates ?? idsAsCandidates(raw.ids);
  return {
    coordinates,
    ids: raw.ids,
    source: { name: source.name, sha256 },
    warnings: [
      ...raw.warnings,
      ...repaired.warnings,
      ...(isArray(raw) ? wholeCoordinatesNote(coordinates, source.name) : []),
    ],
    reading,
    candidates,
  };
}

/** Whether a file gave numbers and nothing else, so that no role of a column is known. */
const isArray = ({ reading, ids, featureNames }: RawTable) =>
  reading === undefined && ids === null && featureNames === null;

/** The table with the empty text for labels that stand for none, in every format. */
function withMissingLabels(raw: RawTable, { missingLabels = [] }: Settings): RawTable {
  if (raw.labels === null) return raw;
  return { ...raw, labels: missingAsEmpty(raw.labels, missingLabels) };
}

/** The columns that may hold ids, with the values of the rows that are left in the table. */
function keptCandidates(raw: RawTable, table: Table): readonly IdColumn[] {
  if (raw.reading === undefined) return idsAsCandidates(table.ids);
  const dropped = table.dropped.rowNumbers;
  if (dropped === undefined) return raw.reading.candidates;
  const gone = new Set(dropped);
  return raw.reading.candidates.map((column) => ({
    ...column,
    values: column.values.filter((_, row) => !gone.has(row)),
  }));
}

/**
 * Reads one text a sample or a feature: a CSV column, a NPY, NPZ or IDX array, lines, or a JSON list. OptionError
 * where several arrays or columns may be meant.
 */
export async function readTexts(source: Source, options: ReadOptions = {}): Promise<Texts> {
  const settings = settingsOf(options, 'labels');
  const { input, head, format, reader } = await openInput(source, settings);
  const lines = format === 'csv' && isPlainList(input.name, head, settings);
  const { values, ids } = await (lines ? readLines : reader.texts)(input, settings);
  return { values, ids, source: { name: source.name, sha256: await hashSource(source, settings.signal) } };
}

/**
 * Whether a file is one text a line: no field delimiter in its first bytes, and options name no column or delimiter.
 * @param head first bytes.
 */
export function isPlainList(name: string, head: Uint8Array, settings: Settings): boolean {
  if (settings.key ?? settings.label ?? settings.id ?? settings.delimiter) return false;
  return !/\.(csv|tsv|tab)$/i.test(name) && !/[\t;,]/.test(new TextDecoder().decode(head));
}

/** What a file offers to choose from: columns, keys of arrays, layers, and its format. Errors as of `readTable`. */
export async function readContents(
  source: Source,
  options: ReadOptions = {},
): Promise<Contents & { readonly format: string }> {
  const settings = settingsOf(options, 'features');
  const { input, format, reader } = await openInput(source, settings);
  const found = await reader.contents?.(input, settings);
  return { format, columns: [], arrays: [], layers: [], ...found };
}

/** Options with their defaults. OptionError for a value that is none. @param purpose what the file is read for. */
export function settingsOf(options: ReadOptions, purpose: Settings['purpose']): Settings {
  const missing = options.missing ?? 'error';
  checkChoice('missing', missing, CHOICES);
  if (options.normalize !== undefined) checkChoice('normalize', options.normalize, NORMALIZE_CHOICES);
  const most = options.maxFeatures;
  if (most !== undefined && !(Number.isInteger(most) && most >= 2)) {
    throw new OptionError({
      got: words`${option('maxFeatures', most)}`,
      expected: 'a whole number of at least 2',
      remedy: 'leave it out to keep all features',
    });
  }
  return {
    ...options,
    purpose,
    header: options.header ?? 'auto',
    missing,
    memory: options.memory ?? DEFAULT_MEMORY,
  };
}

/** OptionError for a value that is none of the choices. */
function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new OptionError({
    got: words`${option(name, value)}`,
    expected: choices.join(', '),
    remedy: 'choose one of these',
  });
}

/** The columns with cells that are missing or not finite, most first. */
const missingOf = (features: Embedding['coordinates'] | Table['features'], names: readonly string[]) =>
  missingByColumn(missingCells(features), names);

/**
 * FormatError for coordinates that are missing or infinite, which no option repairs; a warning where a file is only looked at.
 * @param raw an embedding as it was read.
 */
function finite(
  raw: { features: Embedding['coordinates']; featureNames: readonly string[]; ids: readonly string[] | null },
  name: string,
  { tellMissing }: Settings,
): Repair {
  const named = { name, featureNames: raw.featureNames, ids: raw.ids };
  return (tellMissing ? repairOrTell : repairMissing)(raw.features, 'error', named, NO_COORDINATES);
}

const NO_COORDINATES = 'remove those samples, or make the embedding again without them';

/** The error for an embedding without rows or columns. */
function emptyEmbedding(name: string): FormatError {
  return new FormatError({
    got: `an embedding without coordinates in ${name}`,
    expected: 'samples in rows and dimensions in columns',
    remedy: 'check that the right file was given',
  });
}
