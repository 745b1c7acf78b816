/**
 * Description of modules: leading features, pairs with signed correlations, presence, recurrence, and whether a module
 * is a contrast between groups rather than a programme inside them.
 *
 * Source: ours, after LAVA's signed pairs. For every locality where a module is present, the correlations of
 * its leading features are computed from the data (not from the gated associations), over all members and
 * again with each gap group (gaps.ts) centered on its mean. A module whose association falls below half in
 * the second reading, over most of its presence, is a `contrast` module: its correlation is the difference of
 * the groups' means. With levels both readings are inside them.
 * Types: `AssociationMeasure`: `pearson`, `spearman` or `bicor`. `PartialContext`: a Context or some of its parts:
 *   engine, random or seed, signal, memory, onProgress. `Matrix`: row-major float32, element (r, c) at `data[r *
 *   columns + c]`; its rows (how many). `Modules`, of a fit: count (how many), loadings (modules x features, not
 *   negative, largest 1), presence (localities x modules, not negative), share (of the squared association, one a
 *   module). `Table`, samples x features: featureNames (one a column), features (Matrix or Csr). `Localities`,
 *   n-neighborhoods of probes: count (how many). `Embedding`, the map: coordinates (samples x dimensions). `Watch`, of
 *   a stage: progress (takes the fraction done, 0 to 1), checkpoint (throws CancelledError once the signal is aborted).
 *   `LocalSamples`, of one locality: lengths (samples of each run, or null for one level).
 * Fails: CancelledError once the signal is aborted.
 */

import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { paced } from '../../engine/watch.js';
import type {
  AssociationMeasure,
  Embedding,
  Localities,
  Matrix,
  ModuleDescription,
  Modules,
  Table,
} from '../../model.js';
import { moduleRecurrenceSteps } from '../evaluate/recurrence.js';
import { moduleLabel } from './label.js';
import {
  correlateLocalities,
  type ModuleCorrelations,
  type WantedCorrelations,
} from './local-correlations.js';
import { presentCount, presentRows, presentThreshold } from './present.js';

const TOP_FEATURES = 20;
/** Least loading of a top feature; the largest loading of a module is 1. */
export const LEAST_LOADING = 0.25;
/** Number of leading features of which every pair is described, so that they can be shown as a matrix. */
export const PAIR_FEATURES = 12;

export interface DescribeInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly samplePresence: Matrix;
}

/** What is known of a module before it is evaluated. */
export type DescribedModule = Omit<
  ModuleDescription,
  'significance' | 'stability' | 'trust' | 'trustFlag' | 'trustInterval' | 'signs'
>;

/**
 * Describes every module, in the order of `modules`; called after the factorization, before the evaluation.
 * @param options `image`: width and height when the features are pixels, whose modules are named by where they lie;
 *   `levels`: code of each sample's level, inside which features are correlated; a sample below 0 takes no part.
 * @returns one a module: presentLocalities and presentSamples as shares 0 to 1, recurrence as counts (localities, disjoint
 *   ones, connected regions).
 */
export async function describeModules(
  input: DescribeInput,
  options: CorrelationOptions & DescribeOptions,
  partialContext: PartialContext = {},
): Promise<DescribedModule[]> {
  const context = await resolveContext(partialContext);
  const { modules, table, localities, embedding } = input;
  const samples = { features: table.features, localities, rules: options };
  const wanted = leadingPairs(modules, localities.count, embedding.coordinates);
  const correlated = await correlateLocalities(samples, wanted, watchStage(context, 'description'));
  return describeCorrelated(input, correlated, options, context);
}

/** As `describeModules`, once the leading features are correlated. @param correlated of each module (`leadingPairs`). */
export async function describeCorrelated(
  input: Omit<DescribeInput, 'embedding'>,
  correlated: readonly ModuleCorrelations[],
  { image }: DescribeOptions,
  context: Context,
): Promise<DescribedModule[]> {
  const { modules, table } = input;
  const watch = watchStage({ ...context, onProgress: undefined }, 'description');
  const samples = input.samplePresence.rows;
  const recurrence = await paced(moduleRecurrenceSteps(input.localities, modules.presence, samples), watch);
  const described: DescribedModule[] = [];
  for (let k = 0; k < modules.count; k++) {
    await watch.checkpoint();
    const features = leadingFeatures(modules.loadings, k);
    const threshold = presentThreshold(modules.presence, k);
    const sums = pairSums(modules, k, threshold, correlated[k]);
    const topFeatures = features.filter(({ loading }) => loading >= LEAST_LOADING);
    described.push({
      id: `M${k + 1}`,
      label: moduleLabel(modules.loadings, k, topFeatures, table.featureNames, image),
      share: modules.share[k],
      topFeatures,
      pairs: describePairs(features, sums),
      presentLocalities: presentCount(modules.presence, k, threshold) / input.localities.count,
      presentSamples: presentCount(input.samplePresence, k, threshold) / input.samplePresence.rows,
      recurrence: recurrence[k],
      contrast: sums.straddling > 0.5 * sums.weight,
    });
  }
  return described;
}

/** How modules are named. */
interface DescribeOptions {
  readonly image: { readonly width: number; readonly height: number } | null;
}

/** How features are correlated. */
interface CorrelationOptions {
  readonly measure: AssociationMeasure;
  readonly levels?: Int32Array | null;
}

/** A feature (column of the table) with its loading in a module, 0 to 1. */
export interface Leading {
  readonly feature: number;
  readonly loading: number;
}

/**
 * The features of module k with a loading above 0, strongest first, TOP_FEATURES at most. Ties by feature index.
 * @returns fewer where fewer have a loading; feature indices with loadings above 0 to 1.
 * @param loadings modules x features.
 */
export function leadingFeatures(loadings: Matrix, k: number): Leading[] {
  const row = loadings.data.subarray(k * loadings.columns, (k + 1) * loadings.columns);
  return Array.from(row, (loading, feature) => ({ feature, loading }))
    .filter(({ loading }) => loading > 0)
    .sort((a, b) => b.loading - a.loading || a.feature - b.feature)
    .slice(0, TOP_FEATURES);
}

/** What is correlated of each module: its first PAIR_FEATURES leading features, where it is present. */
export function leadingPairs(
  modules: Pick<Modules, 'count' | 'loadings' | 'presence'>,
  localities: number,
  coordinates: Matrix | null,
): WantedCorrelations {
  const present = new Uint8Array(localities * modules.count);
  const chosen = Array.from({ length: modules.count }, (_, k) => {
    const used = leadingFeatures(modules.loadings, k).slice(0, PAIR_FEATURES);
    for (const l of presentRows(modules.presence, k, presentThreshold(modules.presence, k)))
      present[l * modules.count + k] = 1;
    return {
      features: Int32Array.from(used, ({ feature }) => feature),
      loadings: Float64Array.from(used, ({ loading }) => loading),
    };
  });
  return { modules: chosen, present, coordinates };
}

/** Sums of one module over the localities where it is present. */
interface PairSums {
  /** Presence-weighted sum of signed correlations, pairs i <= j of its first PAIR_FEATURES leading features. */
  readonly correlation: Float64Array;
  /** Sum of the module's presence. */
  readonly weight: number;
  /** The same over localities that straddle groups (local-correlations.ts). */
  readonly straddling: number;
}

/** The sums of module k over the localities where it is present. */
function pairSums(
  { presence, count }: Modules,
  k: number,
  threshold: number,
  { correlations, straddling }: ModuleCorrelations,
): PairSums {
  const present = presentRows(presence, k, threshold);
  const pairs = present.length > 0 ? correlations.length / present.length : 0;
  const correlation = new Float64Array(pairs);
  let weight = 0;
  let straddles = 0;
  present.forEach((l, i) => {
    const value = presence.data[l * count + k];
    for (let p = 0; p < pairs; p++) correlation[p] += value * correlations[i * pairs + p];
    weight += value;
    if (straddling[i] === 1) straddles += value;
  });
  return { correlation, weight, straddling: straddles };
}

/**
 * Pairs of the first PAIR_FEATURES features by product of loadings, largest first, with their mean correlation, -1 to
 * 1. 0 where the module is present nowhere. Never throws.
 */
function describePairs(features: readonly Leading[], sums: PairSums) {
  const used = features.slice(0, PAIR_FEATURES);
  let p = 0;
  const pairs = used.flatMap((a, i) => {
    p++;
    return used.slice(i + 1).map((b) => ({
      a: a.feature,
      b: b.feature,
      weight: a.loading * b.loading,
      correlation: sums.weight > 0 ? sums.correlation[p++] / sums.weight : 0,
    }));
  });
  return pairs.sort((a, b) => b.weight - a.weight || a.a - b.a || a.b - b.b);
}
