/**
 * Exact ranks, alone or with the nearest rows in the same comparison, by `kernels/knn-exact/pairs.ts` and
 * `kernels/knn-exact/ranks.ts`.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs).
 *   `Scope`, allocations that end together: copy (copies an array in, gives its address), free (ends it), allocate
 *   (an address for so many bytes; MachineError when there is no room), copyStructure (writes a structure, gives its
 *   address). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Frame`, in which products are
 *   computed: metric (of distance). `PreparedComparison`: bounds, pruneBounds or null,
 *   symmetric, order (row at each position), positions (of each row), ids (address). `DistanceBounds`, bounds of all
 *   pairs: queries (addresses of prepared rows), data (addresses of prepared rows), columns (of the rows),
 *   rankToBound (ranking distance to squared distance). `Arena`, the allocator: memory (of WebAssembly). `Lists`,
 *   results in the engine's memory: read (copies them out).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { gatherRows } from '../../../core/matrix.js';
import type { Matrix, Neighbors } from '../../../model.js';
import type { Engine, Metric, Watch } from '../../engine.js';
import { rankingDistance } from '../../js/distance.js';
import { unwatched, withoutProgress } from '../../watch.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Frame, rankToBound } from './frame.js';
import { allocateLists, type Lists } from './nearest-lists.js';
import { comparePairs } from './pairs.js';
import { probeRows } from './plan.js';
import { type PreparedComparison, prepareComparison } from './prepare-comparison.js';
import { type DistanceBounds, METRIC_CODES, paddedRows } from './prepared-rows.js';
import { identityOrder } from './row-order.js';
import { hasTreeRanks, treeRanks } from './tree-ranks.js';

/** What is requested: ranks of `k` targets for each row, and its `nearest` rows (0 for none). */
interface RanksRequest {
  readonly k: number;
  readonly nearest: number;
  readonly metric: Metric;
  readonly rows?: Int32Array;
}

/**
 * Makes `Engine.ranks`, the rank of k targets for each query among all data rows by distance (queries x k, 0 for the
 * nearest), and `Engine.nearestAndRanks`, which finds nearest rows in the same comparison. On maps of few dimensions
 * ranks come from a tree. The query itself does not count; rows at the same distance are ordered by row number.
 */
export function createRanks(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Pick<Engine, 'ranks' | 'nearestAndRanks'> {
  const rank = createRanking(runtime, multiply);
  return {
    async ranks(data, targets, { k, metric, rows }, watch = unwatched) {
      if (targets.length === 0) return new Int32Array(0);
      if (hasTreeRanks(data, k, metric)) return treeRanks(runtime, data, targets, { k, rows }, watch);
      return (await rank(data, targets, { k, nearest: 0, metric, rows }, watch)).ranks;
    },
    async nearestAndRanks(data, targets, { k, targetCount, metric, rows }, watch = unwatched) {
      const found = await rank(data, targets, { k: targetCount, nearest: k, metric, rows }, watch);
      return { ranks: found.ranks, nearest: found.nearest! };
    },
  };
}

/**
 * Makes the comparison that both routines share: ranks of k targets for each query and, where `nearest` is above 0,
 * the nearest rows.
 */
function createRanking(runtime: Runtime, multiply: Engine['multiply']) {
  return async (
    data: Matrix,
    /** queries x k row numbers of the data. */
    targets: Int32Array,
    { k, nearest, metric, rows }: RanksRequest,
    watch: Watch,
  ): Promise<{ ranks: Int32Array; nearest: Neighbors | null }> => {
    const symmetric = rows === undefined;
    const queries = rows ? gatherRows(data, rows) : data;
    const queryRows = rows ?? identityOrder(data.rows).rows;
    const scope = createScope(runtime.arena);
    try {
      const thresholds = (frame: Frame) => probeThresholds(data, queryRows, targets, k, frame);
      const input = { data, queries, symmetric, metric, k, thresholds };
      const prepared = await prepareComparison(runtime, scope, multiply, input, watch);
      const shared = { ...prepared, rows: queryRows.length, metric };
      const step = withoutProgress(watch);
      const placed = { ...shared, targets: byPosition(targets, k, prepared), k };
      const ranks = await uploadRanks(runtime, scope, placed, step);
      const selfRows = scope.copy(symmetric ? queryRows : queryRows.map((row) => prepared.positions[row]));
      const lists = nearest > 0 ? allocateLists(runtime, scope, { ...shared, k: nearest }) : null;
      if (lists) await insertTargets(runtime, { ranks, lists, k, selfRows, rows: queryRows.length }, step);
      const sought = { ranks: ranks.address, stride: ranks.stride, lists: lists?.address ?? 0, k: nearest };
      await comparePairs(runtime, scope, { ...prepared, ...sought, selfRows }, watch);
      return { ranks: ranks.read(), nearest: lists?.read() ?? null };
    } finally {
      scope.free();
    }
  };
}

/** Ranks in the engine's memory. */
interface UploadedRanks {
  /** Address of the kernels' `Ranks`. */
  readonly address: number;
  /** Counts for each query: k rounded up to a multiple of 4. */
  readonly stride: number;
  /** The ranks, queries x k, by row number. */
  read(): Int32Array;
}

/** Arguments of `uploadRanks`. */
interface RanksOptions {
  readonly bounds: DistanceBounds;
  /** Address: i32 for each data row, its row number. */
  readonly ids: number;
  /** Row number of the query at each position. */
  readonly order: Int32Array;
  /** Positions of the targets among the data rows. */
  readonly targets: Int32Array;
  readonly k: number;
  readonly metric: Metric;
}

/**
 * Copies the targets (queries x k positions) into the engine's memory, measures their distances in double, and starts
 * the count of nearer rows of each at 0.
 */
async function uploadRanks(
  runtime: Runtime,
  scope: Scope,
  { bounds, ids, order, targets, k, metric }: RanksOptions,
  watch: Watch,
): Promise<UploadedRanks> {
  const { queries: a, data: b } = bounds;
  const rows = a.count;
  const copied = scope.copy(targets);
  const thresholds = scope.allocate(targets.length * 8);
  const d = bounds.columns;
  await runtime.run(
    {
      kernel: 'targetDistances',
      items: rows,
      scratch: runtime.size('targetScratch'),
      work: targets.length * d * 3,
      call: {
        ...{ metric: METRIC_CODES[metric], d, targets: copied, k, distances: thresholds },
        ...{ queries: a.source, queryMeans: a.means, querySquares: a.squares },
        ...{ data: b.source, dataMeans: b.means, dataSquares: b.squares },
      },
    },
    watch,
  );
  const stride = Math.ceil(k / 4) * 4;
  const size = rows * stride;
  const floats = (count: number) => scope.copy(new Float32Array(count));
  const padded = paddedRows(rows);
  const counts = scope.copy(new Int32Array(size));
  const address = scope.copyStructure('Ranks', {
    ...{ k, stride, thresholds, targets: copied, counts, ids },
    ...{ near: floats(size), far: floats(size), limits: floats(padded) },
    ...{ nearOfFour: floats(padded * k), farOfFour: floats(padded * k) },
  });
  await runtime.run(
    {
      kernel: 'rankLimits',
      items: rows,
      work: size * 8,
      call: { ranks: address, rankToBound: bounds.rankToBound },
    },
    watch,
  );
  const read = () => unpadded(new Int32Array(runtime.arena.memory.buffer, counts, size), k, order);
  return { address, stride, read };
}

/** Arguments of `insertTargets`. */
interface InsertInput {
  readonly ranks: UploadedRanks;
  readonly lists: Lists;
  readonly k: number;
  /** Address: i32 a query, see `Comparison`. */
  readonly selfRows: number;
  readonly rows: number;
}

/**
 * Starts the lists of nearest rows with the targets, whose distances are known: neighbors on a map are near in the
 * data too. Called once, before the pairs are compared.
 */
function insertTargets(
  runtime: Runtime,
  { ranks, lists, k, selfRows, rows }: InsertInput,
  watch: Watch,
): Promise<void> {
  return runtime.run(
    {
      kernel: 'insertTargets',
      items: rows,
      work: rows * k * 32,
      call: { ranks: ranks.address, lists: lists.address, selfRows },
    },
    watch,
  );
}

/**
 * Squared distances, in units of the frame, from each of the evenly spaced probes to its k targets: the distances
 * that bounds must decide.
 * @param targets queries x k row numbers.
 * @returns an array of k for each probe.
 * @param data rows x columns.
 * @param queryRows data row of each query.
 */
function probeThresholds(
  data: Matrix,
  queryRows: Int32Array,
  targets: Int32Array,
  k: number,
  frame: Frame,
): Float64Array[] {
  const distance = rankingDistance(frame.metric);
  const factor = rankToBound(frame);
  return probeRows(queryRows.length).map((q) =>
    Float64Array.from(
      { length: k },
      (_, t) => factor * distance(data, queryRows[q], data, targets[q * k + t]),
    ),
  );
}

/**
 * The targets in the order of the prepared rows: those of the query at each position, each target as its position among
 * the prepared data.
 * @param targets queries x k, row numbers of the data.
 * @param prepared `order`: number of the query at each position; `positions`: of each row of the data.
 * @returns queries x k positions.
 */
function byPosition(targets: Int32Array, k: number, { order, positions }: PreparedComparison): Int32Array {
  const result = new Int32Array(targets.length);
  order.forEach((query, position) => {
    for (let t = 0; t < k; t++) result[position * k + t] = positions[targets[query * k + t]];
  });
  return result;
}

/**
 * Counts (queries x k) by number of the query, without the padding.
 * @param counts by position, as many for each query as k rounded up to a multiple of 4.
 * @param order number of the query at each position.
 */
function unpadded(counts: Int32Array, k: number, order: Int32Array): Int32Array {
  const stride = counts.length / order.length;
  const result = new Int32Array(order.length * k);
  order.forEach((query, position) => {
    result.set(counts.subarray(position * stride, position * stride + k), query * k);
  });
  return result;
}
