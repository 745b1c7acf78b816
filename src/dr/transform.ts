/**
 * Places new samples in a finished embedding, which stays as it is.
 *
 * PCA: centered features times components. UMAP: each new sample starts at the mean of its neighbors among
 * the embedded samples, weighted by membership, then attraction and repulsion move it while they stay fixed.
 * t-SNE: see transform-tsne.ts.
 * Source: umap-learn 0.5 (`UMAP.transform`): local connectivity one lower, 100 epochs up to 10,000 new samples,
 * else 30, a quarter of the learning rate. Cost: neighbors, then epochs x edges. Deterministic given the seed.
 */

import { inUnits } from '../core/units.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import { ShapeError } from '../errors.js';
import type { Csr, Embedding, Matrix, Neighbors, Table } from '../model.js';
import { bandwidths, memberships } from './affinities/fuzzy-simplicial-set.js';
import { centeredFeatures } from './affinities/gram.js';
import { checkFeatures, denseFeatures } from './input.js';
import type { Model, PcaModel, UmapModel } from './model.js';
import { NEGATIVE_SAMPLES, sampledDynamics } from './optimize/negative-sampling.js';
import { placeByTsne } from './transform-tsne.js';

/**
 * Coordinates (new samples x dimensions) of a table's samples in the embedding that `model` is of.
 * Throws ShapeError when the features are not as many as those embedded.
 */
export async function transform(
  model: Model,
  table: Table,
  partialContext: PartialContext = {},
): Promise<Embedding> {
  const context = await resolveContext(partialContext);
  const units = model.kind === 'pca' ? model.units : (model.features.units ?? null);
  const features = inUnits(table.features, units);
  const expected = model.kind === 'pca' ? model.mean.length : model.features.columns;
  checkFeatures(features, table.featureNames, 1);
  if (features.columns !== expected) {
    throw new ShapeError({
      got: `${features.columns} features`,
      expected: `the ${expected} features of the embedding`,
      remedy: 'give the same features in the same order',
    });
  }
  const y = await placed(model, features, context);
  const coordinates = { rows: features.rows, columns: model.dimensions, data: Float32Array.from(y) };
  const name = `${table.source.name} placed by ${model.kind}`;
  return { coordinates, ids: table.ids, source: { name, sha256: null } };
}

/** Coordinates of new samples, samples x dimensions. */
async function placed(model: Model, features: Matrix | Csr, context: Context): Promise<Float64Array> {
  if (model.kind === 'pca') return projectOnComponents(model, features);
  const dense = denseFeatures(features, context);
  return model.kind === 'umap'
    ? transformByNeighbors(model, dense, context)
    : placeByTsne(model, dense, context);
}

/** Scores of new samples: centered features times components. */
function projectOnComponents(model: PcaModel, features: Matrix | Csr): Float64Array {
  const { dimensions, mean, components } = model;
  const centered = centeredFeatures(features, mean);
  const y = new Float64Array(features.rows * dimensions);
  const score = new Float64Array(features.rows);
  const unit = model.units?.scale ?? 1;
  for (let k = 0; k < dimensions; k++) {
    centered.direct(components.subarray(k * mean.length, (k + 1) * mean.length), score);
    for (let r = 0; r < features.rows; r++) y[r * dimensions + k] = score[r] * unit;
  }
  return y;
}

/** Coordinates of new samples: from the weighted mean of their neighbors, moved by attraction and repulsion. */
async function transformByNeighbors(
  model: UmapModel,
  features: Matrix,
  context: Context,
): Promise<Float64Array> {
  const { dimensions, metric, coordinates } = model;
  const k = Math.min(model.nNeighbors, model.features.rows);
  const options = { k, metric, excludeSelf: false };
  const watch = watchStage(context, 'neighbors');
  const neighbors = await context.engine.nearest(model.features, features, options, watch);
  const graph = membershipGraph(neighbors, model);
  const y = weightedMeans(graph, coordinates, dimensions);
  const epochs = features.rows <= 10_000 ? 100 : 30;
  const dynamics = sampledDynamics(context.engine, graph, {
    dimensions,
    epochs,
    curve: model,
    learningRate: model.learningRate / 4,
    negativeSampleRate: model.negativeSampleRate,
    repulsionStrength: model.repulsionStrength,
    random: context.random.stream(NEGATIVE_SAMPLES),
    targets: coordinates,
  });
  const moving = watchStage(context, 'placing');
  for (let epoch = 0; epoch < epochs; ) {
    const { done = 1 } = await dynamics.step(y, epoch, moving, epochs - epoch);
    epoch += done;
    moving.progress(epoch / epochs);
    await moving.checkpoint();
  }
  return y;
}

/** New samples x embedded samples: memberships of the neighbors. */
function membershipGraph(neighbors: Neighbors, model: UmapModel): Csr {
  const { rows, k, indices } = neighbors;
  const widths = bandwidths(neighbors, Math.max(0, model.localConnectivity - 1), k);
  const values = Float32Array.from(memberships(neighbors, widths));
  const offsets = Float64Array.from({ length: rows + 1 }, (_, i) => i * k);
  return { rows, columns: model.features.rows, offsets, indices, values };
}

/** Mean of the neighbors' coordinates, weighted by membership. */
function weightedMeans(graph: Csr, coordinates: Float64Array, dimensions: number): Float64Array {
  const y = new Float64Array(graph.rows * dimensions);
  for (let i = 0; i < graph.rows; i++) {
    let sum = 0;
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) sum += graph.values[p];
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      // Memberships of a far sample may all be 0 in float32: its neighbors then count the same.
      const weight = sum > 0 ? graph.values[p] / sum : 1 / (graph.offsets[i + 1] - graph.offsets[i]);
      for (let k = 0; k < dimensions; k++) {
        y[i * dimensions + k] += weight * coordinates[graph.indices[p] * dimensions + k];
      }
    }
  }
  return y;
}
