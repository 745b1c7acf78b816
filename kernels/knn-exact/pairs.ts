/**
 * Comparing rows with rows, exact: the walk over blocks of pairs that `nearest` and `ranks` share.
 *
 * Bounds of a block of distances come from a product (prepared-rows.ts). A pair whose lower bound is above the limits of both
 * of its rows is done with; the others are settled one by one, by bounds that grow tighter and cost more, and in the
 * end by the reference's own distance in double, so that the result is the reference's to the last bit.
 * When asked rows and data are the same rows, each pair is met once (row < column) and settled for both of its rows.
 * An item is a block of asked rows against data rows `from` to `to`. Other items may settle pairs of the same rows at
 * the same time: counts are added atomically, lists are changed under a lock. Neither depends on the order.
 * Cost: the product, about 3 operations a pair, and what is left open.
 */

import { STOP } from '../runtime/control';
import { BLOCK, boundTile, CHUNK, isPair, placeTile, ROWS, STRIDE, TILE, Tile } from './bounds';
import { countColumns, countRows } from './count-ranks';
import { listColumns, listRows } from './nearest';
import { Side } from './prepared-rows';
import { closedBySieve } from './prune';
import { addCounts, placeOf } from './ranks';
import {
  COLUMN_LIST,
  COLUMN_RANKS,
  keepOpen,
  leavePending,
  OPEN,
  Pairs,
  PENDING,
  ROW_LIST,
  ROW_RANKS,
  settlePending,
  tightenByDistance,
  tightenByProduct,
  WORK,
  Work,
} from './resolve';

/** Bytes of scratch for a segment of `width` data rows; `stride` counts a row, 0 for lists. */
export function pairsScratch(stride: i32, width: i32): usize {
  const sums = (<usize>((BLOCK + width + 4) * stride)) << 2;
  return WORK + TILE + 64 + <usize>CHUNK * OPEN + PENDING + sums + 64;
}

/** Compares block `item`, counted from block `begin`, with data rows `from` to `to`. */
export function comparePairs(item: i32, scratch: usize, pairs: Pairs, begin: i32, from: i32, to: i32): void {
  const work = changetype<Work>(scratch);
  const first = (begin + item) * BLOCK;
  const asked = changetype<Side>(pairs.screen.asked);
  const count = min(BLOCK, asked.count - first);
  if (pairs.once && to <= first + 1) return;
  work.first = first;
  work.from = from;
  work.turn = 0;
  work.tried = 0;
  work.closed = 0;
  work.lanes = scratch + WORK + TILE;
  work.open = work.lanes + 64;
  work.pending = work.open + <usize>CHUNK * OPEN;
  work.rowSums = work.pending + PENDING;
  store<i32>(work.pending, 0);
  const tile = placeTile(scratch + WORK);
  const ranks = pairs.ranks;
  if (ranks) {
    work.columnSums = work.rowSums + placeOf(ranks, BLOCK);
    memory.fill(work.rowSums, 0, placeOf(ranks, BLOCK + to - from + 4));
  }
  for (let chunk = from; chunk < to; chunk += CHUNK) {
    if (load<i32>(STOP)) return;
    tile.chunk = chunk;
    tile.across = min(CHUNK, to - chunk);
    for (let row: i32 = 0; row < count; row += ROWS) {
      if (pairs.once && chunk + CHUNK <= first + row) break;
      tile.first = first + row;
      tile.count = min(ROWS, count - row);
      compareTile(pairs, work, tile);
    }
  }
  settlePending(pairs, work);
  if (!ranks) return;
  addCounts(ranks, first, count, work.rowSums);
  if (pairs.once) addCounts(ranks, from, to - from, work.columnSums);
}

function compareTile(pairs: Pairs, work: Work, tile: Tile): void {
  const ranks = pairs.ranks;
  const lists = pairs.lists;
  if (closedBySieve(pairs, work, tile)) return;
  boundTile(tile, pairs.screen, pairs.own, pairs.once, ranks !== null);
  if (lists) {
    listRows(lists, tile, ROW_LIST);
    if (pairs.once) listColumns(lists, tile, COLUMN_LIST);
  }
  if (ranks) {
    countRows(ranks, tile, work.first, work.rowSums, ROW_RANKS);
    if (pairs.once) countColumns(ranks, tile, work.from, work.columnSums, COLUMN_RANKS);
  }
  const screen = pairs.screen;
  for (let r: i32 = 0; r < tile.count; r++) {
    if (load<u64>(tile.marked + ((<usize>r) << 3)) === 0) continue;
    gather(pairs, work, tile, r);
    if (screen.width > screen.depth) tightenByProduct(pairs, work);
    if (screen.wholeError > 0) tightenByDistance(pairs, work);
    if (work.count > 0) leavePending(pairs, work);
  }
}

/** Lists the marked pairs of a row as open, and takes the marks away. */
function gather(pairs: Pairs, work: Work, tile: Tile, r: i32): void {
  const words = tile.marked + ((<usize>r) << 3);
  let left = load<u64>(words);
  store<u64>(words, 0);
  work.count = 0;
  for (; left; left &= left - 1) {
    const j = <i32>ctz(left);
    const marks = tile.marks + <usize>(r * CHUNK + j);
    const sides = <i32>load<u8>(marks);
    store<u8>(marks, 0);
    if (!isPair(tile, r, j, pairs.own, pairs.once)) continue;
    const at = <usize>r * STRIDE + ((<usize>j) << 2);
    const lower = load<f32>(tile.lowers + at);
    const upper: f32 = pairs.ranks ? load<f32>(tile.uppers + at) : Infinity;
    const product = load<f32>(tile.products + at);
    keepOpen(work, tile.first + r, tile.chunk + j, product, sides, lower, upper);
  }
}
