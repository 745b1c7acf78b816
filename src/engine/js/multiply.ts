/** Matrix product, reference: C = op(A) op(B). Precision: double sums for each row of C. */

import { transpose } from '../../core/matrix.js';
import { ShapeError } from '../../errors.js';
import type { Matrix } from '../../model.js';
import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';

/** See `Engine.multiply`. */
export const multiply: Engine['multiply'] = async (a, b, options = {}, watch = unwatched) => {
  const left = options.transposeA ? transpose(a) : a;
  const right = options.transposeB ? transpose(b) : b;
  checkProduct(left, right);
  const result = new Float32Array(left.rows * right.columns);
  const sums = new Float64Array(right.columns);
  for (let r = 0; r < left.rows; r++) {
    sums.fill(0);
    for (let k = 0; k < left.columns; k++) {
      const factor = left.data[r * left.columns + k];
      const base = k * right.columns;
      for (let c = 0; c < right.columns; c++) sums[c] += factor * right.data[base + c];
    }
    result.set(sums, r * right.columns);
    await watch.checkpoint();
  }
  return { rows: left.rows, columns: right.columns, data: result };
};

/** Throws ShapeError unless `left.columns` equals `right.rows`. */
export function checkProduct(left: Matrix, right: Matrix): void {
  if (left.columns === right.rows) return;
  throw new ShapeError({
    got: `a product of ${left.rows} x ${left.columns} and ${right.rows} x ${right.columns}`,
    expected: 'as many columns on the left as rows on the right',
    remedy: 'check the two matrices and the transpose options',
  });
}
