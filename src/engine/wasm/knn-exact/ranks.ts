/** Exact ranks, alone or with the nearest rows in the same walk, over `kernels/knn-exact/pairs.ts` and `kernels/knn-exact/ranks.ts`. */

import { gatherRows } from '../../../core/matrix.js';
import type { Matrix, Neighbors } from '../../../model.js';
import type { Engine, Metric, Watch } from '../../engine.js';
import { rankingDistance } from '../../js/distance.js';
import { unwatched } from '../../watch.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Compared, type Multipliers, placeCompared } from './compared.js';
import { type Frame, rankToBound } from './frame.js';
import { type Lists, placeLists, placesOf } from './nearest-lists.js';
import { comparePairs } from './pairs.js';
import { probeRows } from './plan.js';
import { METRIC_CODES, type Screen, structOf } from './prepared-rows.js';
import { asGiven } from './row-order.js';
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
  multipliers: Multipliers,
): Pick<Engine, 'ranks' | 'nearestAndRanks'> {
  const rank = createRanking(runtime, multipliers);
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

function createRanking(runtime: Runtime, multipliers: Multipliers) {
  return async (
    data: Matrix,
    targets: Int32Array,
    { k, nearest, metric, rows }: Question,
    watch: Watch,
  ): Promise<{ ranks: Int32Array; nearest: Neighbors | null }> => {
    const once = rows === undefined;
    const asked = rows ? gatherRows(data, rows) : data;
    const given = rows ?? asGiven(data.rows).rows;
    const scope = createScope(runtime.arena);
    try {
      const thresholds = (frame: Frame) => probeThresholds(data, given, targets, k, frame);
      const rowsCompared = { data, asked, once, metric, k, thresholds };
      const compared = await placeCompared(runtime, scope, multipliers, rowsCompared);
      const placed = { ...compared, rows: given.length, metric };
      const sought = inOrder(targets, k, compared);
      const ranks = await placeRanks(runtime, scope, { ...placed, targets: sought, k });
      const own = scope.place(once ? given : given.map((row) => compared.places[row]));
      const lists = nearest > 0 ? placeLists(runtime, scope, { ...placed, k: nearest }) : null;
      if (lists) await listTargets(runtime, { ranks, lists, k, own, rows: given.length });
      const found = { ranks: ranks.address, stride: ranks.stride, lists: lists?.address ?? 0, k: nearest };
      const comparison = { ...compared, ...found, own };
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

interface RanksOptions {
  readonly screen: Screen;
  /** Address: i32 a data row, its number. */
  readonly ids: number;
  /** Which row's targets stand at each place. */
  readonly order: Int32Array;
  /** Places of data rows. */
  readonly targets: Int32Array;
  readonly k: number;
  readonly metric: Metric;
}

/** Targets with their distances, and counts of 0. */
async function placeRanks(
  runtime: Runtime,
  scope: Scope,
  { screen, ids, order, targets, k, metric }: RanksOptions,
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
      scratch: 96,
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
    structOf([], [k, stride, ...limits, floats(placesOf(rows)), thresholds, wanted, counts, ids]),
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
  const read = () => unpadded(new Int32Array(runtime.arena.memory.buffer, counts, places), k, order);
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

/** The targets of the row at each place, each by its own place. */
function inOrder(targets: Int32Array, k: number, { order, places }: Compared): Int32Array {
  const result = new Int32Array(targets.length);
  order.forEach((row, place) => {
    for (let t = 0; t < k; t++) result[place * k + t] = places[targets[row * k + t]];
  });
  return result;
}

/** Counts row by row, without what pads them, of rows that stand in `order`. */
function unpadded(counts: Int32Array, k: number, order: Int32Array): Int32Array {
  const stride = counts.length / order.length;
  const result = new Int32Array(order.length * k);
  order.forEach((row, place) => {
    result.set(counts.subarray(place * stride, place * stride + k), row * k);
  });
  return result;
}
