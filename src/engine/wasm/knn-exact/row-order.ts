/**
 * Orders of rows in which near rows are stored beside each other.
 *
 * Purpose: where every row is compared with every row, rows of a block lie close together, so one bound decides
 *   many pairs: it prunes tiles, limits lists, and puts pairs on one side of a target
 *   (kernels/knn-exact/prune.ts).
 * Determinism: results do not depend on the order; rows at the same distance are ordered by their row numbers.
 * Types: `Engine`: the heavy routines; each rejects with CancelledError when its watch ends. `Matrix`: row-major
 *   float32, element (r, c) at `data[r * columns + c]`. `Frame`: origin and scale in which products are computed.
 *   `Runtime`, of the engine: arena (its memory). `Scope`, allocations that end together: allocate (an address for so
 *   many bytes; MachineError when there is no room). `Arena`, the allocator: memory (of WebAssembly).
 * Fails: as `multiply` does; MachineError where memory cannot be had.
 */

import type { Matrix } from '../../../model.js';
import type { Engine, Watch } from '../../engine.js';
import { splitByMedians } from '../../median-splits.js';
import { paced, unwatched, withoutProgress } from '../../watch.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { directionsOf } from './directions.js';
import type { Frame } from './frame.js';

/** Row number at each position, and position of each row. */
export interface RowOrder {
  readonly rows: Int32Array;
  readonly positions: Int32Array;
}

/** Rows of a part that is halved no more, and not ordered in itself. */
const NEAR_ROWS = 16;
/** Cells that are copied in a few milliseconds. */
const STEP_CELLS = 2 ** 21;
/** Below this many rows ordering costs more than it saves. */
const FEWEST_ROWS = 2000;

/** The order that leaves `rows` rows where they are. */
export function identityOrder(rows: number): RowOrder {
  const same = Int32Array.from({ length: rows }, (_, i) => i);
  return { rows: same, positions: same };
}

/**
 * The order that stores near rows beside each other; the identity below FEWEST_ROWS rows.
 * @param frame center and scale of the rows, by which directions are found.
 * @param data rows x columns.
 */
export async function orderRows(
  multiply: Engine['multiply'],
  data: Matrix,
  frame: Frame,
  watch: Watch = unwatched,
): Promise<RowOrder> {
  if (data.rows < FEWEST_ROWS) return identityOrder(data.rows);
  const rows = await orderByProximity(multiply, data, frame, watch);
  const positions = new Int32Array(rows.length);
  for (let position = 0; position < rows.length; position++) positions[rows[position]] = position;
  return { rows, positions };
}

/**
 * Row numbers so that near rows are side by side: the rows are halved at the median along a direction of large
 * variance, each half along the next direction, down to parts of about NEAR_ROWS rows; at most as often as there are columns, so
 * that parts of narrow data are larger. Every row once.
 * @param data rows x columns.
 * @param frame center and scale of the rows, by which directions are found.
 */
export async function orderByProximity(
  multiply: Engine['multiply'],
  data: Matrix,
  frame: Frame,
  watch: Watch = unwatched,
): Promise<Int32Array> {
  const levels = Math.min(data.columns, Math.max(1, Math.ceil(Math.log2(data.rows / NEAR_ROWS))));
  const basis = await directionsOf(multiply, data, frame, levels);
  const projections = await multiply(data, basis, { transposeB: true }, withoutProgress(watch));
  return (await paced(splitByMedians(projections, levels), watch)).members;
}

/**
 * Copies rows into the engine's memory in an order, and returns their address (rows x columns f32): at position p
 * lies row `rows[p]`. They are freed with the scope.
 * @param data rows x columns.
 */
export async function copyInOrder(
  { arena }: Runtime,
  scope: Scope,
  data: Matrix,
  { rows }: RowOrder,
  watch: Watch,
): Promise<number> {
  const { columns } = data;
  const address = scope.allocate(data.data.byteLength);
  for (let position = 0; position < rows.length; ) {
    // the memory may have grown during the pause
    const copied = new Float32Array(arena.memory.buffer, address, data.data.length);
    const end = Math.min(rows.length, position + Math.max(1, Math.floor(STEP_CELLS / columns)));
    for (; position < end; position++) {
      const from = rows[position] * columns;
      copied.set(data.data.subarray(from, from + columns), position * columns);
    }
    await watch.checkpoint();
  }
  return address;
}
