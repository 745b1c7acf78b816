/**
 * Is a hole of the map a hole in the data?
 *
 * Source: loops of persistent homology in the data (loops.ts); the loop that belongs to the hole is the most persistent one
 *   whose cycle, drawn on the map, goes around the hole. Null: points without structure, by the universal law of persistence
 *   ratios. Ours: matching loops and holes by the winding of the cycle.
 * Shapes: at most 300 samples: all, or a random half from the map around the hole and the rest from everywhere.
 * How it fails: a hole smaller than the spacing of these samples is not seen, and the answer is open.
 * Determinism: the stream is the caller's.
 */

import { permutation, type Random } from '../../core/random.js';
import type { Matrix } from '../../model.js';
import { cycleOf, loopsOf } from './loops.js';
import { pairDistances } from './pair-distances.js';
import type { MapHole } from './types.js';

const SAMPLES = 300;
/** Loops that are drawn on the map, the most persistent first. */
const DRAWN = 30;
/** Samples within so many radii of the center are around the hole. */
const AROUND = 3;

export interface HoleTest {
  /** Scale at which the loop is filled over that at which it closes; 1 where no loop of the data goes around the hole. */
  readonly ratio: number;
  /** The largest ratio of any other loop of the data. */
  readonly other: number;
  readonly p: number;
}

/** Tests whether the data have a loop around the hole. */
export function holeInData(space: Matrix, map: Matrix, hole: MapHole, random: Random): HoleTest {
  const rows = samplesFor(map, hole, random);
  const distances = pairDistances(space, rows);
  const loops = loopsOf(distances, rows.length);
  let found = -1;
  for (let at = 0; at < Math.min(DRAWN, loops.length) && found < 0; at++) {
    const cycle = cycleOf(loops[at], distances, rows.length).map((i) => rows[i]);
    if (goesAround(map, cycle, hole.center)) found = at;
  }
  const ratioOf = (at: number) => (loops[at] ? loops[at].death / loops[at].birth : 1);
  const other = ratioOf(found === 0 ? 1 : 0);
  return found < 0 ? { ratio: 1, other, p: 1 } : { ratio: ratioOf(found), other, p: loops[found].p };
}

/** Whether a closed line through samples goes around a point of the map an odd number of times. */
export function goesAround(
  { data }: Matrix,
  cycle: readonly number[],
  [x, y]: readonly [number, number],
): boolean {
  let crossings = 0;
  cycle.forEach((i, at) => {
    const j = cycle[(at + 1) % cycle.length];
    const [xa, ya, xb, yb] = [data[2 * i], data[2 * i + 1], data[2 * j], data[2 * j + 1]];
    if (ya > y !== yb > y && x < xa + ((y - ya) / (yb - ya)) * (xb - xa)) crossings++;
  });
  return crossings % 2 === 1;
}

/** All samples, or a random half from around the hole and the rest from everywhere; ascending. */
function samplesFor(map: Matrix, { center, radius }: MapHole, random: Random): Int32Array {
  const order = permutation(map.rows, random);
  if (order.length <= SAMPLES) return order.sort();
  const distance = (i: number) => Math.hypot(map.data[2 * i] - center[0], map.data[2 * i + 1] - center[1]);
  const around = order.filter((i) => distance(i) <= AROUND * radius).slice(0, SAMPLES / 2);
  const taken = new Set(around);
  for (const i of order) if (taken.size < SAMPLES) taken.add(i);
  return Int32Array.from(taken).sort();
}
