/**
 * Compares rows of bytes with one another by products that another engine makes, one table at a time
 * (`kernels/knn-exact/external-products.ts`).
 *
 * Purpose: native code multiplies bytes several times faster than WebAssembly. The product of the next block is
 *   computed and copied while the kernels compare the present one.
 * Types: `Runtime`, of the engine: arena (its memory). `Scope`, allocations that end together: allocate (an address
 *   for so many bytes; MachineError when there is no room), copy (copies an array in, gives its address).
 *   `Comparison`, of queries with data: bounds (of all pairs), multiplyBytes (product of bytes, or null).
 *   `MultiplyBytes`: C = A B of unsigned and signed bytes in 32-bit integers, into the third argument. `Watch`: takes
 *   the progress of a stage, and throws CancelledError at a checkpoint once the signal is aborted. `DistanceBounds`,
 *   bounds of all pairs: data (addresses of prepared rows), depth (columns of the product), table (of external
 *   products, or 0). `Arena`, the allocator: memory (of WebAssembly). `Block`, queries against data rows: first
 *   (first query), from (data rows from), to (to), count (queries).
 * Fails: what the other engine throws passes; CancelledError when the watch ends, after the product under way.
 */

import type { Watch } from '../../engine.js';
import { partOf } from '../../watch.js';
import { copyIn, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { writeStructure } from '../runtime/structures.js';
import {
  type Block,
  type Comparison,
  compareBlocks,
  doneAt,
  lowerLimits,
  type MultiplyBytes,
  uploadComparison,
} from './blocks.js';

/**
 * Queries and data rows of a table. So many queries are 16 items, so a thread is idle for a short time only at the
 * end of a table.
 */
const TABLE_ROWS = 4096;
const TABLE_COLUMNS = 1024;
/** Difference between an unsigned byte and the signed byte that stands for it. */
const MIDDLE = 128;

/**
 * Compares every pair of rows once, table by table (4096 queries x 1024 data rows), and fills the comparison's lists
 * and counts. While one table is compared, the next is multiplied outside. Called where rows are bytes and another
 * engine multiplies bytes.
 */
export async function compareByTables(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison & { readonly multiplyBytes: MultiplyBytes },
  watch: Watch,
): Promise<void> {
  const { bounds } = comparison;
  const rows = bounds.data.count;
  const uploaded = uploadComparison(runtime, scope, comparison, TABLE_COLUMNS);
  const tables = [0, 1].map(() => scope.allocate(TABLE_ROWS * TABLE_COLUMNS * 4));
  const corrections = scope.copy(correctionsOf(uploadedBytes(runtime, comparison), rows, bounds.depth));
  const product = createProducts(runtime, comparison);
  const blocks = blocksOf(rows);
  // computes and copies a table after a moment: a product blocks this thread, and the workers must get their job first
  const fill = (at: number): Promise<void> => {
    const filled = moment().then(async () => {
      if (at < blocks.length) copyIn(runtime.arena.memory, await product(blocks[at]), tables[at % 2]);
    });
    // it may fail while the previous block is compared; the loop below then reports it
    filled.catch(() => undefined);
    return filled;
  };
  let next = fill(0);
  try {
    for (let at = 0; at < blocks.length; at++) {
      const block = blocks[at];
      await next;
      const { first, from, to } = block;
      writeStructure(runtime.arena.memory, bounds.table, 'ProductTable', {
        ...{ firstRow: first, firstColumn: from, stride: (to - from) * 4 },
        ...{ products: tables[at % 2], corrections },
      });
      const before = Math.floor(from / TABLE_ROWS) * TABLE_ROWS;
      if (first === before) await lowerLimits(runtime, uploaded, { first: from, count: to - from });
      const done = doneAt(from, rows, true);
      const share = (doneAt(to, rows, true) - done) / (before / TABLE_ROWS + 1);
      const step = (before - first) / TABLE_ROWS;
      const part = partOf(watch, done + step * share, done + (step + 1) * share);
      const compared = compareBlocks(runtime, uploaded, block, part);
      next = fill(at + 1);
      await compared;
    }
  } finally {
    // a product may still run when something else fails or the caller stops
    await next.catch(() => undefined);
  }
}

/** Resolves after a millisecond. */
const moment = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/**
 * Blocks that together hold every pair of rows as query < data row; the kernels pass over pairs of the other order, and a row
 * with itself. Each segment of at most TABLE_COLUMNS data rows starts with the block whose queries include these rows, where
 * lists find their limits. Empty for no rows. Never throws.
 * @param rows data rows, which are the queries.
 */
function blocksOf(rows: number): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < rows; from += TABLE_COLUMNS) {
    const to = Math.min(rows, from + TABLE_COLUMNS);
    for (let first = Math.floor(from / TABLE_ROWS) * TABLE_ROWS; first >= 0; first -= TABLE_ROWS) {
      blocks.push({ first, count: Math.min(TABLE_ROWS, to - first), from, to });
    }
  }
  return blocks;
}

/**
 * A view of the data rows' bytes (rows x depth) in the engine's memory; it ends where memory that is not shared
 * grows.
 */
const uploadedBytes = ({ arena }: Runtime, { bounds }: Comparison): Uint8Array =>
  new Uint8Array(arena.memory.buffer, bounds.data.packed, bounds.data.count * bounds.depth);

/**
 * What the products lack because one side is stored as signed bytes, less 128: for each row 128 times its sum.
 * @param bytes rows x columns.
 */
function correctionsOf(bytes: Uint8Array, rows: number, columns: number): Int32Array {
  const corrections = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let i = r * columns; i < (r + 1) * columns; i++) sum += bytes[i];
    corrections[r] = MIDDLE * sum;
  }
  return corrections;
}

/**
 * A function that computes the products of one table (count x columns int32, row by row) at a time, always into the
 * same memory. The data rows of a segment are transposed once. The table is valid until the next call.
 */
function createProducts(
  runtime: Runtime,
  comparison: Comparison & { readonly multiplyBytes: MultiplyBytes },
): (block: Block) => Promise<Int32Array> {
  const { depth, data } = comparison.bounds;
  const [most, across] = [Math.min(TABLE_ROWS, data.count), Math.min(TABLE_COLUMNS, data.count)];
  const queries = new Uint8Array(most * depth);
  const transposed = new Int8Array(across * depth);
  const table = new Int32Array(most * across);
  let transposedFrom = -1;
  return async ({ first, count, from, to }) => {
    // looked at anew each time: memory that is not shared moves when it grows
    const bytes = uploadedBytes(runtime, comparison);
    const columns = to - from;
    if (from !== transposedFrom)
      transposeSigned(bytes.subarray(from * depth, to * depth), columns, depth, transposed);
    transposedFrom = from;
    queries.set(bytes.subarray(first * depth, (first + count) * depth));
    const [a, b] = [queries.subarray(0, count * depth), transposed.subarray(0, depth * columns)];
    const c = table.subarray(0, count * columns);
    await comparison.multiplyBytes(a, b, c, { rows: count, depth, columns });
    return c;
  };
}

/** Writes bytes (rows x depth) transposed and less 128 into `transposed` (depth x rows). */
function transposeSigned(bytes: Uint8Array, rows: number, depth: number, transposed: Int8Array): void {
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < depth; k++) transposed[k * rows + r] = bytes[r * depth + k] - MIDDLE;
  }
}
