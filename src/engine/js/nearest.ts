/**
 * Exact nearest rows, reference: measures every distance and keeps the k smallest by insertion; ties by row
 * number.
 */

import type { Matrix, Neighbors } from '../../model.js';
import type { Engine, Metric, Watch } from '../engine.js';
import { unwatched } from '../watch.js';
import { rankingDistance, trueDistance } from './distance.js';

/** See `Engine.nearest`. */
export const nearest: Engine['nearest'] = async (data, queries, options, watch = unwatched) => {
  const { k, metric, excludeSelf } = options;
  const selves = Int32Array.from({ length: queries.rows }, (_, q) => (excludeSelf ? q : -1));
  return nearestOfAll(data, queries, { k, metric, selves }, watch);
};

/**
 * The k nearest rows of `data` to every query.
 * @param options `selves`: the data row that each query is itself, which is skipped, or -1.
 */
export async function nearestOfAll(
  data: Matrix,
  queries: Matrix,
  { k, metric, selves }: { k: number; metric: Metric; selves: Int32Array },
  watch: Watch,
): Promise<Neighbors> {
  const indices = new Int32Array(queries.rows * k).fill(-1);
  const distances = new Float32Array(queries.rows * k).fill(Number.POSITIVE_INFINITY);
  for (let q = 0; q < queries.rows; q++) {
    const found = nearestOfOne(data, queries, q, k, metric, selves[q]);
    found.forEach(([distance, index], rank) => {
      indices[q * k + rank] = index;
      distances[q * k + rank] = trueDistance(metric, distance);
    });
    watch.progress((q + 1) / queries.rows);
    await watch.checkpoint();
  }
  return { rows: queries.rows, k, indices, distances };
}

/** The k nearest rows to query q as (ranking distance, row) pairs, nearest first. */
function nearestOfOne(data: Matrix, queries: Matrix, q: number, k: number, metric: Metric, self: number) {
  const distance = rankingDistance(metric);
  const best: [number, number][] = [];
  for (let i = 0; i < data.rows; i++) {
    if (i === self) continue;
    const value = distance(queries, q, data, i);
    if (best.length === k && !(value < best[k - 1][0])) continue;
    let at = best.length;
    while (at > 0 && value < best[at - 1][0]) at--;
    best.splice(at, 0, [value, i]);
    if (best.length > k) best.pop();
  }
  return best;
}
