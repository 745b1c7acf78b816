/**
 * Purpose: reads what a run names: the table, its labels and metadata, and the embedding, paired with the table. Names are
 * looked up in `Files`: paths on the command line, dropped files in the browser.
 * Fails: as the readers and `planPairing` do.
 */

import { toDense } from '../core/csr.js';
import type { ImageSize } from '../core/image-size.js';
import { gatherColumns } from '../core/matrix.js';
import type { Context } from '../engine/context.js';
import { OptionError, option, words } from '../errors.js';
import {
  type EmbeddingRead,
  joinEmbedding,
  joinLabels,
  type LabelsRead,
  type PairingOptions,
  type ReadingPlan,
  type ReadOptions,
  readEmbedding,
  readFeatureNames,
  readLabels,
  readTable,
  selectColumns,
  type TableRead,
} from '../io/index.js';
import type { Source } from '../io/source/source.js';
import type { FeatureChooser } from '../io/table/feature-chooser.js';
import type { Embedding, Table, Warning } from '../model.js';
import type { EmbeddingValues, InputValues } from '../options/index.js';
import { holdsArrays, isFileName } from './file-names.js';
import { type LabelledBy, planOf } from './plan.js';

/** Where the files that a run names are found. */
export interface Files {
  open(name: string): Source;
  exists(name: string): Promise<boolean>;
}

/** What reading needs besides the names. */
export interface Work {
  readonly context: Context;
  readonly files: Files;
  /** Told how the files were read, before anything is computed. */
  readonly onPlan?: (plan: ReadingPlan) => void;
  /** Files are only looked at: missing cells are told, and end nothing. Default false. */
  readonly tellMissing?: boolean;
}

/** A table with its labels, and how both were read. */
export interface FeaturesRead extends TableRead, LabelledBy {}

/** The table and its embedding with the same samples in the same order. */
export interface JoinedInputs {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly warnings: readonly Warning[];
  readonly plan: ReadingPlan;
}

/** Options that say how the table is read; the commands that explain have the image's size among them. */
type TableValues = InputValues & { readonly image?: ImageSize | null };

/** The table with labels and metadata, from its own columns or from a file of labels. */
export async function readFeatures(
  path: string,
  values: TableValues,
  work: Work,
  chooser?: FeatureChooser,
): Promise<FeaturesRead> {
  const { labels: labelsFile, label } = values;
  const first = labelsFile === undefined ? null : await labelsIn(labelsFile, values, work, {});
  // without a label of its own the second file is of metadata, and the label is a column of the table
  const inTable = first === null || (label !== undefined && first.values.length === 0);
  const options = { ...readOptions(values, work, `reading ${shortName(path)}`), chooser };
  const table = await readTable(work.files.open(path), {
    ...options,
    label: inTable ? label : undefined,
    // with a map of its own file, the id may be a column of that one only
    idIfThere: 'embedding' in values && values.embedding !== undefined,
    featureNames: await featureNamesOf(values, work),
  });
  if (first === null || labelsFile === undefined)
    return { ...table, labelsReading: null, labelsPairing: null };
  const rows = table.features.rows + table.dropped.rows;
  const labels = await labelsIn(labelsFile, values, work, { rows });
  const joined = joinLabels(table, labels, pairingOptions(values));
  return {
    ...table,
    ...joined.table,
    warnings: [...joined.table.warnings, ...joined.warnings],
    labelsReading: labels.reading,
    labelsPairing: joined.pairing,
  };
}

/** Labels and metadata of a file of labels. */
function labelsIn(
  file: string,
  values: InputValues,
  work: Work,
  known: { rows?: number },
): Promise<LabelsRead> {
  const { id, labelsId, label } = values;
  const options = {
    ...textOptions(values),
    id: labelsId ?? id,
    idIfThere: labelsId === undefined,
    label,
    memory: work.context.memory,
    signal: work.context.signal,
  };
  return readLabels(work.files.open(file), options, { ...known, elsewhere: label !== undefined });
}

/** The names in the file of feature names; undefined without such a file. */
async function featureNamesOf(values: InputValues, work: Work): Promise<readonly string[] | undefined> {
  const { featureNames: file, namesColumn: column } = values;
  if (file === undefined) return undefined;
  const options = { ...textOptions(values), signal: work.context.signal };
  return readFeatureNames(work.files.open(file), options, { column });
}

/** The embedding that is given. A name that is no file is a key inside the features' file (`X_umap` in an .h5ad). */
export async function readRequestedEmbedding(
  path: string,
  values: EmbeddingValues & InputValues,
  work: Work,
): Promise<EmbeddingRead> {
  const { embedding: name = '', embeddingKey, id, mapId, embeddingColumns } = values;
  const isKey = holdsArrays(path) && !isFileName(name) && !(await work.files.exists(name));
  const source = work.files.open(isKey ? path : name);
  return readEmbedding(source, {
    ...textOptions(values),
    id: mapId ?? id,
    // an id that is meant for the features is used where the map has such a column
    idIfThere: mapId === undefined,
    key: isKey ? name : embeddingKey,
    columns: listOf(embeddingColumns),
    drop: undefined,
    tellMissing: work.tellMissing,
    memory: work.context.memory,
    signal: work.context.signal,
  });
}

/** Table and embedding with the same samples, and how they were read; told to `work.onPlan`. */
export function joined(
  table: FeaturesRead,
  { warnings, ...embedding }: EmbeddingRead,
  values: InputValues,
  work: Work,
): JoinedInputs {
  checkRequestedId(table, embedding, values);
  const found = joinEmbedding(table, embedding, pairingOptions(values));
  const plan = planOf(table, found.table, embedding.reading, found.pairing, withinColumns(values));
  work.onPlan?.(plan);
  return { table: found.table, embedding: found.embedding, warnings: [...warnings, ...found.warnings], plan };
}

/** The given embedding, paired with the table. */
export async function readJoinedEmbedding(
  table: FeaturesRead,
  path: string,
  values: EmbeddingValues & InputValues,
  work: Work,
): Promise<JoinedInputs> {
  if (values.embedding === undefined) return embeddingInTable(table, values, work);
  return joined(table, await readRequestedEmbedding(path, values, work), values, work);
}

/** The column that `id` names must be in one of the two files. */
function checkRequestedId(
  table: FeaturesRead,
  embedding: Pick<EmbeddingRead, 'candidates' | 'source'>,
  { id, mapId }: InputValues,
): void {
  const isThere = [table, embedding].some(({ candidates }) => candidates.some(({ requested }) => requested));
  if (id === undefined || isThere || (table.ids !== null && table.candidates.length <= 1)) return;
  throw new OptionError({
    got: words`${option('id', id)}, which is no column of ${table.source.name}${mapId === undefined ? ` or ${embedding.source.name}` : ''}`,
    expected: 'the name of a column, or #1 for the first',
    remedy: 'correct the name; whymap inspect shows which columns may hold ids',
  });
}

/**
 * The embedding in columns of the features, which then leave those columns out. Wide tables often carry their map in two
 * columns of their own.
 */
function embeddingInTable(table: FeaturesRead, values: EmbeddingValues, work: Work): JoinedInputs {
  const { embeddingColumns } = values;
  const names = listOf(embeddingColumns) ?? [];
  const positions = names.map((name) => positionOf(table, name));
  const coordinates = gatherColumns(toDense(table.features), positions);
  const rest = table.featureNames.flatMap((name, c) => (names.includes(name) ? [] : [c]));
  const features = selectColumns(table.features, rest);
  const left = { ...table, features, featureNames: rest.map((c) => table.featureNames[c]) };
  const map = {
    ...table.reading,
    columns: names.length,
    first: names.slice(0, 3),
    last: names.at(-1) ?? '',
    leftOut: [],
  };
  const plan = planOf(table, left, map, null, withinColumns(values));
  work.onPlan?.(plan);
  const embedding = { coordinates, ids: table.ids, source: table.source };
  return { table: left, embedding, warnings: [], plan };
}

/** Number of the feature of this name. OptionError where there is none. */
function positionOf(table: Table, name: string): number {
  const position = table.featureNames.indexOf(name);
  if (position >= 0) return position;
  throw new OptionError({
    got: words`${option('embeddingColumns', name)}, which is no column of numbers of ${table.source.name}`,
    expected: 'names of columns of numbers, separated by commas',
    remedy: `name some of ${table.featureNames.slice(0, 8).join(', ')}`,
  });
}

/** The options of `readTable` in whymap/io. */
function readOptions(values: TableValues, work: Work, stage: string): ReadOptions {
  const { id, missing, table, query, layer, useRaw, normalize, maxFeatures, transpose, featureType } = values;
  const { signal, onProgress, memory } = work.context;
  return {
    ...textOptions(values),
    ...{
      id,
      missing,
      table,
      query,
      layer,
      useRaw,
      normalize,
      maxFeatures: maxFeatures === 'all' ? undefined : maxFeatures,
      transpose,
      featureType,
      memory,
      signal,
    },
    columns: listOf(values.features),
    drop: listOf(values.drop),
    image: values.image,
    tellMissing: work.tellMissing,
    onProgress: (done) => onProgress?.({ stage, done }),
  };
}

/** The options of how text files are written, which hold for every file of a run. */
function textOptions(values: InputValues): ReadOptions {
  const { header = 'auto', delimiter, decimal, thousands, encoding, missingLabels } = values;
  const named = delimiter === 'tab' || delimiter === '\\t' ? '\t' : delimiter;
  return { header, delimiter: named, decimal, thousands, encoding, missingLabels: listOf(missingLabels) };
}

/** The options of how rows are paired. */
export function pairingOptions({ pairByRow, looseIds, minMatched }: InputValues): PairingOptions {
  return { pairByRow, looseIds, minMatched };
}

/** The columns that the option `within` names, where a command has it. */
export function withinColumns(values: object): readonly string[] {
  return 'within' in values && typeof values.within === 'string' ? (listOf(values.within) ?? []) : [];
}

/** The names of a list, separated by commas; a name in double quotes may hold commas. */
function listOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const parts = text.match(/"[^"]*"|[^,]+/g) ?? [];
  return parts.map((part) => part.trim().replace(/^"(.*)"$/, '$1')).filter((part) => part !== '');
}

/** The last part of a path, for progress. */
function shortName(path: string): string {
  return path.split('/').filter(Boolean).at(-1) ?? path;
}
