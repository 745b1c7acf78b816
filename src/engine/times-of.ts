/** How often each row is in a list. */

/** For each of `count` rows how often it is in the list. @param rows numbers from 0 to count - 1. */
export function timesOf(rows: Int32Array, count: number): Float64Array {
  const times = new Float64Array(count);
  for (let i = 0; i < rows.length; i++) times[rows[i]]++;
  return times;
}
