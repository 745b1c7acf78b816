/**
 * What each plan makes of the rows: their frame, and how many numbers of which kind (plan.ts).
 * Types: `Plan`: kind of product: float32, int16, sparse, or projected along `depth` rows of `basis`. `Frame`,
 *   in which products are computed: columns (of the rows), step (all coordinates are multiples of it, or 0).
 *   `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Rounding`, how rows become
 *   integers: factor (coordinates times it are integers), positions (of each column among the integers of a row, or
 *   -1), kept (columns with a position).
 * Fails: never.
 */

import type { Matrix } from '../../../model.js';
import { type Frame, uncentered } from './frame.js';
import type { Plan } from './plan.js';
import { roundingOf } from './rounding.js';

/** What a plan makes of rows: their frame, and how many numbers of which kind. */
export interface Layout {
  readonly kind: Plan['kind'];
  readonly frame: Frame;
  /** Columns of the blocked product, and directions in all; `complete` where they leave nothing out. */
  readonly depth: number;
  /** Directions in all; `complete` where they leave nothing out. */
  readonly width: number;
  readonly complete: boolean;
  readonly basis: Matrix | null;
  /** Integers are coordinates times this; 0 where there are none. `Rounding` explains their positions. */
  readonly factor: number;
  readonly positions: Int32Array | null;
}

/**
 * What a plan makes of the rows: the frame and the numbers to prepare.
 * @param dataFrame the frame of the rows as passed.
 * @param sides data and, where they differ, queries; read only where a plan rounds to integers.
 */
export function layoutOf(plan: Plan, dataFrame: Frame, sides: readonly Matrix[]): Layout {
  const { kind } = plan;
  const { columns } = dataFrame;
  const plain = { kind, frame: dataFrame, depth: columns, width: columns, complete: true, basis: null };
  if (kind === 'float32') return { ...plain, factor: 0, positions: null };
  if (kind === 'projected') {
    const { basis } = plan;
    const sizes = {
      depth: multipleOf8(plan.depth),
      width: multipleOf8(basis.rows),
      complete: basis.rows === columns,
    };
    return { ...plain, ...sizes, basis, factor: 0, positions: null };
  }
  const sparse = kind === 'sparse';
  const frame = sparse ? uncentered(dataFrame) : dataFrame;
  const { factor, positions, kept } = roundingOf(sides, frame, sparse);
  const depth = Math.ceil(kept / 2);
  return { ...plain, frame, depth, width: depth, factor, positions };
}

/** A number of columns or directions rounded up to a multiple of 8. */
const multipleOf8 = (columns: number): number => Math.ceil(columns / 8) * 8;
