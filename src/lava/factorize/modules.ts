/**
 * Modules: Association Matrix Factorization, both forms behind one function.
 *
 * Source: LAVA (arXiv 2509.21149), step 3: sub-patterns of correlation that recur across localities, with a
 * non-negative presence. Ours: the `symmetric` form (a module is a set of features with strengths, its pair
 * pattern their outer product): spectral start, a fixed number of exact coordinate sweeps, guarded refit without
 * the gate; the scale (largest loading 1, so that presence is the association of the strongest pair) and the shares.
 * Types: `PartialContext`: a Context or some of its parts: engine, random or seed, signal, memory, onProgress.
 *   `Associations`, of all localities: localities (how many), features (d). `Context`, what a run computes with:
 *   memory (bytes that may be held at once). `Watch`, of a stage: progress (takes the fraction done, 0 to 1).
 *   `Modules`, of a fit: presence (localities x modules, not negative). `Factors`: loadings (modules x d), presence
 *   and products (localities x modules), loss (relative). `Problem`: associations with the weight of each locality,
 *   and norm (loss without modules); its weights (one a locality). `Matrix`, row-major float32: rows (how many),
 *   columns (how many), data (element (r, c) at `r * columns + c`).
 * Fails: OptionError for a number of modules or a form that cannot be; CancelledError once the signal is aborted.
 */

import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { partOf } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type { Associations, Matrix, ModuleForm, Modules } from '../../model.js';
import type { Samples } from '../associations/operations.js';
import { moduleHierarchy } from './hierarchy.js';
import { type MeanAssociation, meanAssociation } from './mean-association.js';
import { type Factors, mergeAndPrune, refine, shares, withPresence } from './refine.js';
import { refitUngated } from './refit.js';
import { spectralStart } from './spectral-start.js';
import { joinParts } from './split-modules.js';
import { factorizeStacked } from './stacked.js';
import { type Problem, weighLocalities } from './symmetric.js';

export interface ModuleOptions {
  /** Number of modules requested. Default 12. */
  readonly modules?: number;
  /** Default `symmetric`. */
  readonly form?: ModuleForm;
  /** Refinement sweeps. Default 3. */
  readonly sweeps?: number;
}

/** Cosine of two pair patterns from which the weaker module is dropped. */
const SAME_PATTERN = 0.9;
/** Part of the explained share that has to be left when parts of modules are joined. */
const LEAST_KEPT = 0.9;
/**
 * Refinement sweeps. Their number is fixed: a rule on the loss stops similar data at different sweeps. More sweeps
 * trade stability for explained share, and grow modules beyond the true ones by splitting those.
 */
export const DEFAULT_SWEEPS = 3;

export interface FactorizeInput {
  readonly associations: Associations;
  /** What the associations were made of, for the last refit of the loadings. */
  readonly samples: Samples;
  /** Number of localities, the first ones, whose presence is returned. Default: all. */
  readonly reported?: number;
  /** The mean of the same associations, where it was made before. */
  readonly mean?: MeanAssociation;
  /** Whether the tree of coarser modules is made (hierarchy.ts). Default true. */
  readonly withHierarchy?: boolean;
}

/** Modules by default; fewer where there are fewer localities. */
export const DEFAULT_MODULES = 12;

/**
 * Factors the associations into modules, strongest first; fewer than requested when the data have fewer. OptionError
 * for a number of modules that is not from 1 to the number of localities. Called by `explain`, and for every refit of
 * evaluation.
 * @returns loadings (modules x features, the largest of each 1), presence (localities x modules) and shares.
 */
export async function factorize(
  { associations, samples, reported = associations.localities, mean, withHierarchy = true }: FactorizeInput,
  options: ModuleOptions,
  partialContext: PartialContext = {},
): Promise<Modules> {
  const context = await resolveContext(partialContext);
  const count = options.modules ?? Math.min(DEFAULT_MODULES, reported);
  const sweeps = options.sweeps ?? DEFAULT_SWEEPS;
  checkModuleCount(count, associations.localities);
  const stacked = options.form === 'stacked';
  if (stacked) checkPairs(count, associations.features, context.memory);
  const problem = weighLocalities(associations);
  const watch = watchStage(context, 'modules');
  const starting = partOf(watch, 0, 0.3);
  const whole = mean ?? (await meanAssociation(associations, context, starting));
  try {
    const start = await spectralStart(whole, count, context.engine, starting);
    const modules = stacked
      ? await factorizeStacked({ problem, start }, sweeps, context, watch)
      : await factorizeSymmetric({ problem, samples, start, mean: whole }, { count, sweeps }, context, watch);
    const found = firstLocalities(modules, reported);
    return withHierarchy ? { ...found, hierarchy: await moduleHierarchy(modules, whole) } : found;
  } finally {
    if (!mean) whole.release();
  }
}

interface SymmetricInput {
  readonly problem: Problem;
  readonly samples: Samples;
  /** Loadings, modules x features. */
  readonly start: Matrix;
  readonly mean: MeanAssociation;
}

/**
 * The symmetric form from its start: near-duplicates merged, sweeps, parts of one module joined (and sweeps again where there
 * were any), the refit without the gate, and presence for it.
 */
async function factorizeSymmetric(
  { problem, samples, start, mean }: SymmetricInput,
  { count, sweeps }: { readonly count: number; readonly sweeps: number },
  context: Context,
  watch: Watch,
): Promise<Modules> {
  const rough = await withPresence(problem, start, context, watch);
  const kept = mergeAndPrune(rough, problem, count, SAME_PATTERN);
  const history: number[] = [];
  const swept = await refine(problem, kept, sweeps, history, context, partOf(watch, 0.3, 0.7));
  const refined = await withPartsJoined(
    swept,
    { problem, mean, sweeps, history },
    context,
    partOf(watch, 0.7, 0.7),
  );
  const ending = partOf(watch, 0.7, 1);
  const refitted = await refitUngated(samples, refined, problem, context, ending);
  const factors = await withPresence(problem, refitted, context, ending);
  watch.progress(1);
  return symmetricModules(factors, problem, history);
}

/**
 * Joins the parts of a module and sweeps again, until there are none; of few features, where joining would lose
 * association that the parts explain, they stay.
 * @param factors after the sweeps; come back as they are where no parts were joined.
 * @param fit `history` is given the losses of further sweeps.
 */
async function withPartsJoined(
  factors: Factors,
  fit: Pick<SymmetricInput, 'problem' | 'mean'> & { readonly sweeps: number; readonly history: number[] },
  context: Context,
  watch: Watch,
): Promise<Factors> {
  const joined = await joinParts(factors, fit.mean);
  if (joined === factors.loadings) return factors;
  const losses: number[] = [];
  const fewer = await refine(fit.problem, joined, fit.sweeps, losses, context, watch);
  if (1 - fewer.loss < LEAST_KEPT * (1 - factors.loss)) return factors;
  fit.history.push(...losses);
  return withPartsJoined(fewer, fit, context, watch);
}

/**
 * The modules with the presence of the first `count` localities only, those that are reported.
 * @param count at most the localities there are.
 */
function firstLocalities(modules: Modules, count: number): Modules {
  const { rows, columns, data } = modules.presence;
  if (count === rows) return modules;
  return { ...modules, presence: { rows: count, columns, data: data.slice(0, count * columns) } };
}

/**
 * OptionError for a number of modules that is not whole, below 1, or above the number of localities.
 * @param count modules, as requested.
 */
export function checkModuleCount(count: number, localities: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= localities) return;
  throw new OptionError({
    got: `${count} modules for ${localities} localities`,
    expected: `a whole number from 1 to ${localities}`,
    remedy: words`ask for fewer ${option('modules')}, or for more localities by a larger ${option('overlap')} or a smaller ${option('localitySize')}`,
  });
}

/**
 * OptionError where the stacked form, which holds a float for every module and pair of features, does not fit
 * `memory` bytes.
 * @param count modules.
 */
function checkPairs(count: number, features: number, memory: number): void {
  const bytes = 2 * count * features * (features - 1);
  if (bytes <= memory) return;
  throw new OptionError({
    got: `the stacked form of ${features} features, whose ${count} modules take ${gibibytes(bytes)}`,
    expected: words`at most the ${gibibytes(memory)} of ${option('memory')}`,
    remedy: words`take ${option('form', 'symmetric')}, which needs no value for every pair, or fewer features by ${option('maxFeatures')}`,
  });
}

/** Bytes in GiB, for messages. */
const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * The factors as modules: by share, strongest first, those without any left out, each scaled so that its largest
 * loading is 1. Presence is multiplied by the square of that largest loading, so that its products with pairs stay.
 * @param loss at the start and after each sweep, and again from each joining of parts; without the last refit, which
 * `explained` includes.
 */
function symmetricModules(factors: Factors, problem: Problem, loss: readonly number[]): Modules {
  const share = shares(factors, problem);
  const order = [...share.keys()].filter((k) => share[k] > 0).sort((a, b) => share[b] - share[a] || a - b);
  const d = factors.loadings.columns;
  const l = factors.presence.rows;
  const loadings = new Float32Array(order.length * d);
  const presence = new Float32Array(l * order.length);
  order.forEach((k, rank) => {
    const row = factors.loadings.data.subarray(k * d, (k + 1) * d);
    const largest = row.reduce((a, b) => Math.max(a, b), 0);
    for (let i = 0; i < d; i++) loadings[rank * d + i] = row[i] / largest;
    for (let t = 0; t < l; t++) {
      const value = factors.presence.data[t * factors.presence.columns + k];
      presence[t * order.length + rank] = value * largest * largest;
    }
  });
  const asMatrix = (rows: number, columns: number, data: Float32Array): Matrix => ({ rows, columns, data });
  return {
    count: order.length,
    form: 'symmetric',
    loadings: asMatrix(order.length, d, loadings),
    presence: asMatrix(l, order.length, presence),
    share: Float64Array.from(order, (k) => share[k]),
    explained: 1 - factors.loss,
    patterns: null,
    loss,
  };
}
