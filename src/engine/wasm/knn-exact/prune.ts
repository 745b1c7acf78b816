/**
 * Bounds along few directions, by which whole tiles are ruled out: see `kernels/knn-exact/prune.ts`.
 * Types: `Runtime`: the memory and the threads of the engine; a job rejects with CancelledError when its watch ends.
 *   `Scope`: allocations in the engine's memory that end together; MachineError where there is no room. `Engine`: the
 *   heavy routines; each rejects with CancelledError when its watch ends. `Matrix`: row-major float32, element (r, c)
 *   at `data[r * columns + c]`. `Frame`, in which products are computed: metric (of distance). `DistanceBounds`, bounds
 *   of all pairs: depth (columns of the product), data (addresses of prepared rows).
 * Fails: MachineError where memory cannot be had.
 */

import type { Matrix } from '../../../model.js';
import type { Engine, Watch } from '../../engine.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { directionsOf } from './directions.js';
import type { Frame } from './frame.js';
import { type DistanceBounds, prepareBounds } from './prepared-rows.js';
import { PRUNE_DIRECTIONS } from './prune-trial.js';

/** With fewer columns pruning costs about as much as the product that it saves. */
const FEWEST_COLUMNS = 16;

/**
 * Prepares bounds along PRUNE_DIRECTIONS (16) directions over the rows that `bounds` has, in the same order; null
 * where they would not pay: for manhattan, or where the product has fewer than 16 columns. Only where rows are compared with
 * themselves. The result lives until its scope is freed. CancelledError once the signal is aborted.
 */
export async function preparePruneBounds(
  runtime: Runtime,
  scope: Scope,
  multiply: Engine['multiply'],
  { data, frame, bounds }: { data: Matrix; frame: Frame; bounds: DistanceBounds },
  watch: Watch,
): Promise<DistanceBounds | null> {
  if (frame.metric === 'manhattan' || bounds.depth < FEWEST_COLUMNS) return null;
  const basis = await directionsOf(multiply, data, frame, PRUNE_DIRECTIONS);
  const rows = { data, queries: data, frame, source: bounds.data.source };
  const plan = { kind: 'projected', basis, depth: PRUNE_DIRECTIONS } as const;
  return prepareBounds(runtime, scope, rows, plan, watch);
}
