/**
 * Boxes around the centers of a leaf, and around those of several leaves: what lies too far off is left out unseen.
 *
 * Shapes: a box is 2d f32, the least coordinates and then the largest; a point is a box without extent.
 * Precision: distances from boxes are rounded as those of the points in them, and so are never larger.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { LloydArguments, WIDE_BOX } from './layout';

/** Squared distance of a box from that between the points at `low` and `high`; 0 where they meet. @param bytes of a point. */
export function boxDistance(box: usize, low: usize, high: usize, bytes: usize): f64 {
  let sum: f64 = 0;
  for (let c: usize = 0; c < bytes; c += 4) {
    const above = <f64>load<f32>(box + c) - <f64>load<f32>(high + c);
    const below = <f64>load<f32>(low + c) - <f64>load<f32>(box + bytes + c);
    const gap = max<f64>(0, max<f64>(above, below));
    sum += gap * gap;
  }
  return sum;
}

/** Draws the box of the centers at positions `first` to `last` (exclusive), not empty. */
export function drawBox(call: LloydArguments, first: i32, last: i32, box: usize): void {
  const bytes = (<usize>call.d) << 2;
  for (let c: usize = 0; c < bytes; c += 4) {
    let least: f32 = <f32>Infinity;
    let most: f32 = -(<f32>Infinity);
    for (let at = call.centers + <usize>first * bytes + c, p = first; p < last; p++, at += bytes) {
      least = min<f32>(least, load<f32>(at));
      most = max<f32>(most, load<f32>(at));
    }
    store<f32>(box + c, least);
    store<f32>(box + bytes + c, most);
  }
}

/** Position of the first center of leaf number `leaf`, 0 to leaves. */
export function beginOf(call: LloydArguments, leaf: i32): i32 {
  return load<i32>(call.begins + ((<usize>leaf) << 2));
}

/** Wide boxes: one for WIDE_BOX leaves, or one for all. */
export function wideBoxes(call: LloydArguments): i32 {
  return max(1, call.leaves / WIDE_BOX);
}

/** Address of the box of leaf number `leaf`. */
export function boxOf(call: LloydArguments, leaf: i32): usize {
  return call.boxes + ((<usize>leaf * <usize>call.d) << 3);
}

/** Address of the box of the leaves `wide` x WIDE_BOX and after. */
export function wideBoxOf(call: LloydArguments, wide: i32): usize {
  return call.wideBoxes + ((<usize>wide * <usize>call.d) << 3);
}
