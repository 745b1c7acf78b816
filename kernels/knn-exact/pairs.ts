/**
 * Exact comparison of queries with data rows: the loop over tiles that `nearest` and `ranks` share.
 *
 * Purpose: a product bounds the distances of a tile (prepared-rows.ts). A pair whose lower bound exceeds the
 *   limits of both rows is done; the others are resolved one by one, by bounds that grow tighter and cost more,
 *   and last by the reference's own distance in double, so that the result equals the reference to the last
 *   bit. Where queries and data are the same rows, each pair is met once (row < column) and resolved for both.
 * Cost: the product, about 3 operations a pair, and the open pairs.
 * Determinism: an item is a block of queries against data rows `from` to `to`. Other items may resolve pairs of
 *   the same rows at the same time: counts are added atomically and lists changed under a lock, and neither
 *   depends on the order.
 * Types (a field with an element type such as f32 is the address of an array): `CompareArguments`: comparison,
 *   from (data rows `from` to `to`), to. `PreparedRows`: count (number of
 *   rows). `DistanceBounds`: squaredDistanceError (relative error of a float32 squared distance over all columns; 0
 *   where that stage is skipped), depth (columns of the blocked product; pairs of nonzero columns where products are of
 *   i16), width (directions in all), queries (the two sides of the comparison; the same where rows are compared with
 *   themselves). `PairComparison`: bounds (bounds of all pairs), ranks (ranks to count, or 0), lists (lists to fill, or
 *   0), selfRows (i32 a query: the data row that it is itself, or -1), symmetric (1 where queries and data are the same
 *   rows, so that each pair is met once for both of its rows). `Work`: firstRow, firstColumn, count (number of open
 *   pairs), pruneTrials (tiles on which pruning was tried, and tiles that it closed), prunedTiles, tilesSeen (tiles so
 *   far), open (`Open` pairs, a `FourPairs` with its results, and the queue for exact distances), exact, pending,
 *   rowSums (i32: counts for the targets of the block's queries, and of the segment's data rows), columnSums. `Tile`:
 *   firstRow, rowCount, firstColumn, products (f32, STRIDE bytes a row: products (unless external), lower bounds and,
 *   for ranks, upper bounds), lowers, uppers, marks (u8 a pair: the uses that need it (resolve.ts); u64 a row: one bit
 *   for each marked pair), marked.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { boundTile, initializeTile, isPair, STRIDE, TILE, TILE_ROWS, Tile } from './bounds';
import { countForColumns, countForRows } from './count-ranks';
import { BLOCK_ROWS, CompareArguments, PairComparison, TILE_COLUMNS } from './layout';
import { markForColumnLists, markForRowLists } from './nearest';
import { isPruned } from './prune';
import { addCounts, rowOffset } from './ranks';
import {
  addOpen,
  COLUMN_LIST,
  COLUMN_RANKS,
  EXACT,
  OPEN,
  PENDING,
  queueForExact,
  ROW_LIST,
  ROW_RANKS,
  resolvePending,
  tightenByDistance,
  tightenByProduct,
  WORK,
  Work,
} from './resolve';

/**
 * Bytes of scratch that `comparePairs` needs for segments of up to `width` data rows.
 * @param stride counts for each row, 0 without ranks.
 */
export function pairsScratch(stride: i32, width: i32): usize {
  const sums = (<usize>((BLOCK_ROWS + width + 4) * stride)) << 2;
  return WORK + EXACT + TILE + <usize>TILE_COLUMNS * OPEN + PENDING + sums + 64;
}

/**
 * Kernel: compares block `item` of queries (BLOCK_ROWS) with data rows `from` to `to`, tile by tile, and adds to the
 * ranks and lists that the comparison has. Scratch: `pairsScratch`.
 */
export function comparePairs(item: i32, scratch: usize, call: CompareArguments): void {
  const comparison = call.comparison;
  const from = call.from;
  const to = call.to;
  const work = changetype<Work>(scratch);
  const first = item * BLOCK_ROWS;
  const count = min(BLOCK_ROWS, comparison.bounds.queries.count - first);
  if (comparison.symmetric && to <= first + 1) return;
  assignScratch(work, scratch, first, from);
  const tile = initializeTile(work.exact + EXACT);
  const ranks = comparison.ranks;
  if (ranks) {
    work.columnSums = work.rowSums + rowOffset(ranks, BLOCK_ROWS);
    memory.fill(work.rowSums, 0, rowOffset(ranks, BLOCK_ROWS + to - from + 4));
  }
  for (let chunk = from; chunk < to; chunk += TILE_COLUMNS) {
    if (load<i32>(STOP_ADDRESS)) return;
    tile.firstColumn = chunk;
    tile.columnCount = min(TILE_COLUMNS, to - chunk);
    for (let row: i32 = 0; row < count; row += TILE_ROWS) {
      if (comparison.symmetric && chunk + TILE_COLUMNS <= first + row) break;
      tile.firstRow = first + row;
      tile.rowCount = min(TILE_ROWS, count - row);
      compareTile(comparison, work, tile);
    }
  }
  resolvePending(comparison, work);
  if (!ranks) return;
  addCounts(ranks, first, count, work.rowSums);
  if (comparison.symmetric) addCounts(ranks, from, to - from, work.columnSums);
}

/**
 * Divides the scratch memory of an item among the arrays of `work`, and starts its counters at 0.
 * @param first query of the item.
 * @param from first data row.
 */
function assignScratch(work: Work, scratch: usize, first: i32, from: i32): void {
  work.firstRow = first;
  work.firstColumn = from;
  work.tilesSeen = 0;
  work.pruneTrials = 0;
  work.prunedTiles = 0;
  work.exact = scratch + WORK;
  work.open = work.exact + EXACT + TILE;
  work.pending = work.open + <usize>TILE_COLUMNS * OPEN;
  work.rowSums = work.pending + PENDING;
  store<i32>(work.pending, 0);
}

/**
 * Compares the queries with the data rows of a tile: bounds all pairs, counts and marks them, and resolves one by one
 * those that stay open.
 */
function compareTile(comparison: PairComparison, work: Work, tile: Tile): void {
  const ranks = comparison.ranks;
  const lists = comparison.lists;
  if (isPruned(comparison, work, tile)) return;
  boundTile(tile, comparison.bounds, comparison.selfRows, comparison.symmetric, ranks !== null);
  if (lists) {
    markForRowLists(lists, tile, ROW_LIST);
    if (comparison.symmetric) markForColumnLists(lists, tile, COLUMN_LIST);
  }
  if (ranks) {
    countForRows(ranks, tile, work.firstRow, work.rowSums, ROW_RANKS);
    if (comparison.symmetric) countForColumns(ranks, tile, work.firstColumn, work.columnSums, COLUMN_RANKS);
  }
  const bounds = comparison.bounds;
  for (let r: i32 = 0; r < tile.rowCount; r++) {
    if (load<u64>(tile.marked + ((<usize>r) << 3)) === 0) continue;
    gatherMarked(comparison, work, tile, r);
    if (bounds.width > bounds.depth) tightenByProduct(comparison, work);
    if (bounds.squaredDistanceError > 0) tightenByDistance(comparison, work);
    if (work.count > 0) queueForExact(comparison, work);
  }
}

/**
 * Moves the marked pairs of query r of a tile, with their bounds, to the list of open pairs in `work`, and clears the
 * marks.
 */
function gatherMarked(comparison: PairComparison, work: Work, tile: Tile, r: i32): void {
  const words = tile.marked + ((<usize>r) << 3);
  let left = load<u64>(words);
  store<u64>(words, 0);
  work.count = 0;
  for (; left; left &= left - 1) {
    const j = <i32>ctz(left);
    const marks = tile.marks + <usize>(r * TILE_COLUMNS + j);
    const uses = <i32>load<u8>(marks);
    store<u8>(marks, 0);
    if (!isPair(tile, r, j, comparison.selfRows, comparison.symmetric)) continue;
    const at = <usize>r * STRIDE + ((<usize>j) << 2);
    const lower = load<f32>(tile.lowers + at);
    const upper: f32 = comparison.ranks ? load<f32>(tile.uppers + at) : Infinity;
    const product = load<f32>(tile.products + at);
    addOpen(work, tile.firstRow + r, tile.firstColumn + j, product, uses, lower, upper);
  }
}
