/**
 * The lists of nearest-neighbor descent, reference: plain loops in double (../nn-descent.ts holds the
 * algorithm).
 */

import type { Random } from '../../core/random.js';
import type { Matrix } from '../../model.js';
import type { Engine, Metric } from '../engine.js';
import { splitByMedians } from '../median-splits.js';
import {
  type DescentLists,
  listLength,
  MOST_REVERSED,
  nnDescent,
  projectable,
  SMALL_LEAF,
  treeStream,
} from '../nn-descent.js';
import { paced, unwatched, type Watch, withoutProgress } from '../watch.js';
import { rankingDistance, trueDistance } from './distance.js';
import { multiply } from './multiply.js';

/** See `Engine.nearestApproximate`. */
export const nearestApproximate: Engine['nearestApproximate'] = (data, options, watch = unwatched) => {
  const length = listLength(data.rows, options.k);
  return nnDescent(createLists(data, options.metric, length, watch), data.rows, options, watch);
};

/** Lists of `length` neighbors for every row of `data`, and the steps that improve them. */
function createLists(data: Matrix, metric: Metric, length: number, quiet: Watch): DescentLists {
  const points = projectable(data, metric);
  const distance = rankingDistance(metric);
  const stored: StoredLists = {
    length,
    indices: new Int32Array(data.rows * length).fill(-1),
    distances: new Float64Array(data.rows * length).fill(Number.POSITIVE_INFINITY),
    fresh: new Uint8Array(data.rows * length),
  };
  const joinGroup = (members: Int32Array): void => {
    for (let p = 0; p < members.length; p++) {
      for (let q = p + 1; q < members.length; q++) {
        const value = distance(data, members[p], data, members[q]);
        insertNeighbor(stored, members[p], members[q], value);
        insertNeighbor(stored, members[q], members[p], value);
      }
    }
  };
  return {
    ...{ length, leaf: SMALL_LEAF, reversed: MOST_REVERSED },
    free: () => {},
    async joinTrees(trees, levels, random, watch) {
      for (let tree = 0; tree < trees; tree++) {
        const projections = await project(points, levels, random.stream(treeStream(tree)), watch);
        const { offsets, members } = await paced(splitByMedians(projections, levels), watch);
        for (let g = 0; g + 1 < offsets.length; g++) joinGroup(members.subarray(offsets[g], offsets[g + 1]));
        watch.progress((tree + 1) / trees);
      }
    },
    async joinNeighbors(used) {
      const adjacency = await paced(bothDirections(stored, data.rows, used), quiet);
      let changes = 0;
      for (let i = 0; i < data.rows; i++) {
        stored.fresh.fill(0, i * length, i * length + used.forward);
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

/** Projections of all rows on one random direction for each level: rows x levels. */
function project(data: Matrix, levels: number, random: Random, watch: Watch): Promise<Matrix> {
  const directions = Float32Array.from({ length: levels * data.columns }, () => random.normal());
  const right = { rows: levels, columns: data.columns, data: directions };
  return multiply(data, right, { transposeB: true }, withoutProgress(watch));
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

/** Neighbors of every row in both directions: those of row i are at `offsets[i]` to `offsets[i + 1]`. */
interface Adjacency {
  readonly offsets: Int32Array;
  readonly rows: Int32Array;
  /** 1 where no round has used the edge yet. */
  readonly fresh: Uint8Array;
}

/**
 * The first `forward` neighbors of every row, and of the rows that have it as a neighbor the first `reversed` by rank
 * (near ones first). A step is one rank of all lists.
 */
function* bothDirections(
  { indices, fresh, length }: StoredLists,
  rows: number,
  used: { readonly forward: number; readonly reversed: number },
): Generator<void, Adjacency> {
  const counts = new Int32Array(rows);
  const offsets = new Int32Array(rows + 1);
  function* each(visit: (from: number, to: number, entry: number) => void): Generator<void, void> {
    for (let rank = 0; rank < used.forward; rank++) {
      for (let i = 0; i < rows; i++) {
        const j = indices[i * length + rank];
        if (j >= 0) visit(i, j, i * length + rank);
      }
      yield;
    }
  }
  const forward = new Int32Array(rows);
  yield* each((i, j) => {
    forward[i]++;
    if (counts[j] < used.reversed) counts[j]++;
  });
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + forward[i] + counts[i];
  const neighbors = new Int32Array(offsets[rows]);
  const flags = new Uint8Array(offsets[rows]);
  const next = offsets.slice(0, rows);
  const reversed = new Int32Array(rows);
  const add = (row: number, neighbor: number, flag: number): void => {
    neighbors[next[row]] = neighbor;
    flags[next[row]++] = flag;
  };
  yield* each((i, j, entry) => {
    add(i, j, fresh[entry]);
    if (reversed[j] >= used.reversed) return;
    reversed[j]++;
    add(j, i, fresh[entry]);
  });
  return { offsets, rows: neighbors, fresh: flags };
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
