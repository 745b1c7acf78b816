/**
 * Ranks on maps of few dimensions by a kd-tree instead of all pairs: see `kernels/knn-exact/tree-ranks.ts`.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Metric`: `euclidean`, `cosine`,
 *   `correlation` or `manhattan`. `Runtime`, of the engine: arena (its memory), run (runs a job on all threads;
 *   CancelledError when the watch ends), size (bytes that a kernel needs). `Watch`: takes the progress of a stage, and
 *   throws CancelledError at a checkpoint once the signal is aborted. `KdTree`, of the coordinates: coordinates (in the
 *   tree's order), order (row at each position of the tree), points (the matrix, by row). `Scope`, allocations that end
 *   together: allocate (an address for so many bytes; MachineError when there is no room), copy (copies an array in,
 *   gives its address), free (ends it). `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { type KdTree, kdTreeSteps, LEAF } from '../../../core/kd-tree.js';
import type { Matrix } from '../../../model.js';
import type { Metric, Watch } from '../../engine.js';
import { paced } from '../../watch.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Columns up to which a tree beats a comparison of all pairs, for ranks. */
const MOST_COLUMNS = 3;
/** Targets up to which sorting a query's targets by insertion costs less than the walk. */
const MOST_TARGETS = 1024;
/** Points that a walk visits for each square root of the number of points; estimates the work of a job. */
const VISITED = 16;

/**
 * Whether `treeRanks` applies and is faster than comparing all pairs: euclidean, at most 3 columns, and at most 1024
 * targets for each query.
 * @param k targets of a query.
 * @param data rows x dimensions.
 */
export const hasTreeRanks = (data: Matrix, k: number, metric: Metric): boolean =>
  metric === 'euclidean' && data.columns <= MOST_COLUMNS && k <= MOST_TARGETS;

/**
 * The rank of each target among all rows by distance from its query (the query itself not counted, ties by row
 * number), by a kd-tree. Called by `Engine.ranks` where `hasTreeRanks`.
 * @param data rows x at most 3 columns.
 * @param targets queries x k row numbers.
 * @param options `rows`: the queries' row numbers; all rows when left out.
 * @returns queries x k, 0 for the nearest.
 */
export async function treeRanks(
  runtime: Runtime,
  data: Matrix,
  targets: Int32Array,
  { k, rows }: { k: number; rows?: Int32Array },
  watch: Watch,
): Promise<Int32Array> {
  const scope = createScope(runtime.arena);
  try {
    const tree = await paced(kdTreeSteps(data), watch);
    const queries = rows ?? Int32Array.from({ length: data.rows }, (_, i) => i);
    const ranks = scope.allocate(targets.length * 4);
    await runtime.run(
      {
        kernel: 'rankInTree',
        items: queries.length,
        scratch: runtime.size('treeRanksScratch', k),
        work: queries.length * k * VISITED * Math.sqrt(data.rows),
        call: {
          ...{ count: data.rows, d: data.columns, leaf: LEAF, k },
          ...{ points: scope.copy(data.data), coordinates: scope.copy(tree.coordinates) },
          ...{ order: scope.copy(tree.order), boxes: scope.copy(boxesOf(tree)) },
          ...{ queries: scope.copy(queries), targets: scope.copy(targets), ranks },
        },
      },
      watch,
    );
    return new Int32Array(runtime.arena.memory.buffer, ranks, targets.length).slice();
  } finally {
    scope.free();
  }
}

/**
 * Bounding box of the points of each node of a kd-tree: d lows, then d highs, float32, at the position of the node's
 * median. In all 2 x points x d numbers.
 */
function boxesOf(tree: KdTree): Float32Array {
  const d = tree.points.columns;
  const boxes = new Float32Array(2 * tree.points.data.length);
  const widen = (at: number, low: number, high: number): void => {
    for (let p = low * d; p < high * d; p++) {
      const c = p % d;
      boxes[at + c] = Math.min(boxes[at + c], tree.coordinates[p]);
      boxes[at + d + c] = Math.max(boxes[at + d + c], tree.coordinates[p]);
    }
  };
  const fill = (low: number, high: number): void => {
    const at = 2 * d * ((low + high) >> 1);
    boxes.fill(Number.POSITIVE_INFINITY, at, at + d);
    boxes.fill(Number.NEGATIVE_INFINITY, at + d, at + 2 * d);
    const middle = (low + high) >> 1;
    const split = high - low > LEAF;
    // of a node that is split, only the median is not in a half
    widen(at, split ? middle : low, split ? middle + 1 : high);
    if (!split) return;
    for (const [from, to] of [
      [low, middle],
      [middle + 1, high],
    ]) {
      fill(from, to);
      const half = 2 * d * ((from + to) >> 1);
      for (let c = 0; c < d; c++) {
        boxes[at + c] = Math.min(boxes[at + c], boxes[half + c]);
        boxes[at + d + c] = Math.max(boxes[at + d + c], boxes[half + d + c]);
      }
    }
  };
  if (tree.order.length > 0) fill(0, tree.order.length);
  return boxes;
}
