/** The k nearest rows, exact, over `kernels/knn-exact/pairs.ts` and `kernels/knn-exact/nearest.ts`. */

import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Multipliers, placeCompared } from './compared.js';
import { placeLists } from './nearest-lists.js';
import { comparePairs } from './pairs.js';

export function createNearest(runtime: Runtime, multipliers: Multipliers): Engine['nearest'] {
  return async (data, queries, { k, metric, excludeSelf }, watch = unwatched) => {
    const same = queries.data === data.data;
    const asked = same ? data : queries;
    const { rows } = asked;
    if (k === 0) return { rows, k, indices: new Int32Array(0), distances: new Float32Array(0) };
    const scope = createScope(runtime.arena);
    try {
      const rowsCompared = { data, asked, once: same && excludeSelf, metric, k, thresholds: null };
      const compared = await placeCompared(runtime, scope, multipliers, rowsCompared);
      const lists = placeLists(runtime, scope, { ...compared, rows, k, metric });
      const own = scope.place(Int32Array.from({ length: rows }, (_, q) => (excludeSelf ? q : -1)));
      const comparison = { ...compared, ranks: 0, stride: 0, lists: lists.address, k, own };
      await comparePairs(runtime, scope, comparison, watch);
      return lists.read();
    } finally {
      scope.free();
    }
  };
}
