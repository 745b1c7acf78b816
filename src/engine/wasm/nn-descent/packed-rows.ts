/**
 * Rows in the engine's memory as nearest-neighbor descent measures them: rounded to 16-bit integers, in many columns
 * projected on a few directions; as float32 for manhattan and where rounding would confuse near rows
 * (kernels/nn-descent/quantized-rows.ts, distances.ts).
 *
 * Types: `Runtime`, of the engine: run (runs a job on all threads; CancelledError when the watch ends), arena (its
 *   memory). `Scope`, allocations that end together: copy (copies an array in, gives its address), allocate (an address
 *   for so many bytes; MachineError when there is no room), copyStructure (writes a structure, gives its address).
 *   `Engine`: the heavy routines; each rejects with CancelledError when its watch ends. `Matrix`: row-major float32,
 *   element (r, c) at `data[r * columns + c]`. `Metric`: `euclidean`, `cosine`, `correlation` or `manhattan`.
 *   `Frame`: center and scale of the rows, and the step of which their values are multiples.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Matrix } from '../../../model.js';
import type { Metric } from '../../engine.js';
import { direction } from '../../nn-descent.js';
import { directionsOf } from '../knn-exact/directions.js';
import { type Frame, frameOf } from '../knn-exact/frame.js';
import { ABSOLUTE_FLOAT32, PACK_ROWS, SQUARED_FLOAT32, SQUARED_INT16 } from '../runtime/layouts.js';
import { type Packing, type Rounding, roundingOf, type SourceRows } from './rounding.js';
import { byVariance, inOrder, type UnorderedRows } from './row-positions.js';

/** Directions that many columns are projected on. */
const DIRECTIONS = 128;
/** Columns from which projecting rows pays. */
const PROJECTED_COLUMNS = 256;
/** Length of a rounded direction: projections are divided by it. */
const UNIT = 2 ** 15;
/** Rows are projected where the directions leave out less than this share of a near row's squared distance. */
const LITTLE = 0.3;

/** Rows in the engine's memory and how they are measured. */
export interface PackedRows {
  /** Address of the kernels' `DescentRows`: near rows side by side. */
  readonly rows: number;
  readonly kind: number;
  readonly width: number;
  /** Row number at each position, and where that stands in the engine's memory. */
  readonly order: Int32Array;
  readonly orderAddress: number;
  /** Where distances of `rows` are estimates: addresses of all columns as i16, by row number, and of the kernels' `rests` by
   * position; or null. */
  readonly full: { readonly address: number; readonly width: number; readonly rests: number } | null;
  /** Where integers tell distances exactly: the squared distance of one squared unit; else 0. */
  readonly exactUnit: number;
  /** Address of the rows as passed, and of one f64 a row: its mean and its sum of squares (cosine, correlation). */
  readonly source: number;
  readonly means: number;
  readonly squares: number;
}

/**
 * Copies the rows into the engine's memory: as passed, and packed for descent, near rows side by side.
 * @param options the metric and k, by which it is decided whether rounding would harm; `rounding` false for float32 anyhow.
 */
export async function packRows(
  packing: Packing,
  {
    metric,
    k,
    rounding: allowed,
  }: { readonly metric: Metric; readonly k: number; readonly rounding: boolean },
): Promise<PackedRows> {
  const { scope, data } = packing;
  const frame = frameOf(data, metric);
  const framed = rowScales(data, frame);
  const source = await scope.copyInPieces(data.data, packing.watch);
  const call = {
    ...{ source, rows: data.rows, d: data.columns, center: scope.copy(Float32Array.from(frame.center)) },
    ...{ means: scope.copy(framed.means), scales: scope.copy(framed.scales) },
  };
  const rounding = allowed ? await roundingOf(packing, frame, call, k) : null;
  const packed = rounding
    ? await roundedRows(packing, frame, call, rounding)
    : await floatRows(packing, frame, call);
  const { rows, rests, order, orderAddress } = await inOrder(packing, packed.unordered);
  return {
    ...{ rows, order, orderAddress, source, kind: packed.unordered.kind, width: packed.unordered.width },
    full: packed.full && { ...packed.full, rests },
    exactUnit: rounding?.exact ? (rounding.factor * frame.scale) ** -2 : 0,
    ...{ means: call.means, squares: scope.copy(framed.squares) },
  };
}

/**
 * For each row, the mean and the sum of squares of what its direction is made of and the scale to unit length
 * (cosine, correlation); for other metrics means 0, squares 1, and one scale for all rows. A row of zeros has scale 0
 * for these metrics.
 */
function rowScales(data: Matrix, { metric, scale }: Frame) {
  const means = new Float64Array(data.rows);
  const squares = new Float64Array(data.rows).fill(1);
  const scales = new Float32Array(data.rows).fill(scale);
  if (metric !== 'cosine' && metric !== 'correlation') return { means, squares, scales };
  for (let r = 0; r < data.rows; r++) {
    const found = direction(data, r, metric);
    means[r] = found.mean;
    squares[r] = found.squares;
    scales[r] = found.scale;
  }
  return { means, squares, scales };
}

/**
 * Writes the rows less the center, times `factor`: as float32, or rounded to i16 with their sums of squares.
 * @returns address of the rows, their columns with padding, and the address of the sums (0 for float32).
 */
async function quantize(
  { runtime, scope, data, watch }: Packing,
  source: SourceRows,
  { factor, floats }: { readonly factor: number; readonly floats: boolean },
): Promise<{ address: number; width: number; squares: number }> {
  const width = Math.ceil(data.columns / 32) * 32;
  const address = scope.allocate(data.rows * width * (floats ? 4 : 2));
  const squares = floats ? 0 : scope.allocate(data.rows * 4);
  const call = { ...source, factor, step: 0, target: address, width, floats: floats ? 1 : 0, squares };
  const job = {
    kernel: 'quantizeRows',
    ...{ items: Math.ceil(data.rows / PACK_ROWS), work: data.data.length * 4 },
    call: { ...call, longest: 0, between: 0 },
  } as const;
  await runtime.run(job, watch);
  return { address, width, squares };
}

/** The rows as float32: less their means, not less the center, so that differences are exact. */
async function floatRows(packing: Packing, { metric }: Frame, source: SourceRows) {
  const { scope, data } = packing;
  const center = scope.copy(new Float32Array(data.columns));
  const rows = await quantize(packing, { ...source, center }, { factor: 1, floats: true });
  const kind = metric === 'manhattan' ? ABSOLUTE_FLOAT32 : SQUARED_FLOAT32;
  return { unordered: { kind, ...rows, rests: 0, axes: byVariance(data) }, full: null };
}

/** The rows rounded, and where that pays projected on a few directions. */
async function roundedRows(
  packing: Packing,
  frame: Frame,
  source: SourceRows,
  { factor, near }: Rounding,
): Promise<{ unordered: UnorderedRows; full: { address: number; width: number } | null }> {
  const { data } = packing;
  const rounded = await quantize(packing, source, { factor, floats: false });
  const projected =
    data.columns >= PROJECTED_COLUMNS ? await projectRows(packing, frame, rounded, LITTLE * near) : null;
  if (projected) return { unordered: projected, full: rounded };
  return { unordered: { kind: SQUARED_INT16, ...rounded, rests: 0, axes: byVariance(data) }, full: null };
}

/** The rounded rows along DIRECTIONS directions of large variance; null where these leave out more than `most` on average. */
async function projectRows(
  { runtime, scope, multiply, data, watch }: Packing,
  frame: Frame,
  { address, width, squares }: { address: number; width: number; squares: number },
  most: number,
): Promise<UnorderedRows | null> {
  const basis = await directionsOf(multiply, data, frame, DIRECTIONS);
  const directions = new Int16Array(DIRECTIONS * width);
  for (let at = 0; at < basis.data.length; at++) {
    const column = at % data.columns;
    directions[((at - column) / data.columns) * width + column] = Math.min(
      UNIT - 1,
      Math.round(UNIT * basis.data[at]),
    );
  }
  const target = scope.allocate(data.rows * DIRECTIONS * 2);
  const rests = scope.allocate(data.rows * 4);
  const targetSquares = scope.allocate(data.rows * 4);
  const job = {
    kernel: 'projectDescentRows',
    ...{ items: Math.ceil(data.rows / PACK_ROWS), work: data.data.length * DIRECTIONS },
    call: {
      ...{ source: address, rows: data.rows, width, squares, basis: scope.copy(directions) },
      ...{ directions: DIRECTIONS, target, rests, targetSquares },
    },
  } as const;
  await runtime.run(job, watch);
  const left = new Int32Array(runtime.arena.memory.buffer, rests, data.rows);
  if (!(left.reduce((sum, rest) => sum + rest, 0) / data.rows < most)) return null;
  const axes = Int32Array.from({ length: DIRECTIONS }, (_, c) => c);
  return { kind: SQUARED_INT16, address: target, width: DIRECTIONS, squares: targetSquares, rests, axes };
}
