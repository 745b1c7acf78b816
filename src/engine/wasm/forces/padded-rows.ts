/** Compressed rows for kernels that take four entries at a time. */

import type { Csr } from '../../../model.js';

/** The same matrix, each row filled up to a multiple of four entries by zeros in its own column. */
export function filledRows({ rows, columns, offsets, indices, values }: Csr): Csr {
  const starts = new Float64Array(rows + 1);
  for (let i = 0; i < rows; i++) starts[i + 1] = starts[i] + 4 * Math.ceil((offsets[i + 1] - offsets[i]) / 4);
  const filled = { indices: new Int32Array(starts[rows]), values: new Float32Array(starts[rows]) };
  for (let i = 0; i < rows; i++) {
    filled.indices.fill(i, starts[i], starts[i + 1]);
    filled.indices.set(indices.subarray(offsets[i], offsets[i + 1]), starts[i]);
    filled.values.set(values.subarray(offsets[i], offsets[i + 1]), starts[i]);
  }
  return { rows, columns, offsets: starts, ...filled };
}
