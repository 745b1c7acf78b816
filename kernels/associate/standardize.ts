/**
 * Packs the supported features of a locality into panels of 8 (see tile.ts), each centered and scaled to a
 * sum of squares of 1, so that their products are correlations.
 *
 * Precision: mean and sum of squares in double, results rounded once. Squares of any float32 neither overflow
 * nor vanish in double. A feature whose spread is below 1e-6 of its largest value is lost in rounding: its
 * panel lane is zero and its flag is cleared. Spearman: values are replaced by their average ranks first.
 */

import { rankInPlace } from '../runtime/sort';

const LOST: f64 = 1e-6;

/** Panels of features list[0..count); lanes past the last are zeros. */
export function standardizePanels(
  rows: usize,
  n: i32,
  list: usize,
  count: i32,
  flags: usize,
  spearman: i32,
  target: usize,
  scratch: usize,
): void {
  for (let first: i32 = 0; first < count; first += 8) {
    const panel = target + ((<usize>first * <usize>n) << 2);
    const lanes = min(8, count - first);
    if (lanes < 8) memory.fill(panel, 0, (<usize>n) << 5);
    gather(rows, n, list + ((<usize>first) << 2), lanes, panel);
    if (spearman) {
      for (let lane: i32 = 0; lane < lanes; lane++) rankInPlace(panel + ((<usize>lane) << 2), 32, n, scratch);
    }
    standardizePair(panel, n, list + ((<usize>first) << 2), lanes, flags);
    standardizePair(panel + 8, n, list + ((<usize>(first + 2)) << 2), lanes - 2, flags);
    standardizePair(panel + 16, n, list + ((<usize>(first + 4)) << 2), lanes - 4, flags);
    standardizePair(panel + 24, n, list + ((<usize>(first + 6)) << 2), lanes - 6, flags);
  }
}

function gather(rows: usize, n: i32, list: usize, lanes: i32, panel: usize): void {
  for (let lane: i32 = 0; lane < lanes; lane++) {
    const shift = (<usize>load<i32>(list + ((<usize>lane) << 2))) << 2;
    const to = panel + ((<usize>lane) << 2);
    for (let s: i32 = 0; s < n; s++) {
      store<f32>(to + ((<usize>s) << 5), load<f32>(<usize>load<u32>(rows + ((<usize>s) << 2)) + shift));
    }
  }
}

/** Two neighboring lanes of a panel, in place. */
function standardizePair(lane: usize, n: i32, list: usize, present: i32, flags: usize): void {
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
  if (i64x2.extract_lane(kept, 0) === 0) store<u8>(flags + <usize>load<i32>(list), 0);
  if (present > 1 && i64x2.extract_lane(kept, 1) === 0) store<u8>(flags + <usize>load<i32>(list, 4), 0);
}
