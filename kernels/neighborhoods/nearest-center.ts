/**
 * The nearest center of every sample, by those that were nearest before.
 *
 * Source: ours, after Elkan (2003): a sample within half of the distance from its center to the nearest other keeps it. Others are compared
 *   with the neighbors of their center, four at once in float32; where that leaves it open, in double; and with all centers where one that
 *   is no neighbor may be nearer. So the answer is that of comparing all; ties go to the smaller number.
 * Cost: one distance a sample, and as many as a list has for one in two. Precision: double; float32 only where it decides.
 * Types (a field with an element type such as f32 is the address of an array): `LloydArguments`: see layout.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { beginOf, boxDistance, boxOf, wideBoxes, wideBoxOf } from './center-boxes';
import { centerAt, fourDistances, fours, LEAST, NEAR_TIE } from './center-lists';
import { squaredBetween } from './collect';
import { LloydArguments, SAMPLE_BLOCK, WIDE_BOX } from './layout';

/** What this thread's last search in double has found so far: the nearest center and its squared distance. */
let best: i32 = -1;
let least: f64 = 0;

/**
 * Assigns the samples of a segment, whole blocks, and adds up their squared distances from the centers that they had. Returns false,
 * unfinished, once a stop is asked for.
 * @param scratch address of `lloydScratch` bytes.
 */
export function assignSegment(segment: i32, scratch: usize, call: LloydArguments): bool {
  const bytes = (<usize>call.d) << 2;
  const blocks = (call.rows + SAMPLE_BLOCK - 1) / SAMPLE_BLOCK;
  const first = <i32>((<i64>segment * blocks) / call.segments);
  const last = <i32>((<i64>(segment + 1) * blocks) / call.segments);
  let spread: f64 = 0;
  let center: i32 = 0;
  for (let block = first; block < last; block++) {
    if ((block & 15) === 0 && load<i32>(STOP_ADDRESS)) return false;
    const end = min(call.rows, (block + 1) * SAMPLE_BLOCK);
    let low = i32.MAX_VALUE;
    let high: i32 = -1;
    for (let p = block * SAMPLE_BLOCK; p < end; p++) {
      const point = call.samples + <usize>p * bytes;
      const nearest = call.nearest + ((<usize>p) << 2);
      const known = load<i32>(nearest);
      if (known >= 0) center = known;
      const squared = squaredBetween(point, centerAt(call, center), bytes);
      if (known >= 0) spread += squared;
      if (known < 0 || squared >= load<f64>(call.keeps + ((<usize>center) << 3))) {
        center = search(call, point, center, squared, scratch);
        store<i32>(nearest, center);
      }
      low = min(low, center);
      high = max(high, center);
    }
    store<i32>(call.blocks + ((<usize>block) << 3), low);
    store<i32>(call.blocks + ((<usize>block) << 3), high, 4);
  }
  store<f64>(call.spread + ((<usize>segment) << 3), spread);
  return true;
}

/**
 * The nearest center to a sample.
 * @param center one that may be near, and its squared distance.
 */
function search(call: LloydArguments, point: usize, center: i32, squared: f64, scratch: usize): i32 {
  for (;;) {
    const decides = squared < load<f64>(call.decides + ((<usize>center) << 3));
    if (decides) {
      const found = nearestListed(call, point, center, scratch);
      if (found >= 0) return found;
    }
    best = center;
    least = squared;
    compareListed(call, point, center);
    if (decides) return best;
    if (best === center) break;
    // the list of a nearer one may decide
    center = best;
    squared = least;
  }
  compareAll(call, point);
  return best;
}

/**
 * The nearest of the neighbors of a center, itself among them, in float32; -1 where two are too much alike to tell.
 * @param scratch room for a distance each.
 */
function nearestListed(call: LloydArguments, point: usize, center: i32, scratch: usize): i32 {
  const width = <usize>fours(call.k);
  const packed = call.packed + ((<usize>center * <usize>call.d * width) << 2);
  const bytes = width << 2;
  let smallest = f32x4.splat(<f32>Infinity);
  for (let at: usize = 0; at < bytes; at += 16) {
    const squared = fourDistances(point, packed + at, bytes, call.d);
    v128.store(scratch + at, squared);
    smallest = f32x4.pmin(smallest, squared);
  }
  smallest = f32x4.pmin(
    smallest,
    i8x16.shuffle(smallest, smallest, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
  smallest = f32x4.pmin(
    smallest,
    i8x16.shuffle(smallest, smallest, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11),
  );
  const limit = f32x4.add(f32x4.mul(smallest, f32x4.splat(NEAR_TIE)), f32x4.splat(LEAST));
  let near: i32 = 0;
  for (let at: usize = 0; at < bytes; at += 16)
    near |= i32x4.bitmask(f32x4.le(v128.load(scratch + at), limit)) << (<i32>at >> 2);
  if (i32.popcnt(near) !== 1) return -1;
  return load<i32>(call.neighbors + ((<usize>center * <usize>call.k + <usize>i32.ctz(near)) << 2));
}

/** Takes a center into account. */
function offer(call: LloydArguments, point: usize, position: i32): void {
  const squared = squaredBetween(point, centerAt(call, position), (<usize>call.d) << 2);
  if (squared > least) return;
  if (squared === least && numberOf(call, position) >= numberOf(call, best)) return;
  least = squared;
  best = position;
}

/** Number of the center at a position. */
function numberOf(call: LloydArguments, position: i32): i32 {
  return load<i32>(call.numbers + ((<usize>position) << 2));
}

/** Takes the neighbors of a center into account. */
function compareListed(call: LloydArguments, point: usize, center: i32): void {
  const listed = call.neighbors + ((<usize>center * <usize>call.k) << 2);
  const end = listed + ((<usize>call.k) << 2);
  for (let at = listed; at < end; at += 4) offer(call, point, load<i32>(at));
}

/** Takes all centers into account that may be the nearest. */
function compareAll(call: LloydArguments, point: usize): void {
  const bytes = (<usize>call.d) << 2;
  const each = min(WIDE_BOX, call.leaves);
  for (let wide: i32 = 0; wide < wideBoxes(call); wide++) {
    if (boxDistance(wideBoxOf(call, wide), point, point, bytes) > least) continue;
    for (let leaf = wide * each; leaf < (wide + 1) * each; leaf++) {
      if (boxDistance(boxOf(call, leaf), point, point, bytes) > least) continue;
      const end = beginOf(call, leaf + 1);
      for (let position = beginOf(call, leaf); position < end; position++) offer(call, point, position);
    }
  }
}
