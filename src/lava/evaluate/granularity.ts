/**
 * How many modules? Decided by what generalizes to other samples, and by stability, together.
 *
 * Purpose: the share of association that is explained only grows with the number of modules; on samples that were
 *   not fitted it grows while modules are found and falls once noise is fitted.
 * Source: ours, after cross-validation of factorizations. The samples are halved at random; each half gives the
 *   localities around the same probes. For each number of modules both halves are factored; the modules of
 *   one are evaluated on the associations of the other, and back: the mean is `heldOut`. The halves share
 *   probes, but no sample. `stability` is the mean cosine between the modules of the halves (optimal
 *   assignment). Neither has its peak at the true number. `heldOut` is flat past it (planted, 7 modules, correlation 0.35:
 *   0.046 at 6, 0.051 at 10), and falls before it where a contrast of one locality is fitted; stability alone is largest
 *   at one module; the product of both stopped at 1 of those 7 in one of 20 data sets. So the modules of one half that
 *   *recur* in the other are counted (recurring-modules.ts), and the largest count of all numbers tried is chosen: it
 *   hardly depends on how many were fitted, since what is fitted too much is not found again, or only as parts.
 * Numbers tried: 1 to 8, then steps of about a quarter up to `mostModules`, the neighbors of the best, the chosen.
 * Levels: modules of all samples at about half, at the chosen and at about twice the number; each fine module is
 *   linked with the coarser one whose pair pattern is most like its own (cosine).
 * Cost: one mean association of either half and of the whole, from which every number of modules starts, and twelve to sixteen
 *   refinements of either half, three of the whole. Deterministic for a seed.
 * How it fails: see docs/lab/evaluation.md, with the figures.
 */

import { type Context, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { partOf, withoutProgress } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type {
  Associations,
  Embedding,
  Granularity,
  Localities,
  Matrix,
  Modules,
  Table,
} from '../../model.js';
import { associate, associationRules, releaseAssociations } from '../associations/associations.js';
import { leadingFeatures } from '../describe/describe.js';
import { factorize, prepareStarts, type Starts } from '../factorize/modules.js';
import {
  patternCosines,
  patternGram,
  patternProducts,
  relativeLoss,
  weighLocalities,
} from '../factorize/symmetric.js';
import {
  type FitOptions,
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
  /** Of the denser covering, all samples. */
  readonly associations: Associations;
}

const LEVEL_FEATURES = 8;
/** Cosine from which a finer module is said to come from a coarser one. */
const LINKED = 0.2;

interface Half {
  readonly localities: Localities;
  readonly associations: Associations;
  readonly starts: Starts;
}

export interface ChosenGranularity {
  readonly granularity: Granularity;
  /** The modules of all samples at the number chosen. */
  readonly modules: Modules;
}

/**
 * Chooses the number of modules; called by `explain` for `modules: 'auto'`. Returns the number, the curve of all
 * numbers tried, the modules at three levels with their links, and the modules of all samples at the number chosen.
 * OptionError for localities of fewer than 6 samples.
 */
export async function chooseGranularity(
  input: GranularityInput,
  options: FitOptions & GranularityOptions,
  context: Context,
): Promise<ChosenGranularity> {
  const most = mostModules(options, input.localities.count);
  const watch = watchStage(context, 'granularity');
  const silent = { ...context, onProgress: undefined };
  const halves = await associateHalves(input, { ...options, most }, silent, partOf(watch, 0, 0.4));
  const curve = await heldOutCurve(input, halves, { ...options, most }, silent, partOf(watch, 0.4, 0.9));
  for (const { associations } of halves) await releaseAssociations(associations, context);
  const chosen = mostRecurring(curve);
  const { modules, ...levels } = await fitLevels(input, chosen, most, options, silent);
  watch.progress(1);
  return { granularity: { chosen, curve, ...levels }, modules };
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
 * Splits the samples at random and associates either half, in localities of half the size around the same probes.
 * OptionError for localities that cannot be halved.
 * @param options `most`: largest number of modules that will be tried.
 */
async function associateHalves(
  { table, embedding, localities, dense }: GranularityInput,
  options: FitOptions & { readonly most: number },
  context: Context,
  watch: Watch,
): Promise<Half[]> {
  const size = Math.floor(localities.size / 2);
  if (size < 3) {
    throw new OptionError({
      got: `modules auto with localities of ${localities.size} samples`,
      expected: 'localities of 6 samples or more, which can be halved',
      remedy: words`raise ${option('localitySize')}, or give a number of ${option('modules')}`,
    });
  }
  const order = orderOf(localities, embedding, table);
  const split = splitSamples(order, 0.5, context.random.stream('granularity'));
  const halves: Half[] = [];
  for (const rows of [split.fitted, split.heldOut]) {
    const part = await localitiesOfPart(dense, embedding, { rows, size }, context, watch);
    const partOptions = { ...options, ...scaledRules(options, part.size, localities.size) };
    // either half may hold two fifths of the memory, so that the whole's associations keep theirs
    const half = { ...context, memory: 0.4 * context.memory };
    const associations = await associate(table.features, part, partOptions, half);
    const starts = await prepareStarts(associations, half, withoutProgress(watch));
    halves.push({ localities: part, associations, starts });
    watch.progress(halves.length / 2);
  }
  return halves;
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

/** Fits a number of modules to either half and compares the two fits. */
async function heldOutPoint(
  { table, dense }: GranularityInput,
  halves: readonly Half[],
  options: FitOptions & { readonly modules: number },
  context: Context,
): Promise<Granularity['curve'][number]> {
  const fits: Modules[] = [];
  for (const { associations, localities, starts } of halves) {
    const rules = associationRules({ ...options, support: undefined }, localities.size);
    const samples = { features: table.features, localities, rules };
    fits.push(await factorize({ associations, samples, starts }, options, context));
  }
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

/**
 * Modules of all samples at about half, at the chosen and at about twice the number, and the links between these
 * levels.
 * @param chosen number of modules.
 * @param most largest number that was tried.
 */
async function fitLevels(
  { table, localities, dense, associations }: GranularityInput,
  chosen: number,
  most: number,
  options: FitOptions,
  context: Context,
): Promise<Pick<Granularity, 'levels' | 'links'> & { modules: Modules }> {
  const numbers = [Math.ceil(chosen / 2), chosen, Math.min(most, 2 * chosen)];
  const distinct = [...new Set(numbers)];
  const rules = associationRules(options, localities.size);
  const samples = { features: table.features, localities: dense, rules };
  const starts = await prepareStarts(associations, context, withoutProgress(watchStage(context, 'modules')));
  const fits: Modules[] = [];
  for (const modules of distinct) {
    const input = { associations, samples, reported: localities.count, starts };
    fits.push(await factorize(input, { ...options, modules }, context));
  }
  return {
    modules: fits[distinct.indexOf(chosen)],
    levels: fits.map((fit, level) => ({
      modules: distinct[level],
      topFeatures: Array.from({ length: fit.count }, (_, k) =>
        leadingFeatures(fit.loadings, k)
          .slice(0, LEVEL_FEATURES)
          .map(({ feature }) => feature),
      ),
      share: fit.share,
    })),
    links: fits.slice(1).flatMap((fine, i) => linksBetween(fits[i].loadings, fine.loadings, i)),
  };
}

/**
 * For each module of the finer level the coarser one with the most similar pair pattern, where the cosine is LINKED
 * or more.
 * @param coarse modules x features.
 * @param fine modules x features.
 * @param level number of the coarser level.
 */
function linksBetween(coarse: Matrix, fine: Matrix, level: number): Granularity['links'] {
  const cosines = patternCosines(fine, coarse);
  return Array.from({ length: fine.rows }, (_, k) => {
    const row = cosines.subarray(k * coarse.rows, (k + 1) * coarse.rows);
    const parent = row.reduce((best, value, j) => (value > row[best] ? j : best), 0);
    return { level, coarse: parent, fine: k, cosine: row[parent] };
  }).filter(({ cosine }) => cosine >= LINKED);
}
