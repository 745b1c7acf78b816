/** Ranks of given rows among all others, reference: every distance of a row, counted for each target. */

import { gatherRows } from '../../core/matrix.js';
import type { Engine } from '../engine.js';
import { partOf, unwatched } from '../watch.js';
import { rankingDistance } from './distance.js';
import { nearestOfAll } from './nearest.js';

export const ranks: Engine['ranks'] = async (data, targets, options, watch = unwatched) => {
  const { k, metric, rows } = options;
  const distance = rankingDistance(metric);
  const result = new Int32Array(targets.length);
  const toAll = new Float64Array(data.rows);
  const asked = rows ? rows.length : data.rows;
  for (let q = 0; q < asked; q++) {
    const i = rows ? rows[q] : q;
    for (let j = 0; j < data.rows; j++) toAll[j] = distance(data, i, data, j);
    for (let t = q * k; t < (q + 1) * k; t++) result[t] = rankOf(toAll, i, targets[t]);
    watch.progress((q + 1) / asked);
    await watch.checkpoint();
  }
  return result;
};

/** One after the other: the oracle of engines that do both at once. */
export const nearestAndRanks: Engine['nearestAndRanks'] = async (
  data,
  targets,
  { k, targetCount, metric, rows },
  watch = unwatched,
) => {
  const selves = rows ?? Int32Array.from({ length: data.rows }, (_, i) => i);
  const queries = gatherRows(data, selves);
  const found = await nearestOfAll(data, queries, { k, metric, selves }, partOf(watch, 0, 0.5));
  const ranked = await ranks(data, targets, { k: targetCount, metric, rows }, partOf(watch, 0.5, 1));
  return { nearest: found, ranks: ranked };
};

function rankOf(toAll: Float64Array, self: number, target: number): number {
  const limit = toAll[target];
  let nearer = 0;
  for (let j = 0; j < toAll.length; j++) {
    if (j === self || j === target) continue;
    if (toAll[j] < limit || (toAll[j] === limit && j < target)) nearer++;
  }
  return nearer;
}
