/**
 * A table in parts, as the pre-pass of a cluster writes it, as the input of `explain`: map, ids and names are held, no row is.
 *
 * Fails: OptionError for options that need the whole table in memory, and without a cluster; as io/parts/ does.
 */

import type { AssociationShards } from '../engine/association-shards.js';
import { watchStage } from '../engine/context.js';
import { OptionError, option, words } from '../errors.js';
import { readEmbedding } from '../io/index.js';
import { findManifest, type PartsManifest } from '../io/parts/manifest.js';
import { readRows } from '../io/parts/rows.js';
import { judgeValues, readNames } from '../io/parts/table.js';
import { describeFile, readingPlan } from '../io/plan/describe.js';
import { isFolder, type Source } from '../io/source/source.js';
import { partedTable, withCells } from '../lava/associations/parted.js';
import type { Explanation, Table } from '../model.js';
import type { OptionValues } from '../options/index.js';
import { carriedValues, wantedFeatures } from '../report/values.js';
import type { JoinedInputs, Work } from './inputs.js';

type Values = OptionValues<'explain'>;

/** A table in parts, and how it is explained. */
export interface PartedInput {
  readonly input: JoinedInputs;
  /** The options, with the map of the parts. */
  readonly values: Values;
  /** The explanation with the values that travel with it. */
  withValues(explanation: Explanation): Promise<Explanation>;
}

/** What options of reading say that parts cannot do any more, or not without the table in memory. */
const REFUSED = [
  ...[
    'labels',
    'labelsId',
    'label',
    'id',
    'mapId',
    'missing',
    'table',
    'query',
    'layer',
    'useRaw',
    'transpose',
  ],
  ...[
    'featureType',
    'features',
    'drop',
    'featureNames',
    'namesColumn',
    'pairByRow',
    'looseIds',
    'minMatched',
  ],
  ...[
    'embeddingColumns',
    'embeddingKey',
    'method',
    'within',
    'trustSamples',
    'structure',
    'write',
    'writeTo',
  ],
];

/** The input in a folder of parts; null where the name is that of anything else. */
export async function partedInput(path: string, values: Values, work: Work): Promise<PartedInput | null> {
  const folder = work.files.open(path);
  if (!(await isFolder(folder))) return null;
  const manifest = await findManifest(folder);
  if (manifest === null) return null;
  const shards = checkOptions(manifest, path, values, work);
  const { signal } = work.context;
  const where = { path: await absolute(path), key: manifest.key };
  const reading = watchStage(work.context, 'reading parts');
  await shards.seeParts(where, reading);
  const names = await readNames(folder, manifest);
  const read = (positions: Int32Array, columns: ArrayLike<number> | null) =>
    readRows(folder, manifest, { positions, columns, signal });
  const features = partedTable({ ...names, ...where, layout: manifest.layout, read }, manifest.features);
  const source = { name: manifest.source.path, sha256: manifest.sha256 ?? null };
  const found = judgeValues(await shards.rows.ranges(features, reading), manifest, {
    ...{ names: names.featureNames, source: source.name, countsAllowed: values.normalize === 'none' },
  });
  const table: Table = {
    ...{ features, featureNames: names.featureNames, ids: names.ids, labels: null, metadata: [], source },
    ...{ dropped: { rows: 0, features: [] }, warnings: found.warnings },
  };
  // the map is in the file of the table, or was an array
  const mapSource = manifest.embedding === null ? { ...source, sha256: null } : source;
  const input = await withMap(folder, table, { words: found.words, mapSource }, work);
  return {
    input,
    values: { ...values, embedding: manifest.embedding ?? undefined },
    async withValues(explanation) {
      const wanted = wantedFeatures(explanation, features, { bytes: found.bytes });
      const all = Int32Array.from({ length: features.rows }, (_, row) => row);
      const cells = await withCells(features, all, wanted);
      return { ...explanation, values: carriedValues(explanation, cells, { bytes: found.bytes, wanted }) };
    },
  };
}

/** The path as other processes have to name it. */
async function absolute(path: string): Promise<string> {
  const { resolve } = await import('node:path');
  return resolve(path);
}

/** The table with the map of its parts, and how both were read. @param words of its values. */
async function withMap(
  folder: Source,
  table: Table,
  { words, mapSource }: { readonly words: string | null; readonly mapSource: Table['source'] },
  work: Work,
): Promise<JoinedInputs> {
  const { signal, memory } = work.context;
  const { warnings, reading, ...map } = await readEmbedding(folder.child('map.npy'), { signal, memory });
  const read = describeFile({
    ...{ source: table.source.name, rows: table.features.rows, names: table.featureNames },
    ...{ ids: { column: 'row names', reason: '' }, leftOut: [], label: null, labels: null, metadata: [] },
    values: words,
  });
  const pairing = { map: null, labels: null };
  const plan = readingPlan(read, { ...reading, source: table.source.name }, null, pairing);
  work.onPlan?.(plan);
  const embedding = { coordinates: map.coordinates, ids: table.ids, source: mapSource };
  return { table, embedding, warnings, plan };
}

/** The shards that read the parts. OptionError where there are none, and for what parts cannot do. */
function checkOptions(
  { embedding }: PartsManifest,
  path: string,
  values: Values,
  { context }: Work,
): AssociationShards {
  const requested = REFUSED.find((name) => {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    return value !== undefined && value !== false && value !== null;
  });
  if (requested !== undefined) throw refused(requested, path, words`leave ${option(requested)} out`);
  if (values.normalize !== undefined && values.normalize !== 'none')
    throw refused('normalize', path, 'normalize the values before the rows are ordered');
  if (values.embedding !== undefined && values.embedding !== embedding)
    throw refused(
      'embedding',
      path,
      words`leave it out: the parts are ordered by ${embedding ?? 'a map of their own'}`,
    );
  if (!context.shards)
    throw refused(
      'cluster',
      path,
      words`give ${option('cluster', 'local:2')}, or the table that the parts were made of`,
    );
  if (values.trust !== false)
    throw new OptionError({
      got: words`${path}, a table in parts, whose ${option('trust')} would have to be measured`,
      expected: 'no trust: it compares every sample with all others, so it needs the whole table in memory',
      remedy: words`say ${option('trust', 'no')}`,
    });
  return context.shards;
}

/** The error for an option that does not fit parts. */
function refused(name: string, path: string, remedy: ReturnType<typeof words> | string): OptionError {
  return new OptionError({
    got: words`${path}, a table in parts, ${name === 'cluster' ? 'without' : 'with'} ${option(name)}`,
    expected: 'what workers read of parts: rows as they were ordered, with their ids and their map',
    remedy,
  });
}
