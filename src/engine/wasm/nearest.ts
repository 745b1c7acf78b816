/** Exact nearest rows over `kernels/nearest.ts`: an item is a block of queries, over one segment of data at a time. */

import type { Engine } from '../engine.js';
import { trueDistance } from '../js/distance.js';
import { unwatched } from '../watch.js';
import { createScope } from './memory.js';
import { runPasses, type TileProduct, takesProducts } from './passes.js';
import { boundsOf, frameOf, METRIC_CODES, placeOffsets, placePoints, placeRowBounds } from './points.js';
import type { Runtime } from './runtime.js';

/** Products and candidates of a block, and four exact distances. */
const SCRATCH = 32 * 64 * 4 + 64 * 4 + 128;

export function createNearest(runtime: Runtime, product: TileProduct | null): Engine['nearest'] {
  return async (data, queries, { k, metric, excludeSelf }, watch = unwatched) => {
    const length = queries.rows * k;
    const { memory } = runtime.arena;
    const scope = createScope(runtime.arena);
    try {
      const frame = frameOf(data, metric);
      const { error, lowFactor, rankToBound } = boundsOf(frame, takesProducts(frame, product));
      const all = await placePoints(runtime, scope, data, frame);
      const asked = queries.data === data.data ? all : await placePoints(runtime, scope, queries, frame);
      const low = placeRowBounds(runtime, scope, all, error, 'low');
      const offsets = placeOffsets(runtime, scope, asked, error, 'low');
      const distances = scope.place(new Float64Array(length).fill(Number.POSITIVE_INFINITY));
      const indices = scope.place(new Int32Array(length).fill(-1));
      const d = data.columns;
      const pass = {
        kernel: 'nearestBlock',
        scratch: SCRATCH,
        queries,
        data,
        pairWork: 8,
        parameters: [
          ...[METRIC_CODES[metric], d, asked.source, queries.rows, asked.packed, offsets],
          ...[asked.means, asked.squares, all.source, all.packed, low, all.means, all.squares],
          ...[lowFactor, rankToBound, k, excludeSelf ? 1 : 0, distances, indices],
        ],
      };
      if (k > 0) await runPasses(runtime, pass, frame, product, watch);
      const found = new Float64Array(memory.buffer, distances, length);
      return {
        rows: queries.rows,
        k,
        indices: new Int32Array(memory.buffer, indices, length).slice(),
        distances: Float32Array.from(found, (distance) => trueDistance(metric, distance)),
      };
    } finally {
      scope.free();
    }
  };
}
