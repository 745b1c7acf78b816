/**
 * The lists of nearest-neighbor descent in the engine's memory, by `kernels/nn-descent/join.ts`;
 * ../../nn-descent.ts holds the algorithm.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Engine`: the heavy routines; each rejects with CancelledError when its
 *   watch ends. `Neighbors`: rows x k indices and distances, nearest first. `Scope`, allocations that end together:
 *   free (ends it), copy (copies an array in, gives its address), copyStructure (writes a structure, gives its
 *   address). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `UploadedRows`: addresses
 *   source and rows, estimates (distances are estimated), the parts points, means, squares. `Metric`: `euclidean`,
 *   `cosine`, `correlation` or `manhattan`. `Watch`: takes the progress of a stage, and throws CancelledError at a
 *   checkpoint once the signal is aborted. `Adjacency`: offsets, rows and fresh: neighbors of row i in both
 *   directions. `Arena`, the allocator: memory (of WebAssembly). `NnDescentOptions`, of an approximate search: metric
 *   (of distance).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { gatherRows } from '../../../core/matrix.js';
import type { Matrix, Neighbors } from '../../../model.js';
import type { Engine, Metric, Watch } from '../../engine.js';
import { trueDistance } from '../../js/distance.js';
import { type Adjacency, type DescentLists, listLength, nnDescent } from '../../nn-descent.js';
import { unwatched, withoutProgress } from '../../watch.js';
import { frameOf } from '../knn-exact/frame.js';
import { METRIC_CODES } from '../knn-exact/prepared-rows.js';
import { orderByProximity } from '../knn-exact/row-order.js';
import { JOIN_ROWS, PACK_ROWS } from '../runtime/layouts.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type UploadedRows, uploadRows } from './packed-rows.js';

/** Entries of a list beyond k, where distances are estimated. */
const MORE_ENTRIES = 24;
/** Entries beyond k that are measured in double. */
const MORE_EXACT = 2;

/**
 * Makes `Engine.nearestApproximate`: about the k nearest rows of each row, by nearest-neighbor descent; rows x k,
 * ascending by (distance, row number), -1 where fewer were found.
 */
export function createNearestApproximate(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Engine['nearestApproximate'] {
  return async (data, options, watch = unwatched) => {
    const scope = createScope(runtime.arena);
    try {
      const order = await orderByProximity(multiply, data, frameOf(data, options.metric), watch);
      const moved = gatherRows(data, order);
      await watch.checkpoint();
      const uploaded = await uploadRows(runtime, scope, multiply, moved, options);
      await watch.checkpoint();
      const lists = createLists(runtime, scope, moved, uploaded, options, watch);
      return inRowOrder(await nnDescent({ multiply }, lists, uploaded.points, options, watch), order);
    } finally {
      scope.free();
    }
  };
}

/**
 * Results by row number, from results by position. Rows at the same distance are ordered by their row numbers.
 * @param found rows x k indices (positions, -1 for none) and distances.
 * @param order row number at each position.
 */
function inRowOrder({ rows, k, indices, distances }: Neighbors, order: Int32Array): Neighbors {
  const result = { rows, k, indices: new Int32Array(rows * k), distances: new Float32Array(rows * k) };
  for (let i = 0; i < rows; i++) {
    const first = order[i] * k;
    for (let n = 0; n < k; n++) {
      const id = indices[i * k + n] < 0 ? -1 : order[indices[i * k + n]];
      const distance = distances[i * k + n];
      let at = first + n;
      for (; at > first && id >= 0; at--) {
        if (result.distances[at - 1] !== distance || result.indices[at - 1] < id) break;
        result.indices[at] = result.indices[at - 1];
      }
      result.indices[at] = id;
      result.distances[first + n] = distance;
    }
  }
  return result;
}

/**
 * Allocates a list of candidates for each row in the engine's memory (indices, estimated distances, and whether an
 * entry is new), empty, and returns the steps of descent that improve them. A list has more entries than k where
 * distances are estimated.
 * @param data rows in the order of the positions.
 * @param uploaded the same rows in memory.
 * @param options `k` neighbors that are sought, by a `metric`.
 */
function createLists(
  runtime: Runtime,
  scope: Scope,
  data: Matrix,
  uploaded: UploadedRows,
  { k, metric }: { k: number; metric: Metric },
  watch: Watch,
): DescentLists {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
  const shortest = listLength(rows, k);
  const length = uploaded.estimates ? Math.min(rows - 1, Math.max(shortest, k + MORE_ENTRIES)) : shortest;
  const indices = scope.copy(new Int32Array(rows * length).fill(-1));
  const distances = scope.copy(new Float32Array(rows * length).fill(Number.POSITIVE_INFINITY));
  const fresh = scope.copy(new Uint8Array(rows * length));
  const lists = scope.copyStructure('DescentLists', { indices, distances, fresh, k: length });
  const shared = { rows: uploaded.rows, lists };
  // nnDescent reports the progress of all steps
  const quiet = withoutProgress(watch);
  const stored = () => new Int32Array(memory.buffer, indices, rows * length);

  return {
    length,
    free: () => {},
    // copies: the memory may grow, and views of it end, while their reader pauses
    lists: () => ({
      indices: stored().slice(),
      fresh: new Uint8Array(memory.buffer, fresh, rows * length).slice(),
    }),
    joinGroups: (offsets, members) => joinGroups(runtime, shared, { offsets, members, columns }, quiet),
    joinNeighbors: (adjacency, used) =>
      joinNeighbors(runtime, shared, { adjacency, used, rows, columns }, quiet),
    async finish(requested) {
      if (uploaded.estimates) {
        const work = rows * length * columns * 3;
        const items = Math.ceil(rows / PACK_ROWS);
        await runtime.run({ kernel: 'remeasureLists', items, work, call: { ...shared, count: rows } }, quiet);
      }
      const all = stored();
      const most = Math.min(length, requested + MORE_EXACT);
      const first = Int32Array.from(
        { length: rows * most },
        (_, n) => all[Math.floor(n / most) * length + (n % most)],
      );
      return measureLists(runtime, data, uploaded, metric, { listed: first, length: most }, requested);
    },
  };
}

/** Addresses of the kernels' `DescentRows` and `DescentLists`. */
interface SharedStructures {
  readonly rows: number;
  readonly lists: number;
}

/**
 * Measures all pairs inside each group and inserts them into both rows' lists: the first step, with groups of rows
 * that lie near each other.
 * @param groups `offsets`: groups + 1; `members`: row numbers of all groups; `columns` of a row.
 */
function joinGroups(
  runtime: Runtime,
  shared: SharedStructures,
  { offsets, members, columns }: { offsets: Int32Array; members: Int32Array; columns: number },
  watch: Watch,
): Promise<void> {
  const part = scopeOf(runtime);
  const items = offsets.length - 1;
  const work = members.length * (members.length / items) * columns;
  const call = { ...shared, offsets: part.copy(offsets), members: part.copy(members) };
  return part.run({ kernel: 'joinGroup', items, work, call }, watch);
}

/**
 * Measures, for every row, the neighbors of its neighbors that have not been measured before, and inserts them;
 * returns how many entries were inserted.
 * @param input `adjacency`: neighbors of each row in both directions; `used`: most of them that are looked at for a
 *   row; `rows` and `columns` of the data.
 */
function joinNeighbors(
  runtime: Runtime,
  shared: SharedStructures,
  { adjacency, used, rows, columns }: { adjacency: Adjacency; used: number; rows: number; columns: number },
  watch: Watch,
): Promise<number> {
  const part = scopeOf(runtime);
  const items = Math.ceil(rows / JOIN_ROWS);
  const changes = part.copy(new Int32Array(items));
  const call = {
    ...{ ...shared, count: rows, used, changes, offsets: part.copy(adjacency.offsets) },
    ...{ neighbors: part.copy(adjacency.rows), fresh: part.copy(adjacency.fresh) },
  };
  const work = adjacency.rows.length * used * columns;
  const job = {
    kernel: 'joinNeighbors',
    items,
    scratch: runtime.size('descentScratch'),
    work,
    call,
  } as const;
  return part.run(job, watch, () =>
    new Int32Array(runtime.arena.memory.buffer, changes, items).reduce((sum, one) => sum + one, 0),
  );
}

/** A scope for the arrays of one job: `run` runs it, takes its result and frees them. */
function scopeOf(runtime: Runtime) {
  const scope = createScope(runtime.arena);
  return {
    copy: scope.copy,
    async run<T = void>(job: Parameters<Runtime['run']>[0], watch: Watch, result?: () => T): Promise<T> {
      try {
        await runtime.run(job, watch);
        return result?.() as T;
      } finally {
        scope.free();
      }
    },
  };
}

/**
 * Measures the distance from each row to the rows in its list exactly, in double, orders them by (distance, row
 * number) and keeps the first k: rows x k, -1 and infinity where a list has fewer. The last step of descent, whose
 * lists hold estimates.
 * @param data for its shape, rows x columns.
 * @param uploaded the same rows in the engine's memory.
 * @param input `listed`: rows x `length` row numbers, -1 for none.
 * @param k neighbors that are kept.
 */
async function measureLists(
  runtime: Runtime,
  data: Matrix,
  uploaded: UploadedRows,
  metric: Metric,
  { listed, length }: { listed: Int32Array; length: number },
  k: number,
): Promise<Neighbors> {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
  const part = scopeOf(runtime);
  const { source, means, squares } = uploaded;
  const targets = part.copy(listed.map((id) => Math.max(id, 0)));
  const exactAt = part.copy(new Float64Array(rows * length));
  const exact = await part.run(
    {
      kernel: 'targetDistances',
      items: rows,
      scratch: runtime.size('targetScratch'),
      work: rows * length * columns * 3,
      call: {
        ...{ metric: METRIC_CODES[metric], d: columns, targets, k: length, distances: exactAt },
        ...{ queries: source, queryMeans: means, querySquares: squares },
        ...{ data: source, dataMeans: means, dataSquares: squares },
      },
    },
    unwatched,
    () => new Float64Array(memory.buffer, exactAt, rows * length).slice(),
  );
  const result = {
    rows,
    k,
    indices: new Int32Array(rows * k).fill(-1),
    distances: new Float32Array(rows * k).fill(Number.POSITIVE_INFINITY),
  };
  const order = new Int32Array(length);
  for (let i = 0; i < rows; i++) {
    const count = orderByDistance(order, i * length, length, exact, listed);
    for (let rank = 0; rank < Math.min(k, count); rank++) {
      result.indices[i * k + rank] = listed[order[rank]];
      result.distances[i * k + rank] = trueDistance(metric, exact[order[rank]]);
    }
  }
  return result;
}

/**
 * Writes the positions of one list's entries, in order of (distance, row number), to `order`; returns how many
 * entries there are.
 * @param first position of the list's first entry.
 * @param length of the list.
 * @param distances of all entries.
 * @param rows row numbers of all entries, -1 for none.
 */
function orderByDistance(
  order: Int32Array,
  first: number,
  length: number,
  distances: Float64Array,
  rows: Int32Array,
): number {
  let count = 0;
  for (let n = first; n < first + length; n++) {
    if (rows[n] < 0) continue;
    let at = count++;
    for (; at > 0; at--) {
      const before = order[at - 1];
      if (distances[before] < distances[n]) break;
      if (distances[before] === distances[n] && rows[before] < rows[n]) break;
      order[at] = before;
    }
    order[at] = n;
  }
  return count;
}
