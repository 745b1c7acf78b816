/**
 * Approximate nearest neighbors by random trees and nearest-neighbor descent; shared by the engines, which bring
 * the measuring.
 *
 * Source: Dong, Moses, Li (2011), "Efficient k-nearest neighbor graph construction for generic similarity
 * measures"; trees of random directions as in Dasgupta and Freund (2008), in the place that pynndescent gives
 * them. Ours: each row looks at its neighbors' neighbors in a frozen copy of the graph and writes only its own
 * list, so that threads need no locks and results do not depend on them; all nodes of one level of a tree split
 * along the same direction, so that all projections are one matrix product.
 * Shapes: data rows x columns; lists rows x K. Precision: float32 while searching, final distances in double.
 * Cost: rows x (trees x leaf + rounds x up to (2 used)^2) distances, most of them given up early.
 * Fails: recall falls where neighborhoods are not local (intrinsic dimension above about 20, hubs); callers
 * measure recall. Determinism: seeded through `random`; ties by index.
 */

import type { Random } from '../core/random.js';
import type { Matrix, Neighbors } from '../model.js';
import type { DescentOptions, Engine, Metric, Watch } from './engine.js';
import { withoutProgress } from './watch.js';

/** Neighbors of every row in both directions: row i at `offsets[i]` to `offsets[i + 1]`. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly rows: Int32Array;
  /** 1 where the edge has not been used in a round yet. */
  readonly fresh: Uint8Array;
}

/** What an engine brings: lists of `length` neighbors for every row, and ways to improve them. */
export interface Measurer {
  /** Entries of a list: `listLength` or more. */
  readonly length: number;
  /** Measures all pairs inside each group of rows; each row is in one group. */
  joinGroups(offsets: Int32Array, members: Int32Array): Promise<void>;
  /** Measures neighbors of neighbors along paths with a fresh edge; returns how many entries were inserted. */
  joinNeighbors(adjacency: Adjacency, used: number): Promise<number>;
  /** The lists as they are: rows x length, -1 where empty. */
  lists(): { readonly indices: Int32Array; readonly fresh: Uint8Array };
  /** The k nearest of each list with exact distances. */
  finish(k: number): Promise<Neighbors>;
  free(): void;
}

/** Shortest list that descent works well with, and most of a list that one round uses. */
const SHORTEST_LIST = 20;
const MOST_USED = 20;
const LEAF = 64;
const TREES = 16;
const ROUNDS = 12;
/** A round that changes fewer than this share of all entries is the last. */
const CONVERGED = 0.01;

export const listLength = (rows: number, k: number): number => Math.min(rows - 1, Math.max(k, SHORTEST_LIST));

/** @param points the rows, or fewer coordinates of them (`projectable`), that trees split along random directions. */
export async function descend(
  engine: Pick<Engine, 'multiply'>,
  measurer: Measurer,
  points: Matrix,
  options: DescentOptions,
  watch: Watch,
): Promise<Neighbors> {
  const { k, random, trees = TREES, rounds = ROUNDS } = options;
  const { length } = measurer;
  const used = Math.min(length, MOST_USED);
  try {
    const levels = Math.max(1, Math.ceil(Math.log2(points.rows / LEAF)));
    for (let tree = 0; tree < trees; tree++) {
      const projections = await project(engine, points, levels, random.stream(`tree-${tree}`), watch);
      const leaves = splitByMedians(projections, levels);
      await measurer.joinGroups(leaves.offsets, leaves.members);
      watch.progress((0.4 * (tree + 1)) / trees);
    }
    for (let round = 0; round < rounds; round++) {
      await watch.checkpoint();
      const adjacency = bothDirections(measurer.lists(), points.rows, length, used);
      const changes = await measurer.joinNeighbors(adjacency, used);
      watch.progress(0.4 + (0.6 * (round + 1)) / rounds);
      if (changes <= CONVERGED * points.rows * length) break;
    }
    return await measurer.finish(k);
  } finally {
    measurer.free();
  }
}

/** Rows whose projections respect the metric: of unit length where only the direction counts. */
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

/** Mean (0 for cosine), sum of squares and its inverse root (0 for a row without a direction), as the reference. */
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

/** Halves all rows `levels` times, each time at the median along the next direction. */
export function splitByMedians(projections: Matrix, levels: number) {
  const { rows } = projections;
  const members = Int32Array.from({ length: rows }, (_, i) => i);
  let offsets = Int32Array.of(0, rows);
  const values = new Float64Array(rows);
  for (let level = 0; level < levels; level++) {
    for (let r = 0; r < rows; r++) values[r] = projections.data[r * levels + level];
    const next = new Int32Array(offsets.length * 2 - 1);
    for (let node = 0; node + 1 < offsets.length; node++) {
      const middle = (offsets[node] + offsets[node + 1]) >> 1;
      selectSmallest(members, values, offsets[node], offsets[node + 1] - 1, middle);
      next[2 * node + 1] = middle;
      next[2 * node + 2] = offsets[node + 1];
    }
    offsets = next;
  }
  return { members, offsets };
}

/** Orders members[low..high] so that those before `at` come before it by (value, row): quickselect. */
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
 * The first `used` neighbors of every row, and of those that have it as a neighbor the first `used` found by
 * rank: near ones first.
 */
function bothDirections(
  lists: { indices: Int32Array; fresh: Uint8Array },
  rows: number,
  length: number,
  used: number,
): Adjacency {
  const { indices, fresh } = lists;
  const counts = new Int32Array(rows);
  const offsets = new Int32Array(rows + 1);
  const each = (visit: (from: number, to: number, entry: number) => void): void => {
    for (let rank = 0; rank < used; rank++) {
      for (let i = 0; i < rows; i++) {
        const j = indices[i * length + rank];
        if (j >= 0) visit(i, j, i * length + rank);
      }
    }
  };
  const forward = new Int32Array(rows);
  each((i, j) => {
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
  each((i, j, entry) => {
    add(i, j, fresh[entry]);
    if (reversed[j] >= used) return;
    reversed[j]++;
    add(j, i, fresh[entry]);
  });
  return { offsets, rows: neighbors, fresh: flags };
}
