/** Exact ranks, alone or with the nearest rows in the same walk, over `kernels/pairs.ts` and `kernels/ranks.ts`. */

import { gatherRows } from '../../core/matrix.js';
import type { Matrix, Neighbors } from '../../model.js';
import type { Engine, Metric, Watch } from '../engine.js';
import { rankingDistance } from '../js/distance.js';
import { unwatched } from '../watch.js';
import { bytesOf, type Frame, frameOf, rankToBound } from './frame.js';
import { type Lists, placeLists, placesOf } from './lists.js';
import { createScope, type Scope } from './memory.js';
import { asGiven, orderRows, placeInOrder } from './order.js';
import { comparePairs } from './pairs.js';
import { planFor, probeRows } from './plan.js';
import type { Runtime } from './runtime.js';
import { METRIC_CODES, placeScreen, type Screen, structOf } from './screen.js';
import { placeSieve } from './sieve.js';
import { hasTreeRanks, treeRanks } from './tree-ranks.js';
import type { MultiplyBytes } from './walk.js';

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
  multiplyBytes: MultiplyBytes | null,
): Pick<Engine, 'ranks' | 'nearestAndRanks'> {
  const rank = createRanking(runtime, multiply, multiplyBytes);
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

function createRanking(runtime: Runtime, multiply: Engine['multiply'], multiplyBytes: MultiplyBytes | null) {
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
      const frame = frameOf(data, metric);
      const near = probeThresholds(data, given, targets, k, frame);
      const order = once ? await orderRows(multiply, data, metric) : asGiven(data.rows);
      const bytes = once && multiplyBytes ? bytesOf(data, frame) : null;
      const sought = { thresholds: near, k, order: once ? order : null, bytes };
      const plan = await planFor(multiply, frame, { data, asked, ...sought });
      const source = placeInOrder(runtime, scope, data, order);
      const screen = await placeScreen(runtime, scope, { data, asked, frame, source }, plan);
      const sieve =
        once && plan.kind !== 'bytes'
          ? await placeSieve(runtime, scope, multiply, { data, frame, screen })
          : null;
      const placed = {
        screen,
        ids: scope.place(order.rows),
        order: once ? order.rows : asGiven(given.length).rows,
      };
      const wanted = inOrder(targets, k, placed.order, order.places);
      const ranks = await placeRanks(runtime, scope, { ...placed, targets: wanted, k, metric });
      const selves = scope.place(once ? given : given.map((row) => order.places[row]));
      const lists =
        nearest > 0
          ? placeLists(runtime, scope, { ...placed, rows: given.length, k: nearest, metric })
          : null;
      if (lists) await listTargets(runtime, { ranks, lists, k, own: selves, rows: given.length });
      const comparison = {
        ...{ screen, sieve, ranks: ranks.address, lists: lists?.address ?? 0, stride: ranks.stride },
        ...{ own: selves, once, k: nearest, multiplyBytes: plan.kind === 'bytes' ? multiplyBytes : null },
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

/** Targets of the rows in `order`, each by its place. */
function inOrder(targets: Int32Array, k: number, order: Int32Array, places: Int32Array): Int32Array {
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
