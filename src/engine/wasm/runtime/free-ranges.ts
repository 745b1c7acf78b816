/**
 * A sorted list of free address ranges; neighboring ranges are merged.
 * Fails: never.
 */

interface Range {
  start: number;
  end: number;
}

export interface FreeRanges {
  /** Takes `size` bytes from the lowest range that has them; returns their address, or null. */
  take(size: number): number | null;
  /** Frees the bytes from `start` to `end`. */
  give(start: number, end: number): void;
  /** Free bytes directly below `end`. */
  tail(end: number): number;
}

/**
 * A list of free addresses, in bytes. At first all from `start` to `end` are free. `take(size)` gives the lowest
 * address with room, or null; `give(from, to)` takes a range back; `tail(limit)` tells how many bytes are free right
 * before `limit`.
 */
export function createFreeRanges(start: number, end: number): FreeRanges {
  const ranges: Range[] = [{ start, end }];
  return {
    take(size) {
      const at = ranges.findIndex((range) => range.end - range.start >= size);
      if (at < 0) return null;
      const address = ranges[at].start;
      ranges[at].start += size;
      if (ranges[at].start === ranges[at].end) ranges.splice(at, 1);
      return address;
    },
    give(from, to) {
      const range = { start: from, end: to };
      let at = ranges.findIndex((other) => other.start > from);
      if (at < 0) at = ranges.length;
      ranges.splice(at, 0, range);
      if (at + 1 < ranges.length && ranges[at + 1].start === range.end) {
        range.end = ranges[at + 1].end;
        ranges.splice(at + 1, 1);
      }
      if (at > 0 && ranges[at - 1].end === range.start) {
        ranges[at - 1].end = range.end;
        ranges.splice(at, 1);
      }
    },
    tail(limit) {
      const last = ranges.at(-1);
      return last?.end === limit ? last.end - last.start : 0;
    },
  };
}
