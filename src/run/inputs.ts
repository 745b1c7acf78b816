/**
 * Reading what a run names: the table, its labels, and the embedding joined to it. Names are looked up in `Files`:
 * paths on the command line, dropped files in the browser.
 */

import { toDense } from '../core/csr.js';
import { gatherColumns } from '../core/matrix.js';
import type { Context } from '../engine/context.js';
import { OptionError } from '../errors.js';
import {
  type EmbeddingRead,
  joinEmbedding,
  joinLabels,
  type ReadOptions,
  readEmbedding,
  readTable,
  readTexts,
  selectColumns,
} from '../io/index.js';
import type { Source } from '../io/source/source.js';
import type { FeatureChooser } from '../io/table/feature-chooser.js';
import type { Embedding, Matrix, Table, Warning } from '../model.js';
import type { EmbeddingValues, InputValues } from '../options/index.js';

/** Where the files that a run names are found. */
export interface Files {
  open(name: string): Source;
  exists(name: string): Promise<boolean>;
  /** Around all reading, where something is to hold meanwhile. */
  reading?<T>(work: () => Promise<T>): Promise<T>;
}

/** What reading needs besides the names. */
export interface Work {
  readonly context: Context;
  readonly files: Files;
}

function reading<T>({ files }: Work, read: () => Promise<T>): Promise<T> {
  return files.reading ? files.reading(read) : read();
}

/** The table with its labels. */
export function readFeatures(
  path: string,
  values: InputValues,
  work: Work,
  chooser?: FeatureChooser,
): Promise<Table> {
  return reading(work, () => readLabelled(path, values, work, chooser));
}

async function readLabelled(
  path: string,
  values: InputValues,
  work: Work,
  chooser?: FeatureChooser,
): Promise<Table> {
  const options = { ...readOptions(values, work, `reading ${shortName(path)}`), chooser };
  const { featureNames: names, labels } = values;
  const featureNames = names === undefined ? undefined : await readNames(names, work);
  const table = await readTable(work.files.open(path), { ...options, featureNames });
  if (labels === undefined) return table;
  const joined = joinLabels(table, await readTexts(work.files.open(labels), { signal: work.context.signal }));
  return { ...joined.table, warnings: [...joined.table.warnings, ...joined.warnings] };
}

async function readNames(path: string, work: Work): Promise<readonly string[]> {
  return (await readTexts(work.files.open(path), { signal: work.context.signal })).values;
}

/** The embedding that `-e` names. A name that is no file is a key inside the features' file (`X_umap` in an .h5ad). */
export async function readGivenEmbedding(
  path: string,
  values: EmbeddingValues & InputValues,
  work: Work,
): Promise<EmbeddingRead> {
  const { embedding: asked = '', embeddingKey, id } = values;
  const isKey = holdsArrays(path) && !(await work.files.exists(asked));
  const source = work.files.open(isKey ? path : asked);
  const key = isKey ? asked : embeddingKey;
  const { signal } = work.context;
  return reading(work, () =>
    readEmbedding(source, { id, key, signal }).catch((error: unknown) =>
      retryWithoutId(error, source, key, values, work),
    ),
  );
}

/** Table and embedding with the same samples. */
export function joined(table: Table, { warnings, ...embedding }: EmbeddingRead) {
  const found = joinEmbedding(table, embedding);
  return { ...found, warnings: [...warnings, ...found.warnings] };
}

/** The embedding that `-e` names, joined to the table. */
export async function readJoinedEmbedding(
  table: Table,
  path: string,
  values: EmbeddingValues & InputValues,
  work: Work,
) {
  return joined(table, await readGivenEmbedding(path, values, work));
}

/**
 * The embedding in columns of numbers: of the file that `-e` names, or of the features themselves, which then
 * leave those columns out. Wide tables often carry their map in two columns of their own.
 */
export async function readEmbeddingColumns(
  table: Table,
  values: EmbeddingValues & InputValues,
  work: Work,
): Promise<{ table: Table; embedding: Embedding; warnings: readonly Warning[] }> {
  const { embeddingColumns = '', embedding: file, id } = values;
  const names = embeddingColumns.split(',').map((name) => name.trim());
  if (file !== undefined) {
    const { signal } = work.context;
    const options = { id, signal };
    const other = await reading(work, () => readTable(work.files.open(file), options));
    const joined = joinEmbedding(table, { ...other, coordinates: columnsOf(other, names) });
    return { ...joined, warnings: [...other.warnings, ...joined.warnings] };
  }
  const coordinates = columnsOf(table, names);
  const rest = table.featureNames.flatMap((name, c) => (names.includes(name) ? [] : [c]));
  const features = selectColumns(table.features, rest);
  const left = { ...table, features, featureNames: rest.map((c) => table.featureNames[c]) };
  return { table: left, embedding: { coordinates, ids: table.ids, source: table.source }, warnings: [] };
}

function columnsOf(table: Table, names: readonly string[]): Matrix {
  const places = names.map((name) => {
    const place = table.featureNames.indexOf(name);
    if (place >= 0) return place;
    throw new OptionError({
      got: `the embedding column ${JSON.stringify(name)}, which is no column of numbers of ${table.source.name}`,
      expected: 'names of columns of numbers, separated by commas',
      remedy: `name some of ${table.featureNames.slice(0, 8).join(', ')}`,
    });
  });
  const dense = toDense(table.features);
  return gatherColumns(dense, places);
}

/** `--id` names a column of the table; the embedding's file may well have none of that name. */
async function retryWithoutId(
  error: unknown,
  source: Source,
  key: string | undefined,
  { id }: InputValues,
  work: Work,
) {
  if (!(error instanceof OptionError) || id === undefined) throw error;
  return readEmbedding(source, { key, signal: work.context.signal });
}

/** Files in which an embedding may lie beside the features. */
function holdsArrays(path: string): boolean {
  return /\.(h5ad|h5|zarr|npz|parquet|json|sqlite3?|db)\/?$/i.test(path);
}

/** The options of `readTable` in whymap/io. */
function readOptions(values: InputValues, work: Work, stage: string): ReadOptions {
  const { id, label, header = 'auto', missing, table, query, layer, useRaw, normalize, maxFeatures } = values;
  const { signal, onProgress, memory } = work.context;
  return {
    ...{ id, label, header, missing, table, query, layer, useRaw, normalize, maxFeatures, memory, signal },
    onProgress: (done) => onProgress?.({ stage, done }),
  };
}

/** The last part of a path, for progress. */
function shortName(path: string): string {
  return path.split('/').filter(Boolean).at(-1) ?? path;
}
