/**
 * Rows that are to be compared, in the engine's memory: in an order that helps, and prepared in the cheapest
 * way.
 * Types: `Runtime`: the memory and the threads of the engine; a job rejects with CancelledError when its watch ends.
 *   `Scope`, allocations that end together: copy (copies an array in, gives its address). `RowOrder`, an order of
 *   rows: positions (position of each row).
 * Fails: MachineError where memory cannot be had.
 */

import type { Matrix } from '../../../model.js';
import type { Engine, Metric, Watch } from '../../engine.js';
import { withoutProgress } from '../../watch.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Frame, frameOf } from './frame.js';
import { choosePlan } from './plan.js';
import { type DistanceBounds, prepareBounds } from './prepared-rows.js';
import { preparePruneBounds } from './prune.js';
import { copyInOrder, identityOrder, orderRows } from './row-order.js';

/** Prepared rows and how they are ordered. */
export interface PreparedComparison {
  readonly bounds: DistanceBounds;
  /** Bounds along few directions, or null. */
  readonly pruneBounds: DistanceBounds | null;
  /** Queries and data are the same rows: each pair is met once. */
  readonly symmetric: boolean;
  /** Row number of the query at each position. */
  readonly order: Int32Array;
  /** Position of each data row. */
  readonly positions: Int32Array;
  /** Address: i32 for each data row by position, its row number. */
  readonly ids: number;
}

/** What is to be compared. */
interface ComparisonInput {
  readonly data: Matrix;
  /** `data` itself where `symmetric`. */
  readonly queries: Matrix;
  readonly symmetric: boolean;
  readonly metric: Metric;
  readonly k: number;
  /** Distances in the frame that matter to probes, see `choosePlan`; null where only the k nearest do. */
  readonly thresholds: ((frame: Frame) => Float64Array[]) | null;
}

/**
 * Makes everything ready for a comparison of queries with data in the engine's memory: orders the rows so that near
 * ones are side by side (only where rows are compared with themselves), chooses the cheapest plan and prepares the
 * rows and bounds by it. Called once by `nearest` and `ranks`, before the pairs are compared.
 */
export async function prepareComparison(
  runtime: Runtime,
  scope: Scope,
  product: Engine['multiply'],
  { data, queries, symmetric, metric, k, thresholds }: ComparisonInput,
  watch: Watch,
): Promise<PreparedComparison> {
  const step = withoutProgress(watch);
  const multiply: Engine['multiply'] = (a, b, options) => product(a, b, options, step);
  const frame = frameOf(data, metric);
  await watch.checkpoint();
  const order = symmetric ? await orderRows(multiply, data, frame, watch) : identityOrder(data.rows);
  await watch.checkpoint();
  const plan = await choosePlan(multiply, frame, {
    ...{ data, queries, k },
    thresholds: thresholds?.(frame) ?? null,
    order: symmetric ? order : null,
  });
  await watch.checkpoint();
  const source = await copyInOrder(runtime, scope, data, order, watch);
  await watch.checkpoint();
  const bounds = await prepareBounds(runtime, scope, { data, queries, frame, source }, plan, step);
  await watch.checkpoint();
  return {
    ...{ bounds, symmetric },
    pruneBounds: symmetric
      ? await preparePruneBounds(runtime, scope, multiply, { data, frame, bounds }, step)
      : null,
    order: symmetric ? order.rows : identityOrder(queries.rows).rows,
    positions: order.positions,
    ids: scope.copy(order.rows),
  };
}
