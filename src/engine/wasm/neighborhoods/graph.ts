/**
 * The graph of n-neighborhoods, and the nearest samples of points, by `kernels/neighborhoods/`; an item is a range of the tree's order, or a point.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Scope`, allocations that end together: allocate (an address for so many
 *   bytes; MachineError when there is no room), free (ends it), copy (copies an array in, gives its address),
 *   copyStructure (writes a structure, gives its address). `KdTree`, of the coordinates: points (the matrix, by row),
 *   order (row at each position of the tree), coordinates (in the tree's order), axes (split axis at each position).
 *   `Arena`, the allocator: memory (of WebAssembly). `Matrix`, row-major float32: rows (how many), data (element (r,
 *   c) at `r * columns + c`), columns (how many).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { KdTree } from '../../../core/kd-tree.js';
import type { Matrix } from '../../../model.js';
import type { Engine, Watch } from '../../engine.js';
import { timesOf } from '../../times-of.js';
import { partOf, unwatched } from '../../watch.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Ranges of the order, with 4 bytes a row each for their in-degrees; their number changes no byte of the result. */
const RANGES = 16;
/** Bytes of in-degrees at once, unless threads are more than ranges fit in: of many samples fewer ranges are in work. */
const RANGE_BYTES = 2 ** 26;
/** Rough number of operations for each neighbor of a sample, where one search serves several samples, and of a point: 50 and 100 ns. */
export const NEIGHBOR_WORK = 1000;
const SEARCH_WORK = 2000;

/**
 * Makes `Engine.neighborhoodGraph`: called with a kd-tree and n, it returns for each sample, by row, in how many
 * n-neighborhoods it is (its own included) and the mean distance to its n nearest (itself included). n is at most the
 * number of samples.
 * @param rangeBytes for tests.
 */
export function createNeighborhoodGraph(
  runtime: Runtime,
  rangeBytes = RANGE_BYTES,
): Engine['neighborhoodGraph'] {
  return async (tree, n, watch = unwatched) => {
    const { rows } = tree.points;
    const result = { indegree: new Float64Array(rows), meanDistance: new Float64Array(rows) };
    if (rows === 0) return result;
    const scope = createScope(runtime.arena);
    try {
      const together = Math.min(RANGES, Math.max(runtime.threads, Math.floor(rangeBytes / (4 * rows))));
      const indegree = scope.allocate(together * rows * 4);
      const meanDistance = scope.allocate(rows * 8);
      const shared = {
        ...{ tree: copyTree(scope, tree), n: Math.min(n, rows), ranges: RANGES },
        ...{ indegree, meanDistance },
      };
      for (let firstRange = 0; firstRange < RANGES; firstRange += together) {
        const items = Math.min(together, RANGES - firstRange);
        const part = partOf(watch, firstRange / RANGES, (firstRange + items) / RANGES);
        const work = (rows * n * NEIGHBOR_WORK * items) / RANGES;
        const scratch = runtime.size('graphScratch', rows, tree.points.columns);
        const call = { ...shared, firstRange };
        await runtime.run({ kernel: 'countNeighborhoods', items, scratch, work, call }, part);
        const counts = new Int32Array(runtime.arena.memory.buffer, indegree, items * rows);
        for (let at = 0; at < counts.length; at += rows) {
          for (let p = 0; p < rows; p++) result.indegree[tree.order[p]] += counts[at + p];
        }
      }
      result.meanDistance.set(new Float64Array(runtime.arena.memory.buffer, meanDistance, rows));
      return result;
    } finally {
      scope.free();
    }
  };
}

/**
 * Makes `Engine.nearestInTree`: called with a kd-tree, queries (points x dimensions) and n, it returns for each query
 * the rows of the n nearest samples and their squared distances, nearest first, ties by row: queries x n each; n is at
 * most the number of samples (not checked). An item of the job is a query.
 */
export function createNearestInTree(runtime: Runtime): Engine['nearestInTree'] {
  return (tree, queries, n, watch = unwatched) =>
    searched(runtime, { tree, queries, n, withDistances: true }, watch, (rows, squared) => ({
      rows: rows.slice(),
      squared: squared.slice(),
    }));
}

/**
 * Makes `Engine.countNearest`: as `Engine.nearestInTree`, but it returns for each sample, by row, of how many queries it is one
 * of the n nearest, which spares their order.
 */
export function createCountNearest(runtime: Runtime): Engine['countNearest'] {
  return (tree, queries, n, watch = unwatched) =>
    searched(runtime, { tree, queries, n, withDistances: false }, watch, (rows) =>
      timesOf(rows, tree.points.rows),
    );
}

/** What is searched for. */
interface Search {
  readonly tree: KdTree;
  readonly queries: Matrix;
  readonly n: number;
  /** With distances the nearest come first, else the rows of a query are in any order. */
  readonly withDistances: boolean;
}

/** Searches the tree for every query. @param read is given rows, and squared distances (none without them), queries x n each, in the engine's memory. */
async function searched<T>(
  runtime: Runtime,
  { tree, queries, n, withDistances }: Search,
  watch: Watch,
  read: (rows: Int32Array, squared: Float64Array) => T,
): Promise<T> {
  const length = queries.rows * n;
  const scope = createScope(runtime.arena);
  try {
    const found = scope.allocate(length * 4);
    const squared = withDistances ? scope.allocate(length * 8) : 0;
    await runtime.run(
      {
        kernel: 'findNearest',
        items: queries.rows,
        scratch: runtime.size('treeScratch', tree.points.rows),
        work: length * SEARCH_WORK,
        call: { tree: copyTree(scope, tree), queries: scope.copy(queries.data), n, found, squared },
      },
      watch,
    );
    const { buffer } = runtime.arena.memory;
    return read(
      new Int32Array(buffer, found, length),
      new Float64Array(buffer, squared, withDistances ? length : 0),
    );
  } finally {
    scope.free();
  }
}

/** Copies a tree into the engine's memory; returns the address of its `TreeArguments`. */
export function copyTree(scope: Scope, { coordinates, order, axes, points }: KdTree): number {
  return scope.copyStructure('TreeArguments', {
    coordinates: scope.copy(coordinates),
    order: scope.copy(order),
    axes: scope.copy(axes),
    rows: points.rows,
    d: points.columns,
  });
}
