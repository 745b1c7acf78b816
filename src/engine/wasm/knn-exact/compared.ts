/** Rows that are to be compared, in the engine's memory: in an order that helps, and prepared in the way that costs least. */

import type { Matrix } from '../../../model.js';
import type { Engine, Metric } from '../../engine.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { bytesOf, type Frame, frameOf } from './frame.js';
import { planFor } from './plan.js';
import { placeScreen, type Screen } from './prepared-rows.js';
import { placeSieve } from './prune.js';
import { asGiven, orderRows, placeInOrder } from './row-order.js';
import type { MultiplyBytes } from './walk.js';

/** What makes products: in the engine, and of bytes elsewhere, or null. */
export interface Multipliers {
  readonly multiply: Engine['multiply'];
  readonly multiplyBytes: MultiplyBytes | null;
}

export interface Compared {
  readonly screen: Screen;
  /** The rows along few directions, or null. */
  readonly sieve: Screen | null;
  /** Where the screen's rows are bytes. */
  readonly multiplyBytes: MultiplyBytes | null;
  /** Rows are compared with themselves: each pair is met once. */
  readonly once: boolean;
  /** Which asked row stands at each place, and the place of each data row. */
  readonly order: Int32Array;
  readonly places: Int32Array;
  /** Address: i32 a data row in its place, its number. */
  readonly ids: number;
}

interface Comparing {
  readonly data: Matrix;
  /** `data` itself where `once`. */
  readonly asked: Matrix;
  readonly once: boolean;
  readonly metric: Metric;
  readonly k: number;
  /** Distances in the frame that matter to probes, see `planFor`; null where only the k nearest do. */
  readonly thresholds: ((frame: Frame) => Float64Array[]) | null;
}

export async function placeCompared(
  runtime: Runtime,
  scope: Scope,
  { multiply, multiplyBytes }: Multipliers,
  { data, asked, once, metric, k, thresholds }: Comparing,
): Promise<Compared> {
  const frame = frameOf(data, metric);
  const order = once ? await orderRows(multiply, data, frame) : asGiven(data.rows);
  const plan = await planFor(multiply, frame, {
    ...{ data, asked, k },
    thresholds: thresholds?.(frame) ?? null,
    order: once ? order : null,
    bytes: once && multiplyBytes ? bytesOf(data, frame) : null,
  });
  const byBytes = plan.kind === 'bytes';
  const source = placeInOrder(runtime, scope, data, order);
  const screen = await placeScreen(runtime, scope, { data, asked, frame, source }, plan);
  const sieved = once && !byBytes;
  return {
    ...{ screen, once },
    sieve: sieved ? await placeSieve(runtime, scope, multiply, { data, frame, screen }) : null,
    multiplyBytes: byBytes ? multiplyBytes : null,
    order: once ? order.rows : asGiven(asked.rows).rows,
    places: order.places,
    ids: scope.place(order.rows),
  };
}
