/** Exact ranks over `kernels/pairs.ts` and `kernels/ranks.ts`. */

import { gatherRows } from '../../core/matrix.js';
import type { Matrix } from '../../model.js';
import type { Engine } from '../engine.js';
import { rankingDistance } from '../js/distance.js';
import { unwatched } from '../watch.js';
import { type Frame, frameOf, rankToBound } from './frame.js';
import { createScope } from './memory.js';
import { comparePairs, type TileProduct, takesProducts } from './pairs.js';
import { planFor, probeRows } from './plan.js';
import type { Runtime } from './runtime.js';
import { CHUNK_ROWS, METRIC_CODES, placeScreen, structOf } from './screen.js';

export function createRanks(
  runtime: Runtime,
  multiply: Engine['multiply'],
  product: TileProduct | null,
): Engine['ranks'] {
  return async (data, targets, { k, metric, rows }, watch = unwatched) => {
    if (targets.length === 0) return new Int32Array(0);
    const d = data.columns;
    const asked = rows ? gatherRows(data, rows) : data;
    const own = rows ?? Int32Array.from({ length: data.rows }, (_, i) => i);
    const { memory } = runtime.arena;
    const scope = createScope(runtime.arena);
    try {
      const frame = frameOf(data, metric);
      const near = probeThresholds(data, own, targets, k, frame);
      const given = takesProducts(metric, d, product);
      const plan = await planFor(multiply, frame, { data, asked, thresholds: near, k }, given);
      const screen = await placeScreen(runtime, scope, { data, asked, frame, given }, plan);
      const wanted = scope.place(targets);
      const thresholds = scope.allocate(targets.length * 8);
      const { asked: a, data: b } = screen;
      await runtime.run(
        {
          kernel: 'targetDistances',
          items: own.length,
          scratch: 64,
          work: targets.length * d * 3,
          parameters: [
            ...[METRIC_CODES[metric], d, a.source, a.means, a.squares, b.source, b.means, b.squares],
            ...[wanted, k, thresholds],
          ],
        },
        unwatched,
      );
      const stride = Math.ceil(k / 4) * 4;
      const places = own.length * stride;
      const counts = scope.place(new Int32Array(places));
      const struct = structOf(
        [],
        [
          ...[k, stride, scope.allocate(places * 4), scope.allocate(places * 4)],
          ...[thresholds, wanted, counts],
        ],
      );
      const ranks = scope.place(struct);
      const limits = scope.place(new Float32Array(Math.ceil(own.length / CHUNK_ROWS) * CHUNK_ROWS));
      await runtime.run(
        {
          kernel: 'rankLimits',
          items: own.length,
          work: places * 8,
          parameters: [ranks, screen.rankToBound, limits],
        },
        unwatched,
      );
      const comparison = {
        ...{ screen, ranks, lists: 0, stride, askedLimits: limits, limits },
        ...{ own: scope.place(own), once: rows === undefined },
      };
      await comparePairs(runtime, scope, comparison, given ? product : null, watch);
      return unpadded(new Int32Array(memory.buffer, counts, places), k, stride);
    } finally {
      scope.free();
    }
  };
}

/** Distances, in the frame, from probes to their targets: what bounds have to decide. */
function probeThresholds(
  data: Matrix,
  own: Int32Array,
  targets: Int32Array,
  k: number,
  frame: Frame,
): Float64Array[] {
  const distance = rankingDistance(frame.metric);
  const factor = rankToBound(frame);
  return probeRows(own.length).map((q) =>
    Float64Array.from({ length: k }, (_, t) => factor * distance(data, own[q], data, targets[q * k + t])),
  );
}

function unpadded(counts: Int32Array, k: number, stride: number): Int32Array {
  const rows = counts.length / stride;
  const result = new Int32Array(rows * k);
  for (let r = 0; r < rows; r++) result.set(counts.subarray(r * stride, r * stride + k), r * k);
  return result;
}
