/**
 * Places new samples on a finished t-SNE map, which stays as it is.
 *
 * Each new sample starts at the median of its nearest embedded samples, coordinate by coordinate. Then descent moves it:
 * its neighbors attract it by their probabilities at a low perplexity, every embedded sample repulses it. New samples do
 * not act on one another, so a sample's coordinates do not depend on which others come with it.
 * Source: openTSNE 1.0 (`TSNEEmbedding.transform`; Policar, Strazar, Zupan 2019), with its defaults: perplexity 5, three
 * times as many neighbors, 250 steps, exaggeration 1.5, no early exaggeration. Neighbors are exact here.
 * Shapes: new samples x features in, new samples x dimensions out. Cost: neighbors, then steps x new samples x log
 * embedded samples. Deterministic: nothing is random.
 */

import { median } from '../core/statistics.js';
import { type Context, watchStage } from '../engine/context.js';
import type { Csr, Matrix, Neighbors } from '../model.js';
import { conditionalProbabilities } from './affinities/perplexity.js';
import type { TsneModel } from './model.js';

/** Neighbors for each unit of perplexity. */
const NEIGHBORS = 3;

/** Coordinates of new samples (samples x features), samples x dimensions. */
export async function placeByTsne(
  model: TsneModel,
  features: Matrix,
  context: Context,
): Promise<Float64Array> {
  const { metric, coordinates, dimensions, steps, theta } = model;
  const { learningRate, momentum, exaggeration, maxGradientNorm } = model;
  const k = Math.max(1, Math.min(model.features.rows, Math.floor(NEIGHBORS * model.perplexity)));
  const options = { k, metric, excludeSelf: false };
  const watch = watchStage(context, 'neighbors');
  const neighbors = await context.engine.nearest(model.features, features, options, watch);
  const perplexity = model.perplexity > k ? Math.max(1, k / NEIGHBORS) : model.perplexity;
  const p = probabilities(neighbors, perplexity, model.features.rows);
  const y = medians(neighbors, coordinates, dimensions);
  const placement = { dimensions, steps, theta, learningRate, momentum, exaggeration };
  await context.engine.tsnePlacement(
    p,
    y,
    coordinates,
    { ...placement, longestForce: maxGradientNorm },
    watchStage(context, 'placing'),
  );
  return y;
}

/** New samples x embedded samples: probabilities of the neighbors; each row sums to 1. */
function probabilities(neighbors: Neighbors, perplexity: number, columns: number): Csr {
  const { rows, k, indices } = neighbors;
  const values = Float32Array.from(conditionalProbabilities(neighbors, perplexity));
  const offsets = Float64Array.from({ length: rows + 1 }, (_, i) => i * k);
  return { rows, columns, offsets, indices, values };
}

/** Median of the neighbors' coordinates in each dimension, new samples x dimensions. */
function medians(
  { rows, k, indices }: Neighbors,
  coordinates: Float64Array,
  dimensions: number,
): Float64Array {
  const y = new Float64Array(rows * dimensions);
  const values = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < dimensions; d++) {
      for (let n = 0; n < k; n++) values[n] = coordinates[indices[i * k + n] * dimensions + d];
      y[i * dimensions + d] = median(values);
    }
  }
  return y;
}
