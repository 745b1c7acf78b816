/**
 * Approximate nearest neighbors by random trees and nearest-neighbor descent. The engines share this file and
 * bring the lists (`DescentLists`).
 *
 * Source: Dong, Moses, Li (2011), "Efficient k-nearest neighbor graph construction for generic similarity
 *   measures"; trees of random directions as in Dasgupta and Freund (2008), used as pynndescent uses them.
 * Ours: each row reads its neighbors' neighbors from a frozen copy of the graph and writes only its own list,
 *   so threads need no locks and results do not depend on them. All nodes of one level of a tree split along
 *   the same direction, so all projections are one matrix product.
 * Shapes: data rows x columns; lists rows x length.
 * Precision: float32 while searching, final distances in double.
 * Cost: rows x (trees x leaf + rounds x up to (2 used)^2) distances, most of them abandoned early.
 * Fails: recall falls where neighborhoods are not local (intrinsic dimension above about 20, hubs); callers
 *   measure recall.
 * Determinism: seeded through `random`; ties by row number.
 */

import type { Random } from '../core/random.js';
import type { Matrix, Neighbors } from '../model.js';
import type { Engine, Metric, NnDescentOptions, Watch } from './engine.js';
import { paced, withoutProgress } from './watch.js';

/** Neighbors of every row in both directions: those of row i are at `offsets[i]` to `offsets[i + 1]`. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly rows: Int32Array;
  /** 1 where no round has used the edge yet. */
  readonly fresh: Uint8Array;
}

/** What an engine brings: lists of `length` neighbors for every row, and the steps that improve them. */
export interface DescentLists {
  /** Entries of a list: `listLength` or more. */
  readonly length: number;
  /**
   * Measures all pairs inside each group of rows; each row is in one group.
   * @param offsets groups + 1: where each group begins in `members`.
   */
  joinGroups(offsets: Int32Array, members: Int32Array): Promise<void>;
  /**
   * Measures neighbors of neighbors along paths with a fresh edge.
   * @param used entries of each list that the round uses.
   * @returns how many entries were inserted.
   */
  joinNeighbors(adjacency: Adjacency, used: number): Promise<number>;
  /** The lists as they are: rows x length row numbers, -1 where empty, and their `fresh` flags. */
  lists(): { readonly indices: Int32Array; readonly fresh: Uint8Array };
  /** The k nearest of each list with exact distances. */
  finish(k: number): Promise<Neighbors>;
  free(): void;
}

/** Shortest list that descent works well with. */
const SHORTEST_LIST = 20;
/** Most entries of a list that one round uses. */
const MOST_USED = 20;
/** Rows of a tree's leaf at most. */
const LEAF = 64;
/** Rows that are halved in a few milliseconds. */
const STEP_ROWS = 2 ** 15;
const TREES = 16;
const ROUNDS = 12;
/** A round that changes a smaller share of all entries is the last. */
const CONVERGED = 0.01;

/** Entries of a list for k neighbors: k or more, at most all other rows. */
export const listLength = (rows: number, k: number): number => Math.min(rows - 1, Math.max(k, SHORTEST_LIST));

/**
 * Fills the lists by random trees, improves them by rounds of descent until few entries change, and returns the
 * k nearest of each.
 * @param points the rows that trees split along random directions (rows x coordinates, see `projectable`).
 * @param lists the engine's lists; freed at the end.
 */
export async function nnDescent(
  engine: Pick<Engine, 'multiply'>,
  lists: DescentLists,
  points: Matrix,
  options: NnDescentOptions,
  watch: Watch,
): Promise<Neighbors> {
  const { k, random, trees = TREES, rounds = ROUNDS } = options;
  const { length } = lists;
  const used = Math.min(length, MOST_USED);
  try {
    const levels = Math.max(1, Math.ceil(Math.log2(points.rows / LEAF)));
    for (let tree = 0; tree < trees; tree++) {
      const projections = await project(engine, points, levels, random.stream(`tree-${tree}`), watch);
      const leaves = await paced(splitByMedians(projections, levels), watch);
      await lists.joinGroups(leaves.offsets, leaves.members);
      watch.progress((0.4 * (tree + 1)) / trees);
    }
    for (let round = 0; round < rounds; round++) {
      await watch.checkpoint();
      const adjacency = await paced(bothDirections(lists.lists(), points.rows, length, used), watch);
      const changes = await lists.joinNeighbors(adjacency, used);
      watch.progress(0.4 + (0.6 * (round + 1)) / rounds);
      if (changes <= CONVERGED * points.rows * length) break;
    }
    return await lists.finish(k);
  } finally {
    lists.free();
  }
}

/** Rows whose projections respect the metric: of unit length for cosine and correlation, else as they are. */
export function projectable(data: Matrix, metric: Metric): Matrix {
  if (metric !== 'cosine' && metric !== 'correlation') return data;
  const { rows, columns } = data;
  const result = new Float32Array(data.data.length);
  for (let r = 0; r < rows; r++) {
    const { mean, scale } = direction(data, r, metric);
    for (let i = r * columns; i < (r + 1) * columns; i++) result[i] = (data.data[i] - mean) * scale;
  }
  return { rows, columns, data: result };
}

/**
 * Mean of row r (0 for cosine), the sum of squares of its centered values, and the inverse of its length (0 for
 * a row without a direction). Same operations as the reference distance.
 */
export function direction(data: Matrix, r: number, metric: Metric) {
  const { columns } = data;
  let mean = 0;
  if (metric === 'correlation') {
    for (let i = r * columns; i < (r + 1) * columns; i++) mean += data.data[i];
    mean /= columns;
  }
  let squares = 0;
  for (let i = r * columns; i < (r + 1) * columns; i++) {
    const centered = data.data[i] - mean;
    squares += centered * centered;
  }
  return { mean, squares, scale: squares > 0 ? 1 / Math.sqrt(squares) : 0 };
}

/** Projections of all rows on one random direction for each level: rows x levels. */
async function project(
  engine: Pick<Engine, 'multiply'>,
  data: Matrix,
  levels: number,
  random: Random,
  watch: Watch,
): Promise<Matrix> {
  const directions = Float32Array.from({ length: levels * data.columns }, () => random.normal());
  const right = { rows: levels, columns: data.columns, data: directions };
  // no progress of its own: it is a small part of a tree
  return engine.multiply(data, right, { transposeB: true }, withoutProgress(watch));
}

/**
 * Halves all rows `levels` times, each time at the median along the next direction; a step is one of these times, or STEP_ROWS rows of
 * it.
 * @param projections rows x levels.
 * @returns row numbers in order of leaves, and where each leaf begins.
 */
export function* splitByMedians(
  projections: Matrix,
  levels: number,
): Generator<void, { readonly members: Int32Array; readonly offsets: Int32Array }> {
  const { rows } = projections;
  const members = Int32Array.from({ length: rows }, (_, i) => i);
  let offsets = Int32Array.of(0, rows);
  const values = new Float64Array(rows);
  for (let level = 0; level < levels; level++) {
    for (let r = 0; r < rows; r++) values[r] = projections.data[r * levels + level];
    const next = new Int32Array(offsets.length * 2 - 1);
    let compared = 0;
    for (let node = 0; node + 1 < offsets.length; node++) {
      compared += offsets[node + 1] - offsets[node];
      if (compared > STEP_ROWS) {
        compared = 0;
        yield;
      }
      const middle = (offsets[node] + offsets[node + 1]) >> 1;
      selectSmallest(members, values, offsets[node], offsets[node + 1] - 1, middle);
      next[2 * node + 1] = middle;
      next[2 * node + 2] = offsets[node + 1];
    }
    offsets = next;
    yield;
  }
  return { members, offsets };
}

/**
 * Reorders members[low..high] so that the ones before position `at` sort before it by (value, row):
 * quickselect.
 */
function selectSmallest(
  members: Int32Array,
  values: Float64Array,
  low: number,
  high: number,
  at: number,
): void {
  while (low < high) {
    const pivot = members[(low + high) >> 1];
    const value = values[pivot];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[members[i]] < value || (values[members[i]] === value && members[i] < pivot)) i++;
      while (values[members[j]] > value || (values[members[j]] === value && members[j] > pivot)) j--;
      if (i > j) break;
      const swap = members[i];
      members[i++] = members[j];
      members[j--] = swap;
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return;
  }
}

/**
 * The first `used` neighbors of every row, and of the rows that have it as a neighbor the first `used` by rank
 * (near ones first). A step is one rank of all lists.
 */
function* bothDirections(
  lists: { indices: Int32Array; fresh: Uint8Array },
  rows: number,
  length: number,
  used: number,
): Generator<void, Adjacency> {
  const { indices, fresh } = lists;
  const counts = new Int32Array(rows);
  const offsets = new Int32Array(rows + 1);
  function* each(visit: (from: number, to: number, entry: number) => void): Generator<void, void> {
    for (let rank = 0; rank < used; rank++) {
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
    if (counts[j] < used) counts[j]++;
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
    if (reversed[j] >= used) return;
    reversed[j]++;
    add(j, i, fresh[entry]);
  });
  return { offsets, rows: neighbors, fresh: flags };
}
