/**
 * Neighbor lists for graph methods: those given, or computed (neighbors/index.ts). umap, tsne and dk-lle let it
 * choose, which is approximate descent for many samples of many features; isomap and lle, whose graphs must be
 * connected and whose answers are compared with others', take exact lists.
 */

import type { Context } from '../../engine/context.js';
import { ShapeError } from '../../errors.js';
import type { Matrix, Neighbors } from '../../model.js';
import { type NeighborsMethod, neighbors } from '../../neighbors/index.js';
import type { EmbedOptions } from '../options.js';

/** The k nearest others of every sample. Throws ShapeError when given lists do not fit. */
export async function neighborsOf(
  features: Matrix,
  k: number,
  options: EmbedOptions,
  context: Context,
  method: NeighborsMethod = 'auto',
): Promise<Neighbors> {
  if (options.neighbors) return firstNeighbors(options.neighbors, features.rows, k);
  return neighbors(features, { k, metric: options.metric ?? 'euclidean', method }, context);
}

function firstNeighbors(given: Neighbors, rows: number, k: number): Neighbors {
  if (given.rows !== rows || given.k < k) {
    throw new ShapeError({
      got: `neighbor lists of ${given.rows} samples x ${given.k}`,
      expected: `${rows} samples x at least ${k}, the samples themselves left out`,
      remedy: 'compute more neighbors, or lower nNeighbors or perplexity',
    });
  }
  checkLists(given, rows);
  if (given.k === k) return given;
  const indices = new Int32Array(rows * k);
  const distances = new Float32Array(rows * k);
  for (let i = 0; i < rows; i++) {
    indices.set(given.indices.subarray(i * given.k, i * given.k + k), i * k);
    distances.set(given.distances.subarray(i * given.k, i * given.k + k), i * k);
  }
  return { rows, k, indices, distances };
}

function checkLists(given: Neighbors, rows: number): void {
  for (let at = 0; at < given.indices.length; at++) {
    const target = given.indices[at];
    const row = Math.floor(at / given.k);
    const distance = given.distances[at];
    if (target >= 0 && target < rows && target !== row && distance >= 0 && Number.isFinite(distance))
      continue;
    throw new ShapeError({
      got: `neighbor ${target} at distance ${distance} of sample ${row}`,
      expected: `another row from 0 to ${rows - 1} at a finite distance`,
      remedy: 'leave each sample out of its own list, and fill every list',
    });
  }
}
