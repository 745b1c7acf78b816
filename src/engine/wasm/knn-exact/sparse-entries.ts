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
 * Lists the pairs of columns of each row in which an integer is not 0. Returns the addresses of where each row's list
 * starts (rows + 1 uint32) and of the entries. Both live until the scope is freed.
 * @param input `packed` address of the integers, `depth` pairs of columns of a row.
 */
export async function listEntries(
  runtime: Runtime,
  scope: Scope,
  { packed, rows, depth }: { packed: number; rows: number; depth: number },
): Promise<{ starts: number; entries: number }> {
  const job = { items: Math.ceil(rows / ENTRY_ROWS), work: rows * depth * 2 };
  const starts = scope.allocate((rows + 1) * 4);
  const call = { packed, rows, depth, starts };
  await runtime.run({ ...job, kernel: 'countEntries', call: { ...call, entries: 0 } }, unwatched);
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
