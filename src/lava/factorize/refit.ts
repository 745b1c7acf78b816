/**
 * Refit of loadings on correlations without the noise gate.
 *
 * Purpose: the gate zeroes a weak pair of a true module in the localities where its sample correlation happens to
 * be small, so that gated loadings of equal features come out unequal. Once it is known which features are in
 * a module and where it is present, no gate is needed: averaged over localities, rho^2 - 1/(n-1), not clipped, is
 * an unbiased square. Measured on planted modules at correlation 0.35: mean matched cosine 0.93 to 0.97.
 * Source: ours. Shapes: for module k, features F_k with a loading of at least LEAST of its largest, localities
 * L_k where it is present; sum over L_k of w E (C_l - sum of the other modules) is fitted by u u' on F_k, E being the
 * presence as it counts in a sweep (refine.ts).
 * Only for `debiased` associations; the other forms are returned as they are. Cost: |L_k| n |F_k|^2 / 2 a module.
 * Types: `Factors`: loadings (modules x d), presence and products (localities x modules), loss (relative). `Context`,
 *   what a run computes with: engine (the heavy routines). `Watch`, of a stage: checkpoint (throws CancelledError once
 *   the signal is aborted). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `AssociationRules`,
 *   how correlations become associations: form (debiased, absolute or signed). `Localities`, n-neighborhoods of probes:
 *   count (how many), members (count x size sample rows, nearest first), size (n, samples in each). `Engine`, the heavy
 *   routines; each rejects with CancelledError when its watch ends: sumLocalSquares (squared correlations summed over
 *   localities).
 * Fails: CancelledError once the signal is aborted.
 */

import { squaredLength } from '../../core/coordinate-step.js';
import { gatherColumns, gatherRows, row } from '../../core/matrix.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { operationsOf, type Samples } from '../associations/operations.js';
import { largestPresence, PRESENT_SHARE, presentRows } from '../describe/present.js';
import { evened, type Factors } from './refine.js';
import { type Problem, patternCosines, presenceGram } from './symmetric.js';

const LEAST = 0.05;
const MOST_FEATURES = 400;
const SWEEPS = 30;
/** Change of a loading below which a module's sweeps end. */
const LEAST_CHANGE = 1e-5;
const LEAST_COSINE = 0.7;
const FULL = 0.9;
const KEPT_BELOW = 0.1;

/**
 * Fits the loadings again to correlations without the gate; the last step of a fit. Returns new loadings, modules x
 * d; presence stays as it is. A refitted module is blended with the fitted one: it counts in full where their
 * patterns have a cosine of FULL or more, and not at all below LEAST_COSINE, where it became another module. Loadings
 * below KEPT_BELOW of the largest stay as they are, and so do those beyond the MOST_FEATURES largest. A module whose loadings are all 0 stays
 * as it is; other forms than `debiased` come back as they are.
 * @param samples the table, its localities and the rules of association.
 * @param problem the associations of the same samples, and the weights of the localities in the loss, one each.
 */
export async function refitUngated(
  samples: Samples,
  { loadings, presence }: Pick<Factors, 'loadings' | 'presence'>,
  { associations, weights }: Pick<Problem, 'associations' | 'weights'>,
  context: Context,
  watch: Watch,
): Promise<Matrix> {
  if (samples.rules.form !== 'debiased') return loadings;
  const even = evened(presence);
  const m = loadings.rows;
  const features = Array.from({ length: m }, (_, k) => leadingFeatures(row(loadings, k)));
  // loadings have any scale here, so presence is held against its largest alone
  const present = features.map((_, k) =>
    presentRows(presence, k, PRESENT_SHARE * largestPresence(presence, k)),
  );
  const factors = new Float64Array(presence.rows * m);
  present.forEach((rows, k) => {
    for (const l of rows) factors[l * m + k] = weights[l] * even.data[l * m + k];
  });
  const operations = operationsOf(associations, context.engine);
  const sums = await operations.sumLocalSquares(samples, factors, features, watch);
  const problems = features.map((chosen, k) => ({
    ...{ k, features: null, full: sums[k], image: null },
    loadings: gatherColumns(loadings, chosen),
    q: presenceGram(
      gatherRows(presence, present[k]),
      Float64Array.from(present[k], (l) => weights[l]),
      gatherRows(even, present[k]),
    ),
  }));
  const plan = { sweeps: SWEEPS, least: LEAST_CHANGE, inTurn: false };
  await context.engine.sweepPatterns(problems, plan, withoutProgress(watch));
  const result = { ...loadings, data: loadings.data.slice() };
  problems.forEach((refitted, k) => {
    blend(row(loadings, k), features[k], row(refitted.loadings, k), row(result, k));
  });
  return result;
}

/**
 * Writes the blend of the fitted loadings and the refitted `values` of some features into `target`. Nothing is
 * written where the patterns hardly agree.
 * @param fitted one a feature of the table.
 * @param features indices of the refitted ones.
 * @param target one a feature of the table.
 */
function blend(fitted: Float32Array, features: Int32Array, values: Float32Array, target: Float32Array): void {
  const refitted = { rows: 1, columns: fitted.length, data: new Float32Array(fitted.length) };
  features.forEach((feature, i) => {
    refitted.data[feature] = values[i];
  });
  const before = { ...refitted, data: fitted };
  const [cosine] = patternCosines(before, refitted);
  const share = Math.min(1, Math.max(0, (cosine - LEAST_COSINE) / (FULL - LEAST_COSINE)));
  if (share === 0) return;
  const scale = Math.sqrt(squaredLength(before, 0) / squaredLength(refitted, 0));
  const least = KEPT_BELOW * fitted.reduce((a, b) => Math.max(a, b), 0);
  for (const i of features) {
    const value = fitted[i];
    if (value >= least) target[i] = (1 - share) * value + share * scale * refitted.data[i];
  }
}

/**
 * Indices of the features of largest loading: at least LEAST of the largest, MOST_FEATURES at most, ascending. Ties
 * by index; all features where every loading is 0, MOST_FEATURES at most.
 * @param row loadings of a module.
 */
function leadingFeatures(row: Float32Array): Int32Array {
  const largest = row.reduce((a, b) => Math.max(a, b), 0);
  const chosen = [...row.keys()].filter((f) => row[f] >= LEAST * largest);
  chosen.sort((a, b) => row[b] - row[a] || a - b);
  return Int32Array.from(chosen.slice(0, MOST_FEATURES)).sort();
}
