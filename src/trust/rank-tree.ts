/**
 * Ranks on a map of few dimensions: how many points are nearer, counted by a kd-tree.
 *
 * Purpose: the same answer as the engine's `ranks` (Euclidean, ties by row number) without visiting every point.
 * Shapes: asked x k row numbers in, ranks out. Precision: squared distances in double from float32 coordinates, so
 *   that ties are exact. Memory: 8 bytes a point and dimension for the boxes.
 * Cost: whole boxes are counted at once; a query visits the points near the sphere through its target, about
 *   16 sqrt(samples) of them in the plane at worst. In more than three dimensions the engine's pass is better.
 * Determinism: exact.
 */

import type { Watch } from '../engine/engine.js';
import type { Matrix } from '../model.js';
import { buildKdTree, type KdTree, LEAF } from '../neighbors/kd-tree.js';

/** @param targets asked x k row numbers. @returns asked x k ranks, 0 the nearest. */
export async function treeRanks(
  map: Matrix,
  targets: Int32Array,
  { k, rows }: { k: number; rows: Int32Array | null },
  watch: Watch,
): Promise<Int32Array> {
  const tree = buildKdTree(map);
  const count = rankCounter(tree, boxesOf(tree));
  const result = new Int32Array(targets.length);
  const asked = targets.length / k;
  for (let q = 0; q < asked; q++) {
    for (let t = q * k; t < (q + 1) * k; t++) result[t] = count(rows ? rows[q] : q, targets[t]);
    if (q % 64 === 0) await watch.checkpoint();
    watch.progress((q + 1) / asked);
  }
  return result;
}

/** Bounding box of the points of each node, at the position of its median: lows, then highs. */
function boxesOf(tree: KdTree): Float32Array {
  const d = tree.points.columns;
  const boxes = new Float32Array(2 * tree.points.data.length);
  const fill = (low: number, high: number): void => {
    const at = 2 * d * ((low + high) >> 1);
    boxes.fill(Number.POSITIVE_INFINITY, at, at + d);
    boxes.fill(Number.NEGATIVE_INFINITY, at + d, at + 2 * d);
    for (let p = low * d; p < high * d; p++) {
      const c = p % d;
      boxes[at + c] = Math.min(boxes[at + c], tree.coordinates[p]);
      boxes[at + d + c] = Math.max(boxes[at + d + c], tree.coordinates[p]);
    }
    if (high - low <= LEAF) return;
    const middle = (low + high) >> 1;
    fill(low, middle);
    fill(middle + 1, high);
  };
  if (tree.order.length > 0) fill(0, tree.order.length);
  return boxes;
}

/** Counts the rows that come before a target, seen from a row. */
function rankCounter({ points, order, coordinates }: KdTree, boxes: Float32Array) {
  const d = points.columns;
  const lows = new Int32Array(128);
  const highs = new Int32Array(128);
  return (from: number, target: number): number => {
    const offset = from * d;
    const limit = squared(points.data, offset, points.data, target * d, d);
    // the row itself is counted with the others, at distance 0, and taken off here
    let nearer = limit > 0 || from < target ? -1 : 0;
    let top = 0;
    highs[0] = order.length;
    lows[0] = 0;
    while (top >= 0) {
      const low = lows[top];
      const high = highs[top--];
      if (low >= high) continue;
      const middle = (low + high) >> 1;
      const where = besideBox(points.data, offset, boxes, 2 * d * middle, d, limit);
      if (where > 0) continue;
      if (where < 0) {
        nearer += high - low;
        continue;
      }
      const leaf = high - low <= LEAF;
      const first = leaf ? low : middle;
      const last = leaf ? high : middle + 1;
      for (let p = first; p < last; p++) {
        const distance = squared(points.data, offset, coordinates, p * d, d);
        if (distance < limit || (distance === limit && order[p] < target)) nearer++;
      }
      if (leaf) continue;
      lows[++top] = low;
      highs[top] = middle;
      lows[++top] = middle + 1;
      highs[top] = high;
    }
    return nearer;
  };
}

/** -1 when the whole box is nearer than the limit, 1 when all of it is farther, 0 otherwise. */
function besideBox(
  point: Float32Array,
  offset: number,
  boxes: Float32Array,
  at: number,
  d: number,
  limit: number,
): number {
  let least = 0;
  let most = 0;
  for (let c = 0; c < d; c++) {
    const below = boxes[at + c] - point[offset + c];
    const above = point[offset + c] - boxes[at + d + c];
    const outside = Math.max(below, above, 0);
    const across = Math.min(below, above);
    least += outside * outside;
    most += across * across;
  }
  return most < limit ? -1 : least > limit ? 1 : 0;
}

function squared(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = a[i + c] - b[j + c];
    sum += difference * difference;
  }
  return sum;
}
