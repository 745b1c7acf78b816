/**
 * Bounds of the distances of a tile: up to TILE_ROWS queries by up to TILE_COLUMNS data rows, from the blocked
 * product (prepared-rows.ts).
 *
 * Purpose: pairs that the bounds leave open are marked: a byte for each pair with the uses that need it
 *   (resolve.ts), and a bit in the row's word, so that a pair with several uses is resolved once.
 * Shapes: arrays of a tile have STRIDE bytes a row.
 * Ours: self-pairs and mirrored pairs get infinite bounds, so nothing counts them; `isPair` keeps them from
 *   being resolved where they were marked all the same.
 * Types (a field with an element type such as f32 is the address of an array): `DistanceBounds`: depth (columns of
 *   the blocked product; pairs of nonzero columns where products are of i16), productKind (kind of product, see the
 *   constants above), lowFactor (factors of the product in lower and in upper bounds), highFactor, queries (the two
 *   sides of the comparison; the same where rows are compared with themselves), data. `PreparedRows`: packed (operand of the blocked product: panels of `depth` directions or columns), low (f32 a
 *   row: lower and upper bound of the squared length; infinite past the last row), high, gaps (f32 a row: sqrt(2) times
 *   the length that the first `depth` directions leave out, and all `width` directions).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { DistanceBounds, SPARSE_PRODUCTS, TILE_COLUMNS } from './layout';
import { multiplyPanels } from './prepared-rows';
import { productsOfLists } from './sparse-products';

/** Query rows of a tile. */
export const TILE_ROWS: i32 = 32;
/** Bytes of a row (a query) of a tile's f32 arrays, one value for each of its data rows. */
export const STRIDE: usize = (<usize>TILE_COLUMNS) << 2;

/** A tile: queries `firstRow` and on by data rows `firstColumn` and on, and the addresses of its arrays. */
@unmanaged
export class Tile {
  firstRow: i32;
  rowCount: i32;
  firstColumn: i32;
  columnCount: i32;
  /** f32, STRIDE bytes a row: products, lower bounds and, for ranks, upper bounds. */
  products: usize;
  lowers: usize;
  uppers: usize;
  /** f32 a query: its smallest lower bound. */
  rowLeast: usize;
  /** f32 a query: its largest upper bound, infinite where a pair was excluded; with `both` only. */
  rowMost: usize;
  /** u8 a pair: the uses that need it (resolve.ts); u64 a row: one bit for each marked pair. */
  marks: usize;
  marked: usize;
}
const FIELDS: usize = 64;

/** Bytes of a tile with its arrays. */
export const TILE: usize = FIELDS + <usize>TILE_ROWS * (3 * STRIDE + 8 + <usize>TILE_COLUMNS + 8);

/**
 * Divides TILE bytes at `address` among the arrays of a tile, with no pair marked. Called once an item; the tile is
 * used again for all its queries and data rows.
 */
export function initializeTile(address: usize): Tile {
  const tile = changetype<Tile>(address);
  tile.marked = address + FIELDS;
  tile.products = tile.marked + ((<usize>TILE_ROWS) << 3);
  tile.lowers = tile.products + <usize>TILE_ROWS * STRIDE;
  tile.uppers = tile.lowers + <usize>TILE_ROWS * STRIDE;
  tile.rowLeast = tile.uppers + <usize>TILE_ROWS * STRIDE;
  tile.rowMost = tile.rowLeast + ((<usize>TILE_ROWS) << 2);
  tile.marks = tile.rowMost + ((<usize>TILE_ROWS) << 2);
  memory.fill(tile.marked, 0, (<usize>TILE_ROWS) << 3);
  memory.fill(tile.marks, 0, <usize>(TILE_ROWS * TILE_COLUMNS));
  return tile;
}

/**
 * Computes lower bounds, and with `both` upper bounds, of the distances (in the frame) of all pairs of a tile. Pairs
 * of a row with itself get infinite bounds.
 * @param selfRows i32 for each query: the data row that it is itself, or -1.
 * @param symmetric 1 where a pair is met once, as row < column; the others get infinite bounds too.
 * @param both whether to compute upper bounds, which ranks need.
 */
export function boundTile(
  tile: Tile,
  bounds: DistanceBounds,
  selfRows: usize,
  symmetric: i32,
  both: boolean,
): void {
  multiplyTile(tile, bounds);
  for (let r: i32 = 0; r < tile.rowCount; r++) {
    boundRow(tile, bounds, r, both);
    const row = tile.firstRow + r;
    const self = load<i32>(selfRows + ((<usize>row) << 2)) - tile.firstColumn;
    if (symmetric) for (let j: i32 = 0; j <= min(self, TILE_COLUMNS - 1); j++) exclude(tile, r, j);
    else if (self >= 0 && self < TILE_COLUMNS) exclude(tile, r, self);
  }
  const rows = (tile.rowCount + 3) & ~3;
  for (let r = tile.rowCount; r < rows; r++) for (let j: i32 = 0; j < TILE_COLUMNS; j++) exclude(tile, r, j);
}

/**
 * Computes the products of a tile's queries with its data rows (f32, STRIDE bytes a query), of the kind that `bounds`
 * names.
 */
function multiplyTile(tile: Tile, bounds: DistanceBounds): void {
  if (bounds.productKind === SPARSE_PRODUCTS) {
    productsOfLists(bounds, tile.firstRow, tile.rowCount, tile.firstColumn, tile.columnCount, tile.products);
    return;
  }
  const row = (<usize>bounds.depth) << 2;
  const left = bounds.queries.packed + <usize>tile.firstRow * row;
  const right = bounds.data.packed + <usize>tile.firstColumn * row;
  const rows = (tile.rowCount + 7) >> 3;
  const columns = (tile.columnCount + 7) >> 3;
  multiplyPanels(bounds, left, rows, right, columns, tile.products, STRIDE);
}

/**
 * Computes the bounds of query r of a tile with all its data rows from their products, and the query's smallest lower
 * and largest upper bound.
 * @param both whether to compute upper bounds.
 */
function boundRow(tile: Tile, bounds: DistanceBounds, r: i32, both: boolean): void {
  const queries = bounds.queries;
  const data = bounds.data;
  const at = (<usize>(tile.firstRow + r)) << 2;
  const low = v128.load_splat<f32>(queries.low + at);
  const high = v128.load_splat<f32>(queries.high + at);
  const gap = v128.load_splat<f32>(queries.gaps + at);
  const lowFactor = f32x4.splat(bounds.lowFactor);
  const highFactor = f32x4.splat(bounds.highFactor);
  const infinite = f32x4.splat(Infinity);
  const negative = f32x4.splat(-Infinity);
  let least = infinite;
  let most = negative;
  const from = (<usize>tile.firstColumn) << 2;
  const products = tile.products + <usize>r * STRIDE;
  const lowers = tile.lowers + <usize>r * STRIDE;
  const uppers = tile.uppers + <usize>r * STRIDE;
  for (let j: usize = 0; j < (<usize>tile.columnCount) << 2; j += 16) {
    const product = v128.load(products + j);
    const gaps = f32x4.mul(gap, v128.load(data.gaps + from + j));
    const norms = f32x4.add(low, v128.load(data.low + from + j));
    // a bound that is not a number bounds nothing
    const lower = f32x4.pmax(negative, f32x4.sub(f32x4.sub(norms, f32x4.mul(product, lowFactor)), gaps));
    v128.store(lowers + j, lower);
    least = f32x4.pmin(least, lower);
    if (!both) continue;
    const highs = f32x4.add(high, v128.load(data.high + from + j));
    const upper = f32x4.pmin(infinite, f32x4.add(f32x4.sub(highs, f32x4.mul(product, highFactor)), gaps));
    v128.store(uppers + j, upper);
    most = f32x4.pmax(most, upper);
  }
  // pad to a multiple of 16 columns, which the counting loops read at a time
  for (let j = ((<usize>tile.columnCount + 3) & ~3) << 2; j & 63; j += 16) {
    v128.store(lowers + j, infinite);
    v128.store(uppers + j, infinite);
  }
  store<f32>(tile.rowLeast + ((<usize>r) << 2), smallestLane(least));
  store<f32>(tile.rowMost + ((<usize>r) << 2), -smallestLane(f32x4.neg(most)));
}

/** Gives the pair of query r and data row j of a tile infinite bounds, so that it counts for nothing. */
function exclude(tile: Tile, r: i32, j: i32): void {
  const at = <usize>r * STRIDE + ((<usize>j) << 2);
  store<f32>(tile.lowers + at, Infinity);
  store<f32>(tile.uppers + at, Infinity);
  store<f32>(tile.rowMost + ((<usize>r) << 2), Infinity);
}

/**
 * Whether query r and data row j of a tile are a pair to be resolved: not a row with itself, not past the tile's edge
 * and, where `symmetric` is 1, not met as row > column.
 * @param selfRows i32 for each query: the data row that it is itself, or -1.
 */
export function isPair(tile: Tile, r: i32, j: i32, selfRows: usize, symmetric: i32): boolean {
  if (j >= tile.columnCount) return false;
  const self = load<i32>(selfRows + ((<usize>(tile.firstRow + r)) << 2)) - tile.firstColumn;
  return symmetric ? j > self : j !== self;
}

/**
 * Marks pairs of query r as needed for `use` (a bit of resolve.ts): of the four with data rows j to j + 3, those that
 * `lanes` (4 bits) names.
 */
export function mark(tile: Tile, r: i32, j: i32, lanes: i32, use: i32): void {
  const words = tile.marked + ((<usize>r) << 3);
  store<u64>(words, load<u64>(words) | ((<u64>lanes) << (<u64>j)));
  const marks = tile.marks + <usize>(r * TILE_COLUMNS + j);
  for (; lanes; lanes &= lanes - 1) {
    const at = marks + <usize>ctz(lanes);
    store<u8>(at, <u8>(load<u8>(at) | use));
  }
}

/** The smallest lower bound of each of data rows j to j + 3 over all queries of the tile, as four f32. */
export function leastOfFourColumns(tile: Tile, j: i32): v128 {
  const lowers = tile.lowers + ((<usize>j) << 2);
  let least = f32x4.splat(Infinity);
  for (let r: usize = 0; r < <usize>tile.rowCount; r++) {
    least = f32x4.pmin(least, v128.load(lowers + r * STRIDE));
  }
  return least;
}

/**
 * The smallest of the four lanes.
 * @param v four f32.
 */
function smallestLane(v: v128): f32 {
  const left = min(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1));
  return min(left, min(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}
