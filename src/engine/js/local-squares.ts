/**
 * Sums over localities of unbiased squared correlations of some features, reference.
 *
 * Purpose: the refit of a module's loadings (lava/factorize/refit.ts): averaged over localities, rho^2 - 1 / (n - 1) is an
 *   unbiased square, where a gate or a clip at 0 would not be. Source: ours.
 * Cost: localities x n x f^2 / 2 multiply-adds a module. Precision: double, sums rounded once to float32.
 */

import { denseCells } from '../../core/csr.js';
import type { AssociationRules, Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { standardizeLocality } from './associate.js';

/** See `Engine.sumLocalSquares`. */
export const sumLocalSquares: Engine['sumLocalSquares'] = async (
  features,
  { members, size, factors },
  chosen,
  rules,
  watch = unwatched,
) => {
  const sums = chosen.map(({ length }) => new Float64Array(length * length));
  for (let l = 0; l * chosen.length < factors.length; l++) {
    const rows = members.subarray(l * size, (l + 1) * size);
    for (const [k, wanted] of chosen.entries()) {
      const factor = factors[l * chosen.length + k];
      if (factor !== 0) addSquares(denseCells(features, rows, wanted).data, size, factor, rules, sums[k]);
    }
    await watch.checkpoint();
  }
  return sums.map((sum) => Float32Array.from(sum));
};

/** Adds factor (rho^2 - 1 / (n - 1)) of one locality. @param cells n x f. */
function addSquares(
  cells: Float32Array,
  n: number,
  factor: number,
  rules: AssociationRules,
  sums: Float64Array,
): void {
  const f = cells.length / n;
  const { data, supported } = standardizeLocality({ rows: n, columns: f, data: cells }, rules);
  for (let i = 0; i < f; i++) {
    for (let j = i + 1; j < f; j++) {
      if (!supported[i] || !supported[j]) continue;
      let rho = 0;
      for (let s = 0; s < n; s++) rho += data[i * n + s] * data[j * n + s];
      sums[i * f + j] = sums[j * f + i] += factor * (rho * rho - 1 / (n - 1));
    }
  }
}
