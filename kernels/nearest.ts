/**
 * The k nearest rows, exact: a block of queries against chunks of data by product, and the selection fused to it.
 *
 * The product gives a lower bound of each distance (points.ts). Where it is above the k-th distance found so
 * far the row is out; the others are measured in double as the reference does, so that the result is the
 * reference's to the last bit, ties by index included. Cost: the product, plus about k log(rows / k) exact
 * distances a query. Memory: 12 k bytes a query, outside. An item is a block of queries.
 */

import { STOP } from './control';
import { exactFour } from './exact';
import { compare } from './points';

/** Panels of queries of one item. */
const QUERY_PANELS: i32 = 4;
/** Panels of data of one chunk. */
const CHUNK_PANELS: i32 = 8;
const CHUNK: i32 = CHUNK_PANELS * 8;
const STRIDE: usize = (<usize>CHUNK) << 2;

/**
 * Looks for neighbors among data rows `from` (a multiple of 64) to `to`.
 * Bounds: lower = low[j] - factor * product, out when above rankToBound * distance - offset[q].
 * @param given products of the queries of block `base` and on with rows `from` to `to`, row by row and readable 12
 * bytes past their end, when another library made them; 0 to make them here. @param base block of the first item.
 * @param distances f64, @param indices i32: queries x k, ascending, infinite and -1 where not yet found.
 */
export function nearestBlock(
  item: i32,
  scratch: usize,
  metric: i32,
  d: i32,
  queries: usize,
  queryCount: i32,
  packedQueries: usize,
  offsets: usize,
  queryMeans: usize,
  querySquares: usize,
  data: usize,
  packed: usize,
  low: usize,
  means: usize,
  squares: usize,
  factor: f32,
  rankToBound: f64,
  k: i32,
  excludeSelf: i32,
  distances: usize,
  indices: usize,
  from: i32,
  to: i32,
  given: usize,
  base: i32,
): void {
  const first = (item + base) * QUERY_PANELS * 8;
  const count = min(QUERY_PANELS * 8, queryCount - first);
  const left = packedQueries + ((<usize>first * <usize>d) << 2);
  const products = scratch;
  const candidates = scratch + STRIDE * QUERY_PANELS * 8;
  const exact = candidates + STRIDE + 16;
  for (let chunk = from; chunk < to; chunk += CHUNK) {
    if (load<i32>(STOP)) return;
    const across = min(CHUNK, to - chunk);
    const right = packed + ((<usize>chunk * <usize>d) << 2);
    if (!given) compare(metric, left, (count + 7) >> 3, right, (across + 7) >> 3, d, products, STRIDE);
    for (let r: i32 = 0; r < count; r++) {
      const q = first + r;
      const best = distances + ((<usize>q * <usize>k) << 3);
      const found = indices + ((<usize>q * <usize>k) << 2);
      const limit = limitOf(
        load<f64>(best + ((<usize>(k - 1)) << 3)),
        rankToBound,
        load<f64>(offsets + ((<usize>q) << 3)),
      );
      const row = given
        ? given + ((<usize>(item * QUERY_PANELS * 8 + r) * <usize>(to - from) + <usize>(chunk - from)) << 2)
        : products + <usize>r * STRIDE;
      const skip = excludeSelf ? q : -1;
      const listed = collect(row, low, factor, limit, chunk, across, skip, candidates);
      for (let c: i32 = 0; c < listed; c += 4) {
        const ids = candidates + ((<usize>c) << 2);
        exactFour(
          metric,
          queries + ((<usize>q * <usize>d) << 2),
          q,
          queryMeans,
          querySquares,
          data,
          means,
          squares,
          d,
          ids,
          exact,
        );
        const together = min(4, listed - c);
        for (let n: i32 = 0; n < together; n++) {
          insert(best, found, k, load<f64>(exact + ((<usize>n) << 3)), load<i32>(ids + ((<usize>n) << 2)));
        }
      }
    }
  }
}

/** The bound above which a row cannot be among the nearest, rounded up. */
function limitOf(distance: f64, rankToBound: f64, offset: f64): f32 {
  const limit = distance * rankToBound - offset;
  return <f32>(limit + abs(limit) * 2.4e-7);
}

/** Lists the rows that the bounds leave in, ascending, the last one repeated to a multiple of 4. */
function collect(
  row: usize,
  low: usize,
  factor: f32,
  limit: f32,
  chunk: i32,
  across: i32,
  skip: i32,
  candidates: usize,
): i32 {
  const limits = f32x4.splat(limit);
  const factors = f32x4.splat(factor);
  let listed: i32 = 0;
  for (let j: i32 = 0; j < across; j += 4) {
    const shift = (<usize>j) << 2;
    const product = f32x4.mul(v128.load(row + shift), factors);
    const lower = f32x4.sub(v128.load(low + ((<usize>chunk) << 2) + shift), product);
    // not "at most": a bound that is not a number leaves the row in
    let mask = i32x4.bitmask(f32x4.gt(lower, limits)) ^ 15;
    while (mask) {
      const lane = ctz(mask);
      mask &= mask - 1;
      const id = chunk + j + lane;
      if (j + lane >= across || id === skip) continue;
      store<i32>(candidates + ((<usize>listed) << 2), id);
      listed++;
    }
  }
  if (listed) {
    const last = load<i32>(candidates + ((<usize>(listed - 1)) << 2));
    for (let pad: i32 = 0; pad < 3; pad++) store<i32>(candidates + ((<usize>(listed + pad)) << 2), last);
  }
  return listed;
}

/** Keeps the list ascending; an equal distance stays behind, because its row number is larger. */
function insert(best: usize, found: usize, k: i32, distance: f64, id: i32): void {
  let at = k - 1;
  if (!(distance < load<f64>(best + ((<usize>at) << 3)))) return;
  while (at > 0 && distance < load<f64>(best + ((<usize>(at - 1)) << 3))) {
    store<f64>(best + ((<usize>at) << 3), load<f64>(best + ((<usize>(at - 1)) << 3)));
    store<i32>(found + ((<usize>at) << 2), load<i32>(found + ((<usize>(at - 1)) << 2)));
    at--;
  }
  store<f64>(best + ((<usize>at) << 3), distance);
  store<i32>(found + ((<usize>at) << 2), id);
}
