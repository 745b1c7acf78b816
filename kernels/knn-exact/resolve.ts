/**
 * Resolves single pairs that the blocked product leaves open: by bounds along all directions, by the distance
 * over all columns in float32, and last by the reference's distance in double (called by pairs.ts).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { exactFour, FOUR_PAIRS, FourPairs } from './exact-distance';
import { DistanceBounds, PairComparison } from './layout';
import { insertNeighbor } from './nearest';
import { remainingProduct, squaredDistance } from './prepared-rows';
import { countExact, resolveRanks, sumsOfRow } from './ranks';

/**
 * Uses of a pair, one bit each: the ranks of its query and of its data row, and the list of its query and of
 * its data row.
 */
export const ROW_RANKS: i32 = 1;
export const COLUMN_RANKS: i32 = 2;
export const ROW_LIST: i32 = 4;
export const COLUMN_LIST: i32 = 8;

/** An open pair: its query and data row, its product, its uses and the bounds that leave it open. */
@unmanaged
export class Open {
  row: i32;
  column: i32;
  product: f32;
  uses: i32;
  lower: f32;
  upper: f32;
}
export const OPEN: usize = 24;

/** What one item works with: its position, counters and the addresses of its arrays. */
@unmanaged
export class Work {
  firstRow: i32;
  firstColumn: i32;
  /** Number of open pairs. */
  count: i32;
  /** Tiles on which pruning was tried, and tiles that it closed. */
  pruneTrials: i32;
  prunedTiles: i32;
  /** Tiles so far. */
  tilesSeen: i32;
  /** `Open` pairs, a `FourPairs` with its results, and the queue for exact distances. */
  open: usize;
  exact: usize;
  pending: usize;
  /** i32: counts for the targets of the block's queries, and of the segment's data rows. */
  rowSums: usize;
  columnSums: usize;
}
export const WORK: usize = 48;
/** Bytes for measuring four pairs in double: a `FourPairs` and its results. */
export const EXACT: usize = FOUR_PAIRS + 64;
/** Bytes of queued pairs: their number, and from byte 16 on four queries, data rows, uses, lower and upper bounds. */
export const PENDING: usize = 96;

/**
 * Appends the pair of query `row` and data row `column` to the list of open pairs in `work`.
 * @param product of the two rows as far as computed.
 * @param uses bits of what needs the pair.
 * @param lower, upper bounds of its distance (squared, in the frame).
 */
export function addOpen(
  work: Work,
  row: i32,
  column: i32,
  product: f32,
  uses: i32,
  lower: f32,
  upper: f32,
): void {
  const open = changetype<Open>(work.open + <usize>work.count * OPEN);
  open.row = row;
  open.column = column;
  open.product = product;
  open.uses = uses;
  open.lower = lower;
  open.upper = upper;
  work.count++;
}

/**
 * Applies tighter bounds to a pair: counts it or drops it for those of its uses that they decide, and keeps it in the
 * list of open pairs for the rest.
 * @param lower, upper the new bounds.
 * @param product the new product.
 */
function resolve(
  comparison: PairComparison,
  work: Work,
  pair: Open,
  lower: f32,
  upper: f32,
  product: f32,
): void {
  // a bound that is not a number bounds nothing
  if (!(lower > pair.lower)) lower = pair.lower;
  if (!(upper < pair.upper)) upper = pair.upper;
  const row = pair.row;
  const column = pair.column;
  let uses = pair.uses;
  const lists = comparison.lists;
  if (lists) {
    if (uses & ROW_LIST && lower > load<f32>(lists.limits + ((<usize>row) << 2))) uses &= ~ROW_LIST;
    if (uses & COLUMN_LIST && lower > load<f32>(lists.limits + ((<usize>column) << 2))) uses &= ~COLUMN_LIST;
  }
  const ranks = comparison.ranks;
  if (ranks) {
    if (uses & ROW_RANKS) {
      const sums = sumsOfRow(ranks, work.rowSums, work.firstRow, row);
      if (resolveRanks(ranks, row, sums, pair.lower, pair.upper, lower, upper)) uses &= ~ROW_RANKS;
    }
    if (uses & COLUMN_RANKS) {
      const sums = sumsOfRow(ranks, work.columnSums, work.firstColumn, column);
      if (resolveRanks(ranks, column, sums, pair.lower, pair.upper, lower, upper)) uses &= ~COLUMN_RANKS;
    }
  }
  if (uses) addOpen(work, row, column, product, uses, lower, upper);
}

/**
 * Tightens the bounds of the open pairs by the products along all directions; those that stay open remain in the
 * list. Called after the blocked product where it left out directions.
 */
export function tightenByProduct(comparison: PairComparison, work: Work): void {
  const bounds = comparison.bounds;
  const queries = bounds.queries;
  const data = bounds.data;
  const bytes = (<usize>bounds.width) << 2;
  const open = work.count;
  work.count = 0;
  for (let n: i32 = 0; n < open; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const row = pair.row;
    const column = pair.column;
    const a = (<usize>row) << 2;
    const b = (<usize>column) << 2;
    const further = remainingProduct(
      bounds,
      queries.projected + <usize>row * bytes,
      data.projected + <usize>column * bytes,
    );
    const product = (pair.product + further) * <f32>2;
    const gaps = load<f32>(queries.lastGaps + a) * load<f32>(data.lastGaps + b);
    const lower = load<f32>(queries.low + a) + load<f32>(data.low + b) - product - gaps;
    const upper = load<f32>(queries.high + a) + load<f32>(data.high + b) - product + gaps;
    resolve(comparison, work, pair, lower, upper, product);
  }
}

/**
 * Tightens the bounds of the open pairs by their float32 squared distance over all columns, unless it may have left
 * float32's range; those that stay open remain in the list.
 */
export function tightenByDistance(comparison: PairComparison, work: Work): void {
  const bounds = comparison.bounds;
  const queries = bounds.queries;
  const data = bounds.data;
  const bytes = (<usize>bounds.d) << 2;
  const open = work.count;
  work.count = 0;
  for (let n: i32 = 0; n < open; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const row = pair.row;
    const column = pair.column;
    const whole = squaredDistance(
      queries.source + <usize>row * bytes,
      data.source + <usize>column * bytes,
      bounds.d,
    );
    const inRange = whole > 1e-30 && whole < 1e37;
    const bound = <f64>whole * bounds.rankToBound;
    const lower: f32 = inRange ? <f32>(bound * (1 - bounds.squaredDistanceError)) : -Infinity;
    const upper: f32 = inRange ? <f32>(bound * (1 + bounds.squaredDistanceError)) : Infinity;
    resolve(comparison, work, pair, lower, upper, 0);
  }
}

/**
 * Queues the open pairs to be measured in double, four at a time; pairs with a row that has no direction are done at
 * once.
 */
export function queueForExact(comparison: PairComparison, work: Work): void {
  for (let n: i32 = 0; n < work.count; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const known = knownDistance(comparison.bounds, pair.row, pair.column);
    if (known >= 0) {
      applyDistance(comparison, work, pair.row, pair.column, known, pair.uses, pair.lower, pair.upper);
      continue;
    }
    const count = load<i32>(work.pending);
    const at = work.pending + 16 + ((<usize>count) << 2);
    store<i32>(at, pair.row);
    store<i32>(at, pair.column, 16);
    store<i32>(at, pair.uses, 32);
    store<f32>(at, pair.lower, 48);
    store<f32>(at, pair.upper, 64);
    store<i32>(work.pending, count + 1);
    if (count === 3) resolvePending(comparison, work);
  }
}

/**
 * The distance of a pair in which a row has no direction (cosine, correlation): 0 if neither has one, else 1; -1 for
 * all other pairs.
 * @param row of a query.
 * @param column data row.
 */
function knownDistance(bounds: DistanceBounds, row: i32, column: i32): f64 {
  const queries = bounds.queries.squares;
  if (queries === 0) return -1;
  const one = load<f64>(queries + ((<usize>row) << 3));
  const other = load<f64>(bounds.data.squares + ((<usize>column) << 3));
  if (one > 0 && other > 0) return -1;
  // the same rule as `exactFour`
  return one === other ? 0 : 1;
}

/**
 * Measures the queued pairs (up to four) in double and applies their distances. Called when the queue is full, and at
 * the end of an item.
 */
export function resolvePending(comparison: PairComparison, work: Work): void {
  const bounds = comparison.bounds;
  const queries = bounds.queries;
  const data = bounds.data;
  const count = load<i32>(work.pending);
  if (count === 0) return;
  const rows = work.pending + 16;
  for (let n: i32 = count; n < 4; n++) {
    const at = rows + ((<usize>n) << 2);
    store<i32>(at, load<i32>(rows));
    store<i32>(at, load<i32>(rows, 16), 16);
  }
  const four = changetype<FourPairs>(work.exact);
  four.metric = bounds.metric;
  four.d = bounds.d;
  four.queries = queries.source;
  four.queryMeans = queries.means;
  four.querySquares = queries.squares;
  four.data = data.source;
  four.dataMeans = data.means;
  four.dataSquares = data.squares;
  four.queryRows = rows;
  four.dataRows = rows + 16;
  four.out = work.exact + FOUR_PAIRS;
  exactFour(four);
  for (let n: i32 = 0; n < count; n++) {
    const at = rows + ((<usize>n) << 2);
    applyDistance(
      comparison,
      work,
      load<i32>(at),
      load<i32>(at, 16),
      load<f64>(four.out + ((<usize>n) << 3)),
      load<i32>(at, 32),
      load<f32>(at, 48),
      load<f32>(at, 64),
    );
  }
  store<i32>(work.pending, 0);
}

/**
 * Applies the exact ranking distance of the pair of query `row` and data row `column` to the lists and the ranks that need it.
 * @param uses bits of what needs it.
 * @param lower, upper the bounds that left it open.
 */
function applyDistance(
  comparison: PairComparison,
  work: Work,
  row: i32,
  column: i32,
  distance: f64,
  uses: i32,
  lower: f32,
  upper: f32,
): void {
  const lists = comparison.lists;
  if (lists) {
    if (uses & ROW_LIST) insertNeighbor(lists, row, column, distance);
    if (uses & COLUMN_LIST) insertNeighbor(lists, column, row, distance);
  }
  const ranks = comparison.ranks;
  if (!ranks) return;
  if (uses & ROW_RANKS) {
    const sums = sumsOfRow(ranks, work.rowSums, work.firstRow, row);
    countExact(ranks, row, column, distance, sums, lower, upper);
  }
  if (uses & COLUMN_RANKS) {
    const sums = sumsOfRow(ranks, work.columnSums, work.firstColumn, column);
    countExact(ranks, column, row, distance, sums, lower, upper);
  }
}
