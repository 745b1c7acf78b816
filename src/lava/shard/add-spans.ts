/** Adding up what shards have summed, in the order of localities. */

import { groupSize } from '../../engine/association-rules.js';
import type { Range } from './specification.js';

/**
 * A function that takes what was summed over one span after another (./divide.ts), and adds it to the totals in float32: whole
 * groups as they are, the segments of a group that shards have divided first to one another.
 * @param segment localities of a segment. @param localities in all. @param totals changed in place.
 */
export function spanAdder(
  segment: number,
  localities: number,
  totals: readonly Float32Array[],
): (span: Range, sums: readonly Float32Array[]) => void {
  const size = groupSize(localities, segment);
  let group: Float32Array[] | null = null;
  return ({ first, count }, sums) => {
    const begins = first % size === 0;
    const ends = (first + count) % size === 0 || first + count === localities;
    if (begins && ends) return add(sums, totals);
    group ??= totals.map(({ length }) => new Float32Array(length));
    add(sums, group);
    if (!ends) return;
    add(group, totals);
    for (const values of group) values.fill(0);
  };
}

/** Adds arrays to others, one to one. */
function add(some: readonly Float32Array[], totals: readonly Float32Array[]): void {
  some.forEach((values, s) => {
    const total = totals[s];
    for (let i = 0; i < total.length; i++) total[i] += values[i];
  });
}
