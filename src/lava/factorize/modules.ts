/**
 * Modules: Association Matrix Factorization, both forms behind one function.
 *
 * Source: LAVA (arXiv 2509.21149), step 3: sub-patterns of correlation that recur across localities, with a
 * non-negative presence. Ours: the `symmetric` form (a module is a set of features with strengths, its pair
 * pattern their outer product) with its greedy peel, exact coordinate descent, merge and prune; the scale
 * (largest loading 1, so that presence is the association of the strongest pair) and the shares.
 */

import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { partOf } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type { Associations, Matrix, ModuleForm, Modules } from '../../model.js';
import { moduleRecurrence } from '../evaluate/recurrence.js';
import { peelModules } from './peel.js';
import { type Factors, mergeAndPrune, refine, shares, withPresence } from './refine.js';
import { refitUngated, type Samples } from './refit.js';
import { factorizeStacked } from './stacked.js';
import { type Problem, weighLocalities } from './symmetric.js';

export interface ModuleOptions {
  /** Number of modules asked. Default 12. */
  readonly modules?: number;
  /** Default `symmetric`. */
  readonly form?: ModuleForm;
  /** Refinement sweeps at most. Default 10. */
  readonly sweeps?: number;
}

/** More modules are peeled than asked: some are contrasts or merge later. */
const EXTRA_SHARE = 0.5;
const EXTRA_LEAST = 4;
const SAME_PATTERN = 0.9;
/**
 * A sweep that explains less than this share more ends the refinement: past it, modules beyond the true ones grow by
 * splitting those (planted at 0.35, 12 asked for 7: matched cosine falls from 0.97 to 0.87 over 20 more sweeps).
 */
const TOLERANCE = 0.01;

export interface FactorizeInput {
  readonly associations: Associations;
  /** What the associations were made of, for the last refit of the loadings. */
  readonly samples: Samples;
  /** The start, for as many modules as are asked or for more (`peelStart`); without it, it is made here. */
  readonly start?: Matrix;
  /** Modules of one place only when there are not enough that recur. Default false: by strength alone. */
  readonly recurringFirst?: boolean;
}

/** Factors the associations into modules. Fewer than asked come back when the data holds fewer. */
export async function factorize(
  { associations, samples, start, recurringFirst = false }: FactorizeInput,
  options: ModuleOptions,
  given: PartialContext = {},
): Promise<Modules> {
  const context = await resolveContext(given);
  const count = options.modules ?? 12;
  const sweeps = options.sweeps ?? 10;
  checkCount(count, associations);
  const problem = weighLocalities(associations);
  if (options.form === 'stacked') {
    checkPairs(count, associations.features, context.memory);
    return factorizeStacked(problem, { count, sweeps }, context);
  }

  const watch = watchStage(context, 'modules');
  const peeled = start ?? (await peelStart(associations, count, context, partOf(watch, 0, 0.5)));
  const history: number[] = [];
  const rough = await withPresence(problem, firstRows(peeled, peeledFor(count)), context, watch);
  const places = recurringFirst
    ? moduleRecurrence(samples.localities, rough.presence, samples.features.rows)
    : [];
  const kept = mergeAndPrune(rough, problem, count, SAME_PATTERN, (k) => places[k]?.disjoint < 2);
  const refined = await refine(
    problem,
    kept,
    { sweeps, tolerance: TOLERANCE },
    history,
    context,
    partOf(watch, 0.6, 0.8),
  );
  const ending = partOf(watch, 0.8, 1);
  const { loadings, presence } = refined;
  const refitted = await refitUngated(samples, loadings, presence, problem.weights, context, ending);
  const factors = await withPresence(problem, refitted, context, ending);
  watch.progress(1);
  return orderedModules(factors, problem, history);
}

const peeledFor = (count: number): number => count + Math.max(EXTRA_LEAST, Math.ceil(EXTRA_SHARE * count));

const firstRows = ({ rows, columns, data }: Matrix, most: number): Matrix =>
  rows <= most ? { rows, columns, data } : { rows: most, columns, data: data.subarray(0, most * columns) };

/**
 * The start of the symmetric form for up to `count` modules: the peeled loadings. A module is peeled after those
 * before it and leaves them as they are, so one start serves every smaller number too, with the same result.
 */
export async function peelStart(
  associations: Associations,
  count: number,
  context: Context,
  watch: Watch,
): Promise<Matrix> {
  const problem = weighLocalities(associations);
  return (await peelModules(problem, peeledFor(count), context, watch)).loadings;
}

function checkCount(count: number, associations: Associations): void {
  if (Number.isInteger(count) && count >= 1 && count <= associations.localities) return;
  throw new OptionError({
    got: `${count} modules for ${associations.localities} localities`,
    expected: `a whole number from 1 to ${associations.localities}`,
    remedy: words`ask for fewer ${option('modules')}, or for more localities by a larger ${option('overlap')} or a smaller ${option('localitySize')}`,
  });
}

/** The stacked form holds a value for every pair of features and module. */
function checkPairs(count: number, features: number, memory: number): void {
  const bytes = 2 * count * features * (features - 1);
  if (bytes <= memory) return;
  throw new OptionError({
    got: `the stacked form of ${features} features, whose ${count} modules take ${gibibytes(bytes)}`,
    expected: words`at most the ${gibibytes(memory)} of ${option('memory')}`,
    remedy: words`take ${option('form', 'symmetric')}, which needs no value for every pair, or fewer features by ${option('maxFeatures')}`,
  });
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Modules by share, each scaled so that its largest loading is 1. */
function orderedModules(factors: Factors, problem: Problem, loss: readonly number[]): Modules {
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
