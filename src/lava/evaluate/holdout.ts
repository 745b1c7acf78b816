/**
 * Modules fitted on a part of the samples, so that they can be evaluated on the samples that were not fitted.
 *
 * Source: ours. Samples are split at random. Every part keeps all probes; a locality of the part holds the part's
 * samples that are nearest to the probe, in number its share of the locality size. So each part covers the whole map,
 * and no sample is in two parts.
 * Types: `Random`: seeded random numbers. `Localities`, n-neighborhoods of probes: order (sample rows in an order
 *   that the table does not change), probes (count x dimensions), size (n, samples in each), members (count x size
 *   sample rows). `Embedding`, the map: coordinates (samples x dimensions). `Table`, samples x features: features
 *   (Matrix or Csr). `Context`, what a run computes with: engine (the heavy routines). `Watch`: takes the progress of
 *   a stage, and throws CancelledError at a checkpoint once the signal is aborted. `AssociationOptions`: association
 *   (measure), associationForm, support (samples) and gate, each with a default; its levels (one a sample, -1 for
 *   none, or absent: centered in each). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 *   `LevelRuns`, localities with the samples of a level side by side: counts (samples that take part, one a
 *   locality), lengths (samples of each run).
 * Fails: CancelledError once the signal is aborted; OptionError as of `associate` and `factorize`.
 */

import { assign } from '../../core/assignment.js';
import { kdTreeSteps } from '../../core/kd-tree.js';
import { levelRuns } from '../../core/level-runs.js';
import { gatherRows } from '../../core/matrix.js';
import { permutation, type Random } from '../../core/random.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { paced } from '../../engine/watch.js';
import type { Embedding, Localities, Matrix, Modules, Table } from '../../model.js';
import {
  type AssociationOptions,
  associate,
  associationRules,
  DEFAULT_GATE,
  releaseAssociations,
} from '../associations/associations.js';
import { factorize, type ModuleOptions } from '../factorize/modules.js';
import { patternCosines } from '../factorize/symmetric.js';
import { canonicalOrder } from '../localities/canonical-order.js';
import { gatherMembers } from '../localities/members.js';
import { principalAxes } from '../localities/principal-axes.js';

export interface Split {
  /** Rows of the samples that are fitted, and of those held out, both in canonical order. */
  readonly fitted: Int32Array;
  readonly heldOut: Int32Array;
}

/**
 * Splits the samples at random.
 * @param order all rows in canonical order (`Localities.order`).
 * @param share of the samples to be fitted, 0 to 1.
 * @returns `fitted` and `heldOut`, rows of the table in canonical order; the share is rounded to whole samples.
 */
export function splitSamples(order: Int32Array, share: number, random: Random): Split {
  const drawn = permutation(order.length, random);
  const cut = Math.round(order.length * share);
  const rowsOf = (positions: Int32Array) => positions.sort().map((position) => order[position]);
  return { fitted: rowsOf(drawn.slice(0, cut)), heldOut: rowsOf(drawn.slice(cut)) };
}

/**
 * Rows of the samples in canonical order: kept with the localities, or made anew where they come from a file. Sorts
 * all rows anew where they come from a file.
 */
export function orderOf(localities: Localities, embedding: Embedding, table: Table): Int32Array {
  return localities.order ?? canonicalOrder(principalAxes(embedding.coordinates).points, table.features);
}

/**
 * Localities around the probes of `whole` that hold only samples of a part of the table. Probes and their number
 * stay; radius is of the new members; `uncovered` lists the part's samples in no locality.
 * @param part `rows`: sample rows; `size`: samples in each locality.
 * @returns localities whose members are rows of the whole table.
 */
export async function localitiesOfPart(
  whole: Localities,
  embedding: Embedding,
  part: { readonly rows: Int32Array; readonly size: number },
  context: Context,
  watch: Watch,
): Promise<Localities> {
  await watch.checkpoint();
  const tree = await paced(kdTreeSteps(gatherRows(embedding.coordinates, part.rows)), watch);
  const found = await gatherMembers(tree, whole.probes, part.size, context.engine, watch);
  return {
    ...whole,
    size: part.size,
    members: found.members.map((position) => part.rows[position]),
    radius: found.radius,
    uncovered: part.rows.filter((_, i) => found.inLocalities[i] === 0),
  };
}

/** Cosine of pair patterns from which a module of one part of the samples counts as replicated in another. */
export const REPLICATED = 0.5;

export interface FitOptions extends AssociationOptions, ModuleOptions {}

/** Mean number of levels in a locality; 1 where all samples are one level. */
export function levelsInLocality(
  { members, size }: Localities,
  levels: Int32Array | null | undefined,
): number {
  if (!levels) return 1;
  const runs = levelRuns(members, size, levels);
  const used = runs.counts.filter((count) => count > 0).length;
  return used > 0 ? runs.lengths.length / used : 1;
}

/**
 * Association rules for localities of `size` samples in place of localities of `whole`: the support in proportion,
 * and the gate at the same correlation. A gate at the same number of standard errors would be stricter in half of the
 * samples: at a planted correlation of 0.35 `auto` then counted 5 of 7 modules. A default support stays a default.
 * Never throws.
 * @param levels mean number of levels in a locality, which the degrees of freedom are less by.
 */
export function scaledRules(
  options: AssociationOptions,
  size: number,
  whole: number,
  levels = 1,
): AssociationOptions {
  const { support, gate = DEFAULT_GATE } = options;
  return {
    support: support === undefined ? undefined : Math.floor((support * size) / whole),
    gate: gate * Math.sqrt(Math.max(1, size - levels) / Math.max(1, whole - levels)),
  };
}

/**
 * Associates and factorizes the localities of a part of the samples, with support and gate scaled to their size.
 * @param options `localitySize`: that of the whole; `reported`: number of localities whose presence is returned.
 */
export async function fitModules(
  table: Table,
  localities: Localities,
  options: FitOptions & { readonly localitySize: number; readonly reported?: number },
  context: Context,
): Promise<Modules> {
  const levels = levelsInLocality(localities, options.levels);
  const scaled = { ...options, ...scaledRules(options, localities.size, options.localitySize, levels) };
  const associations = await associate(table.features, localities, scaled, context);
  const rules = associationRules(scaled, localities.size);
  const samples = { features: table.features, localities, rules };
  const input = { associations, samples, reported: options.reported, withHierarchy: false };
  try {
    return await factorize(input, options, context);
  } finally {
    await releaseAssociations(associations, context);
  }
}

export interface ModuleMatch {
  /** Row of the other loadings, or -1. */
  readonly other: number;
  /** Cosine of the two pair patterns, 0 to 1; 0 without a match. */
  readonly cosine: number;
}

/**
 * For each row of `loadings` its match among the rows of `others`, each used once: the assignment with the largest
 * sum of cosines of pair patterns.
 * @param loadings modules x features.
 * @param others modules x the same features.
 * @returns one match a row: index in `others` and cosine, 0 to 1; -1 and 0 where `others` has fewer rows. Never
 * throws.
 */
export function matchLoadings(loadings: Matrix, others: Matrix): ModuleMatch[] {
  const cosines = patternCosines(loadings, others);
  return [...assign(cosines, loadings.rows, others.rows)].map((other, k) => ({
    other,
    cosine: other < 0 ? 0 : cosines[k * others.rows + other],
  }));
}
