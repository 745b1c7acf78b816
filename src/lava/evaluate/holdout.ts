/**
 * Modules fitted on a part of the samples, so that they can be evaluated on the samples that were not fitted.
 *
 * Source: ours. Samples are split at random. Every part keeps all probes; a locality of the part holds the part's
 * samples that are nearest to the probe, in number its share of the locality size. So each part covers the whole map,
 * and no sample is in two parts.
 */

import { assign } from '../../core/assignment.js';
import { buildKdTree } from '../../core/kd-tree.js';
import { gatherRows } from '../../core/matrix.js';
import { permutation, type Random } from '../../core/random.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import type { Embedding, Localities, Matrix, Modules, Table } from '../../model.js';
import {
  type AssociationOptions,
  associate,
  associationRules,
  DEFAULT_GATE,
  releaseAssociations,
} from '../associations/associations.js';
import { factorize, type ModuleOptions } from '../factorize/modules.js';
import { patternGram } from '../factorize/symmetric.js';
import { gatherMembers } from '../localities/localities.js';

export interface Split {
  /** Rows of the samples that are fitted, and of those held out, both ascending. */
  readonly fitted: Int32Array;
  readonly heldOut: Int32Array;
}

/** A random split with `share` of the samples to be fitted. */
export function splitSamples(samples: number, share: number, random: Random): Split {
  const order = permutation(samples, random);
  const cut = Math.round(samples * share);
  return { fitted: order.slice(0, cut).sort(), heldOut: order.slice(cut).sort() };
}

/** Localities at the probes of `whole` that hold only samples of the part. @param part sample rows, and samples in each locality. */
export async function localitiesOfPart(
  whole: Localities,
  embedding: Embedding,
  part: { readonly rows: Int32Array; readonly size: number },
  context: Context,
  watch: Watch,
): Promise<Localities> {
  const tree = buildKdTree(gatherRows(embedding.coordinates, part.rows));
  const found = await gatherMembers(tree, whole.probes, part.size, context.engine, watch);
  return {
    ...whole,
    size: part.size,
    members: found.members.map((place) => part.rows[place]),
    radius: found.radius,
    uncovered: part.rows.filter((_, i) => found.inLocalities[i] === 0),
  };
}

/** Cosine of pair patterns from which a module of one part of the samples counts as replicated in another. */
export const REPLICATED = 0.5;

export interface FitOptions extends AssociationOptions, ModuleOptions {}

/**
 * Association rules for localities of `size` samples in place of localities of `whole`: the support in proportion, and
 * the gate at the same correlation. A gate at the same number of standard errors would be stricter in half of the
 * samples: at a planted correlation of 0.35 `auto` then counted 5 of 7 modules.
 */
export function scaledRules(options: AssociationOptions, size: number, whole: number): AssociationOptions {
  const { support, gate = DEFAULT_GATE } = options;
  return {
    support: support === undefined ? undefined : Math.floor((support * size) / whole),
    gate: gate * Math.sqrt((size - 1) / (whole - 1)),
  };
}

/** Associates and factorizes the localities of a part. @param options `localitySize` is that of the whole. */
export async function fitModules(
  table: Table,
  localities: Localities,
  options: FitOptions & { readonly localitySize: number },
  context: Context,
): Promise<Modules> {
  const scaled = { ...options, ...scaledRules(options, localities.size, options.localitySize) };
  const associations = await associate(table.features, localities, scaled, context);
  const rules = associationRules(scaled, localities.size);
  const samples = { features: table.features, localities, rules };
  const modules = await factorize({ associations, samples }, options, context);
  await releaseAssociations(associations, context);
  return modules;
}

export interface ModuleMatch {
  /** Row of the other loadings, or -1. */
  readonly other: number;
  /** Cosine of the two pair patterns, 0 to 1; 0 without a match. */
  readonly cosine: number;
}

/** Cosines of the pair patterns of all rows of `a` with all rows of `b`: a.rows x b.rows. */
export function patternCosines(a: Matrix, b: Matrix): Float64Array {
  const m = a.rows;
  const n = b.rows;
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  const gram = patternGram({ rows: m + n, columns: a.columns, data });
  const cosines = new Float64Array(m * n);
  for (let k = 0; k < m; k++) {
    for (let j = 0; j < n; j++) {
      const scale = Math.sqrt(gram[k * (m + n) + k] * gram[(m + j) * (m + n) + m + j]);
      cosines[k * n + j] = scale > 0 ? gram[k * (m + n) + m + j] / scale : 0;
    }
  }
  return cosines;
}

/** For each row of `loadings` its match among the rows of `others`: the assignment with the largest sum of cosines. */
export function matchLoadings(loadings: Matrix, others: Matrix): ModuleMatch[] {
  const cosines = patternCosines(loadings, others);
  return [...assign(cosines, loadings.rows, others.rows)].map((other, k) => ({
    other,
    cosine: other < 0 ? 0 : cosines[k * others.rows + other],
  }));
}
