/**
 * Bounds of the distances of a tile: `count` asked rows by up to 64 data rows, from the blocked product (prepared-rows.ts).
 *
 * What the bounds leave open is marked, a byte a pair with the sides that want it and a bit in the row's word, so that a
 * pair that several sides want is settled once. A pair that is none (a row with itself, or met from the other side) has
 * infinite bounds: it is counted for nothing, and `isPair` keeps it from being settled where it was marked all the same.
 */

import { numbersAt, offsetOf, Table } from './external-products';
import { compare, GIVEN, LISTED, Screen, Side } from './prepared-rows';
import { productsOfLists } from './sparse-products';

/** Asked rows of an item of a comparison. */
export const BLOCK: i32 = 256;
/** Asked rows and data rows of a tile. */
export const ROWS: i32 = 32;
export const CHUNK: i32 = 64;
export const STRIDE: usize = (<usize>CHUNK) << 2;

@unmanaged
export class Tile {
  first: i32;
  count: i32;
  chunk: i32;
  across: i32;
  /** f32, `STRIDE` bytes a row: products, unless they are given, and bounds from below and, for ranks, from above. */
  products: usize;
  lowers: usize;
  uppers: usize;
  /** f32 an asked row: the least of its lower bounds and the largest of its upper ones. */
  least: usize;
  most: usize;
  /** u8 a pair, `CHUNK` bytes a row, and u64 a row. */
  marks: usize;
  marked: usize;
}
const FIELDS: usize = 64;

/** Bytes of a tile with its arrays. */
export const TILE: usize = FIELDS + <usize>ROWS * (3 * STRIDE + 8 + <usize>CHUNK + 8);

/** A tile at `address`, nothing marked. */
export function placeTile(address: usize): Tile {
  const tile = changetype<Tile>(address);
  tile.marked = address + FIELDS;
  tile.products = tile.marked + ((<usize>ROWS) << 3);
  tile.lowers = tile.products + <usize>ROWS * STRIDE;
  tile.uppers = tile.lowers + <usize>ROWS * STRIDE;
  tile.least = tile.uppers + <usize>ROWS * STRIDE;
  tile.most = tile.least + ((<usize>ROWS) << 2);
  tile.marks = tile.most + ((<usize>ROWS) << 2);
  memory.fill(tile.marked, 0, (<usize>ROWS) << 3);
  memory.fill(tile.marks, 0, <usize>(ROWS * CHUNK));
  return tile;
}

/** Bounds of all pairs. @param own i32 an asked row: the data row that it is, or -1. @param both also from above. */
export function boundTile(tile: Tile, screen: Screen, own: usize, once: i32, both: boolean): void {
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  if (screen.products !== GIVEN) multiplyTile(tile, screen, asked, data);
  for (let r: i32 = 0; r < tile.count; r++) {
    boundRow(tile, screen, r, both);
    const row = tile.first + r;
    const self = load<i32>(own + ((<usize>row) << 2)) - tile.chunk;
    if (once) for (let j: i32 = 0; j <= min(self, CHUNK - 1); j++) exclude(tile, r, j);
    else if (self >= 0 && self < CHUNK) exclude(tile, r, self);
  }
  const rows = (tile.count + 3) & ~3;
  for (let r = tile.count; r < rows; r++) for (let j: i32 = 0; j < CHUNK; j++) exclude(tile, r, j);
}

function multiplyTile(tile: Tile, screen: Screen, asked: Side, data: Side): void {
  const depth = screen.depth;
  if (screen.products === LISTED) {
    productsOfLists(
      asked.starts,
      asked.entries,
      tile.first,
      tile.count,
      data.packed,
      tile.chunk,
      tile.across,
      depth,
      tile.products,
      STRIDE,
    );
    return;
  }
  const row = (<usize>depth) << 2;
  const left = asked.packed + <usize>tile.first * row;
  const right = data.packed + <usize>tile.chunk * row;
  compare(screen, left, (tile.count + 7) >> 3, right, (tile.across + 7) >> 3, tile.products, STRIDE);
}

function boundRow(tile: Tile, screen: Screen, r: i32, both: boolean): void {
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const at = (<usize>(tile.first + r)) << 2;
  const low = v128.load_splat<f32>(asked.low + at);
  const high = v128.load_splat<f32>(asked.high + at);
  const gap = v128.load_splat<f32>(asked.gaps + at);
  const lowFactor = f32x4.splat(screen.lowFactor);
  const highFactor = f32x4.splat(screen.highFactor);
  const infinite = f32x4.splat(Infinity);
  const negative = f32x4.splat(-Infinity);
  let least = infinite;
  let most = negative;
  const from = (<usize>tile.chunk) << 2;
  const table = screen.products === GIVEN ? changetype<Table>(screen.table) : null;
  const offset = table ? offsetOf(table, tile.first + r) : infinite;
  const products = table ? numbersAt(table, tile.first + r, tile.chunk) : tile.products + <usize>r * STRIDE;
  const lowers = tile.lowers + <usize>r * STRIDE;
  const uppers = tile.uppers + <usize>r * STRIDE;
  for (let j: usize = 0; j < (<usize>tile.across) << 2; j += 16) {
    const made = v128.load(products + j);
    const product = table ? f32x4.convert_i32x4_s(i32x4.add(made, offset)) : made;
    const gaps = f32x4.mul(gap, v128.load(data.gaps + from + j));
    const norms = f32x4.add(low, v128.load(data.low + from + j));
    // a bound that is not a number is none
    const lower = f32x4.pmax(negative, f32x4.sub(f32x4.sub(norms, f32x4.mul(product, lowFactor)), gaps));
    v128.store(lowers + j, lower);
    least = f32x4.pmin(least, lower);
    if (!both) continue;
    const highs = f32x4.add(high, v128.load(data.high + from + j));
    const upper = f32x4.pmin(infinite, f32x4.add(f32x4.sub(highs, f32x4.mul(product, highFactor)), gaps));
    v128.store(uppers + j, upper);
    most = f32x4.pmax(most, upper);
  }
  // to a whole number of steps of those that count
  for (let j = ((<usize>tile.across + 3) & ~3) << 2; j & 63; j += 16) {
    v128.store(lowers + j, infinite);
    v128.store(uppers + j, infinite);
  }
  store<f32>(tile.least + ((<usize>r) << 2), leastLane(least));
  store<f32>(tile.most + ((<usize>r) << 2), -leastLane(f32x4.neg(most)));
}

function exclude(tile: Tile, r: i32, j: i32): void {
  const at = <usize>r * STRIDE + ((<usize>j) << 2);
  store<f32>(tile.lowers + at, Infinity);
  store<f32>(tile.uppers + at, Infinity);
  store<f32>(tile.most + ((<usize>r) << 2), Infinity);
}

/** Whether row r and column j of the tile are a pair to be settled. */
export function isPair(tile: Tile, r: i32, j: i32, own: usize, once: i32): boolean {
  if (j >= tile.across) return false;
  const self = load<i32>(own + ((<usize>(tile.first + r)) << 2)) - tile.chunk;
  return once ? j > self : j !== self;
}

/** Marks four pairs from column j on, those of `lanes`, as wanted by `side`. */
export function mark(tile: Tile, r: i32, j: i32, lanes: i32, side: i32): void {
  const words = tile.marked + ((<usize>r) << 3);
  store<u64>(words, load<u64>(words) | ((<u64>lanes) << (<u64>j)));
  const marks = tile.marks + <usize>(r * CHUNK + j);
  for (; lanes; lanes &= lanes - 1) {
    const at = marks + <usize>ctz(lanes);
    store<u8>(at, <u8>(load<u8>(at) | side));
  }
}

/** The least lower bounds of four data rows from column j on, over all asked rows. */
export function leastOfFour(tile: Tile, j: i32): v128 {
  const lowers = tile.lowers + ((<usize>j) << 2);
  let least = f32x4.splat(Infinity);
  for (let r: usize = 0; r < <usize>tile.count; r++) {
    least = f32x4.pmin(least, v128.load(lowers + r * STRIDE));
  }
  return least;
}

function leastLane(v: v128): f32 {
  const left = min(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1));
  return min(left, min(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}
