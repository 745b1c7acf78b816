/**
 * Ranks of targets among all rows, reference: measures every distance of a row and counts the nearer ones for
 * each target.
 */

import { gatherRows } from '../../core/matrix.js';
import type { Engine } from '../engine.js';
import { partOf, unwatched } from '../watch.js';
import { rankingDistance } from './distance.js';
import { nearestOfAll } from './nearest.js';

/** See `Engine.ranks`. */
export const ranks: Engine['ranks'] = async (data, targets, options, watch = unwatched) => {
  const { k, metric, rows } = options;
  const distance = rankingDistance(metric);
  const result = new Int32Array(targets.length);
  const toAll = new Float64Array(data.rows);
  const queries = rows ? rows.length : data.rows;
  for (let q = 0; q < queries; q++) {
    const i = rows ? rows[q] : q;
    for (let j = 0; j < data.rows; j++) toAll[j] = distance(data, i, data, j);
    for (let t = q * k; t < (q + 1) * k; t++) result[t] = rankOf(toAll, i, targets[t]);
    watch.progress((q + 1) / queries);
    await watch.checkpoint();
  }
  return result;
};

/** See `Engine.nearestAndRanks`; one after the other, as the oracle of engines that do both at once. */
export const nearestAndRanks: Engine['nearestAndRanks'] = async (
  data,
  targets,
  { k, targetCount, metric, rows },
  watch = unwatched,
) => {
  const selves = rows ?? Int32Array.from({ length: data.rows }, (_, i) => i);
  const queryRows = gatherRows(data, selves);
  const found = await nearestOfAll(data, queryRows, { k, metric, selves }, partOf(watch, 0, 0.5));
  const ranked = await ranks(data, targets, { k: targetCount, metric, rows }, partOf(watch, 0.5, 1));
  return { nearest: found, ranks: ranked };
};

/**
 * How many rows other than `self` and `target` are nearer than `target`.
 * @param toAll distances to all rows.
 */
function rankOf(toAll: Float64Array, self: number, target: number): number {
  const limit = toAll[target];
  let nearer = 0;
  for (let j = 0; j < toAll.length; j++) {
    if (j === self || j === target) continue;
    if (toAll[j] < limit || (toAll[j] === limit && j < target)) nearer++;
  }
  return nearer;
}
