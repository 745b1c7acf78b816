/**
 * Exact nearest neighbors in few dimensions (up to about 10) by a kd-tree.
 *
 * Source: Bentley (1975), with the points in one permuted array and the tree implicit in its halves, split at
 * the median of the widest axis. Shapes: points rows x dimensions. Precision: squared distances in doubles
 * from float32 coordinates, so equal points tie exactly; ties go to the smaller row number. Cost: building
 * rows * log2(rows) * log2(rows); a query about log2(rows) + k steps in low dimension, all rows in high.
 * Determinism: no randomness; the answer does not depend on the tree's shape.
 */

import type { Matrix } from '../model.js';
import { atOnce } from './steps.js';

/** Rows that are compared in a few milliseconds. */
const STEP_ROWS = 2 ** 16;

/** Ranges of the order up to this long are not split further. */
export const LEAF = 16;

export interface KdTree {
  readonly points: Matrix;
  /** Row numbers in the tree's order: neighbors in space are neighbors in this order. */
  readonly order: Int32Array;
  /** Split axis of the node whose median is at each position of the order. */
  readonly axes: Uint8Array;
  /** Coordinates in the tree's order. */
  readonly coordinates: Float32Array;
}

/** Builds the tree. The points are copied. */
export function buildKdTree(points: Matrix): KdTree {
  return atOnce(kdTreeSteps(points));
}

/** The same in steps, so that others may work between them: a step splits ranges of STEP_ROWS rows in all, or one longer range. */
export function* kdTreeSteps(points: Matrix): Generator<void, KdTree> {
  const count = points.rows;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const axes = new Uint8Array(count);
  const stack: [number, number][] = [[0, count]];
  let compared = 0;
  for (let range = stack.pop(); range; range = stack.pop()) {
    const [low, high] = range;
    if (high - low <= LEAF) continue;
    const middle = (low + high) >> 1;
    const axis = widestAxis(points, order, low, high);
    selectMedian(points, order, axis, low, high - 1, middle);
    axes[middle] = axis;
    stack.push([low, middle], [middle + 1, high]);
    compared += high - low;
    if (compared < STEP_ROWS) continue;
    compared = 0;
    yield;
  }
  const coordinates = new Float32Array(points.data.length);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < points.columns; c++) {
      coordinates[i * points.columns + c] = points.data[order[i] * points.columns + c];
    }
  }
  return { points, order, axes, coordinates };
}

/** Reusable working memory of a query: the k best so far as a heap, worst on top. */
export interface NearestFinder {
  /** Finds the k nearest rows to a point; results are in `rows` and `squared`, nearest first. */
  find(point: ArrayLike<number>, offset: number): void;
  readonly rows: Int32Array;
  /** Squared distances. */
  readonly squared: Float64Array;
  /** How many were found: k, or all rows when there are fewer. */
  readonly count: number;
}

/** A finder of the k nearest rows of the tree to any point. One per thread of work; not reentrant. */
export function nearestFinder(tree: KdTree, k: number): NearestFinder {
  const { coordinates, order, axes } = tree;
  const dimensions = tree.points.columns;
  const count = Math.min(k, order.length);
  const rows = new Int32Array(count);
  const squared = new Float64Array(count);
  const stackLow = new Int32Array(64 * 2);
  const stackHigh = new Int32Array(64 * 2);
  const stackGap = new Float64Array(64 * 2);
  let filled = 0;

  const scan = (point: ArrayLike<number>, offset: number, low: number, high: number): void => {
    for (let i = low; i < high; i++) {
      let sum = 0;
      for (let c = 0; c < dimensions; c++) {
        const difference = coordinates[i * dimensions + c] - point[offset + c];
        sum += difference * difference;
      }
      filled = offer(squared, rows, filled, sum, order[i]);
    }
  };

  const find = (point: ArrayLike<number>, offset: number): void => {
    filled = 0;
    let top = 0;
    stackLow[0] = 0;
    stackHigh[0] = order.length;
    stackGap[0] = 0;
    while (top >= 0) {
      let low = stackLow[top];
      let high = stackHigh[top];
      const gap = stackGap[top--];
      if (filled === count && gap > squared[0]) continue;
      while (high - low > LEAF) {
        const middle = (low + high) >> 1;
        const axis = axes[middle];
        const delta = point[offset + axis] - coordinates[middle * dimensions + axis];
        scan(point, offset, middle, middle + 1);
        top++;
        stackGap[top] = delta * delta;
        if (delta < 0) {
          stackLow[top] = middle + 1;
          stackHigh[top] = high;
          high = middle;
        } else {
          stackLow[top] = low;
          stackHigh[top] = middle;
          low = middle + 1;
        }
      }
      scan(point, offset, low, high);
    }
    sortHeap(squared, rows, filled);
  };
  return { find, rows, squared, count };
}

/** Axis along which the points order[low..high) extend farthest; the first of equals. */
function widestAxis(points: Matrix, order: Int32Array, low: number, high: number): number {
  const d = points.columns;
  let widest = 0;
  let width = -1;
  for (let axis = 0; axis < d; axis++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = low; i < high; i++) {
      const value = points.data[order[i] * d + axis];
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (most - least > width) {
      width = most - least;
      widest = axis;
    }
  }
  return widest;
}

/** Partial sort of order[low..high] by (coordinate, row) so that position `at` holds its sorted value. */
function selectMedian(
  points: Matrix,
  order: Int32Array,
  axis: number,
  low: number,
  high: number,
  at: number,
) {
  const d = points.columns;
  const data = points.data;
  const less = (a: number, b: number) => {
    const x = data[a * d + axis];
    const y = data[b * d + axis];
    return x < y || (x === y && a < b);
  };
  while (low < high) {
    const pivot = medianOfThree(order[low], order[(low + high) >> 1], order[high], less);
    let i = low;
    let j = high;
    while (i <= j) {
      while (less(order[i], pivot)) i++;
      while (less(pivot, order[j])) j--;
      if (i <= j) {
        const moved = order[i];
        order[i++] = order[j];
        order[j--] = moved;
      }
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return;
  }
}

/** The middle of three rows in the order of `less`. */
function medianOfThree(a: number, b: number, c: number, less: (a: number, b: number) => boolean): number {
  if (less(a, b)) {
    if (less(b, c)) return b;
    return less(a, c) ? c : a;
  }
  if (less(a, c)) return a;
  return less(b, c) ? c : b;
}

/** True when (distance a, row a) sorts after (distance b, row b). */
const after = (da: number, ra: number, db: number, rb: number) => da > db || (da === db && ra > rb);

/** Keeps (distance, row) if it is among the nearest `rows.length` so far. Returns how many are kept; ties by row. */
function offer(
  squared: Float64Array,
  rows: Int32Array,
  filled: number,
  distance: number,
  row: number,
): number {
  if (filled < rows.length) {
    siftUp(squared, rows, filled, distance, row);
    return filled + 1;
  }
  if (distance < squared[0] || (distance === squared[0] && row < rows[0])) {
    siftDown(squared, rows, rows.length, distance, row);
  }
  return filled;
}

/** Adds (key, row) at position `at` of a heap with the worst on top. */
function siftUp(keys: Float64Array, rows: Int32Array, at: number, key: number, row: number): void {
  let child = at;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!after(key, row, keys[parent], rows[parent])) break;
    keys[child] = keys[parent];
    rows[child] = rows[parent];
    child = parent;
  }
  keys[child] = key;
  rows[child] = row;
}

/** Puts (key, row) in place of the root of a heap of `size` and restores the heap. */
function siftDown(keys: Float64Array, rows: Int32Array, size: number, key: number, row: number): void {
  let parent = 0;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= size) break;
    if (child + 1 < size && after(keys[child + 1], rows[child + 1], keys[child], rows[child])) child++;
    if (!after(keys[child], rows[child], key, row)) break;
    keys[parent] = keys[child];
    rows[parent] = rows[child];
    parent = child;
  }
  keys[parent] = key;
  rows[parent] = row;
}

/** Turns a heap with the worst on top into ascending order. */
function sortHeap(keys: Float64Array, rows: Int32Array, size: number): void {
  for (let end = size - 1; end > 0; end--) {
    const key = keys[end];
    const row = rows[end];
    keys[end] = keys[0];
    rows[end] = rows[0];
    siftDown(keys, rows, end, key, row);
  }
}
