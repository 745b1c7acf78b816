/**
 * How lists of the nearest begin: with rows whose distances are known, and with limits from the rows beside each row, so
 * that the walk over all pairs (pairs.ts) measures few that do not stay. Rows that lie near one another stand beside each
 * other (engine/wasm/knn-exact/row-order.ts).
 */

import { boundTile, initializeTile, STRIDE, TILE, TILE_ROWS } from './bounds';
import { BLOCK_ROWS, InsertTargetsArguments, LowerLimitsArguments, TILE_COLUMNS } from './layout';
import { insertNeighbor, lowerLimit } from './nearest';

/** Begins the list of queries row `item` with its targets, whose distances are known. @param own see `Pairs`. */
export function insertTargets(item: i32, _scratch: usize, call: InsertTargetsArguments): void {
  const ranks = call.ranks;
  const lists = call.lists;
  const selfRows = call.selfRows;
  const first = <usize>item * <usize>ranks.k;
  const self = load<i32>(selfRows + ((<usize>item) << 2));
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const target = load<i32>(ranks.targets + ((first + t) << 2));
    if (target !== self)
      insertNeighbor(lists, item, target, load<f64>(ranks.thresholds + ((first + t) << 3)));
  }
}

export function limitScratch(k: i32): usize {
  return TILE + ((<usize>(TILE_ROWS * k)) << 2) + 64;
}

/**
 * Lowers the limits of a block of rows, queries and data alike, each to the k-th least of its upper bounds in the block: k rows
 * are at least as near. No distance is measured. Blocks are counted from `begin`.
 */
export function lowerLimits(item: i32, scratch: usize, call: LowerLimitsArguments): void {
  const comparison = call.comparison;
  const lists = comparison.lists;
  if (!lists) return;
  const k = lists.k;
  const first = (call.firstBlock + item) * BLOCK_ROWS;
  const end = min(first + BLOCK_ROWS, comparison.bounds.queries.count);
  const tile = initializeTile(scratch);
  const least = scratch + TILE;
  for (let row = first; row < end; row += TILE_ROWS) {
    tile.firstRow = row;
    tile.rowCount = min(TILE_ROWS, end - row);
    for (let n: i32 = 0; n < tile.rowCount * k; n++) store<f32>(least + ((<usize>n) << 2), Infinity);
    for (let chunk = first; chunk < end; chunk += TILE_COLUMNS) {
      tile.firstColumn = chunk;
      tile.columnCount = min(TILE_COLUMNS, end - chunk);
      boundTile(tile, comparison.bounds, comparison.selfRows, 0, true);
      for (let r: i32 = 0; r < tile.rowCount; r++) {
        const uppers = tile.uppers + <usize>r * STRIDE;
        const kept = least + ((<usize>(r * k)) << 2);
        for (let j: usize = 0; j < <usize>tile.columnCount; j++)
          keepLeast(kept, k, load<f32>(uppers + (j << 2)));
      }
    }
    for (let r: i32 = 0; r < tile.rowCount; r++) {
      lowerLimit(lists, row + r, load<f32>(least + ((<usize>(r * k + k - 1)) << 2)));
    }
  }
}

/** Keeps the k least values seen, ascending. */
function keepLeast(least: usize, k: i32, value: f32): void {
  let at = least + ((<usize>(k - 1)) << 2);
  if (!(value < load<f32>(at))) return;
  for (; at > least && value < load<f32>(at - 4); at -= 4) store<f32>(at, load<f32>(at - 4));
  store<f32>(at, value);
}
