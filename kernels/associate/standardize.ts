/**
 * Packs the supported features of a locality into panels of 8 (see tile.ts), each centered and scaled to a
 * sum of squares of 1, so that their products are correlations.
 *
 * Precision: mean and sum of squares in double, results rounded once. Squares of any float32 neither overflow
 * nor vanish in double. A feature whose spread is below 1e-6 of its largest value is lost in rounding: its
 * panel lane is zero and its flag is cleared. Spearman: values are replaced by their average ranks first.
 * Biweight midcorrelation: see `standardizeBiweight`; core/association-measures.ts is the reference. With levels, values
 * (or ranks) are centered in each level first.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { rankInPlace, sortValues } from '../runtime/sort';
import { BICOR, SPEARMAN } from './layout';
import { centerPanel } from './levels';

const LOST: f64 = 1e-6;
/** MADs from the median at which a value's weight becomes 0. */
const BIWEIGHT_REACH: f64 = 9;

/**
 * Standardizes features[0..count) of a locality (center 0, sum of squares 1) into panels of 8; lanes past the last
 * feature are zeros.
 * @param rows u32: addresses of the n samples' rows of f32.
 * @param features i32: feature numbers.
 * @param flags u8 for each feature of the table, cleared where its spread is lost in rounding.
 * @param measure code of the association measure: Spearman ranks the values first, bicor weights them.
 * @param target f32: the panels, n x 8 each.
 * @param scratch `sortBytes(n)` bytes.
 * @param runs i32: samples of each run of one level, n in all; read where `runCount` is above 0.
 */
export function standardizePanels(
  rows: usize,
  n: i32,
  features: usize,
  count: i32,
  flags: usize,
  measure: i32,
  target: usize,
  scratch: usize,
  runs: usize,
  runCount: i32,
): void {
  for (let first: i32 = 0; first < count; first += 8) {
    const panel = target + ((<usize>first * <usize>n) << 2);
    const lanes = min(8, count - first);
    if (lanes < 8) memory.fill(panel, 0, (<usize>n) << 5);
    const listed = features + ((<usize>first) << 2);
    gather(rows, n, listed, lanes, panel);
    if (measure === SPEARMAN) {
      for (let lane: i32 = 0; lane < lanes; lane++) rankInPlace(panel + ((<usize>lane) << 2), 32, n, scratch);
    }
    if (runCount > 0) centerPanel(panel, n, runs, runCount);
    if (measure === BICOR) {
      for (let lane: i32 = 0; lane < lanes; lane++) {
        const feature = <usize>load<i32>(listed + ((<usize>lane) << 2));
        if (!standardizeBiweight(panel + ((<usize>lane) << 2), n, scratch)) store<u8>(flags + feature, 0);
      }
      continue;
    }
    standardizePair(panel, n, listed, lanes, flags);
    standardizePair(panel + 8, n, listed + 8, lanes - 2, flags);
    standardizePair(panel + 16, n, listed + 16, lanes - 4, flags);
    standardizePair(panel + 24, n, listed + 24, lanes - 6, flags);
  }
}

/**
 * Copies up to 8 features of all n samples into the lanes of a panel, n x 8 f32.
 * @param rows u32: addresses of the samples' rows.
 * @param features i32: numbers of the `lanes` features.
 */
function gather(rows: usize, n: i32, features: usize, lanes: i32, panel: usize): void {
  for (let lane: i32 = 0; lane < lanes; lane++) {
    const shift = (<usize>load<i32>(features + ((<usize>lane) << 2))) << 2;
    const to = panel + ((<usize>lane) << 2);
    for (let s: i32 = 0; s < n; s++) {
      store<f32>(to + ((<usize>s) << 5), load<f32>(<usize>load<u32>(rows + ((<usize>s) << 2)) + shift));
    }
  }
}

/**
 * Centers and scales two neighboring lanes of a panel in place; clears a feature's flag and zeros its lane when its
 * spread is lost in rounding.
 * @param lane address of the left lane's first f32; one every 32 bytes, n in all.
 * @param features i32: the two feature numbers.
 * @param present how many of the two lanes hold features.
 * @param flags u8 for each feature.
 */
function standardizePair(lane: usize, n: i32, features: usize, present: i32, flags: usize): void {
  if (present <= 0) return;
  const end = lane + ((<usize>n) << 5);
  let sum = f64x2.splat(0);
  let largest = f64x2.splat(0);
  for (let at = lane; at < end; at += 32) {
    const value = f64x2.promote_low_f32x4(v128.load64_zero(at));
    sum = f64x2.add(sum, value);
    largest = f64x2.max(largest, f64x2.abs(value));
  }
  const mean = f64x2.div(sum, f64x2.splat(<f64>n));
  let squares = f64x2.splat(0);
  for (let at = lane; at < end; at += 32) {
    const centered = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), mean);
    squares = f64x2.add(squares, f64x2.mul(centered, centered));
  }
  const deviation = f64x2.sqrt(f64x2.div(squares, f64x2.splat(<f64>n)));
  const kept = f64x2.gt(deviation, f64x2.mul(largest, f64x2.splat(LOST)));
  const scale = v128.and(f64x2.div(f64x2.splat(1), f64x2.sqrt(squares)), kept);
  for (let at = lane; at < end; at += 32) {
    const centered = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), mean);
    v128.store64_lane(at, f32x4.demote_f64x2_zero(f64x2.mul(centered, scale)), 0);
  }
  if (i64x2.extract_lane(kept, 0) === 0) store<u8>(flags + <usize>load<i32>(features), 0);
  if (present > 1 && i64x2.extract_lane(kept, 1) === 0) store<u8>(flags + <usize>load<i32>(features, 4), 0);
}

/**
 * Standardizes one lane of a panel in place for the biweight midcorrelation: (x - median) (1 - u^2)^2 with u = (x -
 * median) / (9 MAD), 0 from |u| = 1 on, scaled to a sum of squares of 1; x - mean in place of it where the MAD
 * (median absolute deviation) is 0. False, and zeros, when the spread is lost in rounding.
 * @param lane address of its first f32; one every 32 bytes, n in all.
 * @param scratch `sortBytes(n)` bytes.
 */
function standardizeBiweight(lane: usize, n: i32, scratch: usize): boolean {
  const end = lane + ((<usize>n) << 5);
  const sorted = sortValues(lane, 32, n, scratch);
  let center = middleOf(sorted, n);
  let reach = BIWEIGHT_REACH * medianDeviation(sorted, n, center);
  if (!(reach > 0)) {
    let sum: f64 = 0;
    for (let at = lane; at < end; at += 32) sum += <f64>load<f32>(at);
    center = sum / <f64>n;
    reach = Infinity;
  }
  let squares: f64 = 0;
  let largest: f64 = 0;
  for (let at = lane; at < end; at += 32) {
    const value = <f64>load<f32>(at);
    const centered = biweight(value, center, reach);
    if (centered !== 0) largest = max(largest, abs(value));
    squares += centered * centered;
  }
  const kept = sqrt(squares / <f64>n) > LOST * largest;
  const scale: f64 = kept ? 1 / sqrt(squares) : 0;
  for (let at = lane; at < end; at += 32) {
    store<f32>(at, <f32>(biweight(<f64>load<f32>(at), center, reach) * scale));
  }
  return kept;
}

/** (value - center) times its weight (1 - u^2)^2, with u = (value - center) / reach; 0 from |u| = 1 on. */
function biweight(value: f64, center: f64, reach: f64): f64 {
  const u = (value - center) / reach;
  if (!(u > -1 && u < 1)) return 0;
  const weight = 1 - u * u;
  return (value - center) * weight * weight;
}

/**
 * Median of n ascending floats 8 bytes apart: the mean of the middle two for an even n.
 * @param sorted address of the first.
 */
function middleOf(sorted: usize, n: i32): f64 {
  const low = <f64>load<f32>(sorted + ((<usize>((n - 1) >> 1)) << 3));
  const high = <f64>load<f32>(sorted + ((<usize>(n >> 1)) << 3));
  return low + (high - low) * 0.5;
}

/**
 * Median of the absolute deviations of n ascending f32 (8 bytes apart) from `center`, by merging those below it with
 * those above.
 * @param sorted address of the first.
 */
function medianDeviation(sorted: usize, n: i32, center: f64): f64 {
  let above: i32 = 0;
  while (above < n && <f64>load<f32>(sorted + ((<usize>above) << 3)) < center) above++;
  let below = above - 1;
  let before: f64 = 0;
  let deviation: f64 = 0;
  for (let count: i32 = 0; count <= n >> 1; count++) {
    before = deviation;
    const down: f64 = below >= 0 ? center - <f64>load<f32>(sorted + ((<usize>below) << 3)) : Infinity;
    const up: f64 = above < n ? <f64>load<f32>(sorted + ((<usize>above) << 3)) - center : Infinity;
    if (down < up) below--;
    else above++;
    deviation = min(down, up);
  }
  return n & 1 ? deviation : before + (deviation - before) * 0.5;
}
