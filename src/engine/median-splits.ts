/**
 * Halving rows by medians along directions: leaves of random trees, and orders of near rows.
 *
 * Determinism: medians by (value, row number). Cost: rows x levels.
 */

import type { Matrix } from '../model.js';

/** Rows that are halved in a few milliseconds. */
const STEP_ROWS = 2 ** 15;

/**
 * Halves all rows `levels` times, each time at the median along the next direction; a step is one of these times, or STEP_ROWS rows of
 * it.
 * @param projections rows x levels.
 * @returns row numbers in order of leaves, and where each leaf begins.
 */
export function* splitByMedians(
  projections: Matrix,
  levels: number,
): Generator<void, { readonly members: Int32Array; readonly offsets: Int32Array }> {
  const { rows } = projections;
  const members = Int32Array.from({ length: rows }, (_, i) => i);
  let offsets = Int32Array.of(0, rows);
  const values = new Float64Array(rows);
  for (let level = 0; level < levels; level++) {
    for (let r = 0; r < rows; r++) values[r] = projections.data[r * levels + level];
    const next = new Int32Array(offsets.length * 2 - 1);
    let compared = 0;
    for (let node = 0; node + 1 < offsets.length; node++) {
      compared += offsets[node + 1] - offsets[node];
      if (compared > STEP_ROWS) {
        compared = 0;
        yield;
      }
      const middle = (offsets[node] + offsets[node + 1]) >> 1;
      selectSmallest(members, values, offsets[node], offsets[node + 1] - 1, middle);
      next[2 * node + 1] = middle;
      next[2 * node + 2] = offsets[node + 1];
    }
    offsets = next;
    yield;
  }
  return { members, offsets };
}

/**
 * Reorders members[low..high] so that the ones before position `at` sort before it by (value, row):
 * quickselect.
 */
function selectSmallest(
  members: Int32Array,
  values: Float64Array,
  low: number,
  high: number,
  at: number,
): void {
  while (low < high) {
    const pivot = members[(low + high) >> 1];
    const value = values[pivot];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[members[i]] < value || (values[members[i]] === value && members[i] < pivot)) i++;
      while (values[members[j]] > value || (values[members[j]] === value && members[j] > pivot)) j--;
      if (i > j) break;
      const swap = members[i];
      members[i++] = members[j];
      members[j--] = swap;
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return;
  }
}
