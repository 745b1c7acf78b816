/**
 * Ranks of given targets among all rows, exact: a block of rows against chunks of data by product, and the
 * counting fused to it.
 *
 * The product bounds each distance from both sides (points.ts). A row whose bounds lie on one side of a target's
 * distance is counted or not; the few others are measured in double as the reference does. Cost: the product,
 * plus 2 comparisons a target where a row may be nearer than the farthest target. Memory: 12 bytes a target.
 * An item is a block of asked rows, so results do not depend on threads.
 */

import { STOP } from './control';
import { exactFour } from './exact';
import { compare } from './points';

const QUERY_PANELS: i32 = 4;
const ROWS: i32 = QUERY_PANELS * 8;
const CHUNK_PANELS: i32 = 8;
const CHUNK: i32 = CHUNK_PANELS * 8;
const STRIDE: usize = (<usize>CHUNK) << 2;

/** Distances (f64) of asked row `item` to its k targets. Scratch: 64 bytes. */
export function targetDistances(
  item: i32,
  scratch: usize,
  metric: i32,
  d: i32,
  queries: usize,
  queryMeans: usize,
  querySquares: usize,
  data: usize,
  means: usize,
  squares: usize,
  targets: usize,
  k: i32,
  thresholds: usize,
): void {
  const own = targets + ((<usize>item * <usize>k) << 2);
  for (let t: i32 = 0; t < k; t += 4) {
    for (let n: i32 = 0; n < 4; n++) {
      store<i32>(scratch + ((<usize>n) << 2), load<i32>(own + ((<usize>min(t + n, k - 1)) << 2)));
    }
    const query = queries + ((<usize>item * <usize>d) << 2);
    exactFour(metric, query, item, queryMeans, querySquares, data, means, squares, d, scratch, scratch + 16);
    const together = min(4, k - t);
    for (let n: i32 = 0; n < together; n++) {
      const at = thresholds + ((<usize>(item * k + t + n)) << 3);
      store<f64>(at, load<f64>(scratch + 16 + ((<usize>n) << 3)));
    }
  }
}

/** Bytes of scratch of `rankBlock`: products, limits of every row, a vector of sums a target, ids and distances. */
export function rankScratch(k: i32): usize {
  return STRIDE * ROWS + <usize>ROWS * (<usize>k * 8 + 4) + <usize>k * 16 + 64;
}

/**
 * Counts, among data rows `from` (a multiple of 64) to `to`, those nearer than each target.
 * Bounds: low[j] - lowFactor * product and high[j] - highFactor * product, against rankToBound * distance less
 * the row's own part (lowOffsets for the first, highOffsets for the second).
 * @param given, base see `nearestBlock`.
 * @param asked i32 row number of each asked row. @param counts i32 asked x k, added to.
 */
export function rankBlock(
  item: i32,
  scratch: usize,
  metric: i32,
  d: i32,
  queries: usize,
  asked: usize,
  askedCount: i32,
  packedQueries: usize,
  lowOffsets: usize,
  highOffsets: usize,
  queryMeans: usize,
  querySquares: usize,
  data: usize,
  packed: usize,
  low: usize,
  high: usize,
  means: usize,
  squares: usize,
  lowFactor: f32,
  highFactor: f32,
  rankToBound: f64,
  targets: usize,
  thresholds: usize,
  k: i32,
  counts: usize,
  from: i32,
  to: i32,
  given: usize,
  base: i32,
): void {
  const first = (item + base) * QUERY_PANELS * 8;
  const count = min(QUERY_PANELS * 8, askedCount - first);
  const left = packedQueries + ((<usize>first * <usize>d) << 2);
  const products = scratch;
  const nearLimits = products + STRIDE * ROWS;
  const farLimits = nearLimits + ((<usize>(ROWS * k)) << 2);
  const farthest = farLimits + ((<usize>(ROWS * k)) << 2);
  const sums = farthest + ((<usize>ROWS) << 2);
  const ids = sums + ((<usize>k) << 4);
  const width = (<usize>k) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const q = <usize>(first + r);
    const near = nearLimits + <usize>r * width;
    const far = farLimits + <usize>r * width;
    if (querySquares !== 0 && load<f64>(querySquares + (q << 3)) === 0) leaveOpen(near, far, k);
    else {
      const own = thresholds + q * <usize>k * 8;
      setLimits(
        own,
        k,
        rankToBound,
        load<f64>(lowOffsets + (q << 3)),
        load<f64>(highOffsets + (q << 3)),
        near,
        far,
      );
    }
    store<f32>(farthest + ((<usize>r) << 2), largestOf(far, k));
  }
  for (let chunk = from; chunk < to; chunk += CHUNK) {
    if (load<i32>(STOP)) return;
    const across = min(CHUNK, to - chunk);
    const right = packed + ((<usize>chunk * <usize>d) << 2);
    if (!given) compare(metric, left, (count + 7) >> 3, right, (across + 7) >> 3, d, products, STRIDE);
    for (let r: i32 = 0; r < count; r++) {
      const q = first + r;
      const own = load<i32>(asked + ((<usize>q) << 2));
      const near = nearLimits + <usize>r * width;
      const far = farLimits + <usize>r * width;
      const limit = v128.load_splat<f32>(farthest + ((<usize>r) << 2));
      const row = given
        ? given + ((<usize>(item * ROWS + r) * <usize>(to - from) + <usize>(chunk - from)) << 2)
        : products + <usize>r * STRIDE;
      let touched = false;
      for (let j: i32 = 0; j < across; j += 4) {
        const shift = (<usize>j) << 2;
        const product = v128.load(row + shift);
        const at = ((<usize>chunk) << 2) + shift;
        const lower = f32x4.sub(v128.load(low + at), f32x4.mul(product, f32x4.splat(lowFactor)));
        // not "at most": a bound that is not a number leaves the row in
        let within = i32x4.bitmask(f32x4.gt(lower, limit)) ^ 15;
        if (within === 0) continue;
        if (j + 4 > across) within &= (1 << (across - j)) - 1;
        const self = own - chunk - j;
        if (self >= 0 && self < 4) within &= ~(1 << self);
        if (within === 0) continue;
        if (!touched) memory.fill(sums, 0, (<usize>k) << 4);
        touched = true;
        const upper = f32x4.sub(v128.load(high + at), f32x4.mul(product, f32x4.splat(highFactor)));
        const open = countSure(lower, upper, laneMask(within), k, near, far, sums);
        if (open === 0) continue;
        for (let lane: i32 = 0; lane < 4; lane++)
          store<i32>(ids + ((<usize>lane) << 2), min(chunk + j + lane, to - 1));
        const query = queries + ((<usize>q * <usize>d) << 2);
        exactFour(metric, query, q, queryMeans, querySquares, data, means, squares, d, ids, ids + 16);
        countOpen(lower, upper, open, k, near, far, q, targets, thresholds, ids, sums);
      }
      if (touched) addSums(sums, k, counts + ((<usize>q * <usize>k) << 2));
    }
  }
}

/** Limits of a row's targets: surely nearer below the first, surely farther above the second. */
function setLimits(
  thresholds: usize,
  k: i32,
  rankToBound: f64,
  lowOffset: f64,
  highOffset: f64,
  nearLimits: usize,
  farLimits: usize,
): void {
  for (let t: i32 = 0; t < k; t++) {
    const bound = load<f64>(thresholds + ((<usize>t) << 3)) * rankToBound;
    const near = bound - highOffset;
    const far = bound - lowOffset;
    const farLimit = <f32>(far + abs(far) * 2.4e-7);
    store<f32>(nearLimits + ((<usize>t) << 2), <f32>(near - abs(near) * 2.4e-7));
    // not a number after an overflow: everything is measured
    store<f32>(farLimits + ((<usize>t) << 2), farLimit <= Infinity ? farLimit : Infinity);
  }
}

/** Limits that leave every row to be measured: for rows without a direction. */
function leaveOpen(nearLimits: usize, farLimits: usize, k: i32): void {
  for (let t: i32 = 0; t < k; t++) {
    store<f32>(nearLimits + ((<usize>t) << 2), -Infinity);
    store<f32>(farLimits + ((<usize>t) << 2), Infinity);
  }
}

function largestOf(values: usize, k: i32): f32 {
  let largest: f32 = -Infinity;
  for (let t: i32 = 0; t < k; t++) largest = max(largest, load<f32>(values + ((<usize>t) << 2)));
  return largest;
}

/** All bits of the lanes whose bit is set. */
function laneMask(bits: i32): v128 {
  return i32x4.ne(v128.and(i32x4.splat(bits), i32x4(1, 2, 4, 8)), i32x4.splat(0));
}

/** Adds the rows that are surely nearer; returns a bit for each lane that must be measured for some target. */
function countSure(
  lower: v128,
  upper: v128,
  lanes: v128,
  k: i32,
  nearLimits: usize,
  farLimits: usize,
  sums: usize,
): i32 {
  let open = i32x4.splat(0);
  for (let t: usize = 0; t < (<usize>k) << 2; t += 4) {
    const sure = v128.and(lanes, f32x4.lt(upper, v128.load_splat<f32>(nearLimits + t)));
    const sum = sums + (t << 2);
    v128.store(sum, i32x4.sub(v128.load(sum), sure));
    const out = f32x4.gt(lower, v128.load_splat<f32>(farLimits + t));
    open = v128.or(open, v128.andnot(lanes, v128.or(sure, out)));
  }
  return i32x4.bitmask(open);
}

/** Counts the lanes `open` by their exact distances, for the targets that the bounds leave open. */
function countOpen(
  lower: v128,
  upper: v128,
  open: i32,
  k: i32,
  nearLimits: usize,
  farLimits: usize,
  q: i32,
  targets: usize,
  thresholds: usize,
  ids: usize,
  sums: usize,
): void {
  for (let t: i32 = 0; t < k; t++) {
    const shift = (<usize>t) << 2;
    const sure = f32x4.lt(upper, v128.load_splat<f32>(nearLimits + shift));
    const out = f32x4.gt(lower, v128.load_splat<f32>(farLimits + shift));
    const between = open & (i32x4.bitmask(v128.or(sure, out)) ^ 15);
    if (between === 0) continue;
    const threshold = load<f64>(thresholds + ((<usize>(q * k + t)) << 3));
    const target = load<i32>(targets + ((<usize>(q * k + t)) << 2));
    let nearer: i32 = 0;
    for (let lane: i32 = 0; lane < 4; lane++) {
      if (!((between >> lane) & 1)) continue;
      const distance = load<f64>(ids + 16 + ((<usize>lane) << 3));
      const id = load<i32>(ids + ((<usize>lane) << 2));
      if (distance < threshold || (distance === threshold && id < target)) nearer++;
    }
    const sum = sums + ((<usize>t) << 4);
    store<i32>(sum, load<i32>(sum) + nearer);
  }
}

function addSums(sums: usize, k: i32, counts: usize): void {
  for (let t: i32 = 0; t < k; t++) {
    const s = v128.load(sums + ((<usize>t) << 4));
    const total =
      i32x4.extract_lane(s, 0) +
      i32x4.extract_lane(s, 1) +
      i32x4.extract_lane(s, 2) +
      i32x4.extract_lane(s, 3);
    const at = counts + ((<usize>t) << 2);
    store<i32>(at, load<i32>(at) + total);
  }
}
