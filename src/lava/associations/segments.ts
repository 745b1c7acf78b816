/**
 * Segments of localities: what sums over localities are made of, so that their bytes do not depend on who sums what.
 *
 * Purpose: sums of float32 depend on their order. Localities are summed in order within a segment, segments in theirs within a
 *   group, of which there are at most four, and groups in theirs (`SummedLocalities`); a shard owns whole segments, and sums the groups that are all its own
 *   (../shard/divide.ts). How many there are depends on the number of localities only. Source: ours.
 */

/** Localities in a block: enough for every thread, few enough that one block is small. */
export const BLOCK_LOCALITIES = 64;
/**
 * Most segments, and so most shards that take part. More would cost: the sums of every segment that shares its group with another shard
 * cross to the coordinator, and closing a segment takes time (16 take about a hundredth of a fit of 784 features).
 */
const MOST_SEGMENTS = 16;

/** Localities of a segment, a multiple of a block's: the last segment may have fewer. @param localities in all. */
export function segmentSize(localities: number): number {
  return BLOCK_LOCALITIES * Math.max(1, Math.ceil(localities / (BLOCK_LOCALITIES * MOST_SEGMENTS)));
}
