/** The k nearest rows, exact, over `kernels/pairs.ts` and `kernels/nearest.ts`. */

import type { Engine } from '../engine.js';
import { trueDistance } from '../js/distance.js';
import { unwatched } from '../watch.js';
import { frameOf } from './frame.js';
import { createScope } from './memory.js';
import { comparePairs, type TileProduct, takesProducts } from './pairs.js';
import { planFor } from './plan.js';
import type { Runtime } from './runtime.js';
import { CHUNK_ROWS, placeScreen, structOf } from './screen.js';

export function createNearest(
  runtime: Runtime,
  multiply: Engine['multiply'],
  product: TileProduct | null,
): Engine['nearest'] {
  return async (data, queries, { k, metric, excludeSelf }, watch = unwatched) => {
    const same = queries.data === data.data;
    const asked = same ? data : queries;
    const length = asked.rows * k;
    const { memory } = runtime.arena;
    const scope = createScope(runtime.arena);
    try {
      const distances = scope.place(new Float64Array(length).fill(Number.POSITIVE_INFINITY));
      const indices = scope.place(new Int32Array(length).fill(-1));
      if (k > 0) {
        const frame = frameOf(data, metric);
        const given = takesProducts(metric, data.columns, product);
        const plan = await planFor(multiply, frame, { data, asked, thresholds: null, k }, given);
        const screen = await placeScreen(runtime, scope, { data, asked, frame, given }, plan);
        const places = Math.ceil(asked.rows / CHUNK_ROWS) * CHUNK_ROWS;
        const limits = scope.place(new Float32Array(places).fill(Number.POSITIVE_INFINITY));
        const locks = scope.place(new Int32Array(asked.rows));
        const once = same && excludeSelf;
        const own = Int32Array.from({ length: asked.rows }, (_, q) => (excludeSelf ? q : -1));
        const comparison = {
          ...{ screen, stride: 0, ranks: 0, once, askedLimits: limits, limits },
          lists: scope.place(structOf([screen.rankToBound], [k, distances, indices, locks])),
          own: scope.place(own),
        };
        await comparePairs(runtime, scope, comparison, given ? product : null, watch);
      }
      const found = new Float64Array(memory.buffer, distances, length);
      return {
        rows: asked.rows,
        k,
        indices: new Int32Array(memory.buffer, indices, length).slice(),
        distances: Float32Array.from(found, (distance) => trueDistance(metric, distance)),
      };
    } finally {
      scope.free();
    }
  };
}
