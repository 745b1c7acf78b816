/**
 * Samples of a locality in runs of one level: how many take part, the degrees of freedom, and centering of features inside
 * levels. The reference is src/core/level-runs.ts.
 *
 * Types: `LevelParts`, of localities, addresses of i32: offsets (localities + 1, the first run of each), lengths (samples
 *   of each run), counts and freedom (for each locality samples that take part, and degrees of freedom).
 * Shapes: members come run after run; those that take no part are last. Precision: means in double, results rounded once.
 */

import { LevelParts } from './layout';

/** What is left of a feature after centering, as a share of its largest value, below which only rounding is left. */
const LOST: f64 = 1e-6;

/** The i32 number `item` of those at an address. */
function numberAt(address: usize, item: i32): i32 {
  return load<i32>(address + ((<usize>item) << 2));
}

/** Samples of locality `item` that take part. @param levels address of `LevelParts`, 0 for one level of n samples. */
export function takingPart(levels: usize, item: i32, n: i32): i32 {
  return levels ? numberAt(changetype<LevelParts>(levels).counts, item) : n;
}

/**
 * Degrees of freedom of a correlation in locality `item`.
 * @param levels as in `takingPart`.
 * @param n members of a locality.
 */
export function freedomOf(levels: usize, item: i32, n: i32): f64 {
  return <f64>(levels ? numberAt(changetype<LevelParts>(levels).freedom, item) : n - 1);
}

/**
 * Address of the lengths (i32) of the runs of locality `item`; 0 for one level.
 * @param levels address of a `LevelParts`, or 0.
 */
export function runsOf(levels: usize, item: i32): usize {
  if (!levels) return 0;
  const parts = changetype<LevelParts>(levels);
  return parts.lengths + ((<usize>numberAt(parts.offsets, item)) << 2);
}

/**
 * Runs of locality `item`; 0 for one level.
 * @param levels address of a `LevelParts`, or 0.
 */
export function runCountOf(levels: usize, item: i32): i32 {
  if (!levels) return 0;
  const offsets = changetype<LevelParts>(levels).offsets;
  return numberAt(offsets, item + 1) - numberAt(offsets, item);
}

/**
 * Centers the 8 lanes of a panel of n samples in every run, in place; zeros where what is left of a lane is below
 * 1e-6 of its largest value.
 * @param panel n x 8 f32.
 * @param runs i32: samples of each run, n in all.
 * @param runCount how many.
 */
export function centerPanel(panel: usize, n: i32, runs: usize, runCount: i32): void {
  for (let pair: usize = 0; pair < 32; pair += 8) centerPair(panel + pair, n, runs, runCount);
}

/**
 * Centers two neighboring lanes.
 * @param lane address of the left one's first f32; one every 32 bytes.
 * @param n samples.
 * @param runs i32: samples of each run.
 * @param runCount how many.
 */
function centerPair(lane: usize, n: i32, runs: usize, runCount: i32): void {
  let largest = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let from = lane;
  for (let r: i32 = 0; r < runCount; r++) {
    const length = numberAt(runs, r);
    const end = from + ((<usize>length) << 5);
    let sum = f64x2.splat(0);
    for (let at = from; at < end; at += 32) {
      const value = f64x2.promote_low_f32x4(v128.load64_zero(at));
      sum = f64x2.add(sum, value);
      largest = f64x2.max(largest, f64x2.abs(value));
    }
    const mean = f64x2.div(sum, f64x2.splat(<f64>length));
    for (let at = from; at < end; at += 32) {
      const centered = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), mean);
      squares = f64x2.add(squares, f64x2.mul(centered, centered));
      v128.store64_lane(at, f32x4.demote_f64x2_zero(centered), 0);
    }
    from = end;
  }
  const deviation = f64x2.sqrt(f64x2.div(squares, f64x2.splat(<f64>n)));
  const kept = f64x2.gt(deviation, f64x2.mul(largest, f64x2.splat(LOST)));
  if (i64x2.all_true(kept)) return;
  const mask = f32x4.demote_f64x2_zero(v128.and(f64x2.splat(1), kept));
  for (let at = lane; at < from; at += 32) {
    v128.store64_lane(at, f32x4.mul(v128.load64_zero(at), mask), 0);
  }
}
