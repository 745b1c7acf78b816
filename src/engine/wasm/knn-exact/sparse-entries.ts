/**
 * Lists of the nonzero integers of prepared rows, for products of mostly empty rows: see
 * `kernels/knn-exact/sparse-products.ts`.
 * Types: `Runtime`, of the engine: run (runs a job on all threads; CancelledError when the watch ends), arena (its
 *   memory). `Scope`, allocations that end together: allocate (an address for so many bytes; MachineError when there is
 *   no room). `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had.
 */

import { unwatched } from '../../watch.js';
import { ENTRY_BYTES, ENTRY_ROWS } from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/**
 * Lists the pairs of columns of each row in which an integer is not 0, in the engine's memory until the scope is freed.
 * @param input `packed`: address of i16 panels of 32 rows; `rows`; `depth`: pairs of columns of a row.
 * @returns addresses. `starts`: rows + 1 uint32, the index of each row's first entry, and how many there are. `entries`: ENTRY_BYTES
 * each (kernels/knn-exact/sparse-products.ts).
 */
export async function uploadEntries(
  runtime: Runtime,
  scope: Scope,
  { packed, rows, depth }: { packed: number; rows: number; depth: number },
): Promise<{ starts: number; entries: number }> {
  const job = { items: Math.ceil(rows / ENTRY_ROWS), work: rows * depth * 2 };
  const starts = scope.allocate((rows + 1) * 4);
  const call = { packed, rows, depth, starts };
  await runtime.run({ ...job, kernel: 'countEntries', call: { ...call, entries: 0 } }, unwatched);
  // the lengths of the lists become their starts, in place
  const positions = new Uint32Array(runtime.arena.memory.buffer, starts, rows + 1);
  let total = 0;
  for (let row = 0; row <= rows; row++) {
    const length = row < rows ? positions[row] : 0;
    positions[row] = total;
    total += length;
  }
  const entries = scope.allocate(total * ENTRY_BYTES);
  await runtime.run({ ...job, kernel: 'listEntries', call: { ...call, entries } }, unwatched);
  return { starts, entries };
}
