/**
 * The lists of nearest-neighbor descent, reference: plain loops in double (../nn-descent.ts holds the
 * algorithm).
 */

import type { Matrix } from '../../model.js';
import type { Engine, Metric } from '../engine.js';
import { type Adjacency, type DescentLists, listLength, nnDescent, projectable } from '../nn-descent.js';
import { unwatched } from '../watch.js';
import { rankingDistance, trueDistance } from './distance.js';
import { multiply } from './multiply.js';

/** See `Engine.nearestApproximate`. */
export const nearestApproximate: Engine['nearestApproximate'] = (data, options, watch = unwatched) => {
  const length = listLength(data.rows, options.k);
  return nnDescent(
    { multiply },
    createLists(data, options.metric, length),
    projectable(data, options.metric),
    options,
    watch,
  );
};

/** Lists of `length` neighbors for every row of `data`, and the steps that improve them. */
function createLists(data: Matrix, metric: Metric, length: number): DescentLists {
  const distance = rankingDistance(metric);
  const stored: StoredLists = {
    length,
    indices: new Int32Array(data.rows * length).fill(-1),
    distances: new Float64Array(data.rows * length).fill(Number.POSITIVE_INFINITY),
    fresh: new Uint8Array(data.rows * length),
  };
  return {
    length,
    lists: () => stored,
    free: () => {},
    async joinGroups(offsets, members) {
      for (let g = 0; g + 1 < offsets.length; g++) {
        for (let p = offsets[g]; p < offsets[g + 1]; p++) {
          for (let q = p + 1; q < offsets[g + 1]; q++) {
            const value = distance(data, members[p], data, members[q]);
            insertNeighbor(stored, members[p], members[q], value);
            insertNeighbor(stored, members[q], members[p], value);
          }
        }
      }
    },
    async joinNeighbors(adjacency, used) {
      let changes = 0;
      for (let i = 0; i < data.rows; i++) {
        stored.fresh.fill(0, i * length, i * length + used);
        for (const j of neighborsOfNeighbors(adjacency, i)) {
          if (insertNeighbor(stored, i, j, distance(data, i, data, j))) changes++;
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
          result.indices[i * k + rank] = stored.indices[i * length + rank];
          result.distances[i * k + rank] = trueDistance(metric, stored.distances[i * length + rank]);
        }
      }
      return result;
    },
  };
}

/** Lists of all rows, ascending by (ranking distance, row): rows x length each; -1 and infinite where empty. */
interface StoredLists {
  readonly length: number;
  readonly indices: Int32Array;
  readonly distances: Float64Array;
  readonly fresh: Uint8Array;
}

/** Inserts row `other` at ranking distance `value` into the list of `row`, once; true when the list changed. */
function insertNeighbor(stored: StoredLists, row: number, other: number, value: number): boolean {
  const { length } = stored;
  const [from, to] = [row * length, (row + 1) * length];
  const indices = stored.indices.subarray(from, to);
  if (indices.includes(other)) return false;
  const distances = stored.distances.subarray(from, to);
  let at = length;
  while (at > 0 && (value < distances[at - 1] || (value === distances[at - 1] && other < indices[at - 1])))
    at--;
  if (at === length) return false;
  const fresh = stored.fresh.subarray(from, to);
  for (const array of [indices, distances, fresh]) array.copyWithin(at + 1, at, length - 1);
  indices[at] = other;
  distances[at] = value;
  fresh[at] = 1;
  return true;
}

/** The neighbors of row i's neighbors along paths with at least one fresh edge, each once, row i left out. */
function* neighborsOfNeighbors({ offsets, rows, fresh }: Adjacency, i: number): Generator<number> {
  const seen = new Set<number>([i]);
  for (let p = offsets[i]; p < offsets[i + 1]; p++) {
    for (let q = offsets[rows[p]]; q < offsets[rows[p] + 1]; q++) {
      if (!(fresh[p] || fresh[q]) || seen.has(rows[q])) continue;
      seen.add(rows[q]);
      yield rows[q];
    }
  }
}
