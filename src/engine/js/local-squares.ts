/**
 * Sums over localities of unbiased squared correlations of some features, reference.
 *
 * Purpose: the refit of a module's loadings (lava/factorize/refit.ts): averaged over localities, rho^2 - 1 / freedom is an
 *   unbiased square, where a gate or a clip at 0 would not be. Source: ours.
 * Cost: localities x n x f^2 / 2 multiply-adds a module. Precision: double inside a segment; sums of segments and groups in float32.
 */

import { denseCells } from '../../core/csr.js';
import { groupSize } from '../association-rules.js';
import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';
import { localitySamples, standardizeLocality } from './associate.js';
import { addAndClear } from './factorize/products.js';

/** See `Engine.sumLocalSquares`. */
export const sumLocalSquares: Engine['sumLocalSquares'] = async (
  features,
  { members, size, factors, segment },
  chosen,
  rules,
  watch = unwatched,
) => {
  const sums = chosen.map(({ length }) => new Float64Array(length * length));
  const groups = chosen.map(({ length }) => new Float32Array(length * length));
  const totals = chosen.map(({ length }) => new Float32Array(length * length));
  const add = (from: readonly (Float32Array | Float64Array)[], to: readonly Float32Array[]) =>
    from.forEach((values, k) => {
      addAndClear(values, to[k]);
    });
  const ofGroup = groupSize(factors.length / chosen.length, segment);
  const samplesOf = localitySamples(members, size, rules);
  for (let l = 0; l * chosen.length < factors.length; l++) {
    const { rows, ...centering } = samplesOf(l);
    for (const [k, wanted] of chosen.entries()) {
      const factor = factors[l * chosen.length + k];
      if (factor === 0 || rows.length === 0) continue;
      const cells = denseCells(features, rows, wanted);
      addSquares(standardizeLocality(cells, rules, centering), factor, sums[k]);
    }
    if ((l + 1) % segment === 0) add(sums, groups);
    if ((l + 1) % ofGroup === 0) add(groups, totals);
    await watch.checkpoint();
  }
  add(sums, groups);
  add(groups, totals);
  return totals;
};

/** Adds factor (rho^2 - 1 / freedom) of one locality to the sums, f x f. */
function addSquares(
  { data, supported, size, d: f, freedom }: ReturnType<typeof standardizeLocality>,
  factor: number,
  sums: Float64Array,
): void {
  for (let i = 0; i < f; i++) {
    for (let j = i + 1; j < f; j++) {
      if (!supported[i] || !supported[j]) continue;
      let rho = 0;
      for (let s = 0; s < size; s++) rho += data[i * size + s] * data[j * size + s];
      sums[i * f + j] = sums[j * f + i] += factor * (rho * rho - 1 / freedom);
    }
  }
}
