/**
 * In-degrees and mean distances of the graph of sample-centered n-neighborhoods, which is never held.
 *
 * Source: LAVA (arXiv 2509.21149), step 1, uses the graph; how it is walked is ours: in few dimensions by the engine over a
 * kd-tree, in many by its blocked product, E^2 distances. Shapes: points E x k. Determinism: no randomness.
 * Types: `KdTree`, of the coordinates: points (the matrix, by row). `Engine`, the heavy routines; each rejects with
 *   CancelledError when its watch ends: neighborhoodGraph (in-degree and mean distance of each sample), nearest (k
 *   nearest rows). `Watch`, of a stage: progress (takes the fraction done, 0 to 1). `Matrix`: row-major float32,
 *   element (r, c) at `data[r * columns + c]`. `Neighbors`, rows x k, nearest first: indices (row numbers).
 * Fails: CancelledError once the signal is aborted.
 */

import type { KdTree } from '../../core/kd-tree.js';
import type { Engine, NeighborhoodGraph, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { usesKdTree } from '../../neighbors/policy.js';

/** Rows that the engine compares with all others at once. */
const ENGINE_ROWS = 4096;

/**
 * In-degree and mean distance of every sample in the graph of n nearest neighbors, the sample itself included.
 * @param n samples in a neighborhood, at most those there are.
 * @returns both by row; in-degrees sum to rows x n. Ties go to the smaller row.
 */
export function neighborhoodGraph(
  tree: KdTree,
  n: number,
  engine: Engine,
  watch: Watch,
): Promise<NeighborhoodGraph> {
  const few = usesKdTree(tree.points.columns, 'euclidean', 'localities');
  return few ? engine.neighborhoodGraph(tree, n, watch) : graphByProducts(tree.points, n, engine, watch);
}

/**
 * The same by the engine's exact search, for many dimensions, in blocks of ENGINE_ROWS.
 * @param points samples x dimensions.
 * @param n samples of a neighborhood.
 */
async function graphByProducts(
  points: Matrix,
  n: number,
  engine: Engine,
  watch: Watch,
): Promise<NeighborhoodGraph> {
  const graph = { indegree: new Float64Array(points.rows), meanDistance: new Float64Array(points.rows) };
  const options = { k: n, metric: 'euclidean', excludeSelf: false } as const;
  for (let first = 0; first < points.rows; first += ENGINE_ROWS) {
    const rows = Math.min(ENGINE_ROWS, points.rows - first);
    const d = points.columns;
    const queries = { rows, columns: d, data: points.data.subarray(first * d, (first + rows) * d) };
    const found = await engine.nearest(points, queries, options, withoutProgress(watch));
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let t = i * n; t < (i + 1) * n; t++) {
        graph.indegree[found.indices[t]]++;
        sum += found.distances[t];
      }
      graph.meanDistance[first + i] = sum / n;
    }
    watch.progress((first + rows) / points.rows);
  }
  return graph;
}
