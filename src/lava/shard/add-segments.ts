/** Adding up what shards have summed, in the order of segments. */

/** What a shard has summed: for each of its segments one array a total, one after another. */
export type SegmentSums = readonly Float32Array[];

/**
 * Adds the sums of all segments to the totals, in float32 and in order.
 * @param shards in the order of their localities. @param totals changed in place.
 */
export function addSegments(shards: readonly SegmentSums[], totals: readonly Float32Array[]): void {
  for (const sums of shards) {
    sums.forEach((values, s) => {
      const total = totals[s % totals.length];
      for (let i = 0; i < total.length; i++) total[i] += values[i];
    });
  }
}
