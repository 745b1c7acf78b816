/**
 * The walk of `nearest` and `ranks` over pairs of rows (`kernels/pairs.ts`): segment of data by segment, with products
 * made by the kernel itself or, tile by tile, by another library (the native engine).
 */

import type { Matrix } from '../../model.js';
import type { Watch } from '../engine.js';
import { partOf, withoutProgress } from '../watch.js';
import type { Scope } from './memory.js';
import type { Runtime } from './runtime.js';
import { CHUNK_ROWS, type Screen, type Side, structOf } from './screen.js';

/** A B' of row-major matrices, from another library, to `into`. */
export type TileProduct = (a: Matrix, b: Matrix, into: Float32Array) => Promise<unknown>;

/** Asked rows of an item in the kernel. */
const BLOCK_ROWS = 256;
/** Operations of an item between two looks at the caller's signal: about ten milliseconds. */
const ITEM_WORK = 1e8;
const MOST_SEGMENT_ROWS = 4096;
/** Fewer columns than this are not worth handing over: copying the tile costs more than making it. */
const GIVEN_COLUMNS = 32;
/**
 * Rows of data and asked rows of a given tile. Its 4 MiB of products stay in the second-level cache: by onnxruntime-node
 * 512 x 1024 x 784 is made at 48 GFLOP per second of processor time where 1536 x 4096 x 784 is made at 30.
 */
const TILE_ROWS = 2048;
const TILE_HEIGHT = 2 * BLOCK_ROWS;

export interface Comparison {
  readonly screen: Screen;
  /** Addresses of the kernels' `Ranks` and `Lists`, or 0. */
  readonly ranks: number;
  readonly lists: number;
  /** Counts a row, 0 for lists. */
  readonly stride: number;
  /** Addresses: f32 and i32 an asked row; see the kernels' `Pairs`. */
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
  const { screen, ranks, lists, limits, own, once, stride } = comparison;
  const struct = structOf([], [screen.address, ranks, lists, limits, own, once ? 1 : 0]);
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
  const buffer = (rows: number, columns: number) => new Float32Array(rows * columns);
  const [right, left] = [buffer(TILE_ROWS, depth), buffer(TILE_HEIGHT, depth)];
  const products = buffer(TILE_HEIGHT, TILE_ROWS);
  // the kernel may read three numbers past the last product
  const tile = runtime.arena.allocate(products.byteLength + 16);
  try {
    for (let from = 0; from < data.count; from += TILE_ROWS) {
      const to = Math.min(data.count, from + TILE_ROWS);
      const across = rowsOf(runtime, data, depth, from, to, right);
      const rows = once ? to : asked.count;
      for (let first = 0; first < rows; first += TILE_HEIGHT) {
        await watch.checkpoint();
        const last = Math.min(rows, first + TILE_HEIGHT);
        const some = last - first;
        const made = products.subarray(0, some * (to - from));
        await product(rowsOf(runtime, asked, depth, first, last, left), across, made);
        new Float32Array(runtime.arena.memory.buffer, tile, made.length).set(made);
        await runtime.run(
          {
            ...job,
            items: Math.ceil(some / BLOCK_ROWS),
            work: some * (to - from) * (stride ? 24 : 12),
            parameters: [pairs, from, to, tile, first / BLOCK_ROWS],
          },
          withoutProgress(watch),
        );
        watch.progress(doneAt(from + ((to - from) * last) / rows, data.count, once));
      }
    }
  } finally {
    runtime.arena.free(tile);
  }
}

/** Rows `from` to `to` of a side in the first `depth` directions, read back from their panels of 8 to `into`. */
function rowsOf(
  runtime: Runtime,
  side: Side,
  depth: number,
  from: number,
  to: number,
  into: Float32Array,
): Matrix {
  const panels = new Float32Array(runtime.arena.memory.buffer, side.packed);
  const data = into.subarray(0, (to - from) * depth);
  for (let r = from; r < to; r++) {
    const panel = (r >> 3) * 8 * depth + (r & 7);
    for (let k = 0; k < depth; k++) data[(r - from) * depth + k] = panels[panel + 8 * k];
  }
  return { rows: to - from, columns: depth, data };
}
