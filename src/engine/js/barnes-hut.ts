/**
 * Barnes-Hut sums of the Cauchy kernel: for every point, sum_j w_ij^2 (y_i - y_j) and sum_j w_ij with w = 1 /
 * (1 + |y_i - y_j|^2), where a far group counts as one point at its center of mass.
 *
 * Source: Barnes and Hut (1986); for t-SNE, van der Maaten (2014).
 * Ours: one walk of the tree serves all points of a leaf. Its criterion holds for the whole leaf, so the error
 *   is at most that of a walk for each point. The walk gives lists that are summed without branches.
 * Shapes: 1 to 3 dimensions.
 * Precision: double; theta is the largest size of a group divided by its distance.
 * Cost: O(rows log rows).
 * Determinism: sequential.
 */

import type { Tree } from './barnes-hut-tree.js';

/** One leaf in so many begins a pause. */
const PAUSE_LEAVES = 16;

/** What acts on the points of a leaf: positions and weights (numbers of points). */
export interface Sources {
  positions: Float64Array;
  weights: Float64Array;
  count: number;
}

/**
 * Writes the repulsion of every point to `out` (by row) and returns Z without the points' own terms. Yields now
 * and then, so that the caller can look at its clock.
 */
export function* repulseByTree(
  tree: Tree,
  y: Float64Array,
  dimensions: number,
  theta: number,
  out: Float64Array,
): Generator<void, number> {
  const rows = y.length / dimensions;
  const sources = createSources(dimensions);
  const sum = dimensions === 2 ? sumInPlane : sumAnywhere;
  let z = 0;
  for (let node = 0; node < tree.count; node++) {
    if (tree.after[node] !== node + 1) continue;
    collectSources(tree, node, theta, sources);
    z += sum(tree, node, sources, out);
    if (node % PAUSE_LEAVES === 0) yield;
  }
  return z - rows;
}

/**
 * Adds sum_j w_j^2 (at - y_j) over the points of the tree to `force` and returns sum_j w_j, for a position that need
 * not be one of them.
 * @param at its coordinates. @param force as long as `at`.
 */
export function repulsionAt(tree: Tree, at: Float64Array, theta: number, force: Float64Array): number {
  const { dimensions, points, first, end, after, side, center } = tree;
  let z = 0;
  const add = (positions: Float64Array, source: number, weight: number): void => {
    let squared = 1;
    for (let k = 0; k < dimensions; k++) squared += (at[k] - positions[source * dimensions + k]) ** 2;
    const w = 1 / squared;
    z += weight * w;
    for (let k = 0; k < dimensions; k++) {
      force[k] += weight * w * w * (at[k] - positions[source * dimensions + k]);
    }
  };
  for (let node = 0; node < tree.count; ) {
    let squared = 0;
    for (let k = 0; k < dimensions; k++) squared += (at[k] - center[node * dimensions + k]) ** 2;
    if (side[node] * side[node] < theta * theta * squared) {
      add(center, node, end[node] - first[node]);
      node = after[node];
      continue;
    }
    if (after[node] === node + 1) for (let p = first[node]; p < end[node]; p++) add(points, p, 1);
    node++;
  }
  return z;
}

/** No sources yet; `collectSources` fills and grows them. */
export function createSources(dimensions: number): Sources {
  return { positions: new Float64Array(1024 * dimensions), weights: new Float64Array(1024), count: 0 };
}

/**
 * Walks the tree once for a leaf: far groups become one source, near leaves one source for each point.
 * @param theta a group is far where its side is below theta times the root of its squared distance plus `near`.
 * @param near squared length within which the kernel is flat, so that small groups count as one however near; 0 for none.
 */
export function collectSources(tree: Tree, leaf: number, theta: number, sources: Sources, near = 0): void {
  const { dimensions, points, first, end, after, side, center } = tree;
  const low = new Float64Array(dimensions).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(dimensions).fill(Number.NEGATIVE_INFINITY);
  for (let at = first[leaf] * dimensions; at < end[leaf] * dimensions; at++) {
    const k = at % dimensions;
    if (points[at] < low[k]) low[k] = points[at];
    if (points[at] > high[k]) high[k] = points[at];
  }
  sources.count = 0;
  for (let node = 0; node < tree.count; ) {
    let squared = near;
    for (let k = 0; k < dimensions; k++) {
      const c = center[node * dimensions + k];
      const gap = c < low[k] ? low[k] - c : c > high[k] ? c - high[k] : 0;
      squared += gap * gap;
    }
    if (side[node] * side[node] < theta * theta * squared) {
      addSource(sources, center, node, end[node] - first[node], dimensions);
      node = after[node];
      continue;
    }
    if (after[node] === node + 1) {
      for (let at = first[node]; at < end[node]; at++) addSource(sources, points, at, 1, dimensions);
    }
    node++;
  }
}

/** Appends a source; the arrays grow as needed. */
function addSource(
  sources: Sources,
  positions: Float64Array,
  at: number,
  weight: number,
  dimensions: number,
): void {
  if (sources.count === sources.weights.length) {
    const { positions: oldPositions, weights: oldWeights } = sources;
    sources.positions = new Float64Array(2 * oldPositions.length);
    sources.positions.set(oldPositions);
    sources.weights = new Float64Array(2 * oldWeights.length);
    sources.weights.set(oldWeights);
  }
  for (let k = 0; k < dimensions; k++)
    sources.positions[sources.count * dimensions + k] = positions[at * dimensions + k];
  sources.weights[sources.count++] = weight;
}

/**
 * Repulsion of the points of a leaf by the sources, in two dimensions; returns their sum of kernels, each
 * point's own 1 included.
 */
function sumInPlane(tree: Tree, leaf: number, sources: Sources, out: Float64Array): number {
  const { order, points } = tree;
  const { positions, weights, count } = sources;
  let z = 0;
  for (let at = tree.first[leaf]; at < tree.end[leaf]; at++) {
    const x0 = points[2 * at];
    const x1 = points[2 * at + 1];
    let f0 = 0;
    let f1 = 0;
    for (let s = 0; s < count; s++) {
      const d0 = x0 - positions[2 * s];
      const d1 = x1 - positions[2 * s + 1];
      const w = 1 / (1 + d0 * d0 + d1 * d1);
      const weighted = w * weights[s];
      z += weighted;
      f0 += weighted * w * d0;
      f1 += weighted * w * d1;
    }
    out[2 * order[at]] = f0;
    out[2 * order[at] + 1] = f1;
  }
  return z;
}

/** As `sumInPlane`, in any number of dimensions. */
function sumAnywhere(tree: Tree, leaf: number, sources: Sources, out: Float64Array): number {
  const { dimensions, order, points } = tree;
  const { positions, weights, count } = sources;
  let z = 0;
  for (let at = tree.first[leaf]; at < tree.end[leaf]; at++) {
    const target = order[at] * dimensions;
    for (let k = 0; k < dimensions; k++) out[target + k] = 0;
    for (let s = 0; s < count; s++) {
      let squared = 1;
      for (let k = 0; k < dimensions; k++) {
        squared += (points[at * dimensions + k] - positions[s * dimensions + k]) ** 2;
      }
      const w = 1 / squared;
      z += weights[s] * w;
      for (let k = 0; k < dimensions; k++) {
        out[target + k] += weights[s] * w * w * (points[at * dimensions + k] - positions[s * dimensions + k]);
      }
    }
  }
  return z;
}
