/**
 * The k nearest rows, exact, by `kernels/knn-exact/pairs.ts` and `kernels/knn-exact/nearest.ts`.
 * Types: `Runtime`, of the engine: arena (its memory). `Scope`, allocations that end together: copy (copies an array in, gives its address), free (ends it).
 *   `Lists`, results in the engine's memory: read (copies them out).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { allocateLists } from './nearest-lists.js';
import { comparePairs } from './pairs.js';
import { prepareComparison } from './prepare-comparison.js';

/**
 * Makes `Engine.nearest`: for each query the k nearest data rows, exactly, ascending by (distance, row number):
 * queries x k. Where there are fewer than k rows, the rest is -1 and infinite. With `excludeSelf` the queries are the
 * data, and a row is not in its list.
 * @param multiply of the engine.
 */
export function createNearest(runtime: Runtime, multiply: Engine['multiply']): Engine['nearest'] {
  return async (data, queries, { k, metric, excludeSelf }, watch = unwatched) => {
    const same = queries.data === data.data;
    const compared = same ? data : queries;
    const { rows } = compared;
    if (k === 0) return { rows, k, indices: new Int32Array(0), distances: new Float32Array(0) };
    const scope = createScope(runtime.arena);
    try {
      const input = { data, queries: compared, symmetric: same && excludeSelf, metric, k, thresholds: null };
      const prepared = await prepareComparison(runtime, scope, multiply, input, watch);
      const lists = allocateLists(runtime, scope, { ...prepared, rows, k, metric });
      const selfRows = scope.copy(Int32Array.from({ length: rows }, (_, q) => (excludeSelf ? q : -1)));
      const comparison = { ...prepared, ranks: 0, stride: 0, lists: lists.address, k, selfRows };
      await comparePairs(runtime, scope, comparison, watch);
      return lists.read();
    } finally {
      scope.free();
    }
  };
}
