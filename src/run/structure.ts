/**
 * The structures of a map traced to the data, with maps made again and forces: what `--structure` of `whymap audit` and
 * `whymap explain` runs.
 *
 * Purpose: joins `traceStructure` (trust), the methods and forces (dr), and regions as texts (lava).
 * Determinism: map `i` made again has the run's seed plus `i`.
 */

import { createRandom } from '../core/random.js';
import { embed, type MethodName, structureForces, tableOf } from '../dr/index.js';
import type { Context } from '../engine/context.js';
import { parseRegion } from '../lava/query/parse-region.js';
import { regionRows } from '../lava/query/regions.js';
import type { Explanation, Matrix, Table } from '../model.js';
import {
  type NamedRegion,
  referenceSpace,
  type StructureTrace,
  structureLayer,
  traceStructure,
  verdictOfStructure,
} from '../trust/index.js';
import { spaceOptions } from './region-trust.js';

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

/**
 * The trace of an explanation's map against what its trust is measured on, and the explanation with it in words.
 * @param values of `explain`; the method that made the map is its own where it was made here.
 */
export async function withStructure(
  explanation: Explanation,
  table: Table,
  values: Omit<TraceValues, 'region'> & { readonly method?: MethodName },
  run: { context: Context; seed: number },
): Promise<{ readonly explanation: Explanation; readonly trace: StructureTrace }> {
  const started = performance.now();
  const { madeBy = values.method, mapSeeds, nullMaps, leastSamples } = values;
  const space = spaceOptions(table.features);
  const trace = await traceMap(
    { table, features: table.features, map: explanation.embedding.coordinates },
    { madeBy, mapSeeds, nullMaps, leastSamples },
    space,
    run,
  );
  const layer = structureLayer(trace, table.labels);
  const structure = { ...layer, summary: [...layer.summary, spaceSentence(space)] };
  const timings = { ...explanation.timings, structure: (performance.now() - started) / 1000 };
  const { trust } = explanation;
  const judged = trust && { ...trust, verdict: verdictOfStructure(trust.verdict, trace.structures) };
  return { explanation: { ...explanation, trust: judged, structure, timings }, trace };
}

/** What distances in the data are measured on. */
function spaceSentence({ components }: TraceSpaceOptions): string {
  return components === undefined
    ? 'Distances in the data are those of the explained features in their own units; an audit takes scaled ones, components or another metric.'
    : `Distances in the data are those of ${components} principal components of the explained features; an audit takes scaled features, other components or another metric.`;
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
