/**
 * Placing probes by weighted k-means in the embedding.
 *
 * Purpose: `count` centers whose density follows the weights. Source: LAVA (arXiv 2509.21149), step 1;
 * Lloyd's iteration. Ours: the start (systematic sampling along the kd-tree's order, with the density
 * weight^(k / (k + 2)) that optimal quantizers have in k dimensions), and the search for the nearest center.
 * Shapes: points E x k, weights E, result count x k. Precision: double sums. Determinism: one uniform draw,
 * fixed order of sums. Cost: about 10 distances a sample and iteration in few dimensions, since a sample's
 * nearest center is looked for among the neighbors of its last one until the triangle inequality ends the
 * search; `count` distances a sample in many.
 */

import type { Random } from '../core/random.js';
import type { Engine, Watch } from '../engine/engine.js';
import type { Matrix } from '../model.js';
import { buildKdTree, type KdTree, nearestFinder } from '../neighbors/kd-tree.js';

export interface PlacementOptions {
  readonly count: number;
  readonly iterations: number;
}

/** Relative movement of the centers below which the iteration ends. */
const TOLERANCE = 1e-3;
const CENTER_NEIGHBORS = 24;
/** Above this dimension a kd-tree looks at nearly all rows, and the engine's blocked products win. */
export const TREE_DIMENSIONS = 12;

export async function placeProbes(
  tree: KdTree,
  weights: Float64Array,
  options: PlacementOptions,
  random: Random,
  watch: Watch,
  engine: Engine,
): Promise<Matrix> {
  const points = tree.points;
  const centers = systematicStart(tree, weights, options.count, random);
  const assigned = new Int32Array(points.rows).fill(-1);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    if (points.columns <= TREE_DIMENSIONS) await assignToNearest(points, centers, assigned, watch);
    else assigned.set(await nearestCenters(points, centers, engine, watch));
    const moved = moveCenters(points, weights, centers, assigned);
    if (moved < TOLERANCE) break;
  }
  return centers;
}

/** Every (total / count)-th of the cumulated density, from a random offset, in the tree's order. */
function systematicStart(tree: KdTree, weights: Float64Array, count: number, random: Random): Matrix {
  const { points, order } = tree;
  const d = points.columns;
  const power = d / (d + 2);
  const density = Float64Array.from(order, (row) => weights[row] ** power);
  let total = 0;
  for (const value of density) total += value;
  const step = total / count;
  const centers = new Float32Array(count * d);
  let next = step * random.uniform();
  let sum = 0;
  let placed = 0;
  for (let i = 0; i < order.length && placed < count; i++) {
    sum += density[i];
    while (sum > next && placed < count) {
      centers.set(points.data.subarray(order[i] * d, (order[i] + 1) * d), placed * d);
      placed++;
      next += step;
    }
  }
  for (; placed < count; placed++) {
    const last = order[order.length - 1];
    centers.set(points.data.subarray(last * d, (last + 1) * d), placed * d);
  }
  return { rows: count, columns: d, data: centers };
}

/** Fills `assigned` with each point's nearest center, using last time's as a hint. */
async function assignToNearest(points: Matrix, centers: Matrix, assigned: Int32Array, watch: Watch) {
  const d = points.columns;
  const tree = buildKdTree(centers);
  const around = centerNeighbors(tree, Math.min(CENTER_NEIGHBORS, centers.rows));
  const finder = nearestFinder(tree, 1);
  for (let p = 0; p < points.rows; p++) {
    const hint = assigned[p];
    assigned[p] = hint < 0 ? -1 : nearestFromHint(points, p, centers, around, hint);
    if (assigned[p] < 0) {
      finder.find(points.data, p * d);
      assigned[p] = finder.rows[0];
    }
    if ((p & 1023) === 0) await watch.checkpoint();
  }
}

async function nearestCenters(points: Matrix, centers: Matrix, engine: Engine, watch: Watch) {
  const options = { k: 1, metric: 'euclidean', excludeSelf: false } as const;
  return (await engine.nearest(centers, points, options, watch)).indices;
}

interface CenterNeighbors {
  readonly k: number;
  /** count x k centers, nearest first, the center itself included. */
  readonly rows: Int32Array;
  readonly squared: Float64Array;
}

function centerNeighbors(tree: KdTree, k: number): CenterNeighbors {
  const count = tree.points.rows;
  const finder = nearestFinder(tree, k);
  const rows = new Int32Array(count * k);
  const squared = new Float64Array(count * k);
  for (let c = 0; c < count; c++) {
    finder.find(tree.points.data, c * tree.points.columns);
    rows.set(finder.rows, c * k);
    squared.set(finder.squared, c * k);
  }
  return { k, rows, squared };
}

/** The nearest center, or -1 when the hint's neighbors do not settle it. Ties go to the smaller number. */
function nearestFromHint(points: Matrix, p: number, centers: Matrix, around: CenterNeighbors, hint: number) {
  const toHint = squaredDistance(points, p, centers, hint);
  let best = hint;
  let least = toHint;
  for (let t = hint * around.k; t < (hint + 1) * around.k; t++) {
    // |c - hint| > 2 |x - hint| puts c, and all after it, farther from x than the hint
    if (around.squared[t] > 4 * toHint) return best;
    const candidate = around.rows[t];
    const distance = squaredDistance(points, p, centers, candidate);
    if (distance < least || (distance === least && candidate < best)) {
      least = distance;
      best = candidate;
    }
  }
  return around.k === centers.rows ? best : -1;
}

function squaredDistance(points: Matrix, p: number, centers: Matrix, c: number): number {
  const d = points.columns;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    const difference = points.data[p * d + i] - centers.data[c * d + i];
    sum += difference * difference;
  }
  return sum;
}

/** Moves each center to the weighted mean of its points; an empty one stays. Returns the relative movement. */
function moveCenters(points: Matrix, weights: Float64Array, centers: Matrix, assigned: Int32Array): number {
  const d = points.columns;
  const sums = new Float64Array(centers.rows * d);
  const mass = new Float64Array(centers.rows);
  for (let p = 0; p < points.rows; p++) {
    const c = assigned[p];
    mass[c] += weights[p];
    for (let i = 0; i < d; i++) sums[c * d + i] += weights[p] * points.data[p * d + i];
  }
  let moved = 0;
  let spread = 0;
  for (let c = 0; c < centers.rows; c++) {
    if (!(mass[c] > 0)) continue;
    for (let i = 0; i < d; i++) {
      const value = Math.fround(sums[c * d + i] / mass[c]);
      const difference = value - centers.data[c * d + i];
      moved += difference * difference;
      centers.data[c * d + i] = value;
    }
  }
  for (let p = 0; p < points.rows; p++) spread += squaredDistance(points, p, centers, assigned[p]);
  const meanSpread = spread / points.rows;
  return meanSpread > 0 ? Math.sqrt(moved / centers.rows / meanSpread) : 0;
}
