/**
 * Lloyd's iteration in few dimensions: centers move to the weighted means of their nearest samples, all iterations in one job.
 *
 * Source: Lloyd (1982); the reference is src/engine/js/lloyd.ts, and the centers are the same to the last bit. Method: an iteration is
 *   three stages, each of which waits for the one before, after a first in which boxes are drawn: the neighbors of every center (center-lists.ts), the nearest center of
 *   every sample (nearest-center.ts), and the means (center-means.ts).
 * Determinism: an item is a part of one stage, fixed in number; sums of a center are in the order of the samples. Where the items
 *   begin has no say in the centers, but for the last bits of the movement at which the iteration ends.
 * Types (a field with an element type such as f32 is the address of an array): `LloydArguments`: see layout.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { listNeighbors } from './center-lists';
import { drawGroup, hasSettled, moveGroup } from './center-means';
import { LloydArguments } from './layout';
import { assignSegment } from './nearest-center';

/**
 * Kernel: item after item of all iterations. Ends early, unfinished, once a stop is asked for; does nothing once the centers have settled.
 * @param scratch address of `lloydScratch` bytes.
 */
export function lloydItem(item: i32, scratch: usize, call: LloydArguments): void {
  if (item < call.groups) {
    drawGroup(item, call);
    markDone(call.done);
    return;
  }
  const items = call.parts + call.segments + call.groups;
  const iteration = (item - call.groups) / items;
  const first = call.groups + iteration * items;
  const segment = item - first - call.parts;
  const group = segment - call.segments;
  const before = group >= 0 ? item - group : segment >= 0 ? item - segment : first;
  if (!waitFor(call.done, before)) return;
  if (!load<i32>(call.settled)) {
    if (group >= 0) {
      if (iteration > 0 && hasSettled(call, iteration)) store<i32>(call.settled, 1);
      else moveGroup(group, iteration, call);
    } else if (segment >= 0) {
      if (!assignSegment(segment, scratch, call)) return;
    } else listNeighbors(item - first, iteration > 0, scratch, call);
  }
  markDone(call.done);
}

/** Bytes of scratch that `lloydItem` needs for so many centers in d dimensions. */
export function lloydScratch(count: i32, d: i32): usize {
  // a list of positions with their coordinates, bounds of the centers of a leaf, and distances that are tried
  return ((<usize>(count + 4) * <usize>(d + 1)) << 2) + 4096;
}
