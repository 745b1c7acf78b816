/**
 * How rows are rounded to 16-bit integers (kernels/knn-exact/prepared-rows.ts): as finely as sums in 32 bits
 * allow.
 *
 * Purpose: a product is summed in passes of 256 columns (kernels/associate/tile.ts). A pass must not overflow;
 *   the sum of passes may. So columns are dealt to the passes in turn, which gives each pass about an equal
 *   part of a row's length, and columns that would round to 0 in every row are left out. On digits the unit is
 *   2.4 times finer than with one sum over all columns.
 * Precision: pixels, counts and answers on a scale are multiples of one step; rounded to it (`stepOf`) they
 *   lose nothing.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Frame`, in which products are
 *   computed: columns (of the rows), metric (of distance), step (all coordinates are multiples of it, or 0), center
 *   (subtracted first), scale (multiplied then, a power of two).
 * Fails: never.
 */

import type { Matrix } from '../../../model.js';
import type { Frame } from './frame.js';

/** Unit of the integers, and the position of each column. */
export interface Rounding {
  /** Integers are coordinates in the frame times this. */
  readonly factor: number;
  /** All sampled coordinates are then integers: nothing is lost. */
  readonly exact: boolean;
  /** Position of each column among the integers of a row, or -1 where it is left out. */
  readonly positions: Int32Array;
  /** Number of columns that have a position. */
  readonly kept: number;
}

/** Columns of a pass: two of one row stand beside each other in each of its 128 steps. */
const PASS_COLUMNS = 256;
const LARGEST_SHORT = 32_767;
/** Two rows of at most this length have a product below 2^31. */
const LONGEST_PART = 2 ** 15.5;
/** Leaves room for floating point in the numbers below. */
const MARGIN = 0.9999;

/**
 * The unit of the integers and the position of each column, from the rows of both sides: the finest unit at which no
 * sum overflows.
 * @param sides data and queries, rows x columns each.
 * @param frame center and scale of the rows.
 * @param listed whether a product is summed in one pass, over lists of nonzero integers.
 * @returns factor (integers are coordinates times it), whether nothing is lost, and the positions.
 */
export function roundingOf(sides: readonly Matrix[], frame: Frame, listed = false): Rounding {
  const { columns, metric, step } = frame;
  const assign = listed ? inOrder : dealtToPasses;
  // rows of unit length: no coordinate is above 1
  if (metric !== 'euclidean')
    return { factor: MARGIN * LARGEST_SHORT, exact: false, ...assign(new Float64Array(columns).fill(1)) };
  const largest = largestOfColumns(sides, frame);
  const most = largest.reduce((x, y) => Math.max(x, y), 0);
  if (!(most > 0)) return { factor: 1, exact: true, ...assign(largest) };
  const unit = most / LARGEST_SHORT;
  const placed = assign(largest.map((value) => (value < unit / 4 ? 0 : value)));
  const part = longestPart(sides, frame, placed.positions, listed ? columns : PASS_COLUMNS);
  const finest = MARGIN * Math.min(1 / unit, LONGEST_PART / part);
  const exact = step > 0 && step * finest >= 1;
  return { factor: exact ? 1 / step : finest, exact, ...placed };
}

/**
 * Positions in column order, -1 for columns whose largest value is 0: neighboring pixels, or values of one kind, are
 * often 0 together.
 * @param largest absolute coordinate of each column.
 */
function inOrder(largest: Float64Array): Pick<Rounding, 'positions' | 'kept'> {
  let kept = 0;
  return { positions: Int32Array.from(largest, (value) => (value > 0 ? kept++ : -1)), kept };
}

/**
 * Positions that deal the columns to the passes of 256 in turn, -1 for columns whose largest value is 0.
 * @param largest absolute coordinate of each column.
 */
function dealtToPasses(largest: Float64Array): Pick<Rounding, 'positions' | 'kept'> {
  const kept = largest.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  const inTurn = Array.from({ length: kept }, (_, assign) => assign).sort(
    (a, b) => (a % PASS_COLUMNS) - (b % PASS_COLUMNS) || a - b,
  );
  let next = 0;
  return { positions: Int32Array.from(largest, (value) => (value > 0 ? inTurn[next++] : -1)), kept };
}

/** Largest absolute coordinate of each column over the rows of both sides, after centering and scaling. */
function largestOfColumns(sides: readonly Matrix[], { center, scale, columns }: Frame): Float64Array {
  const largest = new Float64Array(columns);
  for (const { rows, data } of sides) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const value = Math.abs(data[r * columns + c] - center[c]) * scale;
        if (value > largest[c]) largest[c] = value;
      }
    }
  }
  return largest;
}

/**
 * Euclidean length of the longest part of a row that falls into one pass, after centering and scaling. 0 for no rows.
 * @param positions of the columns, -1 for those left out.
 * @param passColumns positions of a pass.
 * @param sides queries and data, rows x columns.
 */
function longestPart(
  sides: readonly Matrix[],
  { center, scale, columns }: Frame,
  positions: Int32Array,
  passColumns: number,
): number {
  const pass = positions.map((assign) => Math.floor(assign / passColumns));
  const squares = new Float64Array(Math.ceil(columns / passColumns));
  let longest = 0;
  for (const { rows, data } of sides) {
    for (let r = 0; r < rows; r++) {
      squares.fill(0);
      for (let c = 0; c < columns; c++) {
        if (pass[c] >= 0) squares[pass[c]] += ((data[r * columns + c] - center[c]) * scale) ** 2;
      }
      for (const square of squares) if (square > longest) longest = square;
    }
  }
  return Math.sqrt(longest);
}
