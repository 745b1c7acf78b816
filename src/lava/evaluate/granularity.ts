/**
 * How many modules? Decided by what generalizes to other samples, and by stability, together.
 *
 * Purpose: the share of association that is explained only grows with the number of modules; on samples that were
 *   not fitted it grows while modules are found and falls once noise is fitted.
 * Source: ours, after cross-validation of factorizations. The samples are halved at random, by
 *   a draw that no seed changes; each half gives the
 *   localities around the same probes. For each number of modules both halves are factored; the modules of
 *   one are evaluated on the associations of the other, and back: the mean is `heldOut`. The halves share
 *   probes, but no sample. `stability` is the mean cosine between the modules of the halves (optimal
 *   assignment). Neither has its peak at the true number. `heldOut` is flat past it (planted, 7 modules, correlation 0.35:
 *   0.046 at 6, 0.051 at 10), and falls before it where a contrast of one locality is fitted; stability alone is largest
 *   at one module; the product of both stopped at 1 of those 7 in one of 20 data sets. So the modules of one half that
 *   *recur* in the other are counted (recurring-modules.ts), and the largest count of all numbers tried is chosen: it
 *   hardly depends on how many were fitted, since what is fitted too much is not found again, or only as parts.
 * Numbers tried: 1 to 8, then steps of about a quarter up to `mostModules`, the neighbors of the best, the chosen.
 * Coarser modules than the chosen ones need no other fit (hierarchy.ts).
 * Cost: one mean association of either half, from which every number of modules starts, and twelve to sixteen
 *   refinements of either half. Deterministic, whatever the seed.
 * How it fails: see docs/lab/evaluation.md, with the figures.
 * Types: `AssociationOptions`, of the associations: levels (one a sample, -1 for none, or absent: centered in each).
 *   `Context`, what a run computes with: memory (bytes that may be held at once). `Localities`, n-neighborhoods of
 *   probes: size (samples in each). `Matrix`, row-major float32: rows (how many). `Modules`, of a fit: loadings
 *   (modules x features, not negative, largest 1). `Problem`, of the factorization: norm (loss without modules).
 *   `Table`, samples x features: features (Matrix
 *   or Csr). `Watch`, of a stage: progress (takes the fraction done, 0 to 1), checkpoint (throws CancelledError once
 *   the signal is aborted).
 */

import { createRandom } from '../../core/random.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { partOf, withoutProgress } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type { Associations, Embedding, Granularity, Localities, Modules, Table } from '../../model.js';
import { associate, associationRules, releaseAssociations } from '../associations/associations.js';
import { type MeanAssociation, meanAssociation } from '../factorize/mean-association.js';
import { factorize } from '../factorize/modules.js';
import { patternGram, patternProducts, relativeLoss, weighLocalities } from '../factorize/symmetric.js';
import { fitAhead } from './fits-ahead.js';
import {
  type FitOptions,
  levelsInLocality,
  localitiesOfPart,
  matchLoadings,
  orderOf,
  REPLICATED,
  scaledRules,
  splitSamples,
} from './holdout.js';
import { countRecurring } from './recurring-modules.js';

export interface GranularityOptions {
  /** Largest number of modules that `auto` tries. Default 24. */
  readonly mostModules?: number;
}

export interface GranularityInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  /** The denser covering on which modules are fitted; the first ones are `localities`. */
  readonly dense: Localities;
}

interface Half {
  readonly localities: Localities;
  readonly associations: Associations;
  readonly mean: MeanAssociation;
}

/**
 * Chooses the number of modules; called by `explain` for `modules: 'auto'`. Returns the number and the curve of
 * all numbers tried. OptionError for localities of fewer than 6 samples.
 */
export async function chooseGranularity(
  input: GranularityInput,
  options: FitOptions & GranularityOptions,
  context: Context,
): Promise<Granularity> {
  const most = mostModules(options, input.localities.count);
  const watch = watchStage(context, 'granularity');
  const silent = { ...context, onProgress: undefined };
  const halves: Half[] = [];
  try {
    await associateHalves(input, halves, { ...options, most }, silent, partOf(watch, 0, 0.4));
    const curve = await heldOutCurve(input, halves, { ...options, most }, silent, partOf(watch, 0.4, 1));
    watch.progress(1);
    return { chosen: mostRecurring(curve), curve };
  } finally {
    for (const { associations, mean } of halves) {
      mean.release();
      await releaseAssociations(associations, context);
    }
  }
}

/**
 * Largest number of modules to try: the option, no more than localities. Throws OptionError unless it is 1 or
 * more.
 */
function mostModules(options: GranularityOptions, localities: number): number {
  const most = options.mostModules ?? 24;
  if (Number.isInteger(most) && most >= 1) return Math.min(most, localities);
  throw new OptionError({
    got: `${most} modules at most`,
    expected: 'a whole number, 1 or more',
    remedy: 'leave it out to try up to 24',
  });
}

/**
 * Splits the samples, always alike, so that the number of modules does not depend on a seed, and associates either half, in
 * localities of half the size around the probes of `dense`. OptionError for localities that cannot be halved; CancelledError once
 * the signal is aborted.
 * @param halves is given each half as it is made, also where the next one fails; the caller gives their associations back
 * (`releaseAssociations`) and releases their means.
 * @param options `most`: largest number of modules that will be tried.
 */
async function associateHalves(
  { table, embedding, localities, dense }: GranularityInput,
  halves: Half[],
  options: FitOptions & { readonly most: number },
  context: Context,
  watch: Watch,
): Promise<void> {
  const size = Math.floor(localities.size / 2);
  if (size < 3) {
    throw new OptionError({
      got: `modules auto with localities of ${localities.size} samples`,
      expected: 'localities of 6 samples or more, which can be halved',
      remedy: words`raise ${option('localitySize')}, or give a number of ${option('modules')}`,
    });
  }
  const order = orderOf(localities, embedding, table);
  const split = splitSamples(order, 0.5, createRandom(0, 'granularity'));
  for (const rows of [split.fitted, split.heldOut]) {
    const part = await localitiesOfPart(dense, embedding, { rows, size }, context, watch);
    const levels = levelsInLocality(part, options.levels);
    const partOptions = { ...options, ...scaledRules(options, part.size, localities.size, levels) };
    // either half may hold two fifths of the memory, so that the whole's associations keep theirs
    const half = { ...context, memory: 0.4 * context.memory };
    const associations = await associate(table.features, part, partOptions, half);
    const mean = await meanAssociation(associations, half, withoutProgress(watch));
    halves.push({ localities: part, associations, mean });
    watch.progress(halves.length / 2);
  }
}

/**
 * Fits both halves for each number of modules tried. One point for each, ascending.
 * @param options `most`: largest number of modules.
 */
async function heldOutCurve(
  whole: GranularityInput,
  halves: readonly Half[],
  options: FitOptions & { readonly most: number },
  context: Context,
  watch: Watch,
): Promise<Granularity['curve']> {
  const tried = new Map<number, Granularity['curve'][number]>();
  const coarse = numbersToTry(options.most);
  const attempt = async (modules: number) => {
    if (modules < 1 || modules > options.most || tried.has(modules)) return;
    tried.set(modules, await heldOutPoint(whole, halves, { ...options, modules }, context));
    watch.progress(tried.size / (coarse.length + 3));
    await watch.checkpoint();
  };
  for (const modules of coarse) await attempt(modules);
  const best = bestPoint([...tried.values()]).modules;
  await attempt(best - 1);
  await attempt(best + 1);
  await attempt(mostRecurring([...tried.values()]));
  return [...tried.values()].sort((a, b) => a.modules - b.modules);
}

/** 1 to 8, then steps of about a quarter, up to `most`. */
function numbersToTry(most: number): number[] {
  const numbers: number[] = [];
  for (let m = 1; m <= most; m += m < 8 ? 1 : Math.round(m / 4)) numbers.push(m);
  return numbers;
}

/** Fits `options.modules` modules to either half and compares the two fits: one point of the curve. @param halves two. */
async function heldOutPoint(
  { table, dense }: GranularityInput,
  halves: readonly Half[],
  options: FitOptions & { readonly modules: number },
  context: Context,
): Promise<Granularity['curve'][number]> {
  const atOnce = context.engine.threads > 1 && halves.every(({ associations }) => associations.held) ? 2 : 1;
  const ofHalf = { ...context, memory: context.memory / atOnce };
  const fits = await fitAhead(
    halves,
    atOnce,
    ({ associations, localities, mean }) => {
      const rules = associationRules({ ...options, support: undefined }, localities.size);
      const samples = { features: table.features, localities, rules };
      return factorize({ associations, samples, mean, withHierarchy: false }, options, ofHalf);
    },
    async (fit) => fit,
  );
  const shares = [
    await heldOutShare(fits[0], halves[1], context),
    await heldOutShare(fits[1], halves[0], context),
  ];
  const matches = matchLoadings(fits[0].loadings, fits[1].loadings);
  const most = Math.max(fits[0].count, fits[1].count, 1);
  return {
    modules: options.modules,
    heldOut: (shares[0] + shares[1]) / 2,
    explained: (fits[0].explained + fits[1].explained) / 2,
    stability: matches.reduce((sum, { cosine }) => sum + cosine, 0) / most,
    replicated: matches.filter(({ cosine }) => cosine >= REPLICATED).length,
    recurrent: countRecurring({
      halves: [fits[0], fits[1]],
      matches,
      localities: dense,
      samples: table.features.rows,
    }),
  };
}

/** Share of the other half's association that modules of this half explain, presence included. */
async function heldOutShare(fit: Modules, { associations }: Half, context: Context): Promise<number> {
  const watch = withoutProgress(watchStage(context, 'granularity'));
  const problem = weighLocalities(associations);
  if (!(problem.norm > 0)) return 0;
  const products = await patternProducts(associations, fit.loadings, context, watch);
  return 1 - relativeLoss(patternGram(fit.loadings), products, fit.presence, problem);
}

type Point = Granularity['curve'][number];

/** The point of the curve where most modules recur; of equals that with fewer modules. */
function bestPoint(curve: readonly Point[]): Point {
  return curve.reduce((a, b) => (b.recurrent > a.recurrent ? b : a));
}

/** The largest number of recurrent modules on the curve, at least 1. */
const mostRecurring = (curve: readonly Point[]): number => Math.max(1, bestPoint(curve).recurrent);
