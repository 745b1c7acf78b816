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
import { addCounts } from './ranks';
import { compare, Side } from './screen';
import {
  keepOpen,
  leavePending,
  OPEN,
  Pairs,
  PENDING,
  settle,
  settleExactly,
  tightenByDistance,
  tightenByProduct,
  WORK,
  Work,
  wantedOf,
} from './settle';

/** Asked rows of an item, of a product, and data rows of a product. */
const BLOCK: i32 = 256;
const ROWS: i32 = 32;
const CHUNK: i32 = 64;
const STRIDE: usize = (<usize>CHUNK) << 2;

/** Bytes of scratch for a segment of `width` data rows; `stride` counts a row, 0 for lists. */
export function pairsScratch(stride: i32, width: i32): usize {
  const sums = <usize>(BLOCK + width) * <usize>stride * 4;
  return WORK + <usize>ROWS * STRIDE + 64 + <usize>CHUNK * OPEN + <usize>BLOCK * PENDING + sums + 64;
}

export function comparePairs(item: i32, scratch: usize, pairs: Pairs, from: i32, to: i32): void {
  const work = changetype<Work>(scratch);
  const first = item * BLOCK;
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
      compareTile(pairs, work, first + row, min(ROWS, count - row), chunk, min(CHUNK, to - chunk));
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

function compareTile(pairs: Pairs, work: Work, first: i32, count: i32, chunk: i32, across: i32): void {
  const screen = pairs.screen;
  const asked = changetype<Side>(screen.asked);
  const data = changetype<Side>(screen.data);
  const depth = (<usize>screen.depth) << 2;
  const products = work.products;
  const left = asked.packed + <usize>first * depth;
  const right = data.packed + <usize>chunk * depth;
  compare(screen, left, (count + 7) >> 3, right, (across + 7) >> 3, products, STRIDE);
  for (let r: i32 = 0; r < count; r++) {
    work.count = 0;
    sift(pairs, work, first + r, products + <usize>r * STRIDE, chunk, across);
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
    const product = v128.load(products + ((<usize>j) << 2));
    const gaps = f32x4.mul(gap, v128.load(data.gaps + shift));
    const norms = f32x4.add(low, v128.load(data.low + shift));
    const lower = f32x4.sub(f32x4.sub(norms, f32x4.mul(product, lowFactor)), gaps);
    // not "at most": a bound that is not a number leaves the pair open
    let rowSide = i32x4.bitmask(f32x4.gt(lower, v128.load_splat<f32>(pairs.limits + at))) ^ 15;
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
    const wanted = wantedOf(pairs, ((rowSide >> lane) & 1) | (((columnSide >> lane) & 1) << 1));
    const sides = settle(pairs, work, row, column + lane, load<f32>(at), load<f32>(at, 16), wanted);
    if (sides === 0) continue;
    keepOpen(work, work.count, row, column + lane, load<f32>(products + ((<usize>lane) << 2)), sides);
    work.count++;
  }
}
