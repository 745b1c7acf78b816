/**
 * Approximate nearest neighbors by random trees and nearest-neighbor descent. The engines share this file and
 * bring the lists (`DescentLists`).
 *
 * Source: Dong, Moses, Li (2011), "Efficient k-nearest neighbor graph construction for generic similarity
 *   measures"; trees of random directions as in Dasgupta and Freund (2008), used as pynndescent uses them.
 * Ours: each row reads its neighbors' neighbors from a frozen copy of the graph and writes only its own list,
 *   so threads need no locks and results do not depend on them. All nodes of one level of a tree split along
 *   the same direction.
 * Shapes: data rows x columns; lists rows x length.
 * Precision: the engine's while searching, final distances in double.
 * Cost: rows x (trees x leaf / 2 + rounds x up to (used + reversed)^2) distances, most of them abandoned early.
 * Fails: recall falls where neighborhoods are not local (intrinsic dimension above about 20, hubs); callers
 *   measure recall.
 * Determinism: seeded through `random`; ties by row number.
 */

import type { Random } from '../core/random.js';
import type { Matrix, Neighbors } from '../model.js';
import type { Metric, NnDescentOptions, Watch } from './engine.js';
import { partOf } from './watch.js';

/** What an engine brings: lists of `length` neighbors for every row, and the steps that improve them. */
export interface DescentLists {
  /** Entries of a list: `listLength` or more. */
  readonly length: number;
  /** Rows of a tree's leaf at most, and most rows that a round keeps of those that have a row in their lists. */
  readonly leaf: number;
  readonly reversed: number;
  /**
   * Measures all pairs inside the leaves of random trees, in each of which all rows are halved `levels` times.
   * @param random has a stream of directions for each tree, `treeStream`.
   */
  joinTrees(trees: number, levels: number, random: Random, watch: Watch): Promise<void>;
  /**
   * Measures neighbors of neighbors along paths with an edge that no round has used.
   * @param used entries of each list that the round uses, and rows that have a row in theirs.
   * @returns how many entries were inserted.
   */
  joinNeighbors(used: { readonly forward: number; readonly reversed: number }): Promise<number>;
  /** The k nearest of each list with exact distances. */
  finish(k: number): Promise<Neighbors>;
  free(): void;
}

/** Shortest list that descent works well with. */
const SHORTEST_LIST = 20;
/** Most entries of a list that one round uses. */
const MOST_USED = 20;
/** Leaves, and rows that have a row in their lists, where every distance costs the same. */
export const SMALL_LEAF = 64;
export const MOST_REVERSED = 20;
const TREES = 16;
const ROUNDS = 12;
/** A round that changes a smaller share of all entries is the last. */
const CONVERGED = 0.01;

/** Entries of a list for k neighbors: k or more, at most all other rows. */
export const listLength = (rows: number, k: number): number => Math.min(rows - 1, Math.max(k, SHORTEST_LIST));

/** Name of the random stream of a tree's directions. */
export const treeStream = (tree: number): string => `tree-${tree}`;

/**
 * Fills the lists by random trees, improves them by rounds of descent until few entries change, and returns the
 * k nearest of each.
 * @param lists the engine's lists of `rows` rows; freed at the end.
 */
export async function nnDescent(
  lists: DescentLists,
  rows: number,
  options: NnDescentOptions,
  watch: Watch,
): Promise<Neighbors> {
  const { k, random, trees = TREES, rounds = ROUNDS } = options;
  const { length } = lists;
  const used = { forward: Math.min(length, MOST_USED), reversed: lists.reversed };
  try {
    const levels = Math.max(1, Math.ceil(Math.log2(rows / lists.leaf)));
    await lists.joinTrees(trees, levels, random, partOf(watch, 0, 0.4));
    for (let round = 0; round < rounds; round++) {
      await watch.checkpoint();
      const changes = await lists.joinNeighbors(used);
      watch.progress(0.4 + (0.6 * (round + 1)) / rounds);
      if (changes <= CONVERGED * rows * length) break;
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
