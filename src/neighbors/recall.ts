/** The recall of approximate neighbors, measured against the exact neighbors of sampled rows. */

import { gatherRows } from '../core/matrix.js';
import type { Engine, Metric, Watch } from '../engine/engine.js';
import type { Matrix, Neighbors } from '../model.js';

/** Rows that recall is measured on: a standard error of at most 0.002 at a recall of 0.99. */
const SAMPLED_ROWS = 200;

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
