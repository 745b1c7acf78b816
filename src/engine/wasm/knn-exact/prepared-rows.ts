/**
 * Prepares rows in the engine's memory for bounds of distances: see `kernels/knn-exact/prepared-rows.ts`.
 * Types: `Runtime`, of the engine: run (runs a job on all threads; CancelledError when the watch ends), size (bytes
 *   that a kernel needs), arena (its memory). `Scope`, allocations that end together: copy (copies an array in, gives
 *   its address), allocate (an address for so many bytes; MachineError when there is no room), copyStructure (writes a
 *   structure, gives its address). `Plan`: kind of product: float32, int16, sparse, or projected along `depth`
 *   rows of `basis`. `Metric`: `euclidean`, `cosine`, `correlation` or `manhattan`. `Matrix`: row-major float32,
 *   element (r, c) at `data[r * columns + c]`. `Layout`, of prepared rows: frame (origin and scale), depth (columns of
 *   the product), width (directions in all), factor (of integers, or 0), basis (or null), kind (of product), complete
 *   (they leave nothing out), positions (of columns, or null). `Frame`, in which products are computed: metric (of
 *   distance), columns (of the rows), scale (multiplied then, a power of two), center (subtracted first). `Arena`, the
 *   allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had.
 */

import type { Matrix } from '../../../model.js';
import type { Metric } from '../../engine.js';
import type { Watch } from '../../watch.js';
import {
  CORRELATION,
  COSINE,
  DEPTH_BLOCK,
  EUCLIDEAN,
  FLOAT32_PRODUCTS,
  INT16_PRODUCTS,
  MANHATTAN,
  PANEL_ROWS,
  SPARSE_PRODUCTS,
  type Structures,
  TILE_COLUMNS,
} from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Frame, rankToBound } from './frame.js';
import type { Plan } from './plan.js';
import { type Layout, layoutOf } from './row-layout.js';
import { uploadEntries } from './sparse-entries.js';

/** The kernels' code of each metric. */
export const METRIC_CODES: Record<Metric, number> = {
  euclidean: EUCLIDEAN,
  cosine: COSINE,
  correlation: CORRELATION,
  manhattan: MANHATTAN,
};

/** Prepared rows: their number and the addresses of their arrays. */
export type PreparedRows = Structures['PreparedRows'];

/** Bounds of the distances between queries and data, in the engine's memory. */
export interface DistanceBounds {
  /** Address of the kernels' `DistanceBounds`. */
  readonly address: number;
  readonly queries: PreparedRows;
  readonly data: PreparedRows;
  /** Columns of the rows. */
  readonly columns: number;
  /** Columns of the blocked product, or directions; pairs of columns where products are of i16. */
  readonly depth: number;
  /** From a ranking distance to a squared distance in the frame (for manhattan, a distance). */
  readonly rankToBound: number;
}

/**
 * Where rounding took less than this share of a unit from any row, float32 tells no more of a pair than the
 * integers do.
 */
const LITTLE = 0.01;
const ULP = 2 ** -24;
/** What float32's smallest numbers may lose, in units of the scaled data. */
const UNDERFLOW = 1e-30;

/** The kernels' code of each plan's products. */
const PRODUCTS: Record<Plan['kind'], number> = {
  float32: FLOAT32_PRODUCTS,
  projected: FLOAT32_PRODUCTS,
  int16: INT16_PRODUCTS,
  sparse: SPARSE_PRODUCTS,
};

/**
 * How far computed bounds may be off, as shares of n_i + n_j (`error`) and of n (`slack`, of what is left out).
 */
interface Errors {
  readonly error: number;
  readonly slack: number;
}

/**
 * Rounding errors of bounds: chains of additions, the sum over chains, rounded coordinates, lengths and the
 * bounds themselves (2^-24 each). A projected coordinate is off by up to `turn` |v|, so a product of projected
 * rows by 2 turn sqrt(width) |v_i| |v_j|, at most turn sqrt(width) (n_i + n_j), which enters twice. Sums of
 * integers are exact within a pass. A tenth is added.
 * @param columns columns of a row.
 * @param width directions, null where rows are not projected.
 * @param rounded whether products are of integers.
 */
function errorsOf(columns: number, width: number | null, rounded: boolean): Errors {
  const chain = (depth: number) => Math.min(depth, DEPTH_BLOCK) + Math.ceil(depth / DEPTH_BLOCK);
  const project = width === null ? 0 : (chain(columns) + 3) * ULP * Math.sqrt(width);
  const depth = width ?? columns;
  const sums = rounded ? 1 + Math.ceil(depth / DEPTH_BLOCK) : chain(depth) + depth / 8;
  return { error: 1.1 * ((sums + 26) * ULP + 2 * project), slack: 1.1 * (2 * project + 4 * ULP) };
}

/** The rows of both sides and their frame. */
interface Rows {
  readonly data: Matrix;
  readonly queries: Matrix;
  readonly frame: Frame;
  /** Address of the data's rows where they are in the memory already, in any order. */
  readonly source?: number;
}

/**
 * Writes the rows of both sides, as the plan wants them, and everything that bounds their distances into the engine's
 * memory; all of it lives until the scope is freed.
 * @param rows `data` and `queries` (rows x columns each, the same object where rows are compared with themselves),
 *   their frame, and `source`: address of the data where it is in memory already, else it is copied in.
 * @param plan how the blocked product is made.
 */
export async function prepareBounds(
  runtime: Runtime,
  scope: Scope,
  { data, queries, frame: dataFrame, source }: Rows,
  plan: Plan,
  watch: Watch,
): Promise<DistanceBounds> {
  const layout = layoutOf(plan, dataFrame, queries === data ? [data] : [data, queries]);
  const { frame, depth, width, factor } = layout;
  const { metric, columns } = frame;
  const dataRows = allocateRows(scope, data, source ?? scope.copy(data.data), layout);
  const queryRows =
    queries === data ? dataRows : allocateRows(scope, queries, scope.copy(queries.data), layout);
  const errors = errorsOf(columns, layout.basis && width, factor > 0);
  const share = productFactors(metric, errors.error, factor);
  const common = {
    ...{ rankToBound: rankToBound(frame), metric: METRIC_CODES[metric], d: columns, depth, width },
    ...{ complete: layout.complete ? 1 : 0, productKind: PRODUCTS[layout.kind], ...share },
    columnPositions: layout.positions ? scope.copy(layout.positions) : 0,
  };
  const copyBounds = (rows: PreparedRows, squaredDistanceError: number): number => {
    const addresses = { queries: copyRows(scope, rows), data: copyRows(scope, dataRows) };
    return scope.copyStructure('DistanceBounds', { ...common, squaredDistanceError, ...addresses });
  };
  const sides = queries === data ? [dataRows] : [dataRows, queryRows];
  await fillSides(runtime, scope, { unprepared: copyBounds(queryRows, 0), sides, layout, errors }, watch);
  const lost = factor > 0 ? widenByRounding(runtime, sides) * factor : 0;
  const lists =
    layout.kind === 'sparse'
      ? await uploadEntries(runtime, scope, { packed: queryRows.packed, rows: queryRows.count, depth })
      : {};
  const measureAgain = metric === 'euclidean' && (lost > LITTLE || !layout.complete);
  const address = copyBounds({ ...queryRows, ...lists }, measureAgain ? 1.1 * (columns / 8 + 12) * ULP : 0);
  return {
    address,
    queries: queryRows,
    data: dataRows,
    columns,
    depth,
    rankToBound: rankToBound(frame),
  };
}

/** Arguments of `fillSides`. */
interface Preparing {
  /** Address of `DistanceBounds` of these sides, without what is known only once they are prepared. */
  readonly unprepared: number;
  readonly sides: readonly PreparedRows[];
  readonly layout: Layout;
  readonly errors: Errors;
}

/** Runs the kernel that centers, scales, projects or rounds the rows of each side and computes their lengths. */
async function fillSides(
  runtime: Runtime,
  scope: Scope,
  { unprepared, sides, layout, errors }: Preparing,
  watch: Watch,
): Promise<void> {
  const { basis, width, factor, frame } = layout;
  const { columns, scale } = frame;
  const directions = basis ? scope.copy(packedBasis(basis, width)) : 0;
  const center = scope.copy(frame.center);
  for (const rows of sides) {
    await runtime.run(
      {
        kernel: 'prepareRows',
        items: Math.ceil(rows.count / PANEL_ROWS),
        scratch: runtime.size('prepareScratch', columns, width),
        work: rows.count * columns * (8 + (basis ? 2 * width : 0)),
        call: {
          ...{ scale, slack: errors.slack, error: errors.error, underflow: UNDERFLOW, factor },
          ...{ bounds: unprepared, rows: copyRows(scope, rows), center, basis: directions },
        },
      },
      watch,
    );
  }
}

/**
 * What an inner product is multiplied by in lower and upper bounds of a squared distance: 2, or 2 / factor^2 for
 * products of integers. For manhattan, whose product is a sum of absolute differences, -1 widened by `error`.
 */
function productFactors(metric: Metric, error: number, factor: number) {
  if (metric === 'manhattan') return { lowFactor: -(1 - error), highFactor: -(1 + error) };
  const share = factor > 0 ? 2 / factor ** 2 : 2;
  return { lowFactor: share, highFactor: share };
}

/**
 * Widens the bounds of all squared lengths by what rounding to integers took. With E the most that it took from a
 * row, a product of rounded rows is off by up to E (|v_i| + |v_j|) + E^2, which enters bounds twice. Returns E, in
 * units of the frame.
 * @param sides queries and data.
 */
function widenByRounding(runtime: Runtime, sides: readonly PreparedRows[]): number {
  const floats = ({ count }: PreparedRows, address: number) =>
    new Float32Array(runtime.arena.memory.buffer, address, count);
  let most = 0;
  for (const side of sides) for (const lost of floats(side, side.gaps)) most = Math.max(most, lost);
  for (const side of sides) {
    const [low, high] = [floats(side, side.low), floats(side, side.high)];
    for (let r = 0; r < side.count; r++) {
      const slack = (2 * most * Math.sqrt(Math.max(0, high[r])) + most * most) * (1 + 1e-5);
      low[r] -= slack;
      high[r] += slack;
    }
    floats(side, side.gaps).fill(0);
  }
  return most;
}

/**
 * Allocates the arrays of one side (packed rows, projections, bounds of squared lengths, means and squares); lengths
 * past the last row are infinite, so that nothing there counts as near.
 * @param m the rows, for its shape.
 * @param source address of the rows as passed.
 */
function allocateRows(
  scope: Scope,
  m: Matrix,
  source: number,
  { kind, frame, depth, width, basis }: Layout,
): PreparedRows {
  const { metric } = frame;
  const angular = metric === 'cosine' || metric === 'correlation';
  const panels = Math.ceil(m.rows / PANEL_ROWS);
  // whole chunks: norms past the last row are infinite, so that nothing there passes
  const filled = (value: number) => scope.copy(new Float32Array(paddedRows(m.rows)).fill(value));
  const gaps = filled(0);
  return {
    count: m.rows,
    source,
    packed: scope.allocate((kind === 'sparse' ? paddedRows(m.rows) : panels * PANEL_ROWS) * depth * 4),
    projected: basis ? scope.allocate(m.rows * width * 4) : 0,
    low: filled(Number.POSITIVE_INFINITY),
    high: filled(Number.POSITIVE_INFINITY),
    gaps,
    lastGaps: basis ? filled(0) : gaps,
    means: angular ? scope.allocate(panels * PANEL_ROWS * 8) : 0,
    squares: angular ? scope.allocate(panels * PANEL_ROWS * 8) : 0,
    starts: 0,
    entries: 0,
  };
}

/** Writes the structure that names the arrays of one side into the engine's memory; returns its address. */
const copyRows = (scope: Scope, rows: PreparedRows): number => scope.copyStructure('PreparedRows', rows);

/**
 * A number of rows rounded up to a multiple of a tile's width: the length of arrays with one number a row, which
 * kernels read in whole vectors.
 */
export const paddedRows = (rows: number): number => Math.ceil(rows / TILE_COLUMNS) * TILE_COLUMNS;

/**
 * Directions (rows x columns, one a row) in panels of 8: for each panel and column 8 float32 side by side.
 * @param width directions with padding, a multiple of 8; the padding is zeros.
 */
function packedBasis({ rows, columns, data }: Matrix, width: number): Float32Array {
  const packed = new Float32Array(width * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      packed[((r >> 3) * columns + c) * 8 + (r & 7)] = data[r * columns + c];
    }
  }
  return packed;
}
