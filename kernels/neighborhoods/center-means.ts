/**
 * Centers move to the weighted means of their samples.
 *
 * Shapes: a group of centers is that of a wide box. Precision: sums in double, in the order of the samples; centers in float32.
 * Types (a field with an element type such as f32 is the address of an array): `LloydArguments`: see layout.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { beginOf, boxOf, drawBox, wideBoxOf } from './center-boxes';
import { LloydArguments, SAMPLE_BLOCK, WIDE_BOX } from './layout';

/** Moves the centers of a group; one without samples stays. Then draws their boxes. */
export function moveGroup(group: i32, iteration: i32, call: LloydArguments): void {
  const each = min(WIDE_BOX, call.leaves);
  const begin = beginOf(call, group * each);
  const end = beginOf(call, (group + 1) * each);
  const d = <usize>call.d;
  memory.fill(call.mass + ((<usize>begin) << 3), 0, (<usize>(end - begin)) << 3);
  memory.fill(call.sums + ((<usize>begin * d) << 3), 0, (<usize>(end - begin) * d) << 3);
  addSamples(call, begin, end);
  let moved: f64 = 0;
  for (let c = begin; c < end; c++) moved += moveCenter(call, c);
  store<f64>(call.moved + ((<usize>((iteration & 1) * call.groups + group)) << 3), moved);
  drawGroup(group, call);
}

/** Draws the boxes of the leaves of a group, and its own. */
export function drawGroup(group: i32, call: LloydArguments): void {
  const each = min(WIDE_BOX, call.leaves);
  for (let leaf = group * each; leaf < (group + 1) * each; leaf++)
    drawBox(call, beginOf(call, leaf), beginOf(call, leaf + 1), boxOf(call, leaf));
  drawBox(call, beginOf(call, group * each), beginOf(call, (group + 1) * each), wideBoxOf(call, group));
}

/** Adds the samples of the centers at positions `begin` to `end` (exclusive) to their sums, in the order of the samples. */
function addSamples(call: LloydArguments, begin: i32, end: i32): void {
  const blocks = (call.rows + SAMPLE_BLOCK - 1) / SAMPLE_BLOCK;
  for (let block: i32 = 0; block < blocks; block++) {
    const range = call.blocks + ((<usize>block) << 3);
    if (load<i32>(range, 4) < begin || load<i32>(range) >= end) continue;
    const last = min(call.rows, (block + 1) * SAMPLE_BLOCK);
    for (let p = block * SAMPLE_BLOCK; p < last; p++) {
      const c = load<i32>(call.nearest + ((<usize>p) << 2));
      if (c >= begin && c < end) addSample(call, p, c);
    }
  }
}

/** Adds sample p to the sums of center c. */
function addSample(call: LloydArguments, p: i32, c: i32): void {
  const bytes = (<usize>call.d) << 2;
  const point = call.samples + <usize>p * bytes;
  const sums = call.sums + ((<usize>c * bytes) << 1);
  const mass = call.mass + ((<usize>c) << 3);
  const weight = load<f64>(call.weights + ((<usize>p) << 3));
  store<f64>(mass, load<f64>(mass) + weight);
  for (let i: usize = 0; i < bytes; i += 4) {
    const sum = sums + (i << 1);
    store<f64>(sum, load<f64>(sum) + weight * <f64>load<f32>(point + i));
  }
}

/** Moves center c to its mean. Returns the square of how far, which is kept too. */
function moveCenter(call: LloydArguments, c: i32): f64 {
  const mass = load<f64>(call.mass + ((<usize>c) << 3));
  let squared: f64 = 0;
  if (mass > 0) {
    const bytes = (<usize>call.d) << 2;
    const point = call.centers + <usize>c * bytes;
    const sums = call.sums + ((<usize>c * bytes) << 1);
    for (let i: usize = 0; i < bytes; i += 4) {
      const mean = <f32>(load<f64>(sums + (i << 1)) / mass);
      const by = <f64>mean - <f64>load<f32>(point + i);
      squared += by * by;
      store<f32>(point + i, mean);
    }
  }
  store<f64>(call.moves + ((<usize>c) << 3), sqrt(squared));
  return squared;
}

/**
 * Whether the centers hardly moved in the iteration before this one: relative to the spread of the samples around the centers that they had
 * then.
 */
export function hasSettled(call: LloydArguments, iteration: i32): bool {
  let spread: f64 = 0;
  for (let s: i32 = 0; s < call.segments; s++) spread += load<f64>(call.spread + ((<usize>s) << 3));
  let moved: f64 = 0;
  const before = ((iteration - 1) & 1) * call.groups;
  for (let g: i32 = 0; g < call.groups; g++) moved += load<f64>(call.moved + ((<usize>(before + g)) << 3));
  const mean = spread / <f64>call.rows;
  const relative = mean > 0 ? sqrt(moved / <f64>call.count / mean) : 0;
  return relative < call.tolerance;
}
