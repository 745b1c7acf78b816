/**
 * UMAP: fuzzy simplicial set, spectral start, sampled attraction and repulsion.
 *
 * Source: McInnes, Healy, Melville (2018); defaults and details as in umap-learn 0.5. `nNeighbors` counts
 * the sample itself, as there. Cost: neighbors, then epochs x edges. Deterministic given the seed.
 */

import type { Context } from '../../engine/context.js';
import { watchStage } from '../../engine/context.js';
import type { Csr, Matrix } from '../../model.js';
import { fitCurve } from '../affinities/curve-parameters.js';
import { bandwidths, fuzzyUnion, memberships } from '../affinities/fuzzy-simplicial-set.js';
import { neighborsOf } from '../affinities/neighbor-graph.js';
import { constantWarning, denseFeatures, fitNeighbors } from '../input.js';
import type { UmapModel } from '../model.js';
import { NEGATIVE_SAMPLES, sampledDynamics } from '../optimize/negative-sampling.js';
import { type Init, withDefaults } from '../options.js';
import { laplacianLayout } from '../spectral/laplacian.js';
import { componentScores, gaussian, startCoordinates } from './initial-coordinates.js';
import type { MethodInput, Prepared } from './method.js';

export const umapDefaults = {
  metric: 'euclidean',
  init: 'spectral',
  minDist: 0.1,
  spread: 1,
  localConnectivity: 1,
  setOpMixRatio: 1,
  negativeSampleRate: 5,
  repulsionStrength: 1,
  learningRate: 1,
} as const;

const NEIGHBORS = 15;
/** Side of the square that a start is scaled to. */
const EXTENT = 10;
const NOISE = 1e-4;

/** UMAP, ready to run. */
export async function prepareUmap(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const { rows } = input.features;
  const fitted = fitNeighbors(options.nNeighbors, NEIGHBORS, rows, rows);
  const settings = withDefaults(options, {
    ...umapDefaults,
    nNeighbors: fitted.value,
    steps: standardEpochs(rows),
  });
  const features = denseFeatures(input.features, context);
  const k = Math.max(1, settings.nNeighbors - 1);
  const neighbors = await neighborsOf(features, k, options, context);
  const widths = bandwidths(neighbors, settings.localConnectivity);
  const graph = fuzzyUnion(neighbors, memberships(neighbors, widths), settings.setOpMixRatio);
  const curve = fitCurve(settings.spread, settings.minDist);
  const y = await graphStart(settings.init, graph, features, dimensions, context);
  const { learningRate, negativeSampleRate, repulsionStrength, steps } = settings;
  const dynamics = sampledDynamics(context.engine, graph, {
    dimensions,
    epochs: steps,
    curve,
    learningRate,
    negativeSampleRate,
    repulsionStrength,
    random: context.random.stream(NEGATIVE_SAMPLES),
    targets: null,
  });
  const { nNeighbors, localConnectivity, metric } = settings;
  const kept = { nNeighbors, localConnectivity, metric, negativeSampleRate, repulsionStrength, learningRate };
  const model = (coordinates: Float64Array): UmapModel => ({
    kind: 'umap',
    features,
    coordinates,
    dimensions,
    ...curve,
    ...kept,
  });
  const warnings = [...fitted.warnings, ...constantWarning(input.features)];
  return { y, dynamics, steps, eigenvalues: null, model, settings: { ...settings, ...curve }, warnings };
}

/** umap-learn's default number of epochs. */
export function standardEpochs(rows: number): number {
  return rows <= 10_000 ? 500 : 200;
}

/** Start of a graph method in a square of side 10: spectral, principal components, random, or the coordinates in the options. */
export async function graphStart(
  init: Init,
  graph: Csr,
  features: Matrix,
  dimensions: number,
  context: Context,
): Promise<Float64Array> {
  const random = context.random.stream('start');
  const spectral = async () => {
    const pieceLayout = (piece: Int32Array, count: number) =>
      pieceMeans(features, piece, count, dimensions, context);
    const watch = watchStage(context, 'spectral start');
    return noisy(
      await laplacianLayout(graph, dimensions, { engine: context.engine, random, watch, pieceLayout }),
    );
  };
  const pca = async () => noisy(await componentScores(features, dimensions, context));
  const noisy = (y: Float64Array) => addNoise(y, random.stream('noise').normal);
  const y = await startCoordinates(init, graph.rows, dimensions, { random, deviation: 1, spectral, pca });
  if (typeof init === 'string') fitExtent(y, dimensions);
  return y;
}

/** Scales to 10 about and adds a little noise, which parts samples at the same coordinates. */
function addNoise(y: Float64Array, normal: () => number): Float64Array {
  let largest = 0;
  for (const value of y) largest = Math.max(largest, Math.abs(value));
  const factor = largest > 0 ? EXTENT / largest : 0;
  return y.map((value) => value * factor + NOISE * normal());
}

/** Moves and scales each dimension to 0 to 10. */
function fitExtent(y: Float64Array, dimensions: number): void {
  for (let k = 0; k < dimensions; k++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = k; at < y.length; at += dimensions) {
      low = Math.min(low, y[at]);
      high = Math.max(high, y[at]);
    }
    const factor = high > low ? EXTENT / (high - low) : 0;
    for (let at = k; at < y.length; at += dimensions) y[at] = factor * (y[at] - low);
  }
}

/** Where to put the pieces of a graph: the principal components of their mean features. */
async function pieceMeans(
  features: Matrix,
  piece: Int32Array,
  count: number,
  dimensions: number,
  context: Context,
): Promise<Float64Array> {
  const { columns, data } = features;
  const sums = new Float64Array(count * columns);
  const sizes = new Float64Array(count);
  piece.forEach((p, r) => {
    sizes[p]++;
    for (let c = 0; c < columns; c++) sums[p * columns + c] += data[r * columns + c];
  });
  const means = Float32Array.from(sums, (sum, at) => sum / sizes[Math.floor(at / columns)]);
  const y = await componentScores({ rows: count, columns, data: means }, dimensions, context);
  // the stream's name of version 0.1.0: another one would change maps
  return y.some((value) => value !== 0) ? y : gaussian(y.length, 1, context.random.stream('places'));
}
