/** Features in an order that does not depend on that of the columns. Fails: never. */

/** Numbers of the features by degree, largest first; of equals the smaller number. */
export function byDegree(degrees: Float64Array): Int32Array {
  return Int32Array.from(degrees.keys()).sort((a, b) => degrees[b] - degrees[a] || a - b);
}
