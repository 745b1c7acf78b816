/**
 * Neighborhoods of the same samples in two spaces.
 *
 * Purpose: the one expensive step behind every measure of neighborhoods: neighbors in both spaces and, for each
 *   neighbor of one space, its rank in the other.
 * Shapes: asked x k throughout. Memory is proportional to that, never to samples^2.
 * Precision: that of the engine's distances. Ties are ordered by row number in both spaces, so that duplicates
 *   have a defined rank; scikit-learn leaves their order to its sorting routine.
 * Cost: one pass over all distances of the asked samples to all samples; on maps of up to three dimensions a tree.
 * How it fails: many duplicates on the map make the order among them a matter of row numbers; a warning says so.
 * Determinism: a sample is drawn from the stream `trust-sample`; all else is exact.
 */

import { toDense } from '../../core/csr.js';
import { buildKdTree, nearestFinder } from '../../core/kd-tree.js';
import { gatherRows } from '../../core/matrix.js';
import { permutation, type Random } from '../../core/random.js';
import { type Context, createContext, watchStage } from '../../engine/context.js';
import type { Metric, Watch } from '../../engine/engine.js';
import { partOf } from '../../engine/watch.js';
import type { Matrix, Neighbors, Warning } from '../../model.js';
import { checkInput, checkNeighborhoodOptions } from '../checks.js';
import type { NeighborhoodOptions, Neighborhoods, TrustInput } from '../types.js';

/** Dimensions up to which a map is searched by a kd-tree instead of by all distances. */
const TREE_DIMENSIONS = 3;
/** Above this share of samples with a twin at distance 0 among their neighbors a warning is given. */
const TWIN_SHARE = 0.01;

/**
 * Neighborhoods of a map and of the data it shows.
 * Throws ShapeError, FormatError or OptionError where the input or the options are wrong.
 */
export async function compareNeighborhoods(
  input: TrustInput,
  options: NeighborhoodOptions = {},
  given: Partial<Context> = {},
): Promise<Neighborhoods> {
  const context = createContext(given);
  checkInput(input);
  const { k, metric, sample } = checkNeighborhoodOptions(options, input.features.rows);
  const asked = sample === null ? null : drawRows(input.features.rows, sample, context.random);
  const features = toDense(input.features);
  const [only] = await compareMaps(features, [input.embedding], { k, metric, asked }, context);
  return only;
}

/** The same for several maps of one data set: the passes over the features are shared. */
export async function compareMaps(
  features: Matrix,
  maps: readonly Matrix[],
  { k, metric, asked }: { k: number; metric: Metric; asked: Int32Array | null },
  context: Context,
): Promise<Neighborhoods[]> {
  const watch = watchStage(context, 'neighborhoods');
  const step = (from: number, to: number) => partOf(watch, from, to);
  const onMaps: Neighbors[] = [];
  for (const map of maps) onMaps.push(await nearestOnMap(map, asked, k, context, step(0, 0.05)));
  const { input, inputRanks } = await inData(features, onMaps, metric, asked, context, step(0.05, 0.95));
  const result: Neighborhoods[] = [];
  for (let m = 0; m < maps.length; m++) {
    const sought = { k, metric: 'euclidean' as const, rows: asked ?? undefined };
    const embeddingRanks = await context.engine.ranks(maps[m], input.indices, sought, step(0.95, 1));
    const warnings = [...twinWarning(input, 'features'), ...twinWarning(onMaps[m], 'map')];
    const shared = { samples: features.rows, k, asked, input, embedding: onMaps[m] };
    result.push({ ...shared, inputRanks: inputRanks[m], embeddingRanks, warnings });
  }
  return result;
}

/** Ascending row numbers of a random part of all samples. */
export function drawRows(samples: number, count: number, random: Random): Int32Array {
  return permutation(samples, random.stream('trust-sample')).slice(0, count).sort();
}

/** The k nearest others of the asked samples on a map. */
async function nearestOnMap(
  map: Matrix,
  asked: Int32Array | null,
  k: number,
  { engine }: Context,
  watch: Watch,
): Promise<Neighbors> {
  if (map.columns <= TREE_DIMENSIONS) return treeNearest(map, asked, k, watch);
  const metric = 'euclidean';
  if (!asked) return engine.nearest(map, map, { k, metric, excludeSelf: true }, watch);
  const queries = gatherRows(map, asked);
  const found = await engine.nearest(map, queries, { k: k + 1, metric, excludeSelf: false }, watch);
  return withoutSelf(found, asked, k);
}

/** The k nearest others by a kd-tree. */
async function treeNearest(
  map: Matrix,
  asked: Int32Array | null,
  k: number,
  watch: Watch,
): Promise<Neighbors> {
  const rows = asked ? asked.length : map.rows;
  const finder = nearestFinder(buildKdTree(map), Math.min(k + 1, map.rows));
  const indices = new Int32Array(rows * (k + 1));
  const distances = new Float32Array(rows * (k + 1));
  for (let q = 0; q < rows; q++) {
    finder.find(map.data, (asked ? asked[q] : q) * map.columns);
    indices.set(finder.rows, q * (k + 1));
    for (let t = 0; t <= k; t++) distances[q * (k + 1) + t] = Math.sqrt(finder.squared[t]);
    if (q % 256 === 0) await watch.checkpoint();
    watch.progress((q + 1) / rows);
  }
  const all = asked ?? Int32Array.from({ length: rows }, (_, i) => i);
  return withoutSelf({ rows, k: k + 1, indices, distances }, all, k);
}

/** Drops each query itself; among more than k duplicates it may be absent, and then the last one goes. */
function withoutSelf(found: Neighbors, asked: Int32Array, k: number): Neighbors {
  const indices = new Int32Array(asked.length * k);
  const distances = new Float32Array(asked.length * k);
  for (let q = 0; q < asked.length; q++) {
    for (let from = q * (k + 1), to = q * k; to < (q + 1) * k; from++) {
      if (found.indices[from] === asked[q]) continue;
      indices[to] = found.indices[from];
      distances[to++] = found.distances[from];
    }
  }
  return { rows: asked.length, k, indices, distances };
}

/** Neighbors among the features, and the ranks there of the neighbors on every map, in one pass over the distances. */
async function inData(
  features: Matrix,
  maps: readonly Neighbors[],
  metric: Metric,
  asked: Int32Array | null,
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
  const options = { k, targetCount: width, metric, rows: asked ?? undefined };
  const { nearest, ranks } = await engine.nearestAndRanks(features, targets, options, watch);
  const inputRanks = maps.map((_, m) => {
    const own = new Int32Array(rows * k);
    for (let i = 0; i < rows; i++) {
      const from = i * width + m * k;
      own.set(ranks.subarray(from, from + k), i * k);
    }
    return own;
  });
  return { input: nearest, inputRanks };
}

function twinWarning(neighbors: Neighbors, where: string): Warning[] {
  let twins = 0;
  for (let i = 0; i < neighbors.rows; i++) if (neighbors.distances[i * neighbors.k] === 0) twins++;
  if (twins <= TWIN_SHARE * neighbors.rows) return [];
  const message =
    `${twins} of ${neighbors.rows} samples have an exact duplicate among the ${where === 'map' ? 'points of the map' : 'rows of features'}; ` +
    'the order among duplicates is that of their rows, which moves neighborhood figures a little.';
  return [{ code: `duplicates-in-${where}`, message }];
}
