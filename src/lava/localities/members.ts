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
import type { Engine, NearestInTree, Watch } from '../../engine/engine.js';
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
    const found = await byRow(l);
    members.set(found.rows, l * size);
    for (let t = 0; t < size; t++) inLocalities[found.rows[t]]++;
    radius[l] = found.distance(size - 1);
    await watch.checkpoint();
  }
  return { members, radius, inLocalities };
}

/** In how many localities each sample is, of the `size` samples nearest to each probe: what coverings are compared by. */
export async function countMembers(
  tree: KdTree,
  probes: Matrix,
  size: number,
  engine: Engine,
  watch: Watch,
): Promise<Float64Array> {
  if (!searchesTree(probes)) return (await gatherMembers(tree, probes, size, engine, watch)).inLocalities;
  return engine.countNearest(tree, probes, size, withoutProgress(watch));
}

/** Whether members are searched in the tree. */
const searchesTree = ({ columns }: Matrix) => usesKdTree(columns, 'euclidean', 'localities');

type FoundRow = { readonly rows: Int32Array; distance(t: number): number };

/** Samples that are found at once, with 12 bytes each here and in the engine. */
const FOUND_AT_ONCE = 2 ** 21;

/**
 * Finds the n nearest samples to each query, nearest first: by the tree, or in many dimensions by the engine.
 * @returns a function from the number of a query (row of `queries`) to the rows of its n samples and the distance to the t-th;
 *   to be asked in order.
 */
async function nearestByRow(tree: KdTree, queries: Matrix, n: number, engine: Engine, watch: Watch) {
  if (searchesTree(queries)) {
    const { columns: d, data } = queries;
    const together = Math.max(1, Math.floor(FOUND_AT_ONCE / n));
    let found: NearestInTree = { rows: new Int32Array(0), squared: new Float64Array(0) };
    return async (i: number): Promise<FoundRow> => {
      const at = i % together;
      if (at === 0) {
        const some = data.subarray(i * d, (i + together) * d);
        const part = { rows: some.length / d, columns: d, data: some };
        found = await engine.nearestInTree(tree, part, n, withoutProgress(watch));
      }
      return {
        rows: found.rows.subarray(at * n, (at + 1) * n),
        distance: (t) => Math.sqrt(found.squared[at * n + t]),
      };
    };
  }
  const options = { k: n, metric: 'euclidean', excludeSelf: false } as const;
  const found = await engine.nearest(tree.points, queries, options, watch);
  return async (i: number): Promise<FoundRow> => ({
    rows: found.indices.subarray(i * n, (i + 1) * n),
    distance: (t) => found.distances[i * n + t],
  });
}
