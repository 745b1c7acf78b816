/**
 * Near rows side by side, so that descent finds the rows that it reads in the cache.
 *
 * Types: `Runtime`, of the engine: run (runs a job on all threads; CancelledError when the watch ends), arena (its memory).
 *   `Scope`: allocations that end together. `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 * Determinism: results depend on the order only among rows at one distance.
 */

import type { Matrix } from '../../../model.js';
import { PACK_ROWS, SQUARED_INT16 } from '../runtime/layouts.js';
import type { Packing } from './rounding.js';

/** Rows by which columns are sorted. */
const SAMPLED_ROWS = 1000;
/** Rows of a part that is not ordered in itself. */
const NEAR_ROWS = 16;

/** Rows before they are put in order. */
export interface UnorderedRows {
  readonly kind: number;
  readonly address: number;
  readonly width: number;
  readonly squares: number;
  readonly rests: number;
  /** Columns of large variance, largest first. */
  readonly axes: Int32Array;
}

/**
 * Puts near rows side by side: they are halved at the median along a column of large variance, each half along the next,
 * down to parts of about NEAR_ROWS rows.
 */
export async function inOrder({ runtime, scope, data, watch }: Packing, unordered: UnorderedRows) {
  const { kind, address, width, squares, rests, axes } = unordered;
  const levels = Math.min(axes.length, Math.max(1, Math.ceil(Math.log2(data.rows / NEAR_ROWS))));
  const directions =
    kind === SQUARED_INT16 ? new Int16Array(levels * width) : new Float32Array(levels * width);
  for (let level = 0; level < levels; level++) directions[level * width + axes[level]] = 1;
  const count = data.rows;
  const orderAddress = scope.allocate(count * 4);
  const rows = scope.copyStructure('DescentRows', { kind, rows: address, width, squares, rests });
  await runtime.run(
    {
      ...{ kernel: 'splitRows', items: 1, scratch: runtime.size('splitScratch', count) },
      work: count * levels * width,
      call: { rows, count, levels, directions: scope.copy(directions), members: orderAddress },
    },
    watch,
  );
  const bytes = width * directions.BYTES_PER_ELEMENT;
  const moved = {
    target: scope.allocate(count * bytes),
    targetSquares: squares && scope.allocate(count * 4),
    targetRests: rests && scope.allocate(count * 4),
  };
  const call = { source: address, rows: count, bytes, squares, rests, order: orderAddress, ...moved };
  const items = Math.ceil(count / PACK_ROWS);
  await runtime.run({ kernel: 'gatherDescentRows', items, work: count * width, call }, watch);
  const ordered = { kind, rows: moved.target, width, squares: moved.targetSquares, rests: moved.targetRests };
  return {
    rows: scope.copyStructure('DescentRows', ordered),
    rests: moved.targetRests,
    order: new Int32Array(runtime.arena.memory.buffer, orderAddress, count).slice(),
    orderAddress,
  };
}

/** Column numbers by variance over about SAMPLED_ROWS evenly spaced rows, largest first. Ties by column. */
export function byVariance({ rows, columns, data }: Matrix): Int32Array {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const step = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  let count = 0;
  for (let r = 0; r < rows; r += step, count++) {
    for (let c = 0; c < columns; c++) {
      const value = data[r * columns + c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  const variance = squares.map((square, c) => square / count - (sums[c] / count) ** 2);
  return Int32Array.from({ length: columns }, (_, c) => c).sort((a, b) => variance[b] - variance[a] || a - b);
}
