/**
 * Significance of modules: is a module *real*, and is it *local*?
 *
 * Purpose: modules are chosen because they fit, so they cannot be tested on the samples that they were fitted on. The
 *   samples are cut into three parts at random. Each part is held out once (held-out-part.ts): the other two thirds are
 *   fitted anew, each reported module is matched with one of these modules, and the match is tested on the third held out.
 * Real: the statistic is the held-out correlation of the module (held-out-correlation.ts), the mean over localities weighted
 *   by presence in the fitted samples. Null: each feature's values are permuted over the held-out samples, each
 *   feature on its own, localities fixed. Permuting inside localities instead was rejected: a sample is in
 *   several localities, which would then be falsely independent of one another, and contrasts between groups,
 *   which are real (and labelled contrasts), would count as chance.
 * Local: the statistic is the same mean less the plain mean over the localities looked at: does the held-out
 *   correlation rise where the module was said to be present? Null: the held-out rows are permuted over the map,
 *   which keeps every correlation and makes each locality a random draw of samples, with the overlap of the real
 *   ones. A correlation that is the same all over the map passes the first test only: the module is `global`.
 * Within columns (`within` of explain): correlations are centered in the levels of a locality, and draws exchange samples of
 *   one level only, so that what differs between levels is in every draw. Local is then against samples of the same levels.
 * Verdict: a module is significant when it is replicated and passes both tests on every part, and not significant when it
 *   does so on none. Between the two it is at the `border`: it passes on some parts, or the draws did not decide.
 *   With one part, 2 to 4 of 12 modules of 2,638 cells changed their verdict with the samples that were held out.
 * Levels: conditional on the fitted samples both tests are exact permutation tests, p = (1 + reached) / (1 + draws); over
 *   modules they are corrected by the largest statistic (largest-statistic.ts), family-wise. Passing on every part implies
 *   passing on the first, so the chance of any false finding is at most the level (by the draws 0.0002 more, sequential-decision.ts), though the parts depend on one another.
 *   Draws go on until a test is decided (sequential-decision.ts says how surely).
 * Source: ours. Cost: three factorizations of two thirds of the samples, on the localities reported and more up to
 *   ENOUGH_TO_TEST in all, and from 2 x draws to 2 x 10 x draws evaluations of the statistic for each. Determinism: the parts are a function of the samples; the seed decides the draws only.
 * How it fails: a module present in few samples can be missed in two thirds of them: a module that is not significant
 *   is not proven to be chance. Ranks for `spearman` are taken over the held-out samples together, not in each locality.
 * Types: `FitOptions`: AssociationOptions (measure, form, support, gate) and ModuleOptions (number, form, loadings).
 *   `AssociationMeasure`: `pearson`, `spearman` or `bicor`. `PartialContext`: a Context or some of its parts: engine,
 *   random or seed, signal, memory, onProgress. `Localities`, n-neighborhoods of probes: size (n, samples in each).
 *   `Modules`, of a fit: count (how many), share (of the squared association, one a module). `Context`, what a run
 *   computes with: engine (the heavy routines), random (seeded streams by name). `Random`, seeded numbers: stream (an
 *   independent stream by name).
 */

import { createRandom, permutation } from '../../core/random.js';
import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { partOf, withoutProgress } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type {
  AssociationCounts,
  AssociationMeasure,
  Embedding,
  HeldOutOutcome,
  Localities,
  ModuleSignificance,
  Modules,
  Table,
} from '../../model.js';
import { denseCovering } from '../localities/dense-covering.js';
import { fitAhead, fitsAtOnce } from './fits-ahead.js';
import { fitOthers, testPart } from './held-out-part.js';
import { type FitOptions, orderOf, type Split } from './holdout.js';
import { isOpen, verdictOf } from './verdict.js';

export interface SignificanceOptions {
  /** Permutations of each test, to begin with; up to 10 times as many where these do not decide. Default 199; 0 leaves significance out. */
  readonly draws?: number;
  /** Largest corrected p that is called significant. Default 0.005 (Benjamin et al., 2018). */
  readonly level?: number;
}

export interface SignificanceInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly associationCounts?: AssociationCounts;
}

export interface SignificanceResult {
  /** One a module. */
  readonly significance: readonly ModuleSignificance[];
  /** Least cosine of each module with its matches on two thirds of the samples. */
  readonly subsample: readonly number[];
}

/** Parts of the samples; each is held out once. */
export const PARTS = 3;
/** Localities beyond which a covering needs no more for a fit that is tested: its modules have to be matched, not reported. */
const ENOUGH_TO_TEST = 300;
/** Held-out samples in a locality below which a correlation says nothing. */
const LEAST_HELD_OUT = 5;

/**
 * The number of draws and the level, with defaults 199 and 0.005. OptionError for values out of range, and for too
 * few draws to reach the level.
 */
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

/**
 * Tests whether each module is real and local, on samples held out of fits of their own. Called by `evaluateModules`
 * unless `draws` is 0. Null when there is no module or a third of a locality is fewer than 5 samples.
 * @param input the table, and what was found in it: embedding, localities and modules.
 * @param options those of the fit, and `draws` (default 199) and `level` (default 0.005).
 * @returns for each module its verdict with the tests on every part, and the least cosine with its matches in the
 *   fits.
 */
export async function moduleSignificance(
  input: SignificanceInput,
  options: SignificanceOptions & FitOptions & { readonly measure: AssociationMeasure },
  partialContext: PartialContext = {},
): Promise<SignificanceResult | null> {
  const context = await resolveContext(partialContext);
  const { draws, level } = significanceOptions(options);
  const { embedding, localities, modules } = input;
  if (Math.round(localities.size / PARTS) < LEAST_HELD_OUT || modules.count === 0) return null;
  const watch = watchStage(context, 'significance');
  const dense = await denseCovering(embedding, localities, context.engine, watch, ENOUGH_TO_TEST);
  const parts = { ...input, dense };
  const atOnce = fitsAtOnce(context, input.table.features, input.associationCounts);
  const ofFit = { ...context, memory: context.memory / atOnce };
  const outcomes = Array.from(modules.share, (): HeldOutOutcome[] => []);
  await fitAhead(
    samplePartsOf(input),
    atOnce,
    (split) => fitOthers(parts, split, options, ofFit, withoutProgress(watch)),
    async (fit, split, part) => {
      const plan = {
        ...{ split, draws, level },
        random: context.random.stream('significance').stream(`part ${part}`),
        awaited: [...outcomes.keys()].filter((k) => isOpen(outcomes[k])),
      };
      const testing = partOf(watch, (part + 0.5) / PARTS, (part + 1) / PARTS);
      testing.progress(0);
      const found = await testPart(parts, fit, plan, options, context, testing);
      found.forEach((outcome, k) => {
        outcomes[k].push(outcome);
      });
    },
  );
  return {
    significance: outcomes.map(verdictOf),
    subsample: outcomes.map((tested) => Math.min(...tested.map(({ cosine }) => cosine))),
  };
}

/**
 * Three splits of the samples: in each another third is held out. Rows in canonical order; a function of the set of
 * samples, not of the seed. Parts differ by one sample at most. Never throws.
 */
function samplePartsOf({ localities, embedding, table }: SignificanceInput): Split[] {
  const order = orderOf(localities, embedding, table);
  const drawn = permutation(order.length, createRandom(0, 'significance'));
  const partOfPosition = new Uint8Array(order.length);
  drawn.forEach((position, i) => {
    partOfPosition[position] = i % PARTS;
  });
  return Array.from({ length: PARTS }, (_, part) => ({
    fitted: order.filter((_, position) => partOfPosition[position] !== part),
    heldOut: order.filter((_, position) => partOfPosition[position] === part),
  }));
}
