/**
 * The nearest center to each sample, reference: the heavy half of Lloyd's iteration.
 *
 * Source: bounds after Hamerly (2010), "Making k-means even faster": a sample whose nearest center is nearer than a
 * lower bound on all others keeps it without a distance being computed. Ours: the lower bound falls by the largest
 * move among the neighbors of the sample's center, and by no more than leaves it above what the triangle inequality
 * says of centers that are no neighbors; a sample that the bounds leave open looks among the neighbors of its last
 * center; and samples are taken in the kd-tree's order, so that those that follow each other share their centers.
 * Shapes: points E x k, centers count x k. Precision: double sums; bounds leave room for rounding, so the answer is
 * that of comparing all. Ties go to the smaller number. Cost: about 10 distances a sample in the first iteration,
 * one or none in later ones. Determinism: no randomness.
 * Types: `KdTree`, of the coordinates: order (row at each position of the tree), points (the matrix, by row),
 *   coordinates (in the tree's order). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 *   `NearestFinder`, working memory of a query: find (fills rows and squared, nearest first), rows (row numbers),
 *   squared (squared distances), count (how many were found). `Watch`, of a stage: checkpoint (throws CancelledError
 *   once the signal is aborted).
 * Fails: CancelledError once the signal is aborted.
 */

import { buildKdTree, type KdTree, type NearestFinder, nearestFinder } from '../../core/kd-tree.js';
import type { Matrix } from '../../model.js';
import type { Watch } from '../engine.js';

/**
 * Neighbors of a center that are looked at: in 2 dimensions 6 touch it, and within twice its radius lie about 12. A
 * number found by measurement; the result does not depend on it.
 */
export const centerNeighborCount = (dimensions: number) => (dimensions <= 2 ? 16 : 24);
/** Room for rounding in bounds that are sums and differences of doubles. */
const SLACK = 1e-9;

/** The nearest center of every sample, with bounds that spare most distances the next time; by position in the tree's order. */
export interface NearestCenters {
  /** Number of the center; -1 before the first call. */
  readonly center: Int32Array;
  /** Distance from it at most, and from every other center at least. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

/**
 * The nearest of the centers to every sample of a tree, in few dimensions, ties by number; called again while the centers move.
 * @param centers count x dimensions. @param found of the last call, changed in place.
 * @param moves how far each center has moved since the last call; null at the first.
 */
export async function nearestCenters(
  tree: KdTree,
  centers: Matrix,
  { center, upper, lower }: NearestCenters,
  moves: Float64Array | null,
  watch: Watch,
): Promise<void> {
  const search = newSearch(tree, centers);
  const falls = moves === null ? null : largestMoves(search.around, moves);
  for (let p = 0; p < center.length; p++) {
    if ((p & 1023) === 1023) await watch.checkpoint();
    if (falls !== null && moves !== null) {
      const c = center[p];
      upper[p] += moves[c];
      // a center that is no neighbor of c is at least as far from c as the farthest neighbor
      const fallen = lower[p] - falls[c];
      lower[p] = Math.min(fallen, search.around.reach[c] - upper[p]);
      if (upper[p] < lower[p] - SLACK * upper[p]) continue;
      upper[p] = search.distance(p, c);
      lower[p] = Math.min(fallen, search.around.reach[c] - upper[p]);
      if (upper[p] < lower[p] - SLACK * upper[p]) continue;
    }
    search.find(p, center[p] >= 0 ? center[p] : p > 0 ? center[p - 1] : -1);
    center[p] = search.found.center;
    upper[p] = search.found.distance;
    lower[p] = search.found.others;
  }
}

interface CenterNeighbors {
  readonly k: number;
  /** count x k centers, nearest first, the center itself included. */
  readonly rows: Int32Array;
  readonly squared: Float64Array;
  /** Distance below which no center is missing from the list; infinite when all are in it. */
  readonly reach: Float64Array;
}

/**
 * The k nearest centers of each center, itself among them, ties by number (of more than k at one place it may be missing), with
 * squared distances; `reach`: every center that is not listed is at least this far (a distance, not squared).
 * @param tree of the centers.
 * @param k at most the number of centers.
 * @returns `rows` and `squared` of count x k, nearest first; `reach` is infinite where all are listed.
 */
function centerNeighbors(tree: KdTree, k: number): CenterNeighbors {
  const { points } = tree;
  const finder = nearestFinder(tree, k);
  const rows = new Int32Array(points.rows * k);
  const squared = new Float64Array(points.rows * k);
  const reach = new Float64Array(points.rows).fill(Number.POSITIVE_INFINITY);
  for (let c = 0; c < points.rows; c++) {
    finder.find(points.data, c * points.columns);
    rows.set(finder.rows, c * k);
    squared.set(finder.squared, c * k);
    if (k < points.rows) reach[c] = Math.sqrt(finder.squared[k - 1]);
  }
  return { k, rows, squared, reach };
}

/**
 * For each center the largest move among its listed neighbors. 0 where none moved.
 * @param moves how far each center has moved.
 */
export function largestMoves(around: Pick<CenterNeighbors, 'k' | 'rows'>, moves: Float64Array): Float64Array {
  return moves.map((_, c) => {
    let most = 0;
    for (let t = c * around.k; t < (c + 1) * around.k; t++) most = Math.max(most, moves[around.rows[t]]);
    return most;
  });
}

interface Search {
  readonly around: CenterNeighbors;
  /** Finds the center nearest to the sample at a position, beginning at a center, or anywhere (-1). */
  find(position: number, hint: number): void;
  /** Distance of the sample at a position from a center. */
  distance(position: number, center: number): number;
  /** What was found: the center, its distance, and a lower bound on the distance of all others. */
  readonly found: { center: number; distance: number; others: number };
}

/**
 * A search for the nearest center of a sample: first among the neighbors of a hint, and where these cannot decide, in
 * the tree of centers. The answer stands in `found`. `found`: number of the nearest center, its distance, and a lower
 * bound on the distance of all others.
 * @param tree of the samples.
 * @param centers count x dimensions.
 */
function newSearch(tree: KdTree, centers: Matrix): Search {
  const d = centers.columns;
  const { coordinates } = tree;
  const centerTree = buildKdTree(centers);
  const around = centerNeighbors(centerTree, Math.min(centerNeighborCount(d), centers.rows));
  const two = nearestFinder(centerTree, 2);
  const found = { center: -1, distance: 0, others: Number.POSITIVE_INFINITY };
  const squaredTo = (position: number, c: number): number => {
    let sum = 0;
    for (let i = 0; i < d; i++) {
      const difference = coordinates[position * d + i] - centers.data[c * d + i];
      sum += difference * difference;
    }
    return sum;
  };
  /** True when the hint's neighbors decide it. */
  const fromHint = (position: number, hint: number): boolean => {
    const toHint = squaredTo(position, hint);
    let best = hint;
    let least = toHint;
    let second = Number.POSITIVE_INFINITY;
    for (let t = hint * around.k; t < (hint + 1) * around.k; t++) {
      // |c - hint| > 2 |x - hint| puts c, and all after it, farther from x than the hint
      if (around.squared[t] > 4 * toHint) {
        const beyond = Math.sqrt(around.squared[t]) - Math.sqrt(toHint);
        return record(best, least, Math.min(Math.sqrt(second), beyond));
      }
      const candidate = around.rows[t];
      if (candidate === hint) continue;
      const distance = squaredTo(position, candidate);
      if (distance < least || (distance === least && candidate < best)) {
        second = least;
        least = distance;
        best = candidate;
      } else if (distance < second) second = distance;
    }
    return around.k === centers.rows && record(best, least, Math.sqrt(second));
  };
  const record = (center: number, squared: number, others: number): true => {
    found.center = center;
    found.distance = Math.sqrt(squared);
    found.others = others;
    return true;
  };
  const find = (position: number, hint: number): void => {
    if (hint >= 0 && fromHint(position, hint)) return;
    two.find(coordinates, position * d);
    record(two.rows[0], two.squared[0], secondDistance(two));
  };
  return { around, find, found, distance: (position, center) => Math.sqrt(squaredTo(position, center)) };
}

/** Distance of the second nearest center that a finder has found; infinite where there is only one. */
function secondDistance({ squared, count }: NearestFinder): number {
  return count > 1 ? Math.sqrt(squared[1]) : Number.POSITIVE_INFINITY;
}
