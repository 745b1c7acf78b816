/**
 * Significance of modules: is a module *real*, and is it *local*?
 *
 * Purpose: modules are chosen because they fit, so they cannot be tested on the samples that they were fitted on. Two
 *   thirds of the samples (drawn at random) are fitted anew; each reported module is matched with one of these
 *   modules (cosine of pair patterns, optimal assignment), and the match is tested on the third held out.
 * Real: the statistic is the held-out correlation of the module (held-out-correlation.ts), the mean over localities weighted
 *   by presence in the fitted samples. Null: each feature's values are permuted over the held-out samples, each
 *   feature on its own, localities fixed. Permuting inside localities instead was rejected: a sample is in
 *   several localities, which would then be falsely independent of one another, and contrasts between groups,
 *   which are real (and labelled contrasts), would count as chance.
 * Local: the statistic is the same mean less the plain mean over the localities looked at: does the held-out
 *   correlation rise where the module was said to be present? Null: the held-out rows are permuted over the map,
 *   which keeps every correlation and makes each locality a random draw of samples, with the overlap of the real
 *   ones. A correlation that is the same all over the map passes the first test only: the module is `global`.
 * Levels: conditional on the fitted samples both tests are exact permutation tests, p = (1 + reached) / (1 + draws); over
 *   modules they are corrected by the largest statistic (largest-statistic.ts), family-wise. A module that is not
 *   replicated (cosine below REPLICATED) has p = 1 and is `not-replicated`.
 * Source: ours. Cost: a factorization of two thirds of the samples, and
 *   2 x draws evaluations of the statistic. Deterministic for a seed.
 * How it fails: a module present in few samples can be missed in two thirds of them: a module that is not significant
 *   is not proven to be chance. Ranks for `spearman` are taken over the held-out samples together, not in each locality.
 */

import { permutation, type Random } from '../../core/random.js';
import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { partOf } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type {
  AssociationMeasure,
  Embedding,
  Localities,
  ModuleSignificance,
  Modules,
  Table,
} from '../../model.js';
import { associationRules } from '../associations/associations.js';
import { denseCovering } from '../localities/dense-covering.js';
import { heldOutModule } from './held-out-correlation.js';
import {
  type FitOptions,
  fitModules,
  localitiesOfPart,
  matchLoadings,
  orderOf,
  REPLICATED,
  scaledRules,
  splitSamples,
} from './holdout.js';
import type { DrawnTest } from './largest-statistic.js';
import { permutationTests } from './permutation-tests.js';

export interface SignificanceOptions {
  /** Permutations a test. Default 199; 0 leaves significance out. */
  readonly draws?: number;
  /** Largest corrected p that is called significant. Default 0.005 (Benjamin et al., 2018). */
  readonly level?: number;
}

export interface SignificanceInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
}

export interface SignificanceResult {
  /** One a module. */
  readonly significance: readonly ModuleSignificance[];
  /** Cosine of each module with its match on two thirds of the samples. */
  readonly subsample: readonly number[];
}

export const FITTED_SHARE = 2 / 3;
const EXTRA_MODULES = 2;
/** Held-out samples in a locality below which a correlation says nothing. */
const LEAST_HELD_OUT = 5;

/** Defaults and checks. */
export function significanceOptions(options: SignificanceOptions): Required<SignificanceOptions> {
  const { draws = 199, level = 0.005 } = options;
  if (
    Number.isInteger(draws) &&
    draws >= 0 &&
    level > 0 &&
    level < 1 &&
    (draws === 0 || 1 / (1 + draws) <= level)
  )
    return { draws, level };
  throw new OptionError({
    got: `${draws} draws at level ${level}`,
    expected: 'a whole number of draws, 0 or at least 1 / level - 1, and a level between 0 and 1',
    remedy: words`take more ${option('draws')} (199 is the default), or 0 to leave significance out`,
  });
}

/** Tests every module; null when the localities are too small to be split. See the file's header. */
export async function moduleSignificance(
  input: SignificanceInput,
  options: SignificanceOptions & FitOptions & { readonly measure: AssociationMeasure },
  partialContext: PartialContext = {},
): Promise<SignificanceResult | null> {
  const context = await resolveContext(partialContext);
  const { draws, level } = significanceOptions(options);
  const { table, embedding, localities, modules } = input;
  const heldOutSize = Math.round(localities.size * (1 - FITTED_SHARE));
  if (heldOutSize < LEAST_HELD_OUT || modules.count === 0) return null;
  const watch = watchStage(context, 'significance');
  const silent = { ...context, onProgress: undefined };
  const random = context.random.stream('significance');
  const order = orderOf(localities, embedding, table);
  const split = splitSamples(order, FITTED_SHARE, random.stream('split'));
  const fittedPart = { rows: split.fitted, size: localities.size - heldOutSize };
  const dense = await denseCovering(embedding, localities, context.engine, watch);
  const fitted = await localitiesOfPart(dense, embedding, fittedPart, silent, watch);
  const heldOutPart = { rows: split.heldOut, size: heldOutSize };
  const heldOut = await localitiesOfPart(localities, embedding, heldOutPart, silent, watch);
  const again = await fitModules(
    table,
    fitted,
    {
      ...options,
      modules: Math.min(localities.count, modules.count + EXTRA_MODULES),
      reported: localities.count,
      localitySize: localities.size,
    },
    silent,
  );
  watch.progress(0.5);
  const matches = matchLoadings(modules.loadings, again.loadings);
  const whole = associationRules(options, localities.size);
  const { support = 0 } = scaledRules(whole, heldOutSize, localities.size);
  const held = {
    ...{ table, heldOut, modules: again, measure: options.measure },
    ...randomOrder(split.heldOut, table.features.rows, random.stream('order')),
    fitted: { ...fitted, count: localities.count },
    support: Math.min(support, heldOutSize >> 1),
  };
  // all modules fitted are tested, matched or not: which of them match depends on the held-out samples too
  const prepared = Array.from({ length: again.count }, (_, k) => heldOutModule(held, k));
  const tests = await permutationTests(prepared, draws, random, context.engine, partOf(watch, 0.5, 1));
  return {
    significance: matches.map(({ other, cosine }) =>
      cosine >= REPLICATED ? verdictOf(tests.real[other], tests.local[other], level) : NOT_REPLICATED,
    ),
    subsample: matches.map(({ cosine }) => cosine),
  };
}

/** The held-out samples in a random order, and the position of every sample in it, -1 for those not held out. */
function randomOrder(heldOut: Int32Array, samples: number, random: Random) {
  const rows = permutation(heldOut.length, random).map((index) => heldOut[index]);
  const position = new Int32Array(samples).fill(-1);
  rows.forEach((row, p) => {
    position[row] = p;
  });
  return { rows, position };
}

const NO_TEST: DrawnTest = { statistic: 0, expected: 0, p: 1, pAdjusted: 1 };
const NOT_REPLICATED: ModuleSignificance = {
  p: 1,
  pAdjusted: 1,
  significant: false,
  verdict: 'not-replicated',
  real: NO_TEST,
  local: NO_TEST,
};

/**
 * Significance of a module from its two tests.
 * @param level largest corrected p that passes.
 */
function verdictOf(real: DrawnTest, local: DrawnTest, level: number): ModuleSignificance {
  const isReal = real.pAdjusted <= level;
  const isLocal = local.pAdjusted <= level;
  return {
    p: Math.max(real.p, local.p),
    pAdjusted: Math.max(real.pAdjusted, local.pAdjusted),
    significant: isReal && isLocal,
    verdict: isReal ? (isLocal ? 'local' : 'global') : 'chance',
    real,
    local,
  };
}
