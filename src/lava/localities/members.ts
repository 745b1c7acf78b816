/**
 * Members of localities: the samples nearest to each probe.
 *
 * Source: LAVA (arXiv 2509.21149), step 1. Cost: one search of the tree a probe in few dimensions, in many one distance a probe and
 *   sample. Determinism: ties go to the smaller row.
 * Types: `KdTree`, of the coordinates: points (the matrix, by row). `Engine`, the heavy routines: nearest and nearestInTree (n nearest
 *   rows of each query). `Matrix`: row-major float32. `Watch`, of a stage: checkpoint (throws CancelledError once the signal is
 *   aborted).
 * Fails: CancelledError once the signal is aborted.
 */

import type { KdTree } from '../../core/kd-tree.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { usesKdTree } from '../../neighbors/policy.js';

/** The `size` samples nearest to each probe, the distance to the farthest, and how often each sample is taken. */
export async function gatherMembers(
  tree: KdTree,
  probes: Matrix,
  size: number,
  engine: Engine,
  watch: Watch,
) {
  const members = new Int32Array(probes.rows * size);
  const radius = new Float32Array(probes.rows);
  const inLocalities = new Float64Array(tree.points.rows);
  const byRow = await nearestByRow(tree, probes, size, engine, watch);
  for (let l = 0; l < probes.rows; l++) {
    const found = byRow(l);
    members.set(found.rows, l * size);
    for (let t = 0; t < size; t++) inLocalities[found.rows[t]]++;
    radius[l] = found.distance(size - 1);
    await watch.checkpoint();
  }
  return { members, radius, inLocalities };
}

type FoundRow = { readonly rows: Int32Array; distance(t: number): number };

/**
 * Finds the n nearest samples to each query, nearest first: by the tree, or in many dimensions by the engine.
 * @returns a function from the number of a query (row of `queries`) to the rows of its n samples and the distance to the t-th.
 */
async function nearestByRow(tree: KdTree, queries: Matrix, n: number, engine: Engine, watch: Watch) {
  if (usesKdTree(queries.columns, 'euclidean', 'localities')) {
    const { rows, squared } = await engine.nearestInTree(tree, queries, n, withoutProgress(watch));
    return (i: number): FoundRow => ({
      rows: rows.subarray(i * n, (i + 1) * n),
      distance: (t) => Math.sqrt(squared[i * n + t]),
    });
  }
  const options = { k: n, metric: 'euclidean', excludeSelf: false } as const;
  const found = await engine.nearest(tree.points, queries, options, watch);
  return (i: number): FoundRow => ({
    rows: found.indices.subarray(i * n, (i + 1) * n),
    distance: (t) => found.distances[i * n + t],
  });
}
