/**
 * The structures of a map traced to the data, with maps made again and forces: what `whymap audit --structure` runs.
 *
 * Purpose: joins `traceStructure` (trust), the methods and forces (dr), and regions as texts (lava).
 * Determinism: map `i` made again has the run's seed plus `i`.
 */

import { createRandom } from '../core/random.js';
import { embed, type MethodName, structureForces, tableOf } from '../dr/index.js';
import type { Context } from '../engine/context.js';
import { parseRegion } from '../lava/query/parse-region.js';
import { regionRows } from '../lava/query/regions.js';
import type { Matrix, Table } from '../model.js';
import { type NamedRegion, referenceSpace, type StructureTrace, traceStructure } from '../trust/index.js';

export interface TraceValues {
  /** The method by which the map was made, for maps made again and for its forces. Default `umap`. */
  readonly madeBy?: MethodName;
  /** A region, as `whymap query` takes it. */
  readonly region?: string;
  readonly mapSeeds?: number;
  readonly nullMaps?: number;
  readonly leastSamples?: number;
}

export interface TraceSpaceOptions {
  readonly metric?: 'euclidean' | 'cosine' | 'correlation' | 'manhattan';
  readonly components?: number;
  readonly standardize?: boolean;
}

/** Traces a map. @param table its samples: ids, labels and metadata. @param features what it is judged against. */
export async function traceMap(
  { table, features, map }: { table: Table; features: Table['features']; map: Matrix },
  values: TraceValues,
  options: TraceSpaceOptions,
  { context, seed }: { context: Context; seed: number },
): Promise<StructureTrace> {
  const { madeBy = 'umap', mapSeeds, nullMaps, leastSamples } = values;
  const again = async (data: Matrix, index: number) => {
    const made = await embed(
      tableOf(data),
      { method: madeBy },
      { ...context, random: createRandom(seed + index) },
    );
    return made.embedding.coordinates;
  };
  const space = await referenceSpace(features, options, context);
  const method = madeBy === 'tsne' || madeBy === 'umap' ? madeBy : null;
  return traceStructure(
    {
      features: space,
      embedding: map,
      regions: regionsOf(values.region, table, map),
      embed: again,
      forces: method
        ? await structureForces({ features: space, embedding: map }, { method }, context)
        : undefined,
    },
    { metric: options.metric, seeds: mapSeeds, nullMaps, leastSamples },
    context,
  );
}

/** The region that a text names, with its rows. */
function regionsOf(text: string | undefined, table: Table, map: Matrix): NamedRegion[] {
  if (text === undefined) return [];
  const { ids, labels, metadata } = table;
  const samples = {
    rows: map.rows,
    ids,
    labels,
    metadata,
    embedding: { coordinates: map, ids, source: table.source },
    options: {},
  };
  return [{ name: text, rows: regionRows(samples, parseRegion(text)) }];
}
