/**
 * Whether and how rows are rounded to 16-bit integers for nearest-neighbor descent.
 *
 * Types: `Runtime`, of the engine: run (runs a job on all threads; CancelledError when the watch ends), arena (its memory).
 *   `Scope`: allocations that end together. `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Frame`: center and
 *   scale of the rows, and the step of which their values are multiples. `Engine`: the heavy routines.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Matrix } from '../../../model.js';
import type { Engine, Watch } from '../../engine.js';
import { nearDistances } from '../knn-exact/directions.js';
import type { Frame } from '../knn-exact/frame.js';
import { PACK_ROWS } from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Longest row in units of its rounded values: differences of two such rows fit 16 bits. */
const LONGEST = 16_000;
/** Fewest units between near rows of a sample at which rounding is tried. */
const FEWEST_UNITS = 100;

/** What the steps of packing share. */
export interface Packing {
  readonly runtime: Runtime;
  readonly scope: Scope;
  readonly multiply: Engine['multiply'];
  readonly data: Matrix;
  readonly watch: Watch;
}

/** Addresses of rows, centers and scales: see the kernels' `QuantizeArguments`. */
export interface SourceRows {
  readonly source: number;
  readonly rows: number;
  readonly d: number;
  readonly center: number;
  readonly means: number;
  readonly scales: number;
}

/** How values are rounded. */
export interface Rounding {
  /** Units of one unit of the frame. */
  readonly factor: number;
  /** Whether rounded values are the values. */
  readonly exact: boolean;
  /** Squared distance of a row in the middle from its near rows, in units. */
  readonly near: number;
}

/** How the rows are rounded, or null where they are better not. */
export async function roundingOf(
  { runtime, scope, multiply, data, watch }: Packing,
  frame: Frame,
  source: SourceRows,
  k: number,
): Promise<Rounding | null> {
  if (frame.metric === 'manhattan') return null;
  const items = Math.ceil(data.rows / PACK_ROWS);
  const [longest, between] = [scope.allocate(items * 4), scope.allocate(items * 4)];
  const step = binaryStep(frame.step);
  const call = {
    ...source,
    ...{ factor: 1, step, target: 0, width: 0, floats: 0, squares: 0, longest, between },
  };
  await runtime.run({ kernel: 'measureRows', items, work: data.data.length * 4, call }, watch);
  const { buffer } = runtime.arena.memory;
  const length = Math.sqrt(new Float32Array(buffer, longest, items).reduce((a, b) => Math.max(a, b), 0));
  const whole = step > 0 && new Int32Array(buffer, between, items).every((count) => count === 0);
  const multiple = 2 ** Math.floor(Math.log2((LONGEST / length) * step));
  const exact = whole && multiple >= 1;
  const factor = exact ? multiple / step : LONGEST / length;
  const near = await nearDistances(multiply, data, frame, k / data.rows);
  const smallest = Math.sqrt(near[0]) * factor;
  if (!Number.isFinite(smallest) || (!exact && smallest < FEWEST_UNITS)) return null;
  return { factor, exact, near: near[near.length >> 1] * factor ** 2 };
}

/** The largest power of two of which a step is a whole multiple, at most 2^10 times; 0 where there is none. */
function binaryStep(step: number): number {
  if (!(step > 0)) return 0;
  const exponent = Math.floor(Math.log2(step));
  for (let e = exponent; e >= exponent - 10; e--) if (Number.isInteger(step / 2 ** e)) return 2 ** e;
  return 0;
}
