/** Reading what the command line names: the table, its labels, and the embedding joined to it. */

import { OptionError } from '../errors.js';
import {
  joinEmbedding,
  joinLabels,
  type ReadOptions,
  readEmbedding,
  readTable,
  readTexts,
} from '../io/index.js';
import { pathSource } from '../io/path-source.js';
import type { Embedding, Table, Warning } from '../model.js';
import { choiceOption, flagOption, type Given, integerOption, textOption } from './arguments.js';
import type { Session } from './session.js';

const MISSING = ['error', 'drop-rows', 'drop-features', 'mean'] as const;
const NORMALIZE = ['log1p-cp10k', 'none'] as const;

/** The table with its labels. */
export async function readFeatures(path: string, given: Given, session: Session): Promise<Table> {
  const options = readOptions(given, session, `reading ${shortName(path)}`);
  const names = textOption(given, 'featureNames');
  const featureNames = names === undefined ? undefined : await readNames(names, session);
  const table = await readTable(pathSource(path), { ...options, featureNames });
  const labels = textOption(given, 'labels');
  if (labels === undefined) return table;
  const joined = joinLabels(table, await readTexts(pathSource(labels), { signal: session.context.signal }));
  return { ...joined.table, warnings: [...joined.table.warnings, ...joined.warnings] };
}

async function readNames(path: string, session: Session): Promise<readonly string[]> {
  return (await readTexts(pathSource(path), { signal: session.context.signal })).values;
}

/**
 * The embedding that `-e` names, joined to the table. A name that is no file is a key inside the features' file
 * (`X_umap` in an .h5ad).
 */
export async function readJoinedEmbedding(
  table: Table,
  path: string,
  given: Given,
  session: Session,
): Promise<{ table: Table; embedding: Embedding; warnings: readonly Warning[] }> {
  const asked = textOption(given, 'embedding') ?? '';
  const isKey = holdsArrays(path) && !(await exists(asked));
  const source = pathSource(isKey ? path : asked);
  const key = isKey ? asked : textOption(given, 'embeddingKey');
  const { signal } = session.context;
  const { warnings, ...embedding } = await readEmbedding(source, {
    id: textOption(given, 'id'),
    key,
    signal,
  }).catch((error: unknown) => retryWithoutId(error, source, key, given, session));
  const joined = joinEmbedding(table, embedding);
  return { ...joined, warnings: [...warnings, ...joined.warnings] };
}

/** `--id` names a column of the table; the embedding's file may well have none of that name. */
async function retryWithoutId(
  error: unknown,
  source: ReturnType<typeof pathSource>,
  key: string | undefined,
  given: Given,
  session: Session,
) {
  if (!(error instanceof OptionError) || textOption(given, 'id') === undefined) throw error;
  return readEmbedding(source, { key, signal: session.context.signal });
}

/** Files in which an embedding may lie beside the features. */
function holdsArrays(path: string): boolean {
  return /\.(h5ad|h5|zarr|npz|parquet|json)$/i.test(path);
}

async function exists(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises');
  return stat(path).then(
    () => true,
    () => false,
  );
}

function readOptions(given: Given, session: Session, stage: string): ReadOptions {
  const header = choiceOption(given, 'header', ['yes', 'no'] as const);
  const { signal, onProgress, memory } = session.context;
  return {
    id: textOption(given, 'id'),
    label: textOption(given, 'label'),
    header: header === undefined ? 'auto' : header === 'yes',
    missing: choiceOption(given, 'missing', MISSING),
    layer: textOption(given, 'layer'),
    useRaw: flagOption(given, 'useRaw'),
    normalize: choiceOption(given, 'normalize', NORMALIZE),
    maxFeatures: integerOption(given, 'maxFeatures', 2),
    memory,
    signal,
    onProgress: (done) => onProgress?.({ stage, done }),
  };
}

/** The last part of a path, for progress. */
function shortName(path: string): string {
  return path.split('/').at(-1) ?? path;
}
