/**
 * The loop that laws over all pairs share when their affinities are sparse.
 *
 * Purpose: a law needs the affinity of every pair (i, j), j < i, and most are 0: each row is spread over a dense array.
 * Cost: rows^2 / 2 pairs. Determinism: rows in order, pairs in order.
 */

/** Any sparse square matrix in compressed rows. */
interface SparseAffinity {
  readonly rows: number;
  readonly offsets: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float32Array | Float64Array;
}

/** Visits every row of the matrix as a dense array, which is valid during the call only. `dense` is zeros, one a row. */
export function forEachRow(
  { rows, offsets, indices, values }: SparseAffinity,
  dense: Float64Array,
  visit: (i: number, row: Float64Array) => void,
): void {
  for (let i = 0; i < rows; i++) {
    for (let p = offsets[i]; p < offsets[i + 1]; p++) dense[indices[p]] = values[p];
    visit(i, dense);
    for (let p = offsets[i]; p < offsets[i + 1]; p++) dense[indices[p]] = 0;
  }
}

/** Squared distance of samples i and j, added to `start` one dimension after another. */
export function squaredDistance(
  y: Float64Array,
  i: number,
  j: number,
  dimensions: number,
  start: number,
): number {
  let squared = start;
  for (let k = 0; k < dimensions; k++) squared += (y[i * dimensions + k] - y[j * dimensions + k]) ** 2;
  return squared;
}

/** Adds `coefficient` (y_i - y_j) to the force on i, and its opposite to the force on j. */
export function addPairForce(
  y: Float64Array,
  i: number,
  j: number,
  dimensions: number,
  coefficient: number,
  out: Float64Array,
): void {
  for (let k = 0; k < dimensions; k++) {
    const move = coefficient * (y[i * dimensions + k] - y[j * dimensions + k]);
    out[i * dimensions + k] += move;
    out[j * dimensions + k] -= move;
  }
}
