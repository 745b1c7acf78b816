/** The measuring of nearest-neighbor descent, reference: plain loops in double. */

import type { Matrix } from '../../model.js';
import type { Engine, Metric } from '../engine.js';
import { descend, listLength, type Measurer, projectable } from '../nn-descent.js';
import { unwatched } from '../watch.js';
import { rankingDistance, trueDistance } from './distance.js';
import { multiply } from './multiply.js';

export const nearestApproximate: Engine['nearestApproximate'] = (data, options, watch = unwatched) => {
  const length = listLength(data.rows, options.k);
  return descend(
    { multiply },
    createMeasurer(data, options.metric, length),
    projectable(data, options.metric),
    options,
    watch,
  );
};

function createMeasurer(data: Matrix, metric: Metric, length: number): Measurer {
  const distance = rankingDistance(metric);
  const indices = new Int32Array(data.rows * length).fill(-1);
  const distances = new Float64Array(data.rows * length).fill(Number.POSITIVE_INFINITY);
  const fresh = new Uint8Array(data.rows * length);

  /** Inserts by (distance, row), once; true when the list changed. */
  const offer = (row: number, other: number, value: number): boolean => {
    const list = indices.subarray(row * length, (row + 1) * length);
    if (list.includes(other)) return false;
    const own = distances.subarray(row * length, (row + 1) * length);
    let at = length;
    while (at > 0 && (value < own[at - 1] || (value === own[at - 1] && other < list[at - 1]))) at--;
    if (at === length) return false;
    const flags = fresh.subarray(row * length, (row + 1) * length);
    for (const array of [list, own, flags]) array.copyWithin(at + 1, at, length - 1);
    list[at] = other;
    own[at] = value;
    flags[at] = 1;
    return true;
  };

  return {
    length,
    lists: () => ({ indices, fresh }),
    free: () => {},
    async joinGroups(offsets, members) {
      for (let g = 0; g + 1 < offsets.length; g++) {
        for (let p = offsets[g]; p < offsets[g + 1]; p++) {
          for (let q = p + 1; q < offsets[g + 1]; q++) {
            const value = distance(data, members[p], data, members[q]);
            offer(members[p], members[q], value);
            offer(members[q], members[p], value);
          }
        }
      }
    },
    async joinNeighbors({ offsets, rows, fresh: flags }, used) {
      let changes = 0;
      for (let i = 0; i < data.rows; i++) {
        fresh.fill(0, i * length, i * length + used);
        const seen = new Set<number>([i]);
        for (let p = offsets[i]; p < offsets[i + 1]; p++) {
          for (let q = offsets[rows[p]]; q < offsets[rows[p] + 1]; q++) {
            if (!(flags[p] || flags[q]) || seen.has(rows[q])) continue;
            seen.add(rows[q]);
            if (offer(i, rows[q], distance(data, i, data, rows[q]))) changes++;
          }
        }
      }
      return changes;
    },
    async finish(k) {
      const result = {
        rows: data.rows,
        k,
        indices: new Int32Array(data.rows * k).fill(-1),
        distances: new Float32Array(data.rows * k).fill(Number.POSITIVE_INFINITY),
      };
      for (let i = 0; i < data.rows; i++) {
        for (let rank = 0; rank < Math.min(k, length); rank++) {
          result.indices[i * k + rank] = indices[i * length + rank];
          result.distances[i * k + rank] = trueDistance(metric, distances[i * length + rank]);
        }
      }
      return result;
    },
  };
}
