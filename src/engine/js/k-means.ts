/**
 * Weighted k-means in few dimensions, reference: Lloyd's iteration, with the nearest centers by bounds.
 *
 * Source: Lloyd (1982); nearest-centers.ts. Precision: double sums, in the order of the samples. Determinism: no randomness.
 * Types: `KdTree`, of the samples: order (row at each position of the tree), coordinates (in that order). `Watch`, of a stage:
 *   checkpoint (throws CancelledError once the signal is aborted).
 * Fails: CancelledError once the signal is aborted.
 */

import { moveCenters } from '../center-means.js';
import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { nearestCenters } from './nearest-centers.js';

/** See `Engine.kMeans`. */
export const kMeans: Engine['kMeans'] = async (
  tree,
  weights,
  start,
  { iterations, tolerance },
  watch = unwatched,
) => {
  const rows = tree.order.length;
  const centers = { ...start, data: start.data.slice() };
  const found = {
    center: new Int32Array(rows).fill(-1),
    upper: new Float64Array(rows),
    lower: new Float64Array(rows),
  };
  let moves: Float64Array | null = null;
  for (let iteration = 0; iteration < iterations && rows > 0; iteration++) {
    await nearestCenters(tree, centers, found, moves, watch);
    const moved = moveCenters(tree.coordinates, weights, centers, found.center);
    if (moved.relative < tolerance) break;
    moves = moved.moves;
  }
  return centers;
};
