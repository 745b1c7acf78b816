/**
 * The end of nearest-neighbor descent: from lists in the engine's memory, by position, to neighbors by row number with
 * exact distances.
 *
 * Precision: distances in double; integers that tell them exactly are not measured again.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads), size (bytes that a kernel needs).
 *   `Scope`: allocations that end together. `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 *   `Neighbors`: rows x k indices and distances, nearest first. `PackedRows`: rows in memory, near ones side by side.
 *   `Watch`: throws CancelledError at a checkpoint once the signal is aborted.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Matrix, Neighbors } from '../../../model.js';
import type { Metric, Watch } from '../../engine.js';
import { trueDistance } from '../../js/distance.js';
import { METRIC_CODES } from '../knn-exact/prepared-rows.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import type { PackedRows } from './packed-rows.js';

/** Entries beyond k that are measured in double. */
export const MORE_EXACT = 2;

/** What the steps of descent work with. */
export interface Descent {
  readonly runtime: Runtime;
  readonly scope: Scope;
  readonly data: Matrix;
  readonly packed: PackedRows;
  readonly metric: Metric;
  /** Ends the work, and hears no progress. */
  readonly quiet: Watch;
}

/** An empty result: -1 and infinite. */
const emptyResult = (rows: number, k: number): Neighbors => ({
  ...{ rows, k, indices: new Int32Array(rows * k).fill(-1) },
  distances: new Float32Array(rows * k).fill(Number.POSITIVE_INFINITY),
});

/**
 * The first k entries of each list, whose integers tell distances exactly, by row number.
 * @param stored entries of the lists, two numbers each: row x 2 (and a flag), distance.
 */
export function exactLists(
  { data, packed }: Descent,
  stored: Uint32Array,
  length: number,
  k: number,
): Neighbors {
  const { order, exactUnit } = packed;
  const result = emptyResult(data.rows, k);
  const sorted = new Int32Array(length);
  const [rows, distances] = [new Int32Array(length), new Float64Array(length)];
  for (let position = 0; position < data.rows; position++) {
    const entries = firstEntries(stored, position * length, length, k);
    readList(stored, position * length, order, rows, distances, entries);
    const count = orderByDistance(sorted, distances, rows, 0, entries);
    const first = order[position] * k;
    for (let rank = 0; rank < Math.min(k, count); rank++) {
      result.indices[first + rank] = rows[sorted[rank]];
      result.distances[first + rank] = Math.sqrt(distances[sorted[rank]] * exactUnit);
    }
  }
  return result;
}

/** How many entries of an ascending list may be among its first k: those, and others at the distance of the k-th. */
function firstEntries(stored: Uint32Array, first: number, length: number, k: number): number {
  let entries = Math.min(k, length);
  const farthest = stored[2 * (first + entries) - 1];
  while (entries < length && stored[2 * (first + entries) + 1] === farthest) entries++;
  return entries;
}

/**
 * Reads the first `entries` of a list: row numbers (-1 where empty) and distances as stored.
 * @param first number of the list's first entry.
 */
function readList(
  stored: Uint32Array,
  first: number,
  order: Int32Array,
  rows: Int32Array,
  distances: Float64Array,
  entries: number,
): void {
  for (let n = 0; n < entries; n++) {
    const low = stored[2 * (first + n)];
    distances[n] = stored[2 * (first + n) + 1];
    rows[n] = low === 0xffffffff ? -1 : order[low >>> 1];
  }
}

/**
 * Measures the distance from each row to the first k and MORE_EXACT rows of its list in double, orders them by
 * (distance, row number) and keeps the first k.
 * @param stored entries of the lists, two numbers each: row x 2 (and a flag), distance.
 */
export async function measureLists(
  { runtime, data, packed, metric, quiet }: Descent,
  stored: Uint32Array,
  length: number,
  k: number,
): Promise<Neighbors> {
  const { rows, columns } = data;
  const part = createScope(runtime.arena);
  try {
    const most = Math.min(length, k + MORE_EXACT);
    const listed = new Int32Array(rows * most);
    const [near, unused] = [new Int32Array(most), new Float64Array(most)];
    for (let position = 0; position < rows; position++) {
      readList(stored, position * length, packed.order, near, unused, most);
      listed.set(near, packed.order[position] * most);
    }
    const { source, means, squares } = packed;
    const targets = part.copy(listed.map((id) => Math.max(id, 0)));
    const exactAt = part.allocate(rows * most * 8);
    await runtime.run(
      {
        ...{ kernel: 'targetDistances', items: rows, scratch: runtime.size('targetScratch') },
        work: rows * most * columns * 3,
        call: {
          ...{ metric: METRIC_CODES[metric], d: columns, targets, k: most, distances: exactAt },
          ...{ queries: source, queryMeans: means, querySquares: squares },
          ...{ data: source, dataMeans: means, dataSquares: squares },
        },
      },
      quiet,
    );
    const exact = new Float64Array(runtime.arena.memory.buffer, exactAt, rows * most);
    const result = emptyResult(rows, k);
    const sorted = new Int32Array(most);
    for (let i = 0; i < rows; i++) {
      const count = orderByDistance(sorted, exact, listed, i * most, (i + 1) * most);
      for (let rank = 0; rank < Math.min(k, count); rank++) {
        result.indices[i * k + rank] = listed[sorted[rank]];
        result.distances[i * k + rank] = trueDistance(metric, exact[sorted[rank]]);
      }
    }
    return result;
  } finally {
    part.free();
  }
}

/**
 * Writes the positions of a list's entries, `from` to `to`, in order of (distance, row number), to `sorted`; returns how many
 * entries there are.
 * @param rows row numbers, -1 for none.
 */
function orderByDistance(
  sorted: Int32Array,
  distances: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
): number {
  let count = 0;
  for (let n = from; n < to; n++) {
    if (rows[n] < 0) continue;
    let at = count++;
    for (; at > 0; at--) {
      const before = sorted[at - 1];
      if (distances[before] < distances[n]) break;
      if (distances[before] === distances[n] && rows[before] < rows[n]) break;
      sorted[at] = before;
    }
    sorted[at] = n;
  }
  return count;
}
