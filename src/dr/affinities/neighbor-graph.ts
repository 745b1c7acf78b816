/**
 * Neighbor lists for graph methods: made before, or computed (neighbors/lists.ts). umap, tsne and dk-lle let it
 * choose, which is approximate descent for many samples of many features; isomap and lle, whose graphs must be
 * connected and whose answers are compared with others', take exact lists.
 */

import type { Context } from '../../engine/context.js';
import { ShapeError } from '../../errors.js';
import type { Matrix, Neighbors } from '../../model.js';
import { type NeighborsMethod, neighborLists } from '../../neighbors/lists.js';
import type { EmbedOptions } from '../options.js';

/** The k nearest others of every sample. Throws ShapeError when lists made before do not fit. */
export async function neighborsOf(
  features: Matrix,
  k: number,
  options: EmbedOptions,
  context: Context,
  method: NeighborsMethod = 'auto',
): Promise<Neighbors> {
  if (options.neighbors) return firstNeighbors(options.neighbors, features.rows, k);
  return neighborLists(features, { k, metric: options.metric ?? 'euclidean', method }, context);
}

/** The first k of lists made before. Throws ShapeError where they do not fit. */
function firstNeighbors(lists: Neighbors, rows: number, k: number): Neighbors {
  if (lists.rows !== rows || lists.k < k) {
    throw new ShapeError({
      got: `neighbor lists of ${lists.rows} samples x ${lists.k}`,
      expected: `${rows} samples x at least ${k}, the samples themselves left out`,
      remedy: 'compute more neighbors, or lower nNeighbors or perplexity',
    });
  }
  checkLists(lists, rows);
  if (lists.k === k) return lists;
  const indices = new Int32Array(rows * k);
  const distances = new Float32Array(rows * k);
  for (let i = 0; i < rows; i++) {
    indices.set(lists.indices.subarray(i * lists.k, i * lists.k + k), i * k);
    distances.set(lists.distances.subarray(i * lists.k, i * lists.k + k), i * k);
  }
  return { rows, k, indices, distances };
}

/** Throws ShapeError for a neighbor that is no other row, or is at no finite distance. */
function checkLists(lists: Neighbors, rows: number): void {
  for (let at = 0; at < lists.indices.length; at++) {
    const target = lists.indices[at];
    const row = Math.floor(at / lists.k);
    const distance = lists.distances[at];
    if (target >= 0 && target < rows && target !== row && distance >= 0 && Number.isFinite(distance))
      continue;
    throw new ShapeError({
      got: `neighbor ${target} at distance ${distance} of sample ${row}`,
      expected: `another row from 0 to ${rows - 1} at a finite distance`,
      remedy: 'leave each sample out of its own list, and fill every list',
    });
  }
}
