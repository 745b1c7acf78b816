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
 *   rejects with CancelledError when its watch ends: nearest (k nearest rows), nearestCenters (of samples, while centers
 *   move). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Neighbors`, rows x k, nearest first: indices
 *   (row numbers).
 * Fails: CancelledError once the signal is aborted.
 */

import type { KdTree } from '../../core/kd-tree.js';
import type { Random } from '../../core/random.js';
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
  const assign = usesKdTree(tree.points.columns, 'euclidean', 'localities')
    ? assignInTree(tree, engine)
    : assignByProducts(tree, engine);
  let moves: Float64Array | null = null;
  await watch.checkpoint();
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const moved = moveCenters(tree, inOrder, centers, await assign(centers, moves, watch));
    if (moved.relative < TOLERANCE) break;
    moves = moved.moves;
  }
  return centers;
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

/** Gives the center of each sample, in the tree's order, for centers that have moved by `moves` since the last call (null at first). */
type Assign = (centers: Matrix, moves: Float64Array | null, watch: Watch) => Promise<Int32Array>;

/** Assignments for few dimensions, by bounds from one call to the next. Ties go to the center of the smaller number. */
function assignInTree(tree: KdTree, engine: Engine): Assign {
  const rows = tree.order.length;
  const found = {
    center: new Int32Array(rows).fill(-1),
    upper: new Float64Array(rows),
    lower: new Float64Array(rows),
  };
  return async (centers, moves, watch) => {
    await engine.nearestCenters(tree, centers, found, moves, withoutProgress(watch));
    return found.center;
  };
}

/** Assignments for many dimensions, by comparing every sample with every center. Ties go to the center of the smaller number. */
function assignByProducts(tree: KdTree, engine: Engine): Assign {
  const points = { ...tree.points, data: tree.coordinates };
  const options = { k: 1, metric: 'euclidean', excludeSelf: false } as const;
  return async (centers, _, watch) => (await engine.nearest(centers, points, options, watch)).indices;
}

/**
 * Moves each center (count x dimensions, in place) to the weighted mean of its samples; one without any stays.
 * Returns how far each moved, and their movement relative to the spread of the centers.
 * @param weights one a sample, in the tree's order.
 * @param assigned center of each sample, in the tree's order.
 */
function moveCenters(
  tree: KdTree,
  weights: Float64Array,
  centers: Matrix,
  assigned: Int32Array,
): { moves: Float64Array; relative: number } {
  const d = centers.columns;
  const { coordinates } = tree;
  const sums = new Float64Array(centers.rows * d);
  const mass = new Float64Array(centers.rows);
  for (let p = 0; p < assigned.length; p++) {
    const c = assigned[p];
    mass[c] += weights[p];
    for (let i = 0; i < d; i++) sums[c * d + i] += weights[p] * coordinates[p * d + i];
  }
  const moves = new Float64Array(centers.rows);
  let moved = 0;
  for (let c = 0; c < centers.rows; c++) {
    if (!(mass[c] > 0)) continue;
    let squared = 0;
    for (let i = 0; i < d; i++) {
      const value = Math.fround(sums[c * d + i] / mass[c]);
      squared += (value - centers.data[c * d + i]) ** 2;
      centers.data[c * d + i] = value;
    }
    moves[c] = Math.sqrt(squared);
    moved += squared;
  }
  let spread = 0;
  for (let p = 0; p < assigned.length; p++) {
    const c = assigned[p];
    for (let i = 0; i < d; i++) spread += (coordinates[p * d + i] - centers.data[c * d + i]) ** 2;
  }
  const meanSpread = spread / assigned.length;
  const relative = meanSpread > 0 ? Math.sqrt(moved / centers.rows / meanSpread) : 0;
  return { moves, relative };
}
