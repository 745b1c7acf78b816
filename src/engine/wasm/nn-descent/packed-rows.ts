/**
 * Rows in the engine's memory as nearest-neighbor descent measures them: see
 * `kernels/nn-descent/packed-rows.ts`.
 * Types: `Runtime`, of the engine: run (runs a job on all threads; CancelledError when the watch ends), arena (its
 *   memory). `Scope`, allocations that end together: copy (copies an array in, gives its address), allocate (an address
 *   for so many bytes; MachineError when there is no room), copyStructure (writes a structure, gives its address).
 *   `Engine`: the heavy routines; each rejects with CancelledError when its watch ends. `Matrix`: row-major float32,
 *   element (r, c) at `data[r * columns + c]`. `Metric`: `euclidean`, `cosine`, `correlation` or `manhattan`.
 *   `DistanceBounds`, bounds of all pairs: data (addresses of prepared rows). `Arena`, the allocator: memory (of
 *   WebAssembly).
 * Fails: MachineError where memory cannot be had.
 */

import type { Matrix } from '../../../model.js';
import type { Engine, Metric } from '../../engine.js';
import { direction, projectable } from '../../nn-descent.js';
import { unwatched } from '../../watch.js';
import { directionsOf, nearDistance } from '../knn-exact/directions.js';
import { frameOf } from '../knn-exact/frame.js';
import { METRIC_CODES, prepareBounds } from '../knn-exact/prepared-rows.js';
import { PACK_ROWS } from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Rows by which columns are sorted. */
const SAMPLED_ROWS = 1000;
/** Directions along which rows are compared first. */
const DIRECTIONS = 128;
/** Of these, packed for a blocked product, which descent does not make: the fewest that can be. */
const PRODUCT_DEPTH = 8;
/** Columns from which projecting rows pays. */
const PROJECTED_COLUMNS = 256;
/** Longest row in units of its rounded parts: differences of two such rows fit 16 bits. */
const LONGEST_SHORT = 16_383;
/** Fewest units between near rows at which rounding does no harm. */
const FEWEST_UNITS = 200;
/**
 * Distances are estimated where the directions leave out less than this share of a near row's squared distance.
 */
const LITTLE = 0.3;

/** Rows in the engine's memory and how they are measured. */
export interface UploadedRows {
  /** Address of the rows as passed. */
  readonly source: number;
  /** Address of the kernels' `DescentRows`. */
  readonly rows: number;
  /** Whether distances are estimated while searching. */
  readonly estimates: boolean;
  /** The rows along DIRECTIONS directions before rounding; where they are not projected, the rows as `projectable` makes them. */
  readonly points: Matrix;
  /** Addresses of one f64 a row: its mean and its sum of squares (`rowScales`). */
  readonly means: number;
  readonly squares: number;
}

/**
 * Copies the rows into the engine's memory: as passed, and packed for descent, columns of largest variance first and
 * padded to a multiple of 16; where it pays also projected and rounded.
 * @param data rows x columns.
 * @param options the metric and k, by which it is decided whether rounding would harm.
 */
export async function uploadRows(
  runtime: Runtime,
  scope: Scope,
  multiply: Engine['multiply'],
  data: Matrix,
  { metric, k }: { metric: Metric; k: number },
): Promise<UploadedRows> {
  const { rows, columns } = data;
  const width = Math.ceil(columns / 16) * 16;
  const { means, squares, scales } = rowScales(data, metric);
  const source = scope.copy(data.data);
  const projected = await projectRows(runtime, scope, multiply, data, {
    source,
    metric,
    scale: scales[0],
    k,
  });
  const target = scope.allocate(rows * width * 4);
  const uploaded = {
    source,
    rows: scope.copyStructure('DescentRows', {
      ...{ metric: METRIC_CODES[metric], rows: target, width },
      ...{ projected: projected?.rounded ?? 0, projectedWidth: projected ? DIRECTIONS : 0 },
      ...{ unit: projected?.unit ?? 0, residuals: projected?.estimates ? projected.gaps : 0 },
    }),
    means: scope.copy(means),
    squares: scope.copy(squares),
    estimates: projected?.estimates ?? false,
    points: projected?.points ?? projectable(data, metric),
  };
  const order = scope.copy(byVariance(data));
  await runtime.run(
    {
      kernel: 'packDescentRows',
      items: Math.ceil(rows / PACK_ROWS),
      work: data.data.length * 6,
      call: {
        ...{ source, rows, d: columns, order, means: uploaded.means, scales: scope.copy(scales) },
        ...{ target, width },
      },
    },
    unwatched,
  );
  return uploaded;
}

/**
 * For each row, the mean and the sum of squares of what its direction is made of and the scale to unit length
 * (cosine, correlation); for other metrics means 0, squares 1, and one scale for all rows. One entry a row; a row of
 * zeros has scale 0 for these metrics.
 * @param data rows x columns.
 */
function rowScales(data: Matrix, metric: Metric) {
  const means = new Float64Array(data.rows);
  const squares = new Float64Array(data.rows).fill(1);
  const scales = new Float64Array(data.rows);
  if (metric !== 'cosine' && metric !== 'correlation') {
    return { means, squares, scales: scales.fill(powerOfTwoScale(data)) };
  }
  for (let r = 0; r < data.rows; r++) {
    const found = direction(data, r, metric);
    means[r] = found.mean;
    squares[r] = found.squares;
    scales[r] = found.scale;
  }
  return { means, squares, scales };
}

/** The rows along a few directions, rounded. */
interface ProjectedRows {
  /** Address of the rounded parts: i16, rows x DIRECTIONS. */
  readonly rounded: number;
  /**
   * Address of one f32 a row: sqrt(2) times the length that the directions leave out, so that the mean of the squares of two
   * rows is what their squared distance gains where the rests are orthogonal.
   */
  readonly gaps: number;
  /** Squared distance, in units of the frame, of one squared step of the rounded parts. */
  readonly unit: number;
  /** The parts before rounding, rows x DIRECTIONS. */
  readonly points: Matrix;
  /** Whether distances are estimated by the parts and gaps alone while searching. */
  readonly estimates: boolean;
}

/**
 * The rows along DIRECTIONS directions of large variance, rounded to 16 bits; null for manhattan, for fewer than
 * PROJECTED_COLUMNS columns, or where near rows are too close together to be told apart. Where the directions leave little
 * out, distances are estimated while searching, as if what they leave out of two rows were orthogonal.
 * @param data rows x columns.
 * @param options `source`: address of the rows; `scale` of the values, for euclidean; `k` neighbors that are sought.
 */
async function projectRows(
  runtime: Runtime,
  scope: Scope,
  multiply: Engine['multiply'],
  data: Matrix,
  { source, metric, scale, k }: { source: number; metric: Metric; scale: number; k: number },
): Promise<ProjectedRows | null> {
  if (metric === 'manhattan' || data.columns < PROJECTED_COLUMNS) return null;
  const frame = { ...frameOf(data, metric), ...(metric === 'euclidean' ? { scale } : {}) };
  const basis = await directionsOf(multiply, data, frame, DIRECTIONS);
  const plan = { kind: 'projected', basis, depth: PRODUCT_DEPTH } as const;
  const { data: prepared } = await prepareBounds(
    runtime,
    scope,
    { data, queries: data, frame, source },
    plan,
    unwatched,
  );
  const floats = (address: number) => new Float32Array(runtime.arena.memory.buffer, address, prepared.count);
  // squared lengths and distances, in units of the frame
  let longest = 0;
  for (const square of floats(prepared.high)) if (square < Infinity) longest = Math.max(longest, square);
  const near = await nearDistance(multiply, data, frame, k / data.rows);
  const factor = LONGEST_SHORT / Math.sqrt(longest);
  if (!(factor * Math.sqrt(near) >= FEWEST_UNITS)) return null;
  const rounded = scope.allocate(prepared.count * DIRECTIONS * 2);
  await runtime.run(
    {
      kernel: 'roundDescentRows',
      items: Math.ceil(prepared.count / PACK_ROWS),
      work: prepared.count * DIRECTIONS,
      call: { source: prepared.projected, rows: prepared.count, width: DIRECTIONS, factor, target: rounded },
    },
    unwatched,
  );
  let rest = 0;
  for (const gap of floats(prepared.lastGaps)) rest += gap * gap;
  const estimates = rest / prepared.count < LITTLE * near;
  const values = new Float32Array(
    runtime.arena.memory.buffer,
    prepared.projected,
    prepared.count * DIRECTIONS,
  );
  const points = { rows: prepared.count, columns: DIRECTIONS, data: values.slice() };
  return { rounded, gaps: prepared.lastGaps, unit: factor ** -2, points, estimates };
}

/**
 * A power of two that brings the largest absolute value near 1, so that squares stay inside float32's range; 1 where
 * all are 0.
 */
function powerOfTwoScale({ data }: Matrix): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  return largest > 0 ? 2 ** -Math.ceil(Math.log2(largest)) : 1;
}

/** Column numbers by variance over about SAMPLED_ROWS evenly spaced rows, largest first. Ties by column. */
function byVariance({ rows, columns, data }: Matrix): Int32Array {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const step = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  let count = 0;
  for (let r = 0; r < rows; r += step, count++) {
    for (let c = 0; c < columns; c++) {
      const value = data[r * columns + c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  const variance = squares.map((square, c) => square / count - (sums[c] / count) ** 2);
  return Int32Array.from({ length: columns }, (_, c) => c).sort((a, b) => variance[b] - variance[a] || a - b);
}
