/** Exact ranks, alone or with the nearest rows in the same walk, over `kernels/pairs.ts` and `kernels/ranks.ts`. */

import { gatherRows } from '../../core/matrix.js';
import type { Matrix, Neighbors } from '../../model.js';
import type { Engine, Metric, Watch } from '../engine.js';
import { rankingDistance } from '../js/distance.js';
import { unwatched } from '../watch.js';
import { type Frame, frameOf, rankToBound } from './frame.js';
import { type Lists, placeLists, placesOf } from './lists.js';
import { createScope, type Scope } from './memory.js';
import { comparePairs } from './pairs.js';
import { planFor, probeRows } from './plan.js';
import type { Runtime } from './runtime.js';
import { METRIC_CODES, placeScreen, type Screen, structOf } from './screen.js';
import { hasTreeRanks, treeRanks } from './tree-ranks.js';

/** What is asked: ranks of `k` targets a row, and the `nearest` rows to each (0: none). */
interface Question {
  readonly k: number;
  readonly nearest: number;
  readonly metric: Metric;
  readonly rows?: Int32Array;
}

export function createRanks(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Pick<Engine, 'ranks' | 'nearestAndRanks'> {
  const rank = createRanking(runtime, multiply);
  return {
    async ranks(data, targets, { k, metric, rows }, watch = unwatched) {
      if (targets.length === 0) return new Int32Array(0);
      if (hasTreeRanks(data, k, metric)) return treeRanks(runtime, data, targets, { k, rows }, watch);
      return (await rank(data, targets, { k, nearest: 0, metric, rows }, watch)).ranks;
    },
    async nearestAndRanks(data, targets, { k, targetCount, metric, rows }, watch = unwatched) {
      const found = await rank(data, targets, { k: targetCount, nearest: k, metric, rows }, watch);
      return { ranks: found.ranks, nearest: found.nearest! };
    },
  };
}

function createRanking(runtime: Runtime, multiply: Engine['multiply']) {
  return async (
    data: Matrix,
    targets: Int32Array,
    { k, nearest, metric, rows }: Question,
    watch: Watch,
  ): Promise<{ ranks: Int32Array; nearest: Neighbors | null }> => {
    const asked = rows ? gatherRows(data, rows) : data;
    const own = rows ?? Int32Array.from({ length: data.rows }, (_, i) => i);
    const scope = createScope(runtime.arena);
    try {
      const frame = frameOf(data, metric);
      const near = probeThresholds(data, own, targets, k, frame);
      const plan = await planFor(multiply, frame, { data, asked, thresholds: near, k });
      const screen = await placeScreen(runtime, scope, { data, asked, frame }, plan);
      const ranks = await placeRanks(runtime, scope, { screen, targets, k, metric });
      const selves = scope.place(own);
      const lists =
        nearest > 0 ? placeLists(runtime, scope, { rows: own.length, k: nearest, metric, screen }) : null;
      if (lists) await listTargets(runtime, { ranks, lists, k, own: selves, rows: own.length });
      const comparison = {
        ...{ screen, ranks: ranks.address, lists: lists?.address ?? 0, stride: ranks.stride },
        ...{ own: selves, once: rows === undefined },
      };
      await comparePairs(runtime, scope, comparison, watch);
      return { ranks: ranks.read(), nearest: lists?.read() ?? null };
    } finally {
      scope.free();
    }
  };
}

interface PlacedRanks {
  /** Address of the kernels' `Ranks`. */
  readonly address: number;
  /** Counts a row, those that pad it included. */
  readonly stride: number;
  read(): Int32Array;
}

/** Targets with their distances, and counts of 0. */
async function placeRanks(
  runtime: Runtime,
  scope: Scope,
  { screen, targets, k, metric }: { screen: Screen; targets: Int32Array; k: number; metric: Metric },
): Promise<PlacedRanks> {
  const { asked: a, data: b } = screen;
  const rows = a.count;
  const wanted = scope.place(targets);
  const thresholds = scope.allocate(targets.length * 8);
  const d = screen.columns;
  await runtime.run(
    {
      kernel: 'targetDistances',
      items: rows,
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
  const places = rows * stride;
  const floats = (count: number) => scope.place(new Float32Array(count));
  const limits = [floats(places), floats(places), floats(placesOf(rows) * k), floats(placesOf(rows) * k)];
  const counts = scope.place(new Int32Array(places));
  const address = scope.place(
    structOf([], [k, stride, ...limits, floats(placesOf(rows)), thresholds, wanted, counts]),
  );
  await runtime.run(
    {
      kernel: 'rankLimits',
      items: rows,
      work: places * 8,
      parameters: [address, screen.rankToBound],
    },
    unwatched,
  );
  const read = () => unpadded(new Int32Array(runtime.arena.memory.buffer, counts, places), k, stride);
  return { address, stride, read };
}

/** Begins the lists with the targets, whose distances are known: a map's neighbors are near in the data too. */
function listTargets(
  runtime: Runtime,
  { ranks, lists, k, own, rows }: { ranks: PlacedRanks; lists: Lists; k: number; own: number; rows: number },
): Promise<void> {
  return runtime.run(
    {
      kernel: 'listTargets',
      items: rows,
      work: rows * k * 32,
      parameters: [ranks.address, lists.address, own],
    },
    unwatched,
  );
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
