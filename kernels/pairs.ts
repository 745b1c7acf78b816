/**
 * Comparing rows with rows, exact: the walk over blocks of pairs that `nearest` and `ranks` share.
 *
 * Bounds of a block of distances come from a product (screen.ts). A pair whose lower bound is above the limits of both
 * of its rows is done with; the others are settled one by one, by bounds that grow tighter and cost more, and in the
 * end by the reference's own distance in double, so that the result is the reference's to the last bit.
 * When asked rows and data are the same rows, each pair is met once (row < column) and settled for both of its rows.
 * An item is a block of asked rows against data rows `from` to `to`. Other items may settle pairs of the same rows at
 * the same time: counts are added atomically, lists are changed under a lock. Neither depends on the order.
 * Cost: the product, about 3 operations a pair, and what is left open.
 */

import { STOP } from './control';
import { exactFour } from './exact';
import { Lists, offerExact } from './nearest';
import { addCounts, countExact, Ranks, settleRanks } from './ranks';
import { compare, furtherProduct, Screen, Side, wholeDistance } from './screen';

/** Asked rows of an item, of a product, and data rows of a product. */
const BLOCK: i32 = 256;
const ROWS: i32 = 32;
const CHUNK: i32 = 64;
const STRIDE: usize = (<usize>CHUNK) << 2;
/** Sides of a pair that are open: its asked row, its data row. */
const ROW_SIDE: i32 = 1;
const COLUMN_SIDE: i32 = 2;

/** A comparison: either `ranks` or `lists` is there. The same order of fields in engine/wasm/pairs.ts. */
@unmanaged
export class Pairs {
  screen: Screen;
  ranks: Ranks | null;
  lists: Lists | null;
  /** f32 an asked row and a data row (the same when each pair is met once): a pair above is of no interest to it. */
  askedLimits: usize;
  limits: usize;
  /** i32 an asked row: the data row that it is, or -1. */
  own: usize;
  /** Each pair is met once. */
  once: i32;
}

/** A pair that is open. */
@unmanaged
class Open {
  row: i32;
  column: i32;
  product: f32;
  sides: i32;
}
const OPEN: usize = 16;

/** What one item works with. */
@unmanaged
class Work {
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
const WORK: usize = 64;
/** Bytes of a row's pending pairs: their number, at 16 four data rows, at 32 their sides. */
const PENDING: usize = 48;

/** Bytes of scratch for a segment of `width` data rows; `stride` counts a row, 0 for lists. */
export function pairsScratch(stride: i32, width: i32): usize {
  const sums = <usize>(BLOCK + width) * <usize>stride * 4;
  return WORK + <usize>ROWS * STRIDE + 64 + <usize>CHUNK * OPEN + <usize>BLOCK * PENDING + sums + 64;
}

/**
 * @param given products of the rows of block `base` and on with rows `from` to `to`, row by row and readable 12 bytes
 * past their end, when another library made them; 0 to make them here. @param base block of the first item.
 */
export function comparePairs(
  item: i32,
  scratch: usize,
  pairs: Pairs,
  from: i32,
  to: i32,
  given: usize,
  base: i32,
): void {
  const work = changetype<Work>(scratch);
  const first = (item + base) * BLOCK;
  const asked = changetype<Side>(pairs.screen.asked);
  const count = min(BLOCK, asked.count - first);
  if (pairs.once && to <= first + 1) return;
  work.first = first;
  work.from = from;
  work.to = to;
  work.products = scratch + WORK;
  work.lanes = work.products + <usize>ROWS * STRIDE;
  work.open = work.lanes + 64;
  work.pending = work.open + <usize>CHUNK * OPEN;
  work.rowSums = work.pending + <usize>BLOCK * PENDING;
  for (let row: usize = 0; row < <usize>count; row++) store<i32>(work.pending + row * PENDING, 0);
  const ranks = pairs.ranks;
  if (ranks) {
    const stride = (<usize>ranks.stride) << 2;
    work.columnSums = work.rowSums + <usize>BLOCK * stride;
    memory.fill(work.rowSums, 0, <usize>(BLOCK + to - from) * stride);
  }
  for (let chunk = from; chunk < to; chunk += CHUNK) {
    if (load<i32>(STOP)) return;
    for (let row: i32 = 0; row < count; row += ROWS) {
      if (pairs.once && chunk + CHUNK <= first + row) break;
      const tile = given ? given + ((<usize>(item * BLOCK + row) * <usize>(to - from)) << 2) : 0;
      compareTile(pairs, work, first + row, min(ROWS, count - row), chunk, min(CHUNK, to - chunk), tile);
    }
  }
  for (let row: i32 = 0; row < count; row++) {
    const pending = work.pending + <usize>row * PENDING;
    if (load<i32>(pending)) settleExactly(pairs, work, first + row, pending);
  }
  if (!ranks) return;
  addCounts(ranks, first, count, work.rowSums);
  if (pairs.once) addCounts(ranks, from, to - from, work.columnSums);
}

function compareTile(
  pairs: Pairs,
  work: Work,
  first: i32,
  count: i32,
  chunk: i32,
  across: i32,
  given: usize,
): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const depth = (<usize>screen.depth) << 2;
  let products = work.products;
  let stride = STRIDE;
  if (given) {
    stride = (<usize>(work.to - work.from)) << 2;
    products = given + ((<usize>(chunk - work.from)) << 2);
  } else {
    const left = asked.packed + <usize>first * depth;
    const right = data.packed + <usize>chunk * depth;
    compare(screen, left, (count + 7) >> 3, right, (across + 7) >> 3, products, STRIDE);
  }
  for (let r: i32 = 0; r < count; r++) {
    work.count = 0;
    sift(pairs, work, first + r, products + <usize>r * stride, chunk, across);
    if (work.count === 0) continue;
    if (screen.width > screen.depth) tightenByProduct(pairs, work);
    if (screen.wholeError > 0) tightenByDistance(pairs, work);
    if (work.count > 0) leavePending(pairs, work, first + r);
  }
}

/** Lists the pairs of a row with a chunk of data that the bounds by product leave open. */
function sift(pairs: Pairs, work: Work, row: i32, products: usize, chunk: i32, across: i32): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const once = pairs.once;
  const at = (<usize>row) << 2;
  const low = v128.load_splat<f32>(asked.low + at);
  const gap = v128.load_splat<f32>(asked.gaps + at);
  const lowFactor = f32x4.splat(screen.lowFactor);
  const own = load<i32>(pairs.own + at);
  for (let j: i32 = 0; j < across; j += 4) {
    const column = chunk + j;
    const shift = (<usize>column) << 2;
    const made = v128.load(products + ((<usize>j) << 2));
    const product = screen.shorts ? f32x4.convert_i32x4_s(made) : made;
    const gaps = f32x4.mul(gap, v128.load(data.gaps + shift));
    const norms = f32x4.add(low, v128.load(data.low + shift));
    const lower = f32x4.sub(f32x4.sub(norms, f32x4.mul(product, lowFactor)), gaps);
    // not "at most": a bound that is not a number leaves the pair open
    let rowSide = i32x4.bitmask(f32x4.gt(lower, v128.load_splat<f32>(pairs.askedLimits + at))) ^ 15;
    let columnSide = once ? i32x4.bitmask(f32x4.gt(lower, v128.load(pairs.limits + shift))) ^ 15 : 0;
    if ((rowSide | columnSide) === 0) continue;
    let lanes = j + 4 > across ? (1 << (across - j)) - 1 : 15;
    if (once && column <= row) lanes &= column + 3 <= row ? 0 : 15 << (row + 1 - column);
    const self = own - column;
    if (self >= 0 && self < 4) lanes &= ~(1 << self);
    rowSide &= lanes;
    columnSide &= lanes;
    if ((rowSide | columnSide) === 0) continue;
    const high = f32x4.add(v128.load_splat<f32>(asked.high + at), v128.load(data.high + shift));
    const upper = f32x4.add(f32x4.sub(high, f32x4.mul(product, f32x4.splat(screen.highFactor))), gaps);
    v128.store(work.lanes, lower);
    v128.store(work.lanes, upper, 16);
    siftLanes(pairs, work, row, column, products + ((<usize>j) << 2), rowSide, columnSide);
  }
}

function siftLanes(
  pairs: Pairs,
  work: Work,
  row: i32,
  column: i32,
  products: usize,
  rowSide: i32,
  columnSide: i32,
): void {
  let left = rowSide | columnSide;
  while (left) {
    const lane = ctz(left);
    left &= left - 1;
    const at = work.lanes + ((<usize>lane) << 2);
    const wanted = ((rowSide >> lane) & 1) | (((columnSide >> lane) & 1) << 1);
    const sides = settle(pairs, work, row, column + lane, load<f32>(at), load<f32>(at, 16), wanted);
    if (sides === 0) continue;
    keepOpen(work, work.count, row, column + lane, load<f32>(products + ((<usize>lane) << 2)), sides);
    work.count++;
  }
}

function keepOpen(work: Work, at: i32, row: i32, column: i32, product: f32, sides: i32): void {
  const open = changetype<Open>(work.open + <usize>at * OPEN);
  open.row = row;
  open.column = column;
  open.product = product;
  open.sides = sides;
}

/** Settles a pair by its bounds for those of its rows that want it; returns the sides that stay open. */
function settle(pairs: Pairs, work: Work, row: i32, column: i32, lower: f32, upper: f32, sides: i32): i32 {
  if (lower > load<f32>(pairs.askedLimits + ((<usize>row) << 2))) sides &= COLUMN_SIDE;
  if (sides & COLUMN_SIDE && lower > load<f32>(pairs.limits + ((<usize>column) << 2))) sides &= ROW_SIDE;
  const ranks = pairs.ranks;
  if (!ranks) return sides;
  const stride = (<usize>ranks.stride) << 2;
  if (sides & ROW_SIDE) {
    const sums = work.rowSums + <usize>(row - work.first) * stride;
    if (settleRanks(ranks, row, sums, lower, upper)) sides &= COLUMN_SIDE;
  }
  if (sides & COLUMN_SIDE) {
    const sums = work.columnSums + <usize>(column - work.from) * stride;
    if (settleRanks(ranks, column, sums, lower, upper)) sides &= ROW_SIDE;
  }
  return sides;
}

/** Bounds by all directions. */
function tightenByProduct(pairs: Pairs, work: Work): void {
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
function tightenByDistance(pairs: Pairs, work: Work): void {
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
function leavePending(pairs: Pairs, work: Work, row: i32): void {
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
function settleExactly(pairs: Pairs, work: Work, row: i32, pending: usize): void {
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
    if (sides & ROW_SIDE) offerExact(lists, row, column, distance, pairs.askedLimits);
    if (sides & COLUMN_SIDE) offerExact(lists, column, row, distance, pairs.limits);
  }
  const ranks = pairs.ranks;
  if (!ranks) return;
  const stride = (<usize>ranks.stride) << 2;
  if (sides & ROW_SIDE)
    countExact(ranks, row, column, distance, work.rowSums + <usize>(row - work.first) * stride);
  if (sides & COLUMN_SIDE)
    countExact(ranks, column, row, distance, work.columnSums + <usize>(column - work.from) * stride);
}
