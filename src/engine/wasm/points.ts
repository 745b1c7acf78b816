/** Rows in the engine's memory, prepared for distances by blocked product: see `kernels/points.ts`. */

import type { Matrix } from '../../model.js';
import type { Metric } from '../engine.js';
import { unwatched } from '../watch.js';
import type { Scope } from './memory.js';
import type { Runtime } from './runtime.js';

export interface Points {
  readonly rows: number;
  /** Addresses: the rows as given, packed panels, f32 squared lengths, f64 means and sums of squares (or 0). */
  readonly source: number;
  readonly packed: number;
  readonly norms: number;
  readonly means: number;
  readonly squares: number;
}

/** Origin and scale in which products are made; the same for data and queries. */
export interface Frame {
  readonly metric: Metric;
  readonly columns: number;
  readonly center: Float64Array;
  readonly scale: number;
}

/** How bounds follow from products; see `nearestBlock` and `rankBlock`. */
export interface Bounds {
  /** Relative error of a bound. */
  readonly error: number;
  readonly lowFactor: number;
  readonly highFactor: number;
  readonly rankToBound: number;
}

export const METRIC_CODES: Record<Metric, number> = {
  euclidean: 0,
  cosine: 1,
  correlation: 2,
  manhattan: 3,
};

/** Rows of a chunk of data, and of a block of queries, in the kernels. */
export const CHUNK_ROWS = 64;
export const BLOCK_ROWS = 32;
const SAMPLED_ROWS = 1024;
/** Depth of one chain of additions (kernels/tile.ts). */
const DEPTH_BLOCK = 128;
/** What is lost to float32's smallest numbers, in units of the scaled data. */
const UNDERFLOW = 1e-30;
/** Operations of an item between two looks at the caller's signal: about ten milliseconds. */
const ITEM_WORK = 2e8;

export function frameOf(data: Matrix, metric: Metric): Frame {
  const columns = data.columns;
  const step = Math.max(1, Math.floor(data.rows / SAMPLED_ROWS));
  const center = metric === 'euclidean' ? centerOf(data, step) : new Float64Array(columns);
  const largest = largestFrom(data, center, step) || largestFrom(data, center, 1) || 1;
  return { metric, columns, center, scale: 2 ** -Math.ceil(Math.log2(largest)) };
}

/** Mean of every step-th row. Any center gives right bounds; one amid the data gives narrow ones. */
function centerOf(data: Matrix, step: number): Float64Array {
  const { columns } = data;
  const center = new Float64Array(columns);
  const sampled = Math.max(1, Math.ceil(data.rows / step));
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) center[c] += data.data[r * columns + c] / sampled;
  }
  return center;
}

function largestFrom(data: Matrix, center: Float64Array, step: number): number {
  const { columns } = data;
  let largest = 0;
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) {
      largest = Math.max(largest, Math.abs(data.data[r * columns + c] - center[c]));
    }
  }
  return largest;
}

export async function placePoints(runtime: Runtime, scope: Scope, m: Matrix, frame: Frame): Promise<Points> {
  const panels = Math.ceil(m.rows / 8);
  const angular = frame.metric === 'cosine' || frame.metric === 'correlation';
  const source = scope.place(m.data);
  const points: Points = {
    rows: m.rows,
    source,
    packed: scope.allocate(panels * 8 * m.columns * 4),
    norms: scope.allocate((panels * 8 + CHUNK_ROWS) * 4),
    means: angular ? scope.allocate(panels * 8 * 8) : 0,
    squares: angular ? scope.allocate(panels * 8 * 8) : 0,
  };
  await runtime.run(
    {
      kernel: 'preparePanel',
      items: panels,
      work: m.data.length * 8,
      parameters: [
        ...[METRIC_CODES[frame.metric], source, m.rows, m.columns, scope.place(frame.center), frame.scale],
        ...[points.packed, points.norms, points.means, points.squares],
      ],
    },
    unwatched,
  );
  return points;
}

/**
 * The error of a bound, of n_q + n_x: a chain of additions, the sum over chains, rounded coordinates, lengths
 * and the bound itself (2^-24 each), and a tenth on top.
 */
export function boundsOf({ metric, columns, scale }: Frame, given: boolean): Bounds {
  // products of another library may be summed in any order: one chain at worst
  const sums = given ? columns : Math.min(columns, DEPTH_BLOCK) + Math.ceil(columns / DEPTH_BLOCK);
  const chain = sums + 18;
  const error = chain * 2 ** -24 * 1.1;
  if (metric === 'manhattan') {
    return { error, lowFactor: -(1 - error), highFactor: -(1 + error), rankToBound: scale };
  }
  // for rows of unit length |q - x|^2 is twice the cosine distance
  const rankToBound = metric === 'euclidean' ? scale * scale : 2;
  return { error, lowFactor: 2, highFactor: 2, rankToBound };
}

/** The part of the bound that a row brings, as float32 for the data's side: (1 +- error) times its squared length. */
export function placeRowBounds(
  runtime: Runtime,
  scope: Scope,
  points: Points,
  error: number,
  side: 'low' | 'high',
): number {
  const norms = normsOf(runtime, points);
  const factor = side === 'low' ? 1 - error : 1 + error;
  const slack = side === 'low' ? -UNDERFLOW : UNDERFLOW;
  return scope.place(norms.map((norm) => norm * factor + slack));
}

/** The same for the queries' side, in double. */
export function placeOffsets(
  runtime: Runtime,
  scope: Scope,
  points: Points,
  error: number,
  side: 'low' | 'high',
): number {
  const factor = side === 'low' ? 1 - error : 1 + error;
  return scope.place(Float64Array.from(normsOf(runtime, points), (norm) => norm * factor));
}

/** Lengths of whole chunks; those past the last row are infinite, so that nothing there passes. */
function normsOf(runtime: Runtime, points: Points): Float32Array {
  const chunks = Math.ceil(points.rows / CHUNK_ROWS) * CHUNK_ROWS;
  const norms = new Float32Array(runtime.arena.memory.buffer, points.norms, chunks).slice();
  return norms.fill(Number.POSITIVE_INFINITY, points.rows);
}

/** Runs of data rows, whole chunks each, that keep the work of an item short. */
export function* segments(rows: number, columns: number): Generator<{ from: number; to: number }> {
  const wanted = Math.floor(ITEM_WORK / (2 * BLOCK_ROWS * Math.max(1, columns)) / CHUNK_ROWS);
  const length = Math.max(1, Math.min(256, wanted)) * CHUNK_ROWS;
  for (let from = 0; from < rows; from += length) yield { from, to: Math.min(rows, from + length) };
}
