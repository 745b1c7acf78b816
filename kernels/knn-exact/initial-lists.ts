/**
 * How nearest-neighbor lists begin: with targets whose distances are known, and with limits from the rows
 * beside each row.
 *
 * Purpose: rows that lie near each other are stored beside each other (src/engine/wasm/knn-exact/row-order.ts),
 *   so limits found there let the comparison of all pairs (pairs.ts) measure few pairs that do not stay.
 * Types (a field with an element type such as f32 is the address of an array): `InsertTargetsArguments`: ranks (both
 *   of the same queries), lists, selfRows (i32 a query: the data row that it is itself, or -1). `Ranks`: k (targets of
 *   a query), thresholds (f64, queries x k: ranking distances of the targets), targets (i32, queries x k: positions of
 *   the targets among the data rows). `LowerLimitsArguments`: comparison (A comparison with lists). `PairComparison`: bounds (bounds of all pairs), lists (lists to fill, or 0), selfRows (i32
 *   a query: the data row that it is itself, or -1). `NearestLists`: k (entries of a list). `PreparedRows`: count
 *   (number of rows). `DistanceBounds`: queries (the two sides of the comparison; the same where rows are compared with
 *   themselves).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { boundTile, initializeTile, STRIDE, TILE, TILE_ROWS } from './bounds';
import { BLOCK_ROWS, InsertTargetsArguments, LowerLimitsArguments, TILE_COLUMNS } from './layout';
import { insertNeighbor, lowerLimit } from './nearest';

/**
 * Kernel: inserts the k targets of query `item`, whose distances are known, into its list of nearest rows. Runs
 * before the pairs are compared.
 */
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

/** Bytes of scratch that `lowerLimits` needs for lists of k rows. */
export function limitScratch(k: i32): usize {
  return TILE + ((<usize>(TILE_ROWS * k)) << 2) + 64;
}

/**
 * Kernel: lowers the limits of the BLOCK_ROWS rows of block `item`; rows are queries and data alike. A
 * limit is the squared distance, in the frame, beyond which no row enters the row's list of k nearest. It falls to the k-th
 * smallest upper bound of the row's distances within the block, since k rows are at least as near; it never rises.
 * Measures no distance. Called before the pairs are compared; does nothing for a comparison without lists.
 * @param scratch `limitScratch(k)` bytes.
 */
export function lowerLimits(item: i32, scratch: usize, call: LowerLimitsArguments): void {
  const comparison = call.comparison;
  const lists = comparison.lists;
  if (!lists) return;
  const k = lists.k;
  const first = item * BLOCK_ROWS;
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

/** Inserts a value among the k smallest seen, ascending f32 at `least`, if it is one of them. */
function keepLeast(least: usize, k: i32, value: f32): void {
  let at = least + ((<usize>(k - 1)) << 2);
  if (!(value < load<f32>(at))) return;
  for (; at > least && value < load<f32>(at - 4); at -= 4) store<f32>(at, load<f32>(at - 4));
  store<f32>(at, value);
}
