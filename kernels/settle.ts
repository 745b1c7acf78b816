/**
 * Settling single pairs of rows that the blocked product leaves open: by bounds along all directions, by the distance
 * over all columns in float32, and in the end by the reference's own distance in double; see pairs.ts for the walk.
 */

import { exactFour } from './exact';
import { Lists, offerExact } from './nearest';
import { countExact, Ranks, settleRanks } from './ranks';
import { furtherProduct, Screen, Side, wholeDistance } from './screen';

/** What is open of a pair: whether it counts for the ranks of its asked row and of its data row, and for their lists. */
const ROW_RANKS: i32 = 1;
const COLUMN_RANKS: i32 = 2;
const ROW_LIST: i32 = 4;
const COLUMN_LIST: i32 = 8;
const ROW_SIDE: i32 = ROW_RANKS | ROW_LIST;
const COLUMN_SIDE: i32 = COLUMN_RANKS | COLUMN_LIST;

/** A comparison, for `ranks`, for `lists` or for both. The same order of fields in engine/wasm/pairs.ts. */
@unmanaged
export class Pairs {
  screen: Screen;
  ranks: Ranks | null;
  lists: Lists | null;
  /** f32 an asked row: a pair above is of no interest to it. */
  limits: usize;
  /** i32 an asked row: the data row that it is, or -1. */
  own: usize;
  /** Each pair is met once. */
  once: i32;
}

/** A pair that is open. */
@unmanaged
export class Open {
  row: i32;
  column: i32;
  product: f32;
  sides: i32;
}
export const OPEN: usize = 16;

/** What one item works with. */
@unmanaged
export class Work {
  first: i32;
  from: i32;
  to: i32;
  /** Number of open pairs, and where they are. */
  count: i32;
  open: usize;
  products: usize;
  lanes: usize;
  pending: usize;
  rowSums: usize;
  columnSums: usize;
}
export const WORK: usize = 64;
/** Bytes of a row's pending pairs: their number, at 16 four data rows, at 32 their sides. */
export const PENDING: usize = 48;

/** What `rows` (1: the asked row, 2: the data row) may want to know of a pair. */
export function wantedOf(pairs: Pairs, rows: i32): i32 {
  return (pairs.ranks ? rows : 0) | (pairs.lists ? rows << 2 : 0);
}

export function keepOpen(work: Work, at: i32, row: i32, column: i32, product: f32, sides: i32): void {
  const open = changetype<Open>(work.open + <usize>at * OPEN);
  open.row = row;
  open.column = column;
  open.product = product;
  open.sides = sides;
}

/** Settles a pair by its bounds for those of its rows that want it; returns the sides that stay open. */
export function settle(
  pairs: Pairs,
  work: Work,
  row: i32,
  column: i32,
  lower: f32,
  upper: f32,
  sides: i32,
): i32 {
  if (lower > load<f32>(pairs.limits + ((<usize>row) << 2))) sides &= COLUMN_SIDE;
  if (sides & COLUMN_SIDE && lower > load<f32>(pairs.limits + ((<usize>column) << 2))) sides &= ROW_SIDE;
  const ranks = pairs.ranks;
  if (!ranks) return sides;
  const lists = pairs.lists;
  if (lists) {
    if (sides & ROW_LIST && lower > load<f32>(lists.limits + ((<usize>row) << 2))) sides &= ~ROW_LIST;
    if (sides & COLUMN_LIST && lower > load<f32>(lists.limits + ((<usize>column) << 2)))
      sides &= ~COLUMN_LIST;
  }
  const stride = (<usize>ranks.stride) << 2;
  if (sides & ROW_RANKS) {
    const sums = work.rowSums + <usize>(row - work.first) * stride;
    if (settleRanks(ranks, row, sums, lower, upper)) sides &= ~ROW_RANKS;
  }
  if (sides & COLUMN_RANKS) {
    const sums = work.columnSums + <usize>(column - work.from) * stride;
    if (settleRanks(ranks, column, sums, lower, upper)) sides &= ~COLUMN_RANKS;
  }
  return sides;
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
    const sides = settle(pairs, work, row, column, lower, upper, pair.sides);
    if (sides) keepOpen(work, work.count++, row, column, product, sides);
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
    let sides = pair.sides;
    if (whole > 1e-30 && whole < 1e37) {
      const bound = <f64>whole * screen.rankToBound;
      const lower = <f32>(bound * (1 - screen.wholeError));
      sides = settle(pairs, work, row, column, lower, <f32>(bound * (1 + screen.wholeError)), sides);
    }
    if (sides) keepOpen(work, work.count++, row, column, 0, sides);
  }
}

/** Leaves what is open to distances in double, which are measured four at a time. */
export function leavePending(pairs: Pairs, work: Work, row: i32): void {
  const pending = work.pending + <usize>(row - work.first) * PENDING;
  for (let n: i32 = 0; n < work.count; n++) {
    const pair = changetype<Open>(work.open + <usize>n * OPEN);
    const known = knownDistance(pairs.screen, row, pair.column);
    if (known >= 0) {
      settleOne(pairs, work, row, pair.column, known, pair.sides);
      continue;
    }
    const count = load<i32>(pending);
    const at = pending + 16 + ((<usize>count) << 2);
    store<i32>(at, pair.column);
    store<i32>(at, pair.sides, 16);
    store<i32>(pending, count + 1);
    if (count === 3) settleExactly(pairs, work, row, pending);
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

/** Settles the pending pairs of a row, one to four of them. */
export function settleExactly(pairs: Pairs, work: Work, row: i32, pending: usize): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const query = asked.source + ((<usize>row * <usize>screen.d) << 2);
  const count = load<i32>(pending);
  const columns = pending + 16;
  for (let n: i32 = count; n < 4; n++) store<i32>(columns + ((<usize>n) << 2), load<i32>(columns));
  exactFour(
    screen.metric,
    query,
    row,
    asked.means,
    asked.squares,
    data.source,
    data.means,
    data.squares,
    screen.d,
    columns,
    work.lanes,
  );
  for (let n: i32 = 0; n < count; n++) {
    const at = columns + ((<usize>n) << 2);
    settleOne(pairs, work, row, load<i32>(at), load<f64>(work.lanes + ((<usize>n) << 3)), load<i32>(at, 16));
  }
  store<i32>(pending, 0);
}

function settleOne(pairs: Pairs, work: Work, row: i32, column: i32, distance: f64, sides: i32): void {
  const lists = pairs.lists;
  if (lists) {
    if (sides & ROW_LIST) offerExact(lists, row, column, distance);
    if (sides & COLUMN_LIST) offerExact(lists, column, row, distance);
  }
  const ranks = pairs.ranks;
  if (!ranks) return;
  const stride = (<usize>ranks.stride) << 2;
  if (sides & ROW_RANKS)
    countExact(ranks, row, column, distance, work.rowSums + <usize>(row - work.first) * stride);
  if (sides & COLUMN_RANKS)
    countExact(ranks, column, row, distance, work.columnSums + <usize>(column - work.from) * stride);
}
