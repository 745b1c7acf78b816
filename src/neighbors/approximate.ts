/** Approximate neighbors with their recall, measured against the exact neighbors of sampled rows. */

import { gatherRows } from '../core/matrix.js';
import type { Context } from '../engine/context.js';
import type { Engine, Metric, Watch } from '../engine/engine.js';
import { partOf } from '../engine/watch.js';
import type { Matrix, Neighbors } from '../model.js';

/** Rows that recall is measured on: a standard error of at most 0.002 at a recall of 0.99. */
const SAMPLED_ROWS = 200;

/**
 * The k nearest other rows of every row by the engine's nearest-neighbor descent, and the measured recall.
 * Seeded by the context's stream `neighbors`.
 */
export async function approximateNeighbors(
  data: Matrix,
  { k, metric }: { k: number; metric: Metric },
  context: Context,
  watch: Watch,
): Promise<{ found: Neighbors; recall: number }> {
  const { engine } = context;
  const random = context.random.stream('neighbors');
  const found = await engine.nearestApproximate(data, { k, metric, random }, partOf(watch, 0, 0.95));
  const recall = await sampledRecall(engine, data, found, metric, partOf(watch, 0.95, 1));
  return { found, recall };
}

/**
 * Share of the sampled rows' true neighbors that were found. A neighbor at the distance of the k-th true one
 * counts, since which of equals is kept says nothing.
 */
export async function sampledRecall(
  engine: Engine,
  data: Matrix,
  found: Neighbors,
  metric: Metric,
  watch: Watch,
): Promise<number> {
  const { k } = found;
  const count = Math.min(SAMPLED_ROWS, data.rows);
  const sample = Int32Array.from({ length: count }, (_, s) => Math.floor((s * data.rows) / count));
  // one more than k: the row itself is among its nearest
  const options = { k: k + 1, metric, excludeSelf: false };
  const exact = await engine.nearest(data, gatherRows(data, sample), options, watch);
  let hits = 0;
  for (let s = 0; s < count; s++) {
    const range = Array.from({ length: k + 1 }, (_, n) => s * (k + 1) + n);
    const others = range.filter((n) => exact.indices[n] !== sample[s]).slice(0, k);
    const farthest = exact.distances[others[k - 1]];
    for (let n = sample[s] * k; n < (sample[s] + 1) * k; n++) if (found.distances[n] <= farthest) hits++;
  }
  return hits / (count * k);
}
