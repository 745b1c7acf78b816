/**
 * How clusters of a map are linked: directly, and through samples that belong to none.
 *
 * Source: ours. The easiest way between two clusters is the one whose longest step is shortest (single linkage).
 * Cost: samples of each pair of clusters multiplied, and the square of the samples in none for each pair of adjacent clusters.
 * Deterministic.
 */

import type { Matrix } from '../../model.js';
import { rowDistance } from './pair-distances.js';
import type { MapBridge } from './types.js';

/** Distance of the nearest two samples of two groups. */
export function nearestDistance(
  { columns, data }: Matrix,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) least = Math.min(least, rowDistance(data, columns, a[i], b[j]));
  }
  return least;
}

/** clusters x clusters distances of nearest samples. @param groups rows of each cluster. */
export function groupDistances(map: Matrix, groups: readonly Int32Array[]): Float64Array {
  const count = groups.length;
  const distances = new Float64Array(count * count);
  for (let b = 1; b < count; b++) {
    for (let a = 0; a < b; a++) {
      const distance = nearestDistance(map, groups[a], groups[b]);
      distances[a * count + b] = distance;
      distances[b * count + a] = distance;
    }
  }
  return distances;
}

/**
 * The samples of no cluster on the easiest way through them from one cluster to the other, and those that steps no longer
 * than its longest join to these; `rows` is empty where no sample is free.
 * @param free rows of the samples of no cluster. @param direct distance of the clusters.
 */
export function bridgeThrough(
  map: Matrix,
  [a, b]: readonly [Int32Array, Int32Array],
  free: Int32Array,
  direct: number,
): Pick<MapBridge, 'rows' | 'ratio'> {
  const m = free.length;
  const toGroup = (rows: Int32Array) => Float64Array.from(free, (i) => nearestDistance(map, [i], rows));
  const [fromA, toB] = [toGroup(a), toGroup(b)];
  const reached = fromA.slice();
  const previous = new Int32Array(m).fill(-1);
  const done = new Uint8Array(m);
  let [longest, last] = [Number.POSITIVE_INFINITY, -1];
  for (let step = 0; step < m; step++) {
    let at = -1;
    for (let i = 0; i < m; i++) if (!done[i] && (at < 0 || reached[i] < reached[at])) at = i;
    if (reached[at] >= longest) break;
    done[at] = 1;
    const whole = Math.max(reached[at], toB[at]);
    if (whole < longest) [longest, last] = [whole, at];
    for (let i = 0; i < m; i++) {
      if (done[i]) continue;
      const length = Math.max(reached[at], rowDistance(map.data, map.columns, free[at], free[i]));
      if (length < reached[i]) [reached[i], previous[i]] = [length, at];
    }
  }
  const way: number[] = [];
  for (let at = last; at >= 0; at = previous[at]) way.push(at);
  const rows = Int32Array.from(alongWay(map, free, way, longest), (at) => free[at]).sort();
  return { rows, ratio: m > 0 ? direct / Math.max(longest, Number.MIN_VALUE) : 1 };
}

/** The positions of a way and those that steps of at most `longest` join to it. */
function alongWay(map: Matrix, free: Int32Array, way: readonly number[], longest: number): Set<number> {
  const joined = new Set(way);
  for (const at of joined) {
    free.forEach((row, i) => {
      if (!joined.has(i) && rowDistance(map.data, map.columns, free[at], row) <= longest) joined.add(i);
    });
  }
  return joined;
}
