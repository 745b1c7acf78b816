/**
 * Placing probes by weighted k-means in the embedding.
 *
 * Purpose: `count` centers whose density follows the weights. Source: LAVA (arXiv 2509.21149), step 1;
 * Lloyd's iteration. Ours: the start (systematic sampling along the kd-tree's order, with the density
 * weight^(k / (k + 2)) that optimal quantizers have in k dimensions), and the search for the nearest center
 * (by bounds and a tree in few dimensions, by blocked products in many, both by the engine).
 * Shapes: points E x k, weights E, result count x k. Precision: double sums. Determinism: one uniform draw,
 * fixed order of sums. Cost: a few distances a sample and iteration in few dimensions, `count` in many.
 * Types: `KdTree`, of the coordinates: order (row at each position of the tree), points (the matrix, by row),
 *   coordinates (in the tree's order). `Random`, seeded numbers: uniform (in [0, 1)). `Watch`: takes the progress of
 *   a stage, and throws CancelledError at a checkpoint once the signal is aborted. `Engine`, the heavy routines; each
 *   rejects with CancelledError when its watch ends: nearest (k nearest rows), kMeans (centers moved to the means of their
 *   samples). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Neighbors`, rows x k, nearest first: indices
 *   (row numbers).
 * Fails: CancelledError once the signal is aborted.
 */

import type { KdTree } from '../../core/kd-tree.js';
import type { Random } from '../../core/random.js';
import { moveCenters } from '../../engine/center-means.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { usesKdTree } from '../../neighbors/policy.js';

export interface PlacementOptions {
  readonly count: number;
  readonly iterations: number;
}

/** Relative movement of the centers below which the iteration ends. */
const TOLERANCE = 1e-3;

/**
 * Places probes (count x dimensions) by weighted k-means over the samples. Called once for each covering tried. Ends
 * early when the centers hardly move. Two probes may lie at one point where samples do.
 * @param weights one a sample, by row.
 * @param options `count` of probes; `iterations` at most.
 */
export async function placeProbes(
  tree: KdTree,
  weights: Float64Array,
  options: PlacementOptions,
  random: Random,
  watch: Watch,
  engine: Engine,
): Promise<Matrix> {
  // not by Float64Array.from, which lists all numbers first
  const inOrder = new Float64Array(tree.order.length);
  for (let p = 0; p < inOrder.length; p++) inOrder[p] = weights[tree.order[p]];
  const centers = systematicStart(tree, inOrder, options.count, random);
  await watch.checkpoint();
  const { iterations } = options;
  return usesKdTree(tree.points.columns, 'euclidean', 'localities')
    ? engine.kMeans(tree, inOrder, centers, { iterations, tolerance: TOLERANCE }, withoutProgress(watch))
    : moveByProducts(tree, inOrder, centers, iterations, engine, watch);
}

/**
 * Starting centers (count x dimensions): samples in the tree's order, taken at equal steps of the cumulated density
 * from a random offset.
 * @param weights one a sample, in the tree's order.
 * @param count at least 1.
 */
function systematicStart(tree: KdTree, weights: Float64Array, count: number, random: Random): Matrix {
  const d = tree.points.columns;
  const dimensions = varyingAxes(tree.points);
  const power = dimensions / (dimensions + 2);
  const density = weights.map((weight) => weight ** power);
  let total = 0;
  for (const value of density) total += value;
  const step = total / count;
  const centers = new Float32Array(count * d);
  let next = step * random.uniform();
  let sum = 0;
  let added = 0;
  const addCenter = (i: number) => {
    centers.set(tree.coordinates.subarray(i * d, (i + 1) * d), added * d);
    added++;
  };
  for (let i = 0; i < density.length && added < count; i++) {
    sum += density[i];
    while (sum > next && added < count) {
      addCenter(i);
      next += step;
    }
  }
  while (added < count) addCenter(density.length - 1);
  return { rows: count, columns: d, data: centers };
}

/** How many axes hold more than one value: an axis that is constant adds no dimension. 0 for one point. */
function varyingAxes({ columns, data }: Matrix): number {
  let count = 0;
  for (let c = 0; c < columns; c++) {
    for (let at = c + columns; at < data.length; at += columns) {
      if (data[at] === data[c]) continue;
      count++;
      break;
    }
  }
  return count;
}

/** The same iteration for many dimensions: every sample is compared with every center. Centers are moved in place. */
async function moveByProducts(
  tree: KdTree,
  weights: Float64Array,
  centers: Matrix,
  iterations: number,
  engine: Engine,
  watch: Watch,
): Promise<Matrix> {
  const points = { ...tree.points, data: tree.coordinates };
  const options = { k: 1, metric: 'euclidean', excludeSelf: false } as const;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { indices } = await engine.nearest(centers, points, options, watch);
    if (moveCenters(tree.coordinates, weights, centers, indices).relative < TOLERANCE) break;
  }
  return centers;
}
