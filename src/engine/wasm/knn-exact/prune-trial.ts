/** How much a sieve (prune.ts) would leave open, tried on a few strips of rows before it is made. */

import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { squaredLengths } from './frame.js';
import type { RowOrder } from './row-order.js';
import { CHUNK_ROWS } from './tiles.js';

export const SIEVE_DIRECTIONS = 16;
/** Strips on which it is tried. */
const STRIPS = 32;

/** Rows of evenly spaced strips, as long as a tile is wide. */
export function stripRows({ rows }: RowOrder): number[] {
  const strips = Math.floor(rows.length / CHUNK_ROWS);
  const tried = Math.min(STRIPS, strips);
  return Array.from({ length: tried * CHUNK_ROWS }, (_, i) => {
    const strip = Math.floor((Math.floor(i / CHUNK_ROWS) * strips) / tried);
    return rows[strip * CHUNK_ROWS + (i % CHUNK_ROWS)];
  });
}

/**
 * The share of strips that stay open to a probe: somewhat less than that of tiles, which have many asked rows.
 * @param basis directions, of which the first are used. @param thresholds distances that matter to each probe.
 */
export async function openStrips(
  multiply: Engine['multiply'],
  basis: Matrix,
  { probes, strips }: { probes: Matrix; strips: Matrix },
  thresholds: readonly Float64Array[],
): Promise<number> {
  const rows = Math.min(SIEVE_DIRECTIONS, basis.rows);
  const few = { ...basis, rows, data: basis.data.subarray(0, rows * basis.columns) };
  const sides = [];
  for (const side of [probes, strips]) {
    const turned = await multiply(side, few, { transposeB: true });
    const seen = squaredLengths(turned);
    sides.push({ turned, rest: squaredLengths(side).map((n, r) => Math.sqrt(Math.max(0, n - seen[r]))) });
  }
  const [asked, data] = sides;
  let open = 0;
  for (let p = 0; p < probes.rows; p++) {
    const farthest = Math.max(...thresholds[p]);
    const met = new Set<number>();
    for (let s = 0; s < strips.rows; s++) {
      let lower = (asked.rest[p] - data.rest[s]) ** 2;
      for (let c = 0; c < rows; c++) {
        lower += (asked.turned.data[p * rows + c] - data.turned.data[s * rows + c]) ** 2;
      }
      if (!(lower > farthest)) met.add(Math.floor(s / CHUNK_ROWS));
    }
    open += met.size;
  }
  return open / (probes.rows * (strips.rows / CHUNK_ROWS));
}
