/**
 * Settling single pairs of rows that the blocked product leaves open: by bounds along all directions, by the distance
 * over all columns in float32, and in the end by the reference's own distance in double; see pairs.ts for the walk.
 */

import { exactFour } from './exact-distance';
import { Lists, offerExact } from './nearest';
import { furtherProduct, Screen, Side, wholeDistance } from './prepared-rows';
import { countExact, Ranks, settleRanks, sumsOf } from './ranks';

/** What is open of a pair: whether it counts for the ranks of its asked row and of its data row, and for their lists. */
export const ROW_RANKS: i32 = 1;
export const COLUMN_RANKS: i32 = 2;
export const ROW_LIST: i32 = 4;
export const COLUMN_LIST: i32 = 8;

/** A comparison, for `ranks`, for `lists` or for both. The same order of fields in engine/wasm/knn-exact/pairs.ts. */
@unmanaged
export class Pairs {
  screen: Screen;
  ranks: Ranks | null;
  lists: Lists | null;
  /** i32 an asked row: the data row that it is, or -1. */
  own: usize;
  /** Each pair is met once. */
  once: i32;
  /** Few directions of the rows of `screen`, to pass over tiles by; or null. */
  sieve: Screen | null;
}

/** A pair that is open, and the bounds by which it is. */
@unmanaged
export class Open {
  row: i32;
  column: i32;
  product: f32;
  sides: i32;
  lower: f32;
  upper: f32;
}
export const OPEN: usize = 24;

/** What one item works with. */
@unmanaged
export class Work {
  first: i32;
  from: i32;
  /** Number of open pairs, and where they are. */
  count: i32;
  /** Tiles that the sieve was tried on, and those that it closed. */
  tried: i32;
  closed: i32;
  /** Tiles so far. */
  turn: i32;
  open: usize;
  lanes: usize;
  pending: usize;
  rowSums: usize;
  columnSums: usize;
}
export const WORK: usize = 48;
/** Bytes of pending pairs: their number, and from 16 on four asked rows, data rows, sides, lower and upper bounds. */
export const PENDING: usize = 96;

export function keepOpen(
  work: Work,
  row: i32,
  column: i32,
  product: f32,
  sides: i32,
  lower: f32,
  upper: f32,
): void {
  const open = changetype<Open>(work.open + <usize>work.count * OPEN);
  open.row = row;
  open.column = column;
  open.product = product;
  open.sides = sides;
  open.lower = lower;
  open.upper = upper;
  work.count++;
}

/** Settles a pair by tighter bounds for those of its rows that want it, and keeps it where sides stay open. */
function settle(pairs: Pairs, work: Work, pair: Open, lower: f32, upper: f32, product: f32): void {
  // a bound that is not a number is none
  if (!(lower > pair.lower)) lower = pair.lower;
  if (!(upper < pair.upper)) upper = pair.upper;
  const row = pair.row;
  const column = pair.column;
  let sides = pair.sides;
  const lists = pairs.lists;
  if (lists) {
    if (sides & ROW_LIST && lower > load<f32>(lists.limits + ((<usize>row) << 2))) sides &= ~ROW_LIST;
    if (sides & COLUMN_LIST && lower > load<f32>(lists.limits + ((<usize>column) << 2)))
      sides &= ~COLUMN_LIST;
  }
  const ranks = pairs.ranks;
  if (ranks) {
    if (sides & ROW_RANKS) {
      const sums = sumsOf(ranks, work.rowSums, work.first, row);
      if (settleRanks(ranks, row, sums, pair.lower, pair.upper, lower, upper)) sides &= ~ROW_RANKS;
    }
    if (sides & COLUMN_RANKS) {
      const sums = sumsOf(ranks, work.columnSums, work.from, column);
      if (settleRanks(ranks, column, sums, pair.lower, pair.upper, lower, upper)) sides &= ~COLUMN_RANKS;
    }
  }
  if (sides) keepOpen(work, row, column, product, sides, lower, upper);
}

/** Bounds by all directions. */
export function tightenByProduct(pairs: Pairs, work: Work): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const bytes = (<usize>screen.width) << 2;
  const open = work.count;
  work.count = 0;
  for (let n: i32 = 0; n < open; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const row = pair.row;
    const column = pair.column;
    const a = (<usize>row) << 2;
    const b = (<usize>column) << 2;
    const further = furtherProduct(
      screen,
      asked.turned + <usize>row * bytes,
      data.turned + <usize>column * bytes,
    );
    const product = (pair.product + further) * <f32>2;
    const gaps = load<f32>(asked.lastGaps + a) * load<f32>(data.lastGaps + b);
    const lower = load<f32>(asked.low + a) + load<f32>(data.low + b) - product - gaps;
    const upper = load<f32>(asked.high + a) + load<f32>(data.high + b) - product + gaps;
    settle(pairs, work, pair, lower, upper, product);
  }
}

/** Bounds by the squared distance over all columns, unless it may have left the range of float32. */
export function tightenByDistance(pairs: Pairs, work: Work): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const bytes = (<usize>screen.d) << 2;
  const open = work.count;
  work.count = 0;
  for (let n: i32 = 0; n < open; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const row = pair.row;
    const column = pair.column;
    const whole = wholeDistance(
      asked.source + <usize>row * bytes,
      data.source + <usize>column * bytes,
      screen.d,
    );
    const inRange = whole > 1e-30 && whole < 1e37;
    const bound = <f64>whole * screen.rankToBound;
    const lower: f32 = inRange ? <f32>(bound * (1 - screen.wholeError)) : -Infinity;
    const upper: f32 = inRange ? <f32>(bound * (1 + screen.wholeError)) : Infinity;
    settle(pairs, work, pair, lower, upper, 0);
  }
}

/** Leaves what is open to distances in double, which are measured four at a time. */
export function leavePending(pairs: Pairs, work: Work): void {
  for (let n: i32 = 0; n < work.count; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const known = knownDistance(pairs.screen, pair.row, pair.column);
    if (known >= 0) {
      settleOne(pairs, work, pair.row, pair.column, known, pair.sides, pair.lower, pair.upper);
      continue;
    }
    const count = load<i32>(work.pending);
    const at = work.pending + 16 + ((<usize>count) << 2);
    store<i32>(at, pair.row);
    store<i32>(at, pair.column, 16);
    store<i32>(at, pair.sides, 32);
    store<f32>(at, pair.lower, 48);
    store<f32>(at, pair.upper, 64);
    store<i32>(work.pending, count + 1);
    if (count === 3) settlePending(pairs, work);
  }
}

/** The distance of a pair of which a row has no direction, which is left open by all bounds; else -1. */
function knownDistance(screen: Screen, row: i32, column: i32): f64 {
  const asked = changetype<Side>(screen.asked).squares;
  if (asked === 0) return -1;
  const one = load<f64>(asked + ((<usize>row) << 3));
  const other = load<f64>(changetype<Side>(screen.data).squares + ((<usize>column) << 3));
  if (one > 0 && other > 0) return -1;
  // not 0 and 0: as `exactFour`
  return one === other ? 0 : 1;
}

/** Settles the pending pairs, up to four of them. */
export function settlePending(pairs: Pairs, work: Work): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const count = load<i32>(work.pending);
  if (count === 0) return;
  const rows = work.pending + 16;
  for (let n: i32 = count; n < 4; n++) {
    const at = rows + ((<usize>n) << 2);
    store<i32>(at, load<i32>(rows));
    store<i32>(at, load<i32>(rows, 16), 16);
  }
  exactFour(
    screen.metric,
    asked.source,
    asked.means,
    asked.squares,
    rows,
    data.source,
    data.means,
    data.squares,
    screen.d,
    rows + 16,
    work.lanes,
  );
  for (let n: i32 = 0; n < count; n++) {
    const at = rows + ((<usize>n) << 2);
    settleOne(
      pairs,
      work,
      load<i32>(at),
      load<i32>(at, 16),
      load<f64>(work.lanes + ((<usize>n) << 3)),
      load<i32>(at, 32),
      load<f32>(at, 48),
      load<f32>(at, 64),
    );
  }
  store<i32>(work.pending, 0);
}

function settleOne(
  pairs: Pairs,
  work: Work,
  row: i32,
  column: i32,
  distance: f64,
  sides: i32,
  lower: f32,
  upper: f32,
): void {
  const lists = pairs.lists;
  if (lists) {
    if (sides & ROW_LIST) offerExact(lists, row, column, distance);
    if (sides & COLUMN_LIST) offerExact(lists, column, row, distance);
  }
  const ranks = pairs.ranks;
  if (!ranks) return;
  if (sides & ROW_RANKS) {
    const sums = sumsOf(ranks, work.rowSums, work.first, row);
    countExact(ranks, row, column, distance, sums, lower, upper);
  }
  if (sides & COLUMN_RANKS) {
    const sums = sumsOf(ranks, work.columnSums, work.from, column);
    countExact(ranks, column, row, distance, sums, lower, upper);
  }
}
