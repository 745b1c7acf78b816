/**
 * Which features take part in a locality: those that are not constant and from whose lower median at least
 * `support` samples differ.
 *
 * Purpose: a value that at most `support` <= n / 2 samples differ from is held by at least half of them, so a
 *   majority vote (Boyer and Moore, eight features at once) finds it without sorting. A larger `support` sorts.
 * Shapes: rows are passed by their addresses and must be readable 28 bytes past their end.
 * Cost: two passes over n x d.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { countOfMedian } from '../runtime/sort';

/**
 * Writes the numbers of the features that take part to `features` (i32, ascending) and 1 or 0 for each feature to
 * `flags` (u8), and adds the number of constant features to the i32 at `constant`. Returns the number of features
 * that take part.
 * @param rows u32: addresses of the n samples' rows, d f32 each.
 * @param support least number of samples that differ from the lower median.
 * @param scratch 32 bytes, n f32 and `sortBytes(n)`.
 */
export function findSupported(
  rows: usize,
  n: i32,
  d: i32,
  support: i32,
  features: usize,
  flags: usize,
  constant: usize,
  scratch: usize,
): i32 {
  let found: i32 = 0;
  for (let f: i32 = 0; f < d; f += 8) {
    countMajority(rows, n, f, scratch);
    const lanes = min(8, d - f);
    for (let lane: i32 = 0; lane < lanes; lane++) {
      const equal = load<i32>(scratch + ((<usize>lane) << 2));
      let differing = n - equal;
      if (differing === 0) store<i32>(constant, load<i32>(constant) + 1);
      else if (support * 2 > n) differing = n - medianCount(rows, n, f + lane, scratch + 32);
      const takesPart = differing > 0 && differing >= support;
      store<u8>(flags + <usize>(f + lane), takesPart ? 1 : 0);
      if (!takesPart) continue;
      store<i32>(features + ((<usize>found) << 2), f + lane);
      found++;
    }
  }
  return found;
}

/**
 * For features f to f + 8, writes how often the value occurs among n samples that wins a majority vote (8 i32 at
 * `counts`): the right count where a value is held by half of them or more.
 * @param rows u32: addresses of the samples' rows.
 */
function countMajority(rows: usize, n: i32, f: i32, counts: usize): void {
  const shift = (<usize>f) << 2;
  const one = i32x4.splat(1);
  const zero = i32x4.splat(0);
  let candidate0 = zero;
  let candidate1 = zero;
  let lead0 = zero;
  let lead1 = zero;
  for (let s: i32 = 0; s < n; s++) {
    const row = <usize>load<u32>(rows + ((<usize>s) << 2)) + shift;
    const v0 = v128.load(row);
    const v1 = v128.load(row, 16);
    const empty0 = i32x4.eq(lead0, zero);
    const empty1 = i32x4.eq(lead1, zero);
    candidate0 = v128.bitselect(v0, candidate0, empty0);
    candidate1 = v128.bitselect(v1, candidate1, empty1);
    // a comparison is -1 where true: lead + 1 where equal, - 1 elsewhere
    const equal0 = f32x4.eq(v0, candidate0);
    const equal1 = f32x4.eq(v1, candidate1);
    lead0 = i32x4.sub(i32x4.sub(lead0, i32x4.add(equal0, equal0)), one);
    lead1 = i32x4.sub(i32x4.sub(lead1, i32x4.add(equal1, equal1)), one);
  }
  let count0 = zero;
  let count1 = zero;
  for (let s: i32 = 0; s < n; s++) {
    const row = <usize>load<u32>(rows + ((<usize>s) << 2)) + shift;
    count0 = i32x4.sub(count0, f32x4.eq(v128.load(row), candidate0));
    count1 = i32x4.sub(count1, f32x4.eq(v128.load(row, 16), candidate1));
  }
  v128.store(counts, count0);
  v128.store(counts, count1, 16);
}

/**
 * How many of n samples equal the lower median of feature f, by sorting.
 * @param rows u32: addresses of the samples' rows.
 * @param scratch n f32 and `sortBytes(n)`.
 */
function medianCount(rows: usize, n: i32, f: i32, scratch: usize): i32 {
  const column = scratch;
  for (let s: i32 = 0; s < n; s++) {
    const at = (<usize>s) << 2;
    store<f32>(column + at, load<f32>(<usize>load<u32>(rows + at) + ((<usize>f) << 2)));
  }
  return countOfMedian(column, 4, n, scratch + ((((<usize>n) << 2) + 15) & ~15));
}
