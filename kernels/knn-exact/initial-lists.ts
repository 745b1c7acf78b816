/**
 * How lists of the nearest begin: with rows whose distances are known, and with limits from the rows beside each row, so
 * that the walk over all pairs (pairs.ts) measures few that do not stay. Rows that lie near one another stand beside each
 * other (engine/wasm/knn-exact/row-order.ts).
 */

import { BLOCK, boundTile, CHUNK, placeTile, ROWS, STRIDE, TILE } from './bounds';
import { Lists, lowerLimit, offerExact } from './nearest';
import { Side } from './prepared-rows';
import { Ranks } from './ranks';
import { Pairs } from './resolve';

/** Begins the list of asked row `item` with its targets, whose distances are known. @param own see `Pairs`. */
export function listTargets(item: i32, _scratch: usize, ranks: Ranks, lists: Lists, own: usize): void {
  const first = <usize>item * <usize>ranks.k;
  const self = load<i32>(own + ((<usize>item) << 2));
  for (let t: usize = 0; t < <usize>ranks.k; t++) {
    const target = load<i32>(ranks.targets + ((first + t) << 2));
    if (target !== self) offerExact(lists, item, target, load<f64>(ranks.thresholds + ((first + t) << 3)));
  }
}

export function limitScratch(k: i32): usize {
  return TILE + ((<usize>(ROWS * k)) << 2) + 64;
}

/**
 * Lowers the limits of a block of rows, asked and data alike, each to the k-th least of its upper bounds in the block: k rows
 * are at least as near. No distance is measured. Blocks are counted from `begin`.
 */
export function limitLists(item: i32, scratch: usize, pairs: Pairs, begin: i32): void {
  const lists = pairs.lists;
  if (!lists) return;
  const k = lists.k;
  const first = (begin + item) * BLOCK;
  const end = min(first + BLOCK, changetype<Side>(pairs.screen.asked).count);
  const tile = placeTile(scratch);
  const least = scratch + TILE;
  for (let row = first; row < end; row += ROWS) {
    tile.first = row;
    tile.count = min(ROWS, end - row);
    for (let n: i32 = 0; n < tile.count * k; n++) store<f32>(least + ((<usize>n) << 2), Infinity);
    for (let chunk = first; chunk < end; chunk += CHUNK) {
      tile.chunk = chunk;
      tile.across = min(CHUNK, end - chunk);
      boundTile(tile, pairs.screen, pairs.own, 0, true);
      for (let r: i32 = 0; r < tile.count; r++) {
        const uppers = tile.uppers + <usize>r * STRIDE;
        const own = least + ((<usize>(r * k)) << 2);
        for (let j: usize = 0; j < <usize>tile.across; j++) keepLeast(own, k, load<f32>(uppers + (j << 2)));
      }
    }
    for (let r: i32 = 0; r < tile.count; r++) {
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
