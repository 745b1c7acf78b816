/**
 * The nearest center of samples, while the centers move: the heavy half of Lloyd's iteration.
 *
 * Source: the reference is src/engine/js/nearest-centers.ts, which says how the bounds work; the answer is the same to the
 *   last bit. Cost: about 10 distances a sample at first, one or none later. Determinism: the first items list the neighbors of
 *   some centers, the others, which wait for all of those, take a segment of the samples' order; where it begins has no say
 *   in the answer.
 * Types (a field with an element type such as f32 is the address of an array): `AssignArguments`: see layout.ts.
 *   `TreeArguments`: order (i32: number of the center at each position), rows (centers), d.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { STOP_ADDRESS } from '../runtime/layout';
import {
  collectNearest,
  collectWithin,
  descend,
  distanceTo,
  foundAt,
  foundCount,
  squaredBetween,
} from './collect';
import { AssignArguments, TreeArguments } from './layout';
import { listNearest, orderFound } from './nearest';

/** Room for rounding in bounds that are sums and differences of doubles. */
const SLACK: f64 = 1e-9;

/** What the last search of this thread found: the center, its squared distance, and a distance that no other is within. */
let best: i32 = 0;
let least: f64 = 0;
let others: f64 = 0;

/**
 * Kernel: the first `parts` items list the neighbors of centers, the next `segments` assign samples. Ends early, unfinished,
 * once a stop is asked for.
 * @param scratch address of `treeScratch(centers)` bytes.
 */
export function assignSamples(item: i32, scratch: usize, call: AssignArguments): void {
  if (item < call.parts) {
    listNeighbors(item, scratch, call);
    markDone(call.done);
  } else if (waitFor(call.done, call.parts)) assignSegment(item - call.parts, scratch, call);
}

/** Lists the neighbors of the centers of part `item`, with how far the lists reach and how far their centers have moved at most. */
function listNeighbors(item: i32, scratch: usize, call: AssignArguments): void {
  const tree = changetype<TreeArguments>(call.tree);
  const k = call.k;
  const first = <i32>((<i64>item * tree.rows) / call.parts);
  const last = <i32>((<i64>(item + 1) * tree.rows) / call.parts);
  for (let c = first; c < last; c++) {
    const at = <usize>c * <usize>k;
    const numbers = call.neighbors + (at << 2);
    const squared = call.squared + (at << 3);
    const point = call.centers + ((<usize>c * <usize>tree.d) << 2);
    if (call.before) listAgain(call, tree, point, call.before + (at << 2), numbers, squared, scratch);
    else listNearest(tree, point, k, numbers, squared, scratch);
    const farthest = load<f64>(squared + ((<usize>(k - 1)) << 3));
    store<f64>(call.reach + ((<usize>c) << 3), k < tree.rows ? sqrt(farthest) : Infinity);
    if (!call.moves) continue;
    let most: f64 = 0;
    for (let t: usize = 0; t < <usize>k; t++) {
      most = max<f64>(most, load<f64>(call.moves + ((<usize>load<i32>(numbers + (t << 2))) << 3)));
    }
    store<f64>(call.falls + ((<usize>c) << 3), most);
  }
}

/**
 * Lists the neighbors of the center at `point` as `listNearest` does, by those it had before: the k nearest are no farther off than the
 * farthest of these is now.
 * @param before i32: k numbers.
 */
function listAgain(
  call: AssignArguments,
  tree: TreeArguments,
  point: usize,
  before: usize,
  numbers: usize,
  squared: usize,
  scratch: usize,
): void {
  let reach: f64 = 0;
  for (let t: usize = 0; t < <usize>call.k; t++)
    reach = max(reach, squaredTo(call, point, load<i32>(before + (t << 2))));
  collectWithin(tree, point, reach, scratch + ((<usize>tree.rows) << 4));
  orderFound(tree, point, call.k, numbers, squared, scratch);
}

/** Assigns the samples of segment `item` to their nearest centers. @param scratch address of `treeScratch(centers)` bytes. */
function assignSegment(item: i32, scratch: usize, call: AssignArguments): void {
  const first = <i32>((<i64>item * call.rows) / call.segments);
  const last = <i32>((<i64>(item + 1) * call.rows) / call.segments);
  const d = (<usize>changetype<TreeArguments>(call.tree).d) << 2;
  let hint: i32 = -1;
  for (let p = first; p < last; p++) {
    if ((p & 1023) === 0 && load<i32>(STOP_ADDRESS)) return;
    const at = <usize>p;
    const known = load<i32>(call.assigned + (at << 2));
    const upper = call.upper + (at << 3);
    const lower = call.lower + (at << 3);
    const point = call.samples + at * d;
    if (known >= 0) {
      hint = known;
      if (call.moves && isKept(call, point, known, upper, lower)) continue;
    }
    if (hint < 0 || !searchAround(call, point, hint)) searchTree(call, point, scratch);
    hint = best;
    store<i32>(call.assigned + (at << 2), best);
    store<f64>(upper, sqrt(least));
    store<f64>(lower, others);
  }
}

/**
 * Moves the two bounds of a sample by what the centers have moved, in place. Returns whether they say that it keeps its
 * center; where they do not, the distance itself takes the place of its bound.
 * @param point address of the f32 coordinates of the sample.
 * @param upper f64: distance from its center at most. @param lower f64: from any other at least.
 */
function isKept(call: AssignArguments, point: usize, center: i32, upper: usize, lower: usize): bool {
  const c = (<usize>center) << 3;
  const fallen = load<f64>(lower) - load<f64>(call.falls + c);
  const reach = load<f64>(call.reach + c);
  let most = load<f64>(upper) + load<f64>(call.moves + c);
  // a center that is no neighbor is at least as far from this one as the farthest neighbor
  let fewest = min(fallen, reach - most);
  if (most >= fewest - SLACK * most) {
    most = sqrt(squaredTo(call, point, center));
    fewest = min(fallen, reach - most);
  }
  store<f64>(upper, most);
  store<f64>(lower, fewest);
  return most < fewest - SLACK * most;
}

/** Squared distance of `point` (address of d f32) from center number c, in double. */
function squaredTo(call: AssignArguments, point: usize, c: i32): f64 {
  const bytes = (<usize>changetype<TreeArguments>(call.tree).d) << 2;
  return squaredBetween(call.centers + <usize>c * bytes, point, bytes);
}

/**
 * Looks for the nearest center among the neighbors of center `hint`. Returns false where these cannot decide.
 * @param point address of the f32 coordinates of a sample.
 */
function searchAround(call: AssignArguments, point: usize, hint: i32): bool {
  const k = call.k;
  const toHint = squaredTo(call, point, hint);
  const neighbors = call.neighbors + ((<usize>hint * <usize>k) << 2);
  const squared = call.squared + ((<usize>hint * <usize>k) << 3);
  let second: f64 = Infinity;
  best = hint;
  least = toHint;
  for (let t: usize = 0; t < <usize>k; t++) {
    // |c - hint| > 2 |x - hint| puts c, and all after it, farther from x than the hint
    const apart = load<f64>(squared + (t << 3));
    if (apart > 4 * toHint) {
      others = min(sqrt(second), sqrt(apart) - sqrt(toHint));
      return true;
    }
    const candidate = load<i32>(neighbors + (t << 2));
    if (candidate === hint) continue;
    const distance = squaredTo(call, point, candidate);
    if (distance < least || (distance === least && candidate < best)) {
      second = least;
      least = distance;
      best = candidate;
    } else if (distance < second) second = distance;
  }
  others = sqrt(second);
  return k === changetype<TreeArguments>(call.tree).rows;
}

/**
 * Looks for the nearest center in the tree of all.
 * @param point address of the f32 coordinates of a sample.
 * @param list room for 12 bytes a center.
 */
function searchTree(call: AssignArguments, point: usize, list: usize): void {
  const tree = changetype<TreeArguments>(call.tree);
  const work = list + ((<usize>tree.rows) << 2);
  collectNearest(tree, point, descend(tree, point), min(2, tree.rows), list, work);
  let second: f64 = Infinity;
  best = -1;
  least = Infinity;
  for (let i: i32 = 0; i < foundCount(); i++) {
    const position = foundAt(i);
    const center = load<i32>(tree.order + ((<usize>position) << 2));
    const distance = distanceTo(tree, point, position);
    if (distance < least || (distance === least && center < best)) {
      second = least;
      least = distance;
      best = center;
    } else if (distance < second) second = distance;
  }
  others = sqrt(second);
}
