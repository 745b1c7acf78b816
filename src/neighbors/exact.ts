/**
 * Exact nearest neighbors of all rows or of some, by kd-tree or by the engine's products (policy.ts).
 *
 * Shapes: data rows x columns; result queries x k. Precision: double in the tree, else the engine's.
 * Cost: in few columns queries x log(rows), else queries x rows distances. Determinism: exact, ties by row number.
 * Fails: not at all for 1 <= k <= rows - 1; callers check that.
 */

import { kdTreeSteps, nearestFinder } from '../core/kd-tree.js';
import { gatherRows } from '../core/matrix.js';
import type { Engine, Metric, Watch } from '../engine/engine.js';
import { paced } from '../engine/watch.js';
import type { Matrix, Neighbors } from '../model.js';
import { usesKdTree } from './policy.js';

/** Options of `exactNeighbors`. */
export interface ExactOptions {
  readonly k: number;
  readonly metric: Metric;
  /** Rows whose neighbors are searched (among all rows); null for every row. */
  readonly queries?: Int32Array | null;
}

/** The k nearest other rows of the queries, nearest first, ties by row number. */
export async function exactNeighbors(
  data: Matrix,
  { k, metric, queries = null }: ExactOptions,
  engine: Engine,
  watch: Watch,
): Promise<Neighbors> {
  if (usesKdTree(data.columns, metric)) return byKdTree(data, queries, k, watch);
  if (!queries) return engine.nearest(data, data, { k, metric, excludeSelf: true }, watch);
  const options = { k: k + 1, metric, excludeSelf: false };
  const found = await engine.nearest(data, gatherRows(data, queries), options, watch);
  return withoutSelf(found, queries);
}

/** The same by a kd-tree, which is searched for one more than k: the query itself is among its nearest. */
async function byKdTree(
  data: Matrix,
  queries: Int32Array | null,
  k: number,
  watch: Watch,
): Promise<Neighbors> {
  const rows = queries ? queries.length : data.rows;
  const finder = nearestFinder(await paced(kdTreeSteps(data), watch), k + 1);
  const indices = new Int32Array(rows * k);
  const distances = new Float32Array(rows * k);
  for (let q = 0; q < rows; q++) {
    const self = queries ? queries[q] : q;
    finder.find(data.data, self * data.columns);
    let to = q * k;
    for (let n = 0; n < finder.count && to < (q + 1) * k; n++) {
      if (finder.rows[n] === self) continue;
      indices[to] = finder.rows[n];
      distances[to++] = Math.sqrt(finder.squared[n]);
    }
    if (q % 256 > 0) continue;
    watch.progress(q / rows);
    await watch.checkpoint();
  }
  return { rows, k, indices, distances };
}

/**
 * The lists without the queries themselves, one entry shorter. Among more than k duplicates a query may be missing
 * from its own list; the last entry is then dropped.
 */
function withoutSelf(found: Neighbors, queries: Int32Array): Neighbors {
  const k = found.k - 1;
  const indices = new Int32Array(queries.length * k);
  const distances = new Float32Array(queries.length * k);
  for (let q = 0; q < queries.length; q++) {
    for (let from = q * found.k, to = q * k; to < (q + 1) * k; from++) {
      if (found.indices[from] === queries[q]) continue;
      indices[to] = found.indices[from];
      distances[to++] = found.distances[from];
    }
  }
  return { rows: queries.length, k, indices, distances };
}
