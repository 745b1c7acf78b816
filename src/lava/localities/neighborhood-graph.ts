/**
 * In-degrees and mean distances of the graph of sample-centered n-neighborhoods, which is never held.
 *
 * Source: LAVA (arXiv 2509.21149), step 1, uses the graph; how it is walked is ours. In few dimensions the samples
 * are taken in runs of neighbors, in the kd-tree's order: one search a run bounds the n-th distance of the others
 * by the triangle inequality, all samples within the bound are collected once, and each sample of the run selects
 * its n nearest among them. Shapes: points E x k. Precision: squared distances in doubles from float32
 * coordinates, so that equal points tie exactly; ties go to the smaller row number. Cost: about 3n distances a
 * sample; measured on 100,000 samples of 2 dimensions with n = 200: a fifth of one search a sample.
 * Determinism: no randomness. In many dimensions it is the engine's blocked product: E^2 distances.
 */

import { type KdTree, LEAF, type NearestFinder, nearestFinder } from '../../core/kd-tree.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { usesKdTree } from '../../neighbors/policy.js';

export interface NeighborhoodGraph {
  /** Number of sample-centered n-neighborhoods that hold each sample, its own included. */
  readonly indegree: Float64Array;
  /** Mean distance from each sample to its n nearest, itself included. */
  readonly meanDistance: Float64Array;
}

/** Samples that share one search. */
const RUN = 16;
/** Room for rounding in the bound: distances are sums of doubles. */
const SLACK = 1 + 1e-9;
/** Rows that the engine compares with all others at once. */
const ENGINE_ROWS = 4096;

/** In-degree and mean distance of every sample in the graph of n nearest neighbors, the sample itself included. */
export async function neighborhoodGraph(
  tree: KdTree,
  n: number,
  engine: Engine,
  watch: Watch,
): Promise<NeighborhoodGraph> {
  if (!usesKdTree(tree.points.columns, 'euclidean', 'localities'))
    return graphByEngine(tree.points, n, engine, watch);
  const { order } = tree;
  const graph = emptyGraph(order.length);
  const finder = nearestFinder(tree, n);
  const near = newCollector(tree);
  for (let low = 0; low < order.length; low += RUN) {
    const high = Math.min(order.length, low + RUN);
    addRun(tree, graph, finder, near, low, high);
    watch.progress(high / order.length);
    await watch.checkpoint();
  }
  return graph;
}

/** A graph of `rows` samples with all in-degrees and mean distances 0. */
function emptyGraph(rows: number): NeighborhoodGraph {
  return { indegree: new Float64Array(rows), meanDistance: new Float64Array(rows) };
}

/**
 * Adds the neighborhoods of the samples at positions `low` to `high` of the tree's order, which lie near each other
 * and share one search.
 * @param finder of the n nearest.
 * @param near collects the samples around the run.
 */
function addRun(
  tree: KdTree,
  graph: NeighborhoodGraph,
  finder: NearestFinder,
  near: Collector,
  low: number,
  high: number,
): void {
  const d = tree.points.columns;
  const first = low * d;
  finder.find(tree.coordinates, first);
  const n = finder.count;
  const away = Float64Array.from({ length: high - low }, (_, i) =>
    squaredBetween(tree.coordinates, first, tree.coordinates, first + i * d, d),
  );
  // a run may straddle a gap: what lies farther off is searched for on its own, so that the reach stays below 2r
  const limit = finder.squared[n - 1] / 4;
  const wide = away.reduce((most, squared) => (squared <= limit ? Math.max(most, squared) : most), 0);
  // |x - first| <= w, so its n-th distance is at most r + w, and its neighbors are within r + 2w of the first
  const reach = (2 * Math.sqrt(limit) + 2 * Math.sqrt(wide)) * SLACK;
  near.collect(first, reach * reach);
  for (let i = low; i < high; i++) {
    const row = tree.order[i];
    if (away[i - low] <= limit) {
      near.measure(i * d);
      graph.meanDistance[row] = takeNearest(near, n, graph.indegree) / n;
    } else {
      finder.find(tree.coordinates, i * d);
      graph.meanDistance[row] = takeFound(finder, graph.indegree) / n;
    }
  }
}

/** Counts the neighbors that a finder found in `indegree`, and returns the sum of their distances. */
function takeFound({ rows, squared, count }: NearestFinder, indegree: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < count; t++) {
    indegree[rows[t]]++;
    sum += Math.sqrt(squared[t]);
  }
  return sum;
}

/** Samples around a run, with their distances from one sample of it. */
interface Collector {
  /** Collects the samples within a squared distance of the point at an offset of the tree's coordinates. */
  collect(offset: number, reach: number): void;
  /** Fills `squared` with the distances from the point at an offset of the tree's coordinates. */
  measure(offset: number): void;
  readonly count: () => number;
  readonly rows: () => Int32Array;
  readonly squared: () => Float64Array;
  readonly scratch: () => Float64Array;
}

/**
 * A collector without samples: those in reach of a run are collected once, and each sample of the run looks at only
 * these.
 * @param tree of all samples.
 */
function newCollector(tree: KdTree): Collector {
  const { coordinates, order, axes } = tree;
  const d = tree.points.columns;
  let rows = new Int32Array(1024);
  let points = new Float32Array(1024 * d);
  let squared = new Float64Array(1024);
  let scratch = new Float64Array(1024);
  let count = 0;
  const grow = () => {
    const more = 2 * rows.length;
    const [oldRows, oldPoints] = [rows, points];
    rows = new Int32Array(more);
    rows.set(oldRows);
    points = new Float32Array(more * d);
    points.set(oldPoints);
    squared = new Float64Array(more);
    scratch = new Float64Array(more);
  };
  const keep = (position: number) => {
    if (count === rows.length) grow();
    rows[count] = order[position];
    for (let c = 0; c < d; c++) points[count * d + c] = coordinates[position * d + c];
    count++;
  };
  const collectRange = (offset: number, reach: number, low: number, high: number): void => {
    if (high - low <= LEAF) {
      for (let i = low; i < high; i++) {
        if (squaredBetween(coordinates, offset, coordinates, i * d, d) <= reach) keep(i);
      }
      return;
    }
    const middle = (low + high) >> 1;
    const delta = coordinates[offset + axes[middle]] - coordinates[middle * d + axes[middle]];
    const across = delta * delta <= reach;
    if (delta <= 0 || across) collectRange(offset, reach, low, middle);
    if (squaredBetween(coordinates, offset, coordinates, middle * d, d) <= reach) keep(middle);
    if (delta >= 0 || across) collectRange(offset, reach, middle + 1, high);
  };
  return {
    collect(offset, reach) {
      count = 0;
      collectRange(offset, reach, 0, order.length);
    },
    measure(offset) {
      for (let i = 0; i < count; i++) squared[i] = squaredBetween(coordinates, offset, points, i * d, d);
    },
    count: () => count,
    rows: () => rows,
    squared: () => squared,
    scratch: () => scratch,
  };
}

/** Squared distance of the point at offset p of a and the point at offset q of b, of d coordinates. */
function squaredBetween(a: Float32Array, p: number, b: Float32Array, q: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = b[q + c] - a[p + c];
    sum += difference * difference;
  }
  return sum;
}

/**
 * Adds 1 in `indegree` (one count a sample) for each of the n nearest of the collected samples, ties by row number, and
 * returns the sum of their distances, not squared. Called for each sample of a run, which is itself among the n.
 * @param near holds n samples at least, with squared distances from that sample (`measure` was called for it).
 */
function takeNearest(near: Collector, n: number, indegree: Float64Array): number {
  const [count, rows, squared, scratch] = [near.count(), near.rows(), near.squared(), near.scratch()];
  scratch.set(squared.subarray(0, count));
  const limit = select(scratch, count, n - 1);
  let sum = 0;
  let taken = 0;
  for (let i = 0; i < count; i++) {
    if (squared[i] >= limit) continue;
    indegree[rows[i]]++;
    sum += Math.sqrt(squared[i]);
    taken++;
  }
  const ties: number[] = [];
  for (let i = 0; i < count; i++) if (squared[i] === limit) ties.push(rows[i]);
  ties.sort((a, b) => a - b);
  for (let t = 0; taken < n; t++, taken++) {
    indegree[ties[t]]++;
    sum += Math.sqrt(limit);
  }
  return sum;
}

/** The value at index `at` of the first `count` values in ascending order; they are moved (Hoare's selection). */
function select(values: Float64Array, count: number, at: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const moved = values[i];
        values[i++] = values[j];
        values[j--] = moved;
      }
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else break;
  }
  return values[at];
}

/**
 * In-degree and mean distance of every sample by the engine's exact search, for many dimensions, in blocks of
 * ENGINE_ROWS.
 * @param points samples x dimensions.
 */
async function graphByEngine(points: Matrix, n: number, engine: Engine, watch: Watch) {
  const graph = emptyGraph(points.rows);
  const options = { k: n, metric: 'euclidean', excludeSelf: false } as const;
  for (let first = 0; first < points.rows; first += ENGINE_ROWS) {
    const rows = Math.min(ENGINE_ROWS, points.rows - first);
    const d = points.columns;
    const queries = { rows, columns: d, data: points.data.subarray(first * d, (first + rows) * d) };
    const found = await engine.nearest(points, queries, options, withoutProgress(watch));
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let t = i * n; t < (i + 1) * n; t++) {
        graph.indegree[found.indices[t]]++;
        sum += found.distances[t];
      }
      graph.meanDistance[first + i] = sum / n;
    }
    watch.progress((first + rows) / points.rows);
  }
  return graph;
}
