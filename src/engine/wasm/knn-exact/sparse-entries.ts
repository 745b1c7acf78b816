/** Lists of what is not 0 in prepared rows, for products of mostly empty rows: see `kernels/knn-exact/sparse-products.ts`. */

import { unwatched } from '../../watch.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Bytes of an entry. */
const ENTRY = 8;
/** Rows of an item in the kernels. */
const ITEM_ROWS = 8;

/** Addresses of where each row's list starts, and of the entries. @param depth pairs of columns. */
export async function listEntries(
  runtime: Runtime,
  scope: Scope,
  { packed, rows, depth }: { packed: number; rows: number; depth: number },
): Promise<{ starts: number; entries: number }> {
  const job = { items: Math.ceil(rows / ITEM_ROWS), work: rows * depth * 2 };
  const starts = scope.allocate((rows + 1) * 4);
  await runtime.run({ ...job, kernel: 'countEntries', parameters: [packed, rows, depth, starts] }, unwatched);
  const places = new Uint32Array(runtime.arena.memory.buffer, starts, rows + 1);
  let total = 0;
  for (let row = 0; row <= rows; row++) {
    const own = row < rows ? places[row] : 0;
    places[row] = total;
    total += own;
  }
  const entries = scope.allocate(total * ENTRY);
  await runtime.run(
    { ...job, kernel: 'listEntries', parameters: [packed, rows, depth, starts, entries] },
    unwatched,
  );
  return { starts, entries };
}
