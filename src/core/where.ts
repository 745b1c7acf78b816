/** Positions of one value among many: never a list of all positions, as filters of these are. */

/** The positions, ascending, at which a value stands. */
export function positionsOf(values: ArrayLike<number>, wanted: number): Int32Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === wanted) count++;
  const found = new Int32Array(count);
  for (let i = 0, at = 0; at < count; i++) if (values[i] === wanted) found[at++] = i;
  return found;
}
