/**
 * Do few samples link two groups in the data?
 *
 * Source: ours. With the samples, the easiest way from one group to the other has a longest step; without them, the way is
 *   the distance of the groups. The ratio of the two says what the samples do. Null: data in which each of the samples stands as
 *   far from its nearest group as it does, in a random direction.
 * Shapes: samples x d. Cost: draws x bridge samples x samples of both groups. Determinism: the stream is the caller's.
 * How it fails: with one or two samples in few dimensions random directions link the groups too, and p says so.
 */

import type { Random } from '../../core/random.js';
import type { Matrix } from '../../model.js';
import { nearestDistance } from './links.js';

/** Most data sets of the null; p is at least 1 / (1 + DRAWS). */
const DRAWS = 1999;
/** Drawing stops at so many data sets that are linked as well (Besag and Clifford 1991). */
const ENOUGH = 20;

export interface BridgeTest {
  /** Distance of the groups over the longest step with the samples; about 1 or below where they link nothing. */
  readonly ratio: number;
  /** Mean ratio where the samples stand in random directions. */
  readonly null: number;
  readonly p: number;
}

/** Tests whether the rows `bridge` link the rows a and b. */
export function bridgeBetween(
  data: Matrix,
  a: Int32Array,
  b: Int32Array,
  bridge: Int32Array,
  random: Random,
): BridgeTest {
  const direct = nearestDistance(data, a, b);
  const points = bridge.length;
  const d = data.columns;
  const place = new Float64Array(points * d);
  bridge.forEach((i, at) => {
    for (let c = 0; c < d; c++) place[at * d + c] = data.data[i * d + c];
  });
  const ratio = direct / longestStep(data, a, b, place);
  const roots = Array.from(bridge, (_, at) => nearestOf(data, [a, b], place.subarray(at * d, (at + 1) * d)));
  let [atLeast, sum, draws] = [0, 0, 0];
  const moved = new Float64Array(points * d);
  for (; draws < DRAWS && atLeast < ENOUGH; draws++) {
    roots.forEach(({ row, distance }, at) => {
      const direction = Float64Array.from({ length: d }, () => random.normal());
      const length = Math.hypot(...direction);
      for (let c = 0; c < d; c++)
        moved[at * d + c] = data.data[row * d + c] + (distance * direction[c]) / length;
    });
    const drawn = direct / longestStep(data, a, b, moved);
    sum += drawn;
    if (drawn >= ratio) atLeast++;
  }
  return { ratio, null: sum / draws, p: (1 + atLeast) / (1 + draws) };
}

/** The sample of the groups nearest to a point. */
function nearestOf(
  data: Matrix,
  groups: readonly Int32Array[],
  point: Float64Array,
): { row: number; distance: number } {
  let [row, distance] = [-1, Number.POSITIVE_INFINITY];
  for (const rows of groups) {
    for (const i of rows) {
      const at = distanceTo(data, i, point);
      if (at < distance) [row, distance] = [i, at];
    }
  }
  return { row, distance };
}

/** Longest step of the easiest way from a to b through points (rows of `place`), where one point at least is passed. */
function longestStep(data: Matrix, a: Int32Array, b: Int32Array, place: Float64Array): number {
  const d = data.columns;
  const count = place.length / d;
  const point = (at: number) => place.subarray(at * d, (at + 1) * d);
  const toGroup = (rows: Int32Array) =>
    Float64Array.from({ length: count }, (_, at) => nearestOf(data, [rows], point(at)).distance);
  const [fromA, toB] = [toGroup(a), toGroup(b)];
  const reached = fromA.slice();
  const done = new Uint8Array(count);
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step < count; step++) {
    let at = -1;
    for (let i = 0; i < count; i++) if (!done[i] && (at < 0 || reached[i] < reached[at])) at = i;
    done[at] = 1;
    least = Math.min(least, Math.max(reached[at], toB[at]));
    for (let i = 0; i < count; i++) {
      const [x, y] = [point(at), point(i)];
      let squared = 0;
      for (let c = 0; c < d; c++) squared += (x[c] - y[c]) ** 2;
      reached[i] = Math.min(reached[i], Math.max(reached[at], Math.sqrt(squared)));
    }
  }
  return Math.max(least, Number.MIN_VALUE);
}

/** Distance of a sample from a point. */
function distanceTo({ columns, data }: Matrix, i: number, point: Float64Array): number {
  let squared = 0;
  for (let c = 0; c < columns; c++) squared += (data[i * columns + c] - point[c]) ** 2;
  return Math.sqrt(squared);
}
