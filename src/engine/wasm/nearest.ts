/** The k nearest rows, exact, over `kernels/pairs.ts` and `kernels/nearest.ts`. */

import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { bytesOf, frameOf } from './frame.js';
import { placeLists } from './lists.js';
import { createScope } from './memory.js';
import { asGiven, orderRows, placeInOrder } from './order.js';
import { comparePairs } from './pairs.js';
import { planFor } from './plan.js';
import type { Runtime } from './runtime.js';
import { placeScreen } from './screen.js';
import { placeSieve } from './sieve.js';
import type { MultiplyBytes } from './walk.js';

export function createNearest(
  runtime: Runtime,
  multiply: Engine['multiply'],
  multiplyBytes: MultiplyBytes | null,
): Engine['nearest'] {
  return async (data, queries, { k, metric, excludeSelf }, watch = unwatched) => {
    const same = queries.data === data.data;
    const asked = same ? data : queries;
    const { rows } = asked;
    if (k === 0) return { rows, k, indices: new Int32Array(0), distances: new Float32Array(0) };
    const scope = createScope(runtime.arena);
    try {
      const frame = frameOf(data, metric);
      const once = same && excludeSelf;
      const order = once ? await orderRows(multiply, data, metric) : asGiven(data.rows);
      const bytes = once && multiplyBytes ? bytesOf(data, frame) : null;
      const sought = { thresholds: null, k, order: once ? order : null, bytes };
      const plan = await planFor(multiply, frame, { data, asked, ...sought });
      const source = placeInOrder(runtime, scope, data, order);
      const screen = await placeScreen(runtime, scope, { data, asked, frame, source }, plan);
      const ids = scope.place(order.rows);
      const listed = once ? order.rows : asGiven(rows).rows;
      const lists = placeLists(runtime, scope, { rows, k, metric, screen, ids, order: listed });
      const own = Int32Array.from({ length: rows }, (_, q) => (excludeSelf ? q : -1));
      const sieve =
        once && plan.kind !== 'bytes'
          ? await placeSieve(runtime, scope, multiply, { data, frame, screen })
          : null;
      const comparison = {
        ...{
          screen,
          ranks: 0,
          stride: 0,
          once,
          sieve,
          multiplyBytes: plan.kind === 'bytes' ? multiplyBytes : null,
        },
        ...{ lists: lists.address, k, own: scope.place(own) },
      };
      await comparePairs(runtime, scope, comparison, watch);
      return lists.read();
    } finally {
      scope.free();
    }
  };
}
