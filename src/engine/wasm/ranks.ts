/** Exact ranks over `kernels/ranks.ts`: an item is a block of asked rows, over one segment of data at a time. */

import { gatherRows } from '../../core/matrix.js';
import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { createScope } from './memory.js';
import { runPasses, type TileProduct, takesProducts } from './passes.js';
import { boundsOf, frameOf, METRIC_CODES, placeOffsets, placePoints, placeRowBounds } from './points.js';
import type { Runtime } from './runtime.js';

export function createRanks(runtime: Runtime, product: TileProduct | null): Engine['ranks'] {
  return async (data, targets, { k, metric, rows }, watch = unwatched) => {
    const d = data.columns;
    const asked = rows ?? Int32Array.from({ length: data.rows }, (_, i) => i);
    const { memory } = runtime.arena;
    const scope = createScope(runtime.arena);
    if (targets.length === 0) return new Int32Array(0);
    try {
      const frame = frameOf(data, metric);
      const { error, lowFactor, highFactor, rankToBound } = boundsOf(frame, takesProducts(frame, product));
      const all = await placePoints(runtime, scope, data, frame);
      const queries = rows ? gatherRows(data, rows) : data;
      const own = rows ? await placePoints(runtime, scope, queries, frame) : all;
      const wanted = scope.place(targets);
      const thresholds = scope.allocate(targets.length * 8);
      const code = METRIC_CODES[metric];
      await runtime.run(
        {
          kernel: 'targetDistances',
          items: asked.length,
          scratch: 64,
          work: targets.length * d * 3,
          parameters: [
            ...[code, d, own.source, own.means, own.squares, all.source, all.means, all.squares],
            ...[wanted, k, thresholds],
          ],
        },
        unwatched,
      );
      const counts = scope.place(new Int32Array(targets.length));
      const shared = [
        ...[own.source, scope.place(asked), asked.length, own.packed],
        placeOffsets(runtime, scope, own, error, 'low'),
        placeOffsets(runtime, scope, own, error, 'high'),
        ...[own.means, own.squares, all.source, all.packed],
        placeRowBounds(runtime, scope, all, error, 'low'),
        placeRowBounds(runtime, scope, all, error, 'high'),
        ...[all.means, all.squares, lowFactor, highFactor, rankToBound, wanted, thresholds, k, counts],
      ];
      const pass = {
        kernel: 'rankBlock',
        scratch: runtime.size('rankScratch', k),
        queries,
        data,
        pairWork: 12,
        parameters: [code, d, ...shared],
      };
      await runPasses(runtime, pass, frame, product, watch);
      return new Int32Array(memory.buffer, counts, targets.length).slice();
    } finally {
      scope.free();
    }
  };
}
