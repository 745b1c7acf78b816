/**
 * How localities are divided among shards, and what of them is summed together.
 *
 * Sums over localities are made in segments, and these in groups (`SummedLocalities`). A shard owns whole segments; of a group that is all
 * its own it returns one sum, else one a segment: its *spans*. So the number of shards never shows in a byte, and where there are no
 * more of them than groups, no more than a sum a group crosses to the coordinator.
 */

import { groupSize } from '../../engine/association-rules.js';
import type { Range } from './specification.js';

/** Consecutive ranges of a size, the last may be smaller. */
export function rangesOf(count: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, s) => ({
    first: s * size,
    count: Math.min(size, count - s * size),
  }));
}

/** How much larger the largest range may be than one of segments, so that it holds whole groups. */
const UNEVEN = 1.15;

/**
 * Ranges of whole segments, as even as these allow; fewer than `shards` where there are fewer segments. Of whole groups where the
 * largest range is then hardly larger.
 * @param segment localities of a segment.
 */
export function divide(localities: number, segment: number, shards: number): Range[] {
  const bySegments = runs(rangesOf(localities, segment), shards);
  const byGroups = runs(rangesOf(localities, groupSize(localities, segment)), shards);
  const largest = (ranges: readonly Range[]) => ranges.reduce((most, { count }) => Math.max(most, count), 0);
  const even = byGroups.length === bySegments.length && largest(byGroups) <= UNEVEN * largest(bySegments);
  return even ? byGroups : bySegments;
}

/** At most so many runs of ranges, each as one range. */
function runs(ranges: readonly Range[], most: number): Range[] {
  const parts = Math.min(most, ranges.length);
  return Array.from({ length: parts }, (_, s) => {
    const owned = ranges.slice(
      Math.floor((s * ranges.length) / parts),
      Math.floor(((s + 1) * ranges.length) / parts),
    );
    return { first: owned[0].first, count: owned.reduce((sum, { count }) => sum + count, 0) };
  });
}

/**
 * The spans of a range of whole segments: whole groups, and the segments of others.
 * @param segment localities of a segment. @param localities in all.
 */
export function spansOf({ first, count }: Range, segment: number, localities: number): Range[] {
  const end = first + count;
  const size = groupSize(localities, segment);
  const spans: Range[] = [];
  for (let at = first; at < end; ) {
    const ofGroup = Math.min(size, localities - at);
    const length = at % size === 0 && at + ofGroup <= end ? ofGroup : Math.min(segment, end - at);
    spans.push({ first: at, count: length });
    at += length;
  }
  return spans;
}
