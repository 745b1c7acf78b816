/**
 * The walk of `nearest` and `ranks` over pairs of rows (`kernels/pairs.ts`): segment of data by segment, with products
 * made by the kernel itself or, tile by tile, by another library (the native engine).
 */

import type { Matrix } from '../../model.js';
import type { Watch } from '../engine.js';
import { partOf, withoutProgress } from '../watch.js';
import { createScope, type Scope } from './memory.js';
import type { Runtime } from './runtime.js';
import { CHUNK_ROWS, type Screen, type Side, structOf } from './screen.js';

/** A B' of row-major matrices, from another library. */
export type TileProduct = (a: Matrix, b: Matrix) => Promise<Float32Array>;

/** Asked rows of an item in the kernel. */
const BLOCK_ROWS = 256;
/** Operations of an item between two looks at the caller's signal: about ten milliseconds. */
const ITEM_WORK = 1e8;
const MOST_SEGMENT_ROWS = 4096;
/** Fewer columns than this are not worth handing over: copying the tile costs more than making it. */
const GIVEN_COLUMNS = 32;
/** Rows of data of a given tile, and operations that may pass before the caller's signal is looked at. */
const TILE_ROWS = 4096;
const TILE_WORK = 1e10;

export interface Comparison {
  readonly screen: Screen;
  /** Address of the kernels' `Ranks` or `Lists`. */
  readonly ranks: number;
  readonly lists: number;
  /** Counts a row, 0 for lists. */
  readonly stride: number;
  /** Addresses: f32 an asked row, f32 a data row, i32 an asked row; see the kernels' `Pairs`. */
  readonly askedLimits: number;
  readonly limits: number;
  readonly own: number;
  /** Whether each pair is met once, for both of its rows. */
  readonly once: boolean;
}

/** Whether products come from the other library; for manhattan it has none. */
export const takesProducts = (metric: string, columns: number, product: TileProduct | null) =>
  product !== null && metric !== 'manhattan' && columns >= GIVEN_COLUMNS;

export async function comparePairs(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison,
  product: TileProduct | null,
  watch: Watch,
): Promise<void> {
  const { screen, ranks, lists, askedLimits, limits, own, once, stride } = comparison;
  const struct = structOf([], [screen.address, ranks, lists, askedLimits, limits, own, once ? 1 : 0]);
  const pairs = scope.place(struct);
  const length = product ? TILE_ROWS : segmentRows(screen.depth, stride);
  const job = {
    kernel: 'comparePairs',
    scratch: runtime.size('pairsScratch', stride, length),
  };
  if (product) return compareGiven(runtime, comparison, { ...job, pairs }, product, watch);
  const { asked, data } = screen;
  for (let from = 0; from < data.count; from += length) {
    const to = Math.min(data.count, from + length);
    const rows = once ? to : asked.count;
    await runtime.run(
      {
        ...job,
        items: Math.ceil(rows / BLOCK_ROWS),
        work: rows * (to - from) * (2 * screen.depth + 12),
        parameters: [pairs, from, to, 0, 0],
      },
      partOf(watch, doneAt(from, data.count, once), doneAt(to, data.count, once)),
    );
  }
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

async function compareGiven(
  runtime: Runtime,
  { screen, once, stride }: Comparison,
  { pairs, ...job }: { kernel: string; scratch: number; pairs: number },
  product: TileProduct,
  watch: Watch,
): Promise<void> {
  const { asked, data, depth } = screen;
  const height = Math.ceil(TILE_WORK / (2 * TILE_ROWS * depth) / BLOCK_ROWS) * BLOCK_ROWS;
  for (let from = 0; from < data.count; from += TILE_ROWS) {
    const to = Math.min(data.count, from + TILE_ROWS);
    const right = rowsOf(runtime, data, depth, from, to);
    const rows = once ? to : asked.count;
    for (let first = 0; first < rows; first += height) {
      await watch.checkpoint();
      const last = Math.min(rows, first + height);
      const products = await product(rowsOf(runtime, asked, depth, first, last), right);
      const tile = createScope(runtime.arena);
      try {
        const given = tile.place(products);
        const some = last - first;
        await runtime.run(
          {
            ...job,
            items: Math.ceil(some / BLOCK_ROWS),
            work: some * (to - from) * (stride ? 24 : 12),
            parameters: [pairs, from, to, given, first / BLOCK_ROWS],
          },
          withoutProgress(watch),
        );
      } finally {
        tile.free();
      }
      watch.progress(doneAt(from + ((to - from) * last) / rows, data.count, once));
    }
  }
}

/** Rows `from` to `to` of a side in the first `depth` directions, read back from their panels of 8. */
function rowsOf(runtime: Runtime, side: Side, depth: number, from: number, to: number): Matrix {
  const panels = new Float32Array(runtime.arena.memory.buffer, side.packed);
  const data = new Float32Array((to - from) * depth);
  for (let r = from; r < to; r++) {
    const panel = (r >> 3) * 8 * depth + (r & 7);
    for (let k = 0; k < depth; k++) data[(r - from) * depth + k] = panels[panel + 8 * k];
  }
  return { rows: to - from, columns: depth, data };
}
