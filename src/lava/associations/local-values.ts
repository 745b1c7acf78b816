/** The values of a few features over the samples of a locality, and their correlations. Double precision. */

import { denseCells } from '../../core/csr.js';
import { averageRanks } from '../../core/statistics.js';
import type { AssociationMeasure, Csr, Matrix } from '../../model.js';

/** One column of values a feature asked, over the given rows; ranked among them for `spearman`. */
export function columnsOf(
  features: Matrix | Csr,
  rows: ArrayLike<number>,
  wanted: readonly number[],
  measure: AssociationMeasure,
): Float64Array[] {
  const cells = denseCells(features, rows, wanted);
  return wanted.map((_, c) => {
    const column = new Float64Array(cells.rows);
    for (let s = 0; s < cells.rows; s++) column[s] = cells.data[s * wanted.length + c];
    return measure === 'spearman' ? averageRanks(column) : column;
  });
}

/** Centered, with a sum of squares of 1; zeros when constant. */
export function standardize(column: Float64Array): Float64Array {
  const center = column.reduce((a, b) => a + b, 0) / column.length;
  const square = column.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  return column.map((value) => (value - center) * scale);
}

/** Full f x f matrix of correlations, 1 on the diagonal; 0 with a constant column, its diagonal included. */
export function correlationMatrix(columns: readonly Float64Array[]): Float64Array {
  const size = columns.length;
  const standardized = columns.map(standardize);
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      let sum = 0;
      for (let s = 0; s < standardized[i].length; s++) sum += standardized[i][s] * standardized[j][s];
      result[i * size + j] = result[j * size + i] = sum;
    }
  }
  return result;
}
