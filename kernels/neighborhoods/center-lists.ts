/**
 * The nearest neighbors of every center, listed leaf by leaf (the centers of a leaf share one look for candidates), and what they decide.
 *
 * Contract: a list holds k centers, nearest first, and no other is nearer than the last of them. Of centers at one point any may
 *   be missing. Cost: some hundred distances a center.
 * Types (a field with an element type such as f32 is the address of an array): `LloydArguments`: see layout.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { beginOf, boxDistance, boxOf, wideBoxes, wideBoxOf } from './center-boxes';
import { squaredBetween } from './collect';
import { LloydArguments, WIDE_BOX } from './layout';
import { selectValue } from './select';

/** How many times k centers are tried for a first bound on the k-th distance. */
const TRIED: i32 = 4;
/** Squared distances in float32 that differ by less, relatively, are compared in double: several times the rounding of ten dimensions. */
export const NEAR_TIE: f32 = 1 + 4e-6;
/** What is below the least normal number of float32 is rounded by more; ten times that. */
export const LEAST: f32 = 1e-37;
/** Bytes of scratch for what is tried, k being at most 32, and for a bound for each center of a leaf, of twice CENTER_LEAF at most. */
const TRIED_BYTES: usize = 1024;
const BOUND_BYTES: usize = 256;

/**
 * Lists the neighbors of the centers of part `part` of the leaves, and what they say of the samples of their centers.
 * @param known whether lists of an earlier iteration are there.
 * @param scratch address of `lloydScratch` bytes.
 */
export function listNeighbors(part: i32, known: bool, scratch: usize, call: LloydArguments): void {
  const first = <i32>((<i64>part * call.leaves) / call.parts);
  const last = <i32>((<i64>(part + 1) * call.leaves) / call.parts);
  const bounds = scratch + TRIED_BYTES;
  const candidates = bounds + BOUND_BYTES;
  for (let leaf = first; leaf < last; leaf++) {
    const begin = beginOf(call, leaf);
    const end = beginOf(call, leaf + 1);
    let widest: f64 = 0;
    for (let c = begin; c < end; c++) {
      const bound = known ? farthestListed(call, c) : triedBound(call, c, scratch);
      store<f64>(bounds + ((<usize>(c - begin)) << 3), bound);
      widest = max(widest, bound);
    }
    const found = collectAround(call, leaf, widest, candidates);
    const packed = candidates + ((<usize>found) << 2);
    packPoints(call, candidates, found, packed);
    for (let c = begin; c < end; c++)
      listCenter(call, c, load<f64>(bounds + ((<usize>(c - begin)) << 3)), candidates, found, packed);
  }
}

/** Address of the coordinates of the center at a position. */
export function centerAt(call: LloydArguments, position: i32): usize {
  return call.centers + ((<usize>position * <usize>call.d) << 2);
}

/** Squared distance of the farthest center in the list of center c, as they lie now. */
function farthestListed(call: LloydArguments, c: i32): f64 {
  const bytes = (<usize>call.d) << 2;
  const listed = call.neighbors + ((<usize>c * <usize>call.k) << 2);
  const end = listed + ((<usize>call.k) << 2);
  const point = centerAt(call, c);
  let most: f64 = 0;
  for (let at = listed; at < end; at += 4)
    most = max(most, squaredBetween(point, centerAt(call, load<i32>(at)), bytes));
  return most;
}

/** A squared distance that k centers are within: the k-th among some that follow one another around position c. */
function triedBound(call: LloydArguments, c: i32, work: usize): f64 {
  const bytes = (<usize>call.d) << 2;
  const tried = min(call.count, TRIED * call.k);
  const first = max(0, min(c - (tried >> 1), call.count - tried));
  for (let i: i32 = 0; i < tried; i++)
    store<f64>(work + ((<usize>i) << 3), squaredBetween(centerAt(call, c), centerAt(call, first + i), bytes));
  return selectValue(work, tried, call.k - 1);
}

/**
 * Writes the positions (i32) of all centers of leaves whose boxes are within a squared distance of that of `leaf`. Returns how many.
 */
function collectAround(call: LloydArguments, leaf: i32, within: f64, target: usize): i32 {
  const bytes = (<usize>call.d) << 2;
  const low = boxOf(call, leaf);
  const high = low + bytes;
  const each = min(WIDE_BOX, call.leaves);
  let to = target;
  for (let wide: i32 = 0; wide < wideBoxes(call); wide++) {
    if (boxDistance(wideBoxOf(call, wide), low, high, bytes) > within) continue;
    for (let other = wide * each; other < (wide + 1) * each; other++) {
      if (boxDistance(boxOf(call, other), low, high, bytes) > within) continue;
      const end = beginOf(call, other + 1);
      for (let position = beginOf(call, other); position < end; position++, to += 4) store<i32>(to, position);
    }
  }
  return <i32>((to - target) >> 2);
}

/**
 * Writes the coordinates of some centers, dimension after dimension, each filled up to a multiple of four by what is infinitely far.
 * @param positions i32: of the centers. @param target f32.
 */
function packPoints(call: LloydArguments, positions: usize, count: i32, target: usize): void {
  const bytes = (<usize>call.d) << 2;
  const last = (<usize>count) << 2;
  const end = (<usize>fours(count)) << 2;
  let to = target;
  for (let axis: usize = 0; axis < bytes; axis += 4) {
    for (let at: usize = 0; at < last; at += 4, to += 4)
      store<f32>(to, load<f32>(centerAt(call, load<i32>(positions + at)) + axis));
    for (let at = last; at < end; at += 4, to += 4) store<f32>(to, <f32>Infinity);
  }
}

/** A number rounded up to a multiple of four. */
export function fours(count: i32): i32 {
  return (count + 3) & ~3;
}

/** Squared distances of a point from four packed ones. @param packed address of the first of them. @param stride bytes of a dimension. */
export function fourDistances(point: usize, packed: usize, stride: usize, d: i32): v128 {
  let sum = f32x4.splat(0);
  for (let axis: i32 = 0; axis < d; axis++) {
    const gap = f32x4.sub(
      v128.load(packed + <usize>axis * stride),
      v128.load32_splat(point + ((<usize>axis) << 2)),
    );
    sum = f32x4.add(sum, f32x4.mul(gap, gap));
  }
  return sum;
}

/**
 * Lists the neighbors of center c among candidates.
 * @param bound a squared distance that at least k of them are within. @param found how many candidates there are.
 * @param packed their coordinates (`packPoints`): those that are too far even in float32 are left out.
 */
function listCenter(
  call: LloydArguments,
  c: i32,
  bound: f64,
  candidates: usize,
  found: i32,
  packed: usize,
): void {
  const k = <usize>call.k;
  const bytes = (<usize>call.d) << 2;
  const point = centerAt(call, c);
  const listed = call.neighbors + ((<usize>c * k) << 2);
  const apart = call.apart + ((<usize>c * k) << 3);
  const end = (<usize>fours(found)) << 2;
  const limit = f32x4.splat(<f32>bound * NEAR_TIE + LEAST);
  let filled: usize = 0;
  for (let at: usize = 0; at < end; at += 16) {
    let within = i32x4.bitmask(f32x4.le(fourDistances(point, packed + at, end, call.d), limit));
    for (; within; within &= within - 1) {
      const candidate = load<i32>(candidates + at + ((<usize>i32.ctz(within)) << 2));
      const squared = squaredBetween(point, centerAt(call, candidate), bytes);
      if (squared <= bound) filled = insert(listed, apart, filled, k, candidate, squared);
    }
  }
  packPoints(call, listed, call.k, call.packed + ((<usize>c * <usize>call.d * <usize>fours(call.k)) << 2));
  judgeSamples(call, c, listed, apart);
}

/**
 * Puts a center into a list of k at most, nearest first. Returns how many it has.
 * @param listed i32: positions. @param apart f64: squared distances. @param filled how many it had.
 */
function insert(listed: usize, apart: usize, filled: usize, k: usize, candidate: i32, squared: f64): usize {
  let i = filled;
  if (filled === k) {
    i = k - 1;
    if (squared >= load<f64>(apart + (i << 3))) return k;
  }
  for (; i > 0 && load<f64>(apart + ((i - 1) << 3)) > squared; i--) {
    store<f64>(apart + (i << 3), load<f64>(apart + ((i - 1) << 3)));
    store<i32>(listed + (i << 2), load<i32>(listed + ((i - 1) << 2)));
  }
  store<f64>(apart + (i << 3), squared);
  store<i32>(listed + (i << 2), candidate);
  return min(filled + 1, k);
}

/** Room for rounding in what is decided by comparing doubles. */
const SLACK: f64 = 1e-9;

/**
 * How near a sample has to be to center c to keep it, and for the list to decide. An unlisted center is no nearer to c than the last that is
 * listed, so none is nearer to a sample within half of that; and a sample within half of the distance to the nearest other keeps c. Where neither c
 * nor a neighbor has moved, all that the list decides keep it.
 */
function judgeSamples(call: LloydArguments, c: i32, listed: usize, apart: usize): void {
  let nearest: f64 = Infinity;
  let moved = load<f64>(call.moves + ((<usize>c) << 3));
  for (let i: usize = 0; i < <usize>call.k; i++) {
    const neighbor = load<i32>(listed + (i << 2));
    if (neighbor === c) continue;
    nearest = min<f64>(nearest, load<f64>(apart + (i << 3)));
    moved = max<f64>(moved, load<f64>(call.moves + ((<usize>neighbor) << 3)));
  }
  const reach = call.k < call.count ? load<f64>(apart + ((<usize>(call.k - 1)) << 3)) : Infinity;
  const decides = reach * (0.25 - SLACK);
  store<f64>(call.decides + ((<usize>c) << 3), decides);
  store<f64>(call.keeps + ((<usize>c) << 3), moved > 0 ? nearest * (0.25 - SLACK) : decides);
}
