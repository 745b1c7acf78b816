/** The k nearest rows, exact, over `kernels/pairs.ts` and `kernels/nearest.ts`. */

import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { frameOf } from './frame.js';
import { placeLists } from './lists.js';
import { createScope } from './memory.js';
import { comparePairs } from './pairs.js';
import { planFor } from './plan.js';
import type { Runtime } from './runtime.js';
import { placeScreen } from './screen.js';

export function createNearest(runtime: Runtime, multiply: Engine['multiply']): Engine['nearest'] {
  return async (data, queries, { k, metric, excludeSelf }, watch = unwatched) => {
    const same = queries.data === data.data;
    const asked = same ? data : queries;
    const { rows } = asked;
    if (k === 0) return { rows, k, indices: new Int32Array(0), distances: new Float32Array(0) };
    const scope = createScope(runtime.arena);
    try {
      const frame = frameOf(data, metric);
      const plan = await planFor(multiply, frame, { data, asked, thresholds: null, k });
      const screen = await placeScreen(runtime, scope, { data, asked, frame }, plan);
      const lists = placeLists(runtime, scope, { rows, k, metric, screen });
      const own = Int32Array.from({ length: rows }, (_, q) => (excludeSelf ? q : -1));
      const comparison = {
        ...{ screen, ranks: 0, stride: 0, once: same && excludeSelf },
        ...{ lists: lists.address, own: scope.place(own) },
      };
      await comparePairs(runtime, scope, comparison, watch);
      return lists.read();
    } finally {
      scope.free();
    }
  };
}
