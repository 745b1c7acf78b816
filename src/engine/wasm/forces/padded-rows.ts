/**
 * Compressed rows for kernels that take four entries at a time.
 * Types: `Csr`: sparse, entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending)
 *   and `values`.
 * Fails: never.
 */

import type { Csr } from '../../../model.js';

/**
 * The same matrix with each row padded to a multiple of four entries by zeros in column i of row i (the last column
 * where there are fewer), for kernels that take four entries at a time. Such entries exert no force.
 */
export function padEntries({ rows, columns, offsets, indices, values }: Csr): Csr {
  const starts = new Float64Array(rows + 1);
  for (let i = 0; i < rows; i++) starts[i + 1] = starts[i] + 4 * Math.ceil((offsets[i + 1] - offsets[i]) / 4);
  const padded = { indices: new Int32Array(starts[rows]), values: new Float32Array(starts[rows]) };
  for (let i = 0; i < rows; i++) {
    padded.indices.fill(Math.min(i, columns - 1), starts[i], starts[i + 1]);
    padded.indices.set(indices.subarray(offsets[i], offsets[i + 1]), starts[i]);
    padded.values.set(values.subarray(offsets[i], offsets[i + 1]), starts[i]);
  }
  return { rows, columns, offsets: starts, ...padded };
}
