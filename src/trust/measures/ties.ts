/**
 * Ties: a neighbor that is as near as the k-th is a neighbor, whichever of them a list of k happens to hold.
 *
 * Purpose: of rows with many exact duplicates a list of k neighbors holds an arbitrary part. Ranks of the others beyond k
 *   say nothing, and a perfect map of such data would look like a bad one.
 * Source: ours. scikit-learn's trustworthiness counts such neighbors as wrong; `compareNeighborhoods` does so too unless
 *   `ties` is `shared`.
 * Shapes: queries x k ranks. Precision: distances in double from the stored numbers, so that duplicates tie exactly.
 * Cost: a distance for each neighbor whose rank is k or more; the widths are of DRAWN queries x DRAWN others.
 * Determinism: stream `trust-ties`.
 */

import type { Random } from '../../core/random.js';
import type { Metric } from '../../engine/engine.js';
import type { Matrix, Neighbors } from '../../model.js';
import { pairDistance } from './pairs.js';

/** Queries, and others of each, that the widths of ties are estimated from. */
const DRAWN_QUERIES = 200;
const DRAWN_OTHERS = 1000;

/** One space: its points, and the neighbor lists of the queries in it. */
export interface TieSpace {
  readonly points: Matrix;
  readonly metric: Metric;
  readonly nearest: Neighbors;
  readonly queries: Int32Array | null;
}

/** Ranks in a space of the neighbors in another (`targets`), those that tie with the k-th neighbor at rank k - 1. */
export function shareTies(
  { points, metric, nearest, queries }: TieSpace,
  targets: Int32Array,
  ranks: Int32Array,
): Int32Array {
  const { k } = nearest;
  const distance = pairDistance(points, metric);
  const shared = ranks.slice();
  for (let q = 0; q < nearest.rows; q++) {
    const row = queries ? queries[q] : q;
    let limit = Number.NaN;
    for (let t = q * k; t < (q + 1) * k; t++) {
      if (ranks[t] < k) continue;
      if (Number.isNaN(limit)) limit = distance(row, nearest.indices[(q + 1) * k - 1]);
      if (distance(row, targets[t]) <= limit) shared[t] = k - 1;
    }
  }
  return shared;
}

/**
 * Ranks in the other space of the neighbors in this one: where the list ends in a tie, those of the tied samples that are
 * neighbors in the other space (`others`, at `otherRanks` here) stand in the list instead of those that are not.
 */
export function chooseTied(
  { points, metric, nearest, queries }: TieSpace,
  others: Int32Array,
  otherRanks: Int32Array,
  ranks: Int32Array,
): Int32Array {
  const { k } = nearest;
  const distance = pairDistance(points, metric);
  const chosen = ranks.slice();
  for (let q = 0; q < nearest.rows; q++) {
    const row = queries ? queries[q] : q;
    const [start, end] = [q * k, (q + 1) * k];
    const limit = distance(row, nearest.indices[end - 1]);
    let free = 0;
    for (let t = start; t < end; t++) if (otherRanks[t] >= k && distance(row, others[t]) === limit) free++;
    for (let t = end - 1; t >= start && free > 0; t--) {
      if (chosen[t] < k || distance(row, nearest.indices[t]) !== limit) continue;
      chosen[t] = k - 1;
      free--;
    }
  }
  return chosen;
}

/**
 * How many samples are as near as the k-th neighbor or nearer, of some random queries: what a shuffled map meets by chance.
 * Null where no neighbor list ends in a tie that can be seen: then k of them are.
 */
export function tieWidths(space: TieSpace, random: Random): Int32Array | null {
  const { points, metric, nearest, queries } = space;
  const { k, rows } = nearest;
  const samples = points.rows;
  const distance = pairDistance(points, metric);
  const stream = random.stream('trust-ties');
  const others = Math.min(DRAWN_OTHERS, samples);
  const widths = Int32Array.from({ length: Math.min(DRAWN_QUERIES, rows) }, () => {
    const q = stream.below(rows);
    const row = queries ? queries[q] : q;
    const limit = distance(row, nearest.indices[(q + 1) * k - 1]);
    let within = 0;
    for (let i = 0; i < others; i++) {
      const other = others === samples ? i : stream.below(samples);
      if (other !== row && distance(row, other) <= limit) within++;
    }
    return Math.max(
      k,
      Math.round((within / Math.max(1, others - (others === samples ? 1 : 0))) * (samples - 1)),
    );
  });
  return widths.some((width) => width > k) ? widths : null;
}
