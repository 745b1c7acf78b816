/**
 * Lists of the k nearest rows in the engine's memory: see `kernels/knn-exact/nearest.ts`.
 * Types: `Runtime`, of the engine: arena (its memory). `Scope`, allocations that end together: copy (copies an array
 *   in, gives its address), copyStructure (writes a structure, gives its address). `DistanceBounds`, bounds of all
 *   pairs: rankToBound (ranking distance to squared distance). `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had.
 */

import type { Neighbors } from '../../../model.js';
import type { Metric } from '../../engine.js';
import { trueDistance } from '../../js/distance.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type DistanceBounds, paddedRows } from './prepared-rows.js';

/** The lists of all rows. */
export interface Lists {
  /** Address of the kernels' `Lists`. */
  readonly address: number;
  /** The lists, copied out of the engine's memory, by row number. */
  read(): Neighbors;
}

interface ListsOptions {
  readonly rows: number;
  readonly k: number;
  readonly metric: Metric;
  readonly bounds: DistanceBounds;
  /** Address: i32 for each data row, its row number. */
  readonly ids: number;
  /** Row number of each list. */
  readonly order: Int32Array;
}

/**
 * Allocates lists of the k nearest for `rows` rows in the engine's memory, empty: indices -1, distances infinite.
 * They live until the scope is freed; `read` copies them out as rows x k.
 * @param options `rows` and `k` of the lists, the metric and bounds they are filled by, the address of row numbers
 * (`ids`), and the row number at each position (`order`).
 */
export function allocateLists(
  { arena }: Runtime,
  scope: Scope,
  { rows, k, metric, bounds, ids, order }: ListsOptions,
): Lists {
  const length = rows * k;
  const distances = scope.copy(new Float64Array(length).fill(Number.POSITIVE_INFINITY));
  const indices = scope.copy(new Int32Array(length).fill(-1));
  const limits = scope.copy(new Float32Array(paddedRows(rows)).fill(Number.POSITIVE_INFINITY));
  const locks = scope.copy(new Int32Array(rows));
  return {
    address: scope.copyStructure('NearestLists', {
      ...{ rankToBound: bounds.rankToBound, k, distances, indices, limits, locks, ids },
    }),
    read() {
      const found = new Int32Array(arena.memory.buffer, indices, length);
      const measured = new Float64Array(arena.memory.buffer, distances, length);
      const result = { indices: new Int32Array(length), distances: new Float32Array(length) };
      for (let i = 0; i < length; i++) {
        const to = order[Math.floor(i / k)] * k + (i % k);
        result.indices[to] = found[i];
        result.distances[to] = trueDistance(metric, measured[i]);
      }
      return { rows, k, ...result };
    },
  };
}
