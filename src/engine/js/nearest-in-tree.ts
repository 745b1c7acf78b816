/** The nearest samples of points in few dimensions, reference: a search of the kd-tree a query (core/kd-tree.ts). */

import { nearestFinder } from '../../core/kd-tree.js';
import type { Engine } from '../engine.js';
import { timesOf } from '../times-of.js';
import { unwatched } from '../watch.js';

/** See `Engine.nearestInTree`. */
export const nearestInTree: Engine['nearestInTree'] = async (tree, queries, n, watch = unwatched) => {
  const finder = nearestFinder(tree, n);
  const rows = new Int32Array(queries.rows * n);
  const squared = new Float64Array(queries.rows * n);
  for (let q = 0; q < queries.rows; q++) {
    finder.find(queries.data, q * queries.columns);
    rows.set(finder.rows, q * n);
    squared.set(finder.squared, q * n);
    await watch.checkpoint();
  }
  return { rows, squared };
};

/** See `Engine.countNearest`. */
export const countNearest: Engine['countNearest'] = async (tree, queries, n, watch = unwatched) =>
  timesOf((await nearestInTree(tree, queries, n, watch)).rows, tree.points.rows);
