/**
 * Sorting float32 by value: stable radix sort, 8 bits a pass, passes in which all digits agree are left out.
 * For the median of a feature (support rule, biweight) and average ranks (Spearman). Cost: 4 passes over n at most.
 * Memory: `sortBytes(n)`. -0 and 0 are one value.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

/** Bytes of scratch for n values: two arrays of (key, position) and one histogram. */
export function sortBytes(n: i32): usize {
  return ((<usize>n) << 4) + 1024;
}

/**
 * An integer whose unsigned order is the order of the floats; the same for -0 and 0.
 * @param value no NaN.
 */
function keyOf(value: f32): u32 {
  if (value === 0) value = 0;
  const bits = reinterpret<u32>(value);
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/**
 * Sorts n f32, `step` bytes apart from address `source` on, without moving them. Returns the address in the scratch
 * of n pairs (key u32, position i32), ascending by value.
 * @param scratch `sortBytes(n)` bytes.
 */
export function sortedPairs(source: usize, step: usize, n: i32, scratch: usize): usize {
  const histogram = scratch;
  let from = scratch + 1024;
  let to = from + ((<usize>n) << 3);
  for (let i: i32 = 0; i < n; i++) {
    const at = from + ((<usize>i) << 3);
    store<u32>(at, keyOf(load<f32>(source + <usize>i * step)));
    store<i32>(at, i, 4);
  }
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    if (!countDigits(from, n, shift, histogram)) continue;
    for (let i: i32 = 0; i < n; i++) {
      const pair = load<u64>(from + ((<usize>i) << 3));
      const slot = histogram + <usize>(((<u32>pair >>> shift) & 255) << 2);
      const at = load<u32>(slot);
      store<u32>(slot, at + 1);
      store<u64>(to + ((<usize>at) << 3), pair);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/**
 * Counts the 8-bit digits at bit `shift` of n keys and turns the counts into starting positions. Returns false when
 * all keys share the digit, so that the pass can be skipped.
 * @param from address of the pairs: u32 key, then 4 bytes.
 * @param histogram room for 256 u32.
 */
function countDigits(from: usize, n: i32, shift: u32, histogram: usize): boolean {
  memory.fill(histogram, 0, 1024);
  for (let i: i32 = 0; i < n; i++) {
    const slot = histogram + <usize>(((load<u32>(from + ((<usize>i) << 3)) >>> shift) & 255) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let position: u32 = 0;
  for (let digit: usize = 0; digit < 256; digit++) {
    const count = load<u32>(histogram + (digit << 2));
    if (count === n) return false;
    store<u32>(histogram + (digit << 2), position);
    position += count;
  }
  return true;
}

/**
 * Replaces n f32, `step` bytes apart from address `source` on, by their ranks from 1, ties averaged.
 * @param scratch `sortBytes(n)` bytes.
 */
export function rankInPlace(source: usize, step: usize, n: i32, scratch: usize): void {
  const pairs = sortedPairs(source, step, n, scratch);
  let start: i32 = 0;
  while (start < n) {
    const key = load<u32>(pairs + ((<usize>start) << 3));
    let end = start + 1;
    while (end < n && load<u32>(pairs + ((<usize>end) << 3)) === key) end++;
    const rank = <f32>(start + end + 1) * 0.5;
    for (let i = start; i < end; i++) {
      store<f32>(source + <usize>load<i32>(pairs + ((<usize>i) << 3), 4) * step, rank);
    }
    start = end;
  }
}

/**
 * Sorts n f32, `step` bytes apart from address `source` on, without moving them. Returns the address in the scratch
 * of the values, ascending, 8 bytes apart.
 * @param scratch `sortBytes(n)` bytes.
 */
export function sortValues(source: usize, step: usize, n: i32, scratch: usize): usize {
  const pairs = sortedPairs(source, step, n, scratch);
  for (let i: i32 = 0; i < n; i++) {
    const pair = pairs + ((<usize>i) << 3);
    store<f32>(pair, load<f32>(source + <usize>load<i32>(pair, 4) * step));
  }
  return pairs;
}

/**
 * How many of n f32, `step` bytes apart from address `source` on, equal their lower median.
 * @param scratch `sortBytes(n)` bytes.
 */
export function countOfMedian(source: usize, step: usize, n: i32, scratch: usize): i32 {
  const pairs = sortedPairs(source, step, n, scratch);
  const median = load<u32>(pairs + ((<usize>((n - 1) >> 1)) << 3));
  let count: i32 = 0;
  for (let i: i32 = 0; i < n; i++) if (load<u32>(pairs + ((<usize>i) << 3)) === median) count++;
  return count;
}
