/**
 * The sieve: a product along few directions, which passes over tiles of which every pair is farther than all that its two
 * rows look for. Where rows form groups and near rows stand beside each other (engine/wasm/knn-exact/row-order.ts), that is most tiles.
 * Results do not depend on it. Where it closes few tiles it is tried on few.
 */

import { boundTile, leastOfFour, Tile } from './bounds';
import { Pairs, Work } from './resolve';

/** It is worth its cost where it closes one in so many tiles; elsewhere it is tried on one in as many. */
const WORTH: i32 = 8;
const SELDOM: i32 = 16;

/** Whether no pair of the tile can count for its rows. */
export function closedBySieve(pairs: Pairs, work: Work, tile: Tile): bool {
  const sieve = pairs.sieve;
  if (!sieve) return false;
  work.turn++;
  if (work.closed * WORTH < work.tried && work.turn % SELDOM !== 0) return false;
  work.tried++;
  boundTile(tile, sieve, pairs.own, pairs.once, false);
  if (anyOfRows(pairs, tile) || (pairs.once && anyOfColumns(pairs, tile))) return false;
  work.closed++;
  return true;
}

function anyOfRows(pairs: Pairs, tile: Tile): bool {
  for (let r: i32 = 0; r < tile.count; r++) {
    const least = load<f32>(tile.least + ((<usize>r) << 2));
    if (!(least > f32x4.extract_lane(limitsFrom(pairs, tile.first + r), 0))) return true;
  }
  return false;
}

function anyOfColumns(pairs: Pairs, tile: Tile): bool {
  for (let j: i32 = 0; j < tile.across; j += 4) {
    if (!i32x4.all_true(f32x4.gt(leastOfFour(tile, j), limitsFrom(pairs, tile.chunk + j)))) return true;
  }
  return false;
}

/** What four rows from `row` on look for: the farther of their farthest target and their list's limit. */
function limitsFrom(pairs: Pairs, row: i32): v128 {
  const at = (<usize>row) << 2;
  let limits = f32x4.splat(-Infinity);
  const ranks = pairs.ranks;
  if (ranks) limits = f32x4.pmax(limits, v128.load(ranks.limits + at));
  const lists = pairs.lists;
  if (lists) limits = f32x4.pmax(limits, v128.load(lists.limits + at));
  return limits;
}
