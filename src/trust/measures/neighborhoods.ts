/**
 * Neighborhoods of the same samples in two spaces.
 *
 * Purpose: the one expensive step behind every measure of neighborhoods: neighbors in both spaces and, for each
 *   neighbor of one space, its rank in the other.
 * Shapes: queries x k throughout. Memory is proportional to that, never to samples^2.
 * Precision: that of the engine's distances. Ties are ordered by row number in both spaces, so that duplicates
 *   have a defined rank; scikit-learn leaves their order to its sorting routine.
 * Cost: one pass over all distances of the query samples to all samples; on maps of few dimensions a tree.
 * How it fails: with `ties: 'row'` many duplicates make the order among them a matter of row numbers; a warning says so.
 * Determinism: a sample is drawn from the stream `trust-sample`; all else is exact.
 */

import { toDense } from '../../core/csr.js';
import { permutation, type Random } from '../../core/random.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Metric, Watch } from '../../engine/engine.js';
import { partOf } from '../../engine/watch.js';
import type { Matrix, Neighbors, Warning } from '../../model.js';
import { exactNeighbors } from '../../neighbors/exact.js';
import { checkInput, checkNeighborhoodOptions } from '../checks.js';
import { inMetric } from '../reference-space.js';
import type { NeighborhoodOptions, Neighborhoods, TrustInput } from '../types.js';
import { chooseTied, shareTies, tieWidths } from './ties.js';

/** A warning tells when more than this share of the samples have a duplicate (distance 0) among their neighbors. */
const DUPLICATE_SHARE = 0.01;

/**
 * Neighborhoods of a map and of the data it shows.
 * Throws ShapeError, FormatError or OptionError where the input or the options are wrong.
 */
export async function compareNeighborhoods(
  input: TrustInput,
  options: NeighborhoodOptions = {},
  partialContext: PartialContext = {},
): Promise<Neighborhoods> {
  const context = await resolveContext(partialContext);
  checkInput(input);
  const { k, metric, sample, ties } = checkNeighborhoodOptions(options, input.features.rows);
  const queries = sample === null ? null : drawRows(input.features.rows, sample, context.random);
  const features = inMetric(toDense(input.features), metric);
  const [only] = await compareMaps(features, [input.embedding], { k, metric, queries, ties }, context);
  return only;
}

/** Checked options of `compareMaps`. */
export interface ComparedOptions {
  readonly k: number;
  readonly metric: Metric;
  readonly queries: Int32Array | null;
  readonly ties: 'row' | 'shared';
}

/** The same for several maps of one data set: the passes over the features are shared. */
export async function compareMaps(
  features: Matrix,
  maps: readonly Matrix[],
  { k, metric, queries, ties }: ComparedOptions,
  context: Context,
): Promise<Neighborhoods[]> {
  const watch = watchStage(context, 'neighborhoods');
  const step = (from: number, to: number) => partOf(watch, from, to);
  const onMap = { k, metric: 'euclidean' as const, queries };
  const onMaps: Neighbors[] = [];
  for (const map of maps) onMaps.push(await exactNeighbors(map, onMap, context.engine, step(0, 0.05)));
  const { input, inputRanks } = await compareInData(
    features,
    onMaps,
    metric,
    queries,
    context,
    step(0.05, 0.95),
  );
  const result: Neighborhoods[] = [];
  for (let m = 0; m < maps.length; m++) {
    const rankOptions = { k, metric: 'euclidean' as const, rows: queries ?? undefined };
    const embeddingRanks = await context.engine.ranks(maps[m], input.indices, rankOptions, step(0.95, 1));
    const warnings = [...duplicatesWarning(input, 'features'), ...duplicatesWarning(onMaps[m], 'map')];
    const shared = { samples: features.rows, k, queries, input, embedding: onMaps[m] };
    const compared = { ...shared, inputRanks: inputRanks[m], embeddingRanks, warnings };
    const isTied = warnings.length > 0 && ties === 'shared';
    result.push(isTied ? withSharedTies(compared, features, maps[m], metric, context) : compared);
  }
  return result;
}

/** Ranks in which neighbors as near as the k-th count as neighbors. */
function withSharedTies(
  compared: Neighborhoods,
  features: Matrix,
  map: Matrix,
  metric: Metric,
  { random }: Context,
): Neighborhoods {
  const { input, embedding, queries } = compared;
  const inFeatures = { points: features, metric, nearest: input, queries };
  const onMap = { points: map, metric: 'euclidean' as const, nearest: embedding, queries };
  return {
    ...compared,
    inputRanks: shareTies(
      inFeatures,
      embedding.indices,
      chooseTied(onMap, input.indices, compared.embeddingRanks, compared.inputRanks),
    ),
    embeddingRanks: shareTies(
      onMap,
      input.indices,
      chooseTied(inFeatures, embedding.indices, compared.inputRanks, compared.embeddingRanks),
    ),
    tieWidths: { input: tieWidths(inFeatures, random), embedding: tieWidths(onMap, random) },
  };
}

/** Ascending row numbers of a random part of all samples. */
export function drawRows(samples: number, count: number, random: Random): Int32Array {
  return permutation(samples, random.stream('trust-sample')).slice(0, count).sort();
}

/** Neighbors among the features, and the ranks there of the neighbors on every map, in one pass over the distances. */
async function compareInData(
  features: Matrix,
  maps: readonly Neighbors[],
  metric: Metric,
  queries: Int32Array | null,
  { engine }: Context,
  watch: Watch,
): Promise<{ input: Neighbors; inputRanks: Int32Array[] }> {
  const { k, rows } = maps[0];
  const width = k * maps.length;
  const targets = new Int32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    maps.forEach((map, m) => {
      targets.set(map.indices.subarray(i * k, (i + 1) * k), i * width + m * k);
    });
  }
  const options = { k, targetCount: width, metric, rows: queries ?? undefined };
  const { nearest, ranks } = await engine.nearestAndRanks(features, targets, options, watch);
  const inputRanks = maps.map((_, m) => {
    const mapRanks = new Int32Array(rows * k);
    for (let i = 0; i < rows; i++) {
      const from = i * width + m * k;
      mapRanks.set(ranks.subarray(from, from + k), i * k);
    }
    return mapRanks;
  });
  return { input: nearest, inputRanks };
}

/** Warns where duplicates make the order of neighbors a matter of row numbers. `where` is `features` or `map`. */
function duplicatesWarning(neighbors: Neighbors, where: string): Warning[] {
  let duplicates = 0;
  for (let i = 0; i < neighbors.rows; i++) if (neighbors.distances[i * neighbors.k] === 0) duplicates++;
  if (duplicates <= DUPLICATE_SHARE * neighbors.rows) return [];
  const message =
    `${duplicates} of ${neighbors.rows} samples have an exact duplicate among the ${where === 'map' ? 'points of the map' : 'rows of features'}; ` +
    'neighbors that are equally near count alike.';
  return [{ code: `duplicates-in-${where}`, message }];
}
