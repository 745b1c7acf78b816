/**
 * Estimates how much pruning (prune.ts) would leave open, on a few strips of rows, before it is prepared.
 * Types: `RowOrder`: rows (row at each position) and positions (of each row). `Engine`: the heavy routines; each
 *   rejects with CancelledError when its watch ends. `Matrix`: row-major float32, element (r, c) at `data[r * columns +
 *   c]`.
 * Fails: as `multiply` does.
 */

import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { TILE_COLUMNS } from '../runtime/layouts.js';
import { squaredLengths } from './frame.js';
import type { RowOrder } from './row-order.js';

/** Directions of the bounds that prune. */
export const PRUNE_DIRECTIONS = 16;
/** Strips on which pruning is tried. */
const STRIPS = 32;

/**
 * Row numbers of at most STRIPS evenly spaced strips, TILE_COLUMNS rows stored side by side each, one strip after
 * another. Empty for fewer rows than a strip has.
 * @param order rows by position.
 */
export function stripRows({ rows }: RowOrder): number[] {
  const strips = Math.floor(rows.length / TILE_COLUMNS);
  const tried = Math.min(STRIPS, strips);
  return Array.from({ length: tried * TILE_COLUMNS }, (_, i) => {
    const strip = Math.floor((Math.floor(i / TILE_COLUMNS) * strips) / tried);
    return rows[strip * TILE_COLUMNS + (i % TILE_COLUMNS)];
  });
}

/**
 * The share of strips (0 to 1) that may hold a row that matters to a probe, by bounds along PRUNE_DIRECTIONS
 * directions: somewhat less than the share of tiles, which have many queries. Called where a plan is chosen.
 * @param basis directions, one a row, of which the first are used.
 * @param sides framed rows of probes and strips.
 * @param thresholds squared distances that matter to each probe; the largest decides.
 */
export async function openStrips(
  multiply: Engine['multiply'],
  basis: Matrix,
  { probes, strips }: { probes: Matrix; strips: Matrix },
  thresholds: readonly Float64Array[],
): Promise<number> {
  const rows = Math.min(PRUNE_DIRECTIONS, basis.rows);
  const few = { ...basis, rows, data: basis.data.subarray(0, rows * basis.columns) };
  const sides = [];
  for (const side of [probes, strips]) {
    const projected = await multiply(side, few, { transposeB: true });
    const seen = squaredLengths(projected);
    sides.push({ projected, rest: squaredLengths(side).map((n, r) => Math.sqrt(Math.max(0, n - seen[r]))) });
  }
  const [queries, data] = sides;
  let open = 0;
  for (let p = 0; p < probes.rows; p++) {
    const farthest = Math.max(...thresholds[p]);
    const met = new Set<number>();
    for (let s = 0; s < strips.rows; s++) {
      let lower = (queries.rest[p] - data.rest[s]) ** 2;
      for (let c = 0; c < rows; c++) {
        lower += (queries.projected.data[p * rows + c] - data.projected.data[s * rows + c]) ** 2;
      }
      if (!(lower > farthest)) met.add(Math.floor(s / TILE_COLUMNS));
    }
    open += met.size;
  }
  return open / (probes.rows * (strips.rows / TILE_COLUMNS));
}
