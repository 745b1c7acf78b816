/**
 * Modules that are parts of one: found, and joined.
 *
 * Purpose: where more modules are requested than the data hold, the factors to spare fit the sampling noise of the
 *   strongest associations, and so take a true module apart. Two modules are taken for parts of one where their features
 *   are associated across the two as strongly as within each, and the two are present in the same localities.
 * Source: ours. On planted modules parts of one have a coupling of 0.97 or more and presence with a cosine of 0.42 or
 *   more (docs/lab/stability.md). Real modules may have both: the interferon cohort, where 12 are requested, keeps 9.
 * Cost: one product of the mean association with the loadings. Deterministic.
 * Types: `Factors`: loadings (modules x d), presence (localities x modules). `Matrix`: row-major float32.
 *   `MeanAssociation`, the mean over localities as an operator.
 */

import type { Matrix } from '../../model.js';
import { couplings } from './coupling.js';
import type { MeanAssociation } from './mean-association.js';
import type { Factors } from './refine.js';
import { presenceGram } from './symmetric.js';

/** Least coupling of parts of one module. */
const LEAST_COUPLING = 0.96;
/** Least cosine of their presence over the localities. */
const LEAST_PRESENCE = 0.4;

/**
 * Loadings with the parts of a module joined into one, each part weighted by the root of its mean presence; the very matrix that was
 * given where there are none.
 * @param factors after refinement.
 * @param mean the mean association that the fit started from.
 * @returns at most as many modules x features, in the order of their first parts.
 */
export async function joinParts(
  { loadings, presence }: Pick<Factors, 'loadings' | 'presence'>,
  mean: MeanAssociation,
): Promise<Matrix> {
  const { rows: m, columns: d, data } = loadings;
  const coupling = await couplings(loadings, mean);
  const moments = presenceGram(presence, new Float64Array(presence.rows).fill(1));
  const whole = Int32Array.from({ length: m }, (_, k) => k);
  for (let a = 0; a < m; a++) {
    for (let b = a + 1; b < m; b++) {
      const alike = moments[a * m + b] / Math.sqrt(moments[a * m + a] * moments[b * m + b]);
      if (coupling[a * m + b] < LEAST_COUPLING || !(alike >= LEAST_PRESENCE)) continue;
      const [kept, joined] = [whole[a], whole[b]].sort((x, y) => x - y);
      whole.forEach((k, t) => {
        if (k === joined) whole[t] = kept;
      });
    }
  }
  const kept = [...new Set(whole)];
  if (kept.length === m) return loadings;
  const result = new Float32Array(kept.length * d);
  whole.forEach((k, part) => {
    const alone = whole.filter((other) => other === k).length === 1;
    const weight = alone ? 1 : Math.sqrt(meanPresence(presence, part));
    const target = kept.indexOf(k) * d;
    for (let i = 0; i < d; i++) result[target + i] += weight * data[part * d + i];
  });
  return { rows: kept.length, columns: d, data: result };
}

/** Mean presence of module k over the localities. */
function meanPresence({ rows, columns, data }: Matrix, k: number): number {
  let sum = 0;
  for (let l = 0; l < rows; l++) sum += data[l * columns + k];
  return sum / rows;
}
