/**
 * The walk of `nearest` and `ranks` over pairs of rows (`kernels/pairs.ts`): segment of data by segment.
 */

import type { Watch } from '../engine.js';
import { partOf, unwatched } from '../watch.js';
import type { Scope } from './memory.js';
import type { Runtime } from './runtime.js';
import { type Screen, structOf } from './screen.js';
import { BLOCK_ROWS, CHUNK_ROWS } from './tiles.js';

/** Operations of an item between two looks at the caller's signal: about ten milliseconds. */
const ITEM_WORK = 1e8;
const MOST_SEGMENT_ROWS = 4096;

export interface Comparison {
  readonly screen: Screen;
  /** Addresses of the kernels' `Ranks` and `Lists`, or 0. */
  readonly ranks: number;
  readonly lists: number;
  /** Length of a list. */
  readonly k: number;
  /** Counts a row, 0 for lists. */
  readonly stride: number;
  /** Address: i32 an asked row; see the kernels' `Pairs`. */
  readonly own: number;
  /** Whether each pair is met once, for both of its rows. */
  readonly once: boolean;
  /** The rows along few directions (kernels/sieve.ts), or null. */
  readonly sieve: Screen | null;
}

export async function comparePairs(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison,
  watch: Watch,
): Promise<void> {
  const { screen, ranks, lists, own, once, sieve, stride } = comparison;
  const struct = structOf([], [screen.address, ranks, lists, own, once ? 1 : 0, sieve?.address ?? 0]);
  const pairs = scope.place(struct);
  if (once && lists) await limitLists(runtime, pairs, comparison);
  const length = segmentRows(screen.depth, stride);
  const job = {
    kernel: 'comparePairs',
    scratch: runtime.size('pairsScratch', stride, length),
  };
  const { asked, data } = screen;
  for (let from = 0; from < data.count; from += length) {
    const to = Math.min(data.count, from + length);
    const rows = once ? to : asked.count;
    await runtime.run(
      {
        ...job,
        items: Math.ceil(rows / BLOCK_ROWS),
        work: rows * (to - from) * (2 * screen.depth + 12),
        parameters: [pairs, from, to],
      },
      partOf(watch, doneAt(from, data.count, once), doneAt(to, data.count, once)),
    );
  }
}

/** Limits of the lists, from the rows beside each row. */
function limitLists(runtime: Runtime, pairs: number, { screen, k }: Comparison): Promise<void> {
  const rows = screen.asked.count;
  return runtime.run(
    {
      kernel: 'limitLists',
      items: Math.ceil(rows / BLOCK_ROWS),
      scratch: runtime.size('limitScratch', k),
      work: rows * BLOCK_ROWS * (2 * screen.depth + 12),
      parameters: [pairs],
    },
    unwatched,
  );
}

/** The share of all pairs that lie before data row `at`. */
const doneAt = (at: number, rows: number, once: boolean): number => (at / rows) ** (once ? 2 : 1);

/** Rows of data, whole chunks, that keep the work of an item and the counts of a thread small. */
function segmentRows(depth: number, stride: number): number {
  const byWork = ITEM_WORK / (2 * BLOCK_ROWS * Math.max(8, depth));
  const byCounts = 2 ** 17 / Math.max(1, stride);
  const rows = Math.min(MOST_SEGMENT_ROWS, byWork, byCounts);
  return Math.max(1, Math.floor(rows / CHUNK_ROWS)) * CHUNK_ROWS;
}
