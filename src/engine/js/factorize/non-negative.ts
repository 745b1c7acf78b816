/** Non-negative least squares for many right-hand sides, reference: one row after another (core/nnls.ts). */

import { nonNegativeSolver } from '../../../core/nnls.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';

/** See `Engine.solveNonNegative`. */
export const solveNonNegative: Engine['solveNonNegative'] = async (gram, right, watch = unwatched) => {
  const m = right.columns;
  const solver = nonNegativeSolver(gram, m);
  const data = new Float32Array(right.data.length);
  for (let row = 0; row < right.rows; row++) {
    solver.solve(right.data, data, row * m);
    await watch.checkpoint();
  }
  return { rows: right.rows, columns: m, data };
};
