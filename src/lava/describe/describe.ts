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

import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
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
import {
  centeredInLevels,
  type LocalSamples,
  localValues,
  membersOf,
  samplesInLevels,
  unitColumn,
  unitCorrelations,
} from '../associations/local-values.js';
import { cellsByLocality } from '../associations/parted.js';
import { moduleRecurrenceSteps } from '../evaluate/recurrence.js';
import { gapGroups } from './gaps.js';
import { moduleLabel } from './label.js';
import { presentCount, presentRows, presentThreshold } from './present.js';

const TOP_FEATURES = 20;
/** Least loading of a top feature; the largest loading of a module is 1. */
export const LEAST_LOADING = 0.25;
/** Number of leading features of which every pair is described, so that they can be shown as a matrix. */
const PAIR_FEATURES = 12;
/** A locality straddles groups when the association inside them is below this share of that over all its members. */
const CONTRAST = 0.5;

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
  options: CorrelationOptions & { readonly image: { width: number; height: number } | null },
  partialContext: PartialContext = {},
): Promise<DescribedModule[]> {
  const context = await resolveContext(partialContext);
  const { modules, table } = input;
  const leading = Array.from({ length: modules.count }, (_, k) => leadingFeatures(modules.loadings, k));
  const thresholds = leading.map((_, k) => presentThreshold(modules.presence, k));
  const watch = watchStage(context, 'description');
  const sums = await pairSums(input, leading, thresholds, options, watch);
  const samples = input.samplePresence.rows;
  const recurrence = await paced(moduleRecurrenceSteps(input.localities, modules.presence, samples), watch);
  const described: DescribedModule[] = [];
  for (const [k, features] of leading.entries()) {
    await watch.checkpoint();
    const topFeatures = features.filter(({ loading }) => loading >= LEAST_LOADING);
    described.push({
      id: `M${k + 1}`,
      label: moduleLabel(modules.loadings, k, topFeatures, table.featureNames, options.image),
      share: modules.share[k],
      topFeatures,
      pairs: describePairs(features, sums[k]),
      presentLocalities: presentRows(modules.presence, k, thresholds[k]).length / input.localities.count,
      presentSamples: presentCount(input.samplePresence, k, thresholds[k]) / input.samplePresence.rows,
      recurrence: recurrence[k],
      contrast: sums[k].straddling > 0.5 * sums[k].weight,
    });
  }
  return described;
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

/** Sums of one module over the localities where it is present. */
interface PairSums {
  /** Presence-weighted sum of signed correlations, over pairs of the first PAIR_FEATURES leading features. */
  readonly correlation: Float64Array;
  /** Sum of the module's presence. */
  weight: number;
  /** The same over localities that straddle groups (CONTRAST). */
  straddling: number;
}

/**
 * For each module the sums over the localities where it is present (see the header).
 * @param leading features of each module. @param thresholds least presence of each module (present.ts).
 * @returns for each module the presence-weighted sum of every pair's correlation (pairs i < j of its first
 * PAIR_FEATURES), the sum of presence, and that of localities that straddle groups.
 */
async function pairSums(
  input: DescribeInput,
  leading: readonly Leading[][],
  thresholds: readonly number[],
  { measure, levels }: CorrelationOptions,
  watch: Watch,
): Promise<PairSums[]> {
  const { localities, modules, embedding, table } = input;
  const sums = leading.map((features) => ({
    correlation: new Float64Array(pairCount(features)),
    ...{ weight: 0, straddling: 0 },
  }));
  const used = leading.map((features) => features.slice(0, PAIR_FEATURES));
  const features = used.flat().map(({ feature }) => feature);
  const cells = cellsByLocality(table.features, localities, features);
  for (let l = 0; l < localities.count; l++) {
    const present = sums.flatMap((_, k) => {
      const presence = modules.presence.data[l * modules.count + k];
      return presence > 0 && presence >= thresholds[k] ? [{ presence, sum: sums[k], features: used[k] }] : [];
    });
    if (present.length > 0) {
      const samples = samplesInLevels(membersOf(localities, l), levels);
      const groups = gapGroups(embedding.coordinates, samples.rows);
      addLocality(present, { features: await cells(l), samples, groups }, measure);
    }
    watch.progress((l + 1) / localities.count);
    await watch.checkpoint();
  }
  return sums;
}

/**
 * Adds one locality to the sums of the modules that are present there.
 * @param present for each module its presence there, sums, and first PAIR_FEATURES leading features.
 * @param locality `groups`: number of each sample's gap group, -1 for none.
 */
function addLocality(
  present: readonly { presence: number; sum: PairSums; features: readonly Leading[] }[],
  locality: {
    readonly features: Table['features'];
    readonly samples: LocalSamples;
    readonly groups: Int32Array;
  },
  measure: AssociationMeasure,
): void {
  const { rows, lengths } = locality.samples;
  const needed = [...new Set(present.flatMap(({ features }) => features.map(({ feature }) => feature)))];
  const values = localValues(locality.features, rows, needed, measure);
  const columns = new Map(needed.map((feature, c) => [feature, c]));
  const wholeUnits = centeredInLevels(values, lengths).map((column) => unitColumn(column, measure));
  // where all members are one group both readings are the same
  const centered = locality.groups.some((group) => group !== 0)
    ? centeredByGroup(values, groupsInLevels(locality.groups, lengths))
    : null;
  const withinUnits = centered?.map((column) => unitColumn(column, measure));
  for (const { presence, sum, features } of present) {
    const positions = features.map(({ feature }) => columns.get(feature)!);
    const whole = pairCorrelations(positions.map((c) => wholeUnits[c]));
    whole.forEach((rho, p) => {
      sum.correlation[p] += presence * rho;
    });
    sum.weight += presence;
    if (!withinUnits) continue;
    const within = pairCorrelations(positions.map((c) => withinUnits[c]));
    if (weightedSquares(within, features) < CONTRAST * weightedSquares(whole, features))
      sum.straddling += presence;
  }
}

/** Number of pairs among the first PAIR_FEATURES of these features. */
function pairCount(features: readonly Leading[]): number {
  const count = Math.min(features.length, PAIR_FEATURES);
  return (count * (count - 1)) / 2;
}

/**
 * Pairs of the first PAIR_FEATURES features by product of loadings, largest first, with their mean correlation, -1 to
 * 1. 0 where the module is present nowhere. Never throws.
 */
function describePairs(features: readonly Leading[], sums: PairSums) {
  const used = features.slice(0, PAIR_FEATURES);
  let p = 0;
  const pairs = used.flatMap((a, i) =>
    used.slice(i + 1).map((b) => ({
      a: a.feature,
      b: b.feature,
      weight: a.loading * b.loading,
      correlation: sums.weight > 0 ? sums.correlation[p++] / sums.weight : 0,
    })),
  );
  return pairs.sort((a, b) => b.weight - a.weight || a.a - b.a || a.b - b.b);
}

/** Correlations of pairs i < j, rows of i first; 0 with a constant column. @param columns see `unitColumn`. */
function pairCorrelations(columns: readonly Float64Array[]): Float64Array {
  const size = columns.length;
  return unitCorrelations(columns).filter((_, e) => e % size > Math.floor(e / size));
}

/**
 * Codes of the pairs of gap group and level; -1 for members in no group.
 * @param groups one a sample, run after run.
 * @param lengths samples of each run of one level; null where all are one level.
 */
function groupsInLevels(groups: Int32Array, lengths: Int32Array | null): Int32Array {
  if (!lengths) return groups;
  let run = 0;
  let end = lengths[0];
  return groups.map((group, s) => {
    while (s >= end) end += lengths[++run];
    return group < 0 ? -1 : group * lengths.length + run;
  });
}

/**
 * Features of the members of a locality, each value less the mean of its group (gaps.ts); 0 for members in no group
 * (-1).
 * @param columns one a feature, one number a member.
 * @param groups of each member, -1 for none.
 */
function centeredByGroup(columns: readonly Float64Array[], groups: Int32Array): Float64Array[] {
  const count = groups.reduce((a, b) => Math.max(a, b), 0) + 1;
  const sizes = new Int32Array(count);
  for (const group of groups) if (group >= 0) sizes[group]++;
  return columns.map((column) => {
    const sums = new Float64Array(count);
    for (let s = 0; s < column.length; s++) if (groups[s] >= 0) sums[groups[s]] += column[s];
    const result = new Float64Array(column.length);
    for (let s = 0; s < column.length; s++) {
      if (groups[s] >= 0) result[s] = column[s] - sums[groups[s]] / sizes[groups[s]];
    }
    return result;
  });
}

/**
 * Sum over pairs i < j of loading_i loading_j rho_ij^2: the module's association in one locality, before and after
 * the centering of groups. 0 for fewer than two features.
 * @param rho correlations of the pairs, as `pairCorrelations` orders them.
 */
function weightedSquares(rho: Float64Array, features: readonly Leading[]): number {
  let p = 0;
  let sum = 0;
  for (let i = 0; i < features.length; i++) {
    for (let j = i + 1; j < features.length; j++) {
      sum += features[i].loading * features[j].loading * rho[p] * rho[p];
      p++;
    }
  }
  return sum;
}
