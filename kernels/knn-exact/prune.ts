/**
 * Pruning: bounds along few directions rule out whole tiles.
 *
 * Purpose: where rows form groups and near rows are stored beside each other
 *   (src/engine/wasm/knn-exact/row-order.ts), both rows of most pairs already have nearer candidates.
 * Ours: where pruning closes fewer than one in WORTH tiles, it is tried on one tile in SELDOM only.
 * Determinism: results do not depend on it.
 * Types (a field with an element type such as f32 is the address of an array): `PairComparison`: ranks (ranks to
 *   count, or 0), lists (lists to fill, or 0), selfRows (i32 a query: the data row that it is itself, or -1), symmetric
 *   (1 where queries and data are the same rows, so that each pair is met once for both of its rows), pruneBounds
 *   (bounds along few directions, which rule out whole tiles; or 0). `Work`: pruneTrials (tiles on which pruning was
 *   tried, and tiles that it closed), prunedTiles, tilesSeen (tiles so far). `Tile`: firstRow, rowCount, firstColumn,
 *   columnCount, rowLeast (f32 a query: its smallest lower bound). `Ranks`:
 *   limits (f32 a row: its largest far limit). `NearestLists`: limits (f32 a row: a pair with a larger lower bound
 *   cannot enter its list).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { boundTile, leastOfFourColumns, Tile } from './bounds';
import { PairComparison } from './layout';
import { Work } from './resolve';

/** It is worth its cost where it closes one in so many tiles; elsewhere it is pruneTrials on one in as many. */
const WORTH: i32 = 8;
const SELDOM: i32 = 16;

/**
 * Whether no pair of the tile can count for a rank or enter a list of either of its rows, by bounds along few
 * directions. Tried less often where it seldom succeeds; false where it is not tried.
 */
export function isPruned(comparison: PairComparison, work: Work, tile: Tile): bool {
  const pruneBounds = comparison.pruneBounds;
  if (!pruneBounds) return false;
  work.tilesSeen++;
  if (work.prunedTiles * WORTH < work.pruneTrials && work.tilesSeen % SELDOM !== 0) return false;
  work.pruneTrials++;
  boundTile(tile, pruneBounds, comparison.selfRows, comparison.symmetric, false);
  if (anyQueryOpen(comparison, tile) || (comparison.symmetric && anyDataRowOpen(comparison, tile)))
    return false;
  work.prunedTiles++;
  return true;
}

/** Whether some query of the tile has a lower bound within its limits, so that the tile must be compared. */
function anyQueryOpen(comparison: PairComparison, tile: Tile): bool {
  for (let r: i32 = 0; r < tile.rowCount; r++) {
    const least = load<f32>(tile.rowLeast + ((<usize>r) << 2));
    if (!(least > f32x4.extract_lane(limitsOfFour(comparison, tile.firstRow + r), 0))) return true;
  }
  return false;
}

/** Whether some data row of the tile has a lower bound within its limits, so that the tile must be compared. */
function anyDataRowOpen(comparison: PairComparison, tile: Tile): bool {
  for (let j: i32 = 0; j < tile.columnCount; j += 4) {
    if (
      !i32x4.all_true(f32x4.gt(leastOfFourColumns(tile, j), limitsOfFour(comparison, tile.firstColumn + j)))
    )
      return true;
  }
  return false;
}

/**
 * For each of four rows from `row` on, the distance (squared, in the frame) beyond which a pair counts for nothing:
 * the larger of that of its farthest target and that beyond which nothing enters its list.
 */
function limitsOfFour(comparison: PairComparison, row: i32): v128 {
  const at = (<usize>row) << 2;
  let limits = f32x4.splat(-Infinity);
  const ranks = comparison.ranks;
  if (ranks) limits = f32x4.pmax(limits, v128.load(ranks.limits + at));
  const lists = comparison.lists;
  if (lists) limits = f32x4.pmax(limits, v128.load(lists.limits + at));
  return limits;
}
