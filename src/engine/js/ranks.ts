/** Ranks of given rows among all others, reference: every distance of a row, counted for each target. */

import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { rankingDistance } from './distance.js';

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

function rankOf(toAll: Float64Array, self: number, target: number): number {
  const limit = toAll[target];
  let nearer = 0;
  for (let j = 0; j < toAll.length; j++) {
    if (j === self || j === target) continue;
    if (toAll[j] < limit || (toAll[j] === limit && j < target)) nearer++;
  }
  return nearer;
}
