/**
 * Sparse matrices made of reconstruction weights W: M = (I - W)'(I - W) of LLE, and P = W + W' - W'W, the
 * part of -M off the diagonal: attraction w_ij + w_ji less repulsion sum_k w_ki w_kj.
 *
 * Shapes: rows x rows, symmetric, double. Each row holds at most about k + k^2 entries. Deterministic.
 */

import type { Neighbors } from '../../model.js';

/** Compressed rows with double values, column indices ascending. */
export interface SparseRows {
  readonly rows: number;
  readonly offsets: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** M, diagonal included. */
export function alignmentMatrix(neighbors: Neighbors, weights: Float64Array): SparseRows {
  const { rows, k, indices } = neighbors;
  const entries: Map<number, number>[] = Array.from({ length: rows }, () => new Map());
  const add = (i: number, j: number, value: number) => entries[i].set(j, (entries[i].get(j) ?? 0) + value);
  for (let s = 0; s < rows; s++) {
    add(s, s, 1);
    for (let a = s * k; a < (s + 1) * k; a++) {
      add(s, indices[a], -weights[a]);
      add(indices[a], s, -weights[a]);
      for (let b = s * k; b < (s + 1) * k; b++) add(indices[a], indices[b], weights[a] * weights[b]);
    }
  }
  return compress(entries);
}

/** Compressed rows of one map of entries a row. */
function compress(entries: readonly Map<number, number>[]): SparseRows {
  const rows = entries.length;
  const offsets = new Float64Array(rows + 1);
  entries.forEach((row, i) => {
    offsets[i + 1] = offsets[i] + row.size;
  });
  const indices = new Int32Array(offsets[rows]);
  const values = new Float64Array(offsets[rows]);
  entries.forEach((row, i) => {
    const sorted = [...row].sort((a, b) => a[0] - b[0]);
    sorted.forEach(([j, value], at) => {
      indices[offsets[i] + at] = j;
      values[offsets[i] + at] = value;
    });
  });
  return { rows, offsets, indices, values };
}

/** out = A x, for each of `dimensions` columns of x (row-major). */
export function multiplySparse(a: SparseRows, x: Float64Array, dimensions: number, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < a.rows; i++) {
    for (let p = a.offsets[i]; p < a.offsets[i + 1]; p++) {
      const from = a.indices[p] * dimensions;
      for (let k = 0; k < dimensions; k++) out[i * dimensions + k] += a.values[p] * x[from + k];
    }
  }
}
