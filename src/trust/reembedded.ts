/**
 * What only embedding anew can tell: is a neighborhood better than the method makes from noise, and does it come back
 * with another seed?
 *
 * Source: p-values of points against data whose features were permuted one by one, embedded by the same method: the
 *   question of scDEED (Xia et al. 2024) and EMBEDR (Johnson et al. 2022). Ours: the statistic is trustworthiness at a
 *   sample, and all samples of all permuted data sets form one null, since a permuted sample has no position to be compared at.
 *   Agreement over seeds: mean share of neighbors that two maps have in common at a sample.
 * Shapes: the method is a function from a matrix to a map. Memory: samples x k a map.
 * Cost: one embedding and one pass of trustworthiness a permuted data set.
 * How it fails: permuting features keeps each one's distribution and breaks all their relations; a method that invents
 *   structure from such data raises the null, which is the point. p cannot be below 1 / (1 + samples x data sets).
 * Determinism: streams `trust-permuted-0`, `trust-permuted-1`...; the method's own seed is the caller's.
 */

import { toDense } from '../core/csr.js';
import { permutation, type Random } from '../core/random.js';
import { type PartialContext, resolveContext } from '../engine/context.js';
import { ShapeError } from '../errors.js';
import type { Csr, Matrix } from '../model.js';
import { checkInteger } from './checks.js';
import { estimate } from './interval.js';
import { compareMaps, compareNeighborhoods } from './measures/neighborhoods.js';
import { trustworthiness } from './measures/rank-measures.js';
import { adjustPValues, pointPValues } from './measures/rank-null.js';
import type { Figure, NeighborhoodOptions, TrustInput } from './types.js';

/** Makes a map of the given data: the method under test with its settings. */
export type EmbedFunction = (features: Matrix) => Promise<Matrix>;

export interface ReembeddedNull {
  /** Trustworthiness of every sample of every permuted data set, ascending. */
  readonly nullSorted: Float64Array;
  /** How often a sample of the permuted data is embedded at least as faithfully, one a sample of the real data. */
  readonly p: Float64Array;
  /** The same, corrected over samples (Benjamini-Hochberg). */
  readonly pAdjusted: Float64Array;
}

/** p-value of every sample's neighborhood against `permutations` (default 1) data sets embedded anew. */
export async function reembeddedNull(
  input: TrustInput,
  embed: EmbedFunction,
  options: NeighborhoodOptions & { readonly permutations?: number } = {},
  partialContext: PartialContext = {},
): Promise<ReembeddedNull> {
  const context = await resolveContext(partialContext);
  const { permutations = 1, ...neighborhoodOptions } = options;
  checkInteger('permutations', permutations, 1, 1000, 'one is enough for samples in the thousands');
  const observed = trustworthiness(await compareNeighborhoods(input, neighborhoodOptions, context));
  const values: number[] = [];
  for (let run = 0; run < permutations; run++) {
    const features = permutedFeatures(input.features, context.random.stream(`trust-permuted-${run}`));
    const embedding = await embed(features);
    const found = trustworthiness(
      await compareNeighborhoods({ features, embedding }, neighborhoodOptions, context),
    );
    for (const value of found.pointwise ?? []) values.push(value);
  }
  const nullSorted = Float64Array.from(values).sort();
  const p = pointPValues(observed.pointwise ?? new Float64Array(), nullSorted);
  return { nullSorted, p, pAdjusted: adjustPValues(p) };
}

/** The data with every feature's values in another random order, so that no two features are related. */
export function permutedFeatures(source: Matrix | Csr, random: Random): Matrix {
  const features = toDense(source);
  const { rows, columns } = features;
  const data = new Float32Array(features.data.length);
  for (let c = 0; c < columns; c++) {
    const order = permutation(rows, random);
    for (let r = 0; r < rows; r++) data[r * columns + c] = features.data[order[r] * columns + c];
  }
  return { rows, columns, data };
}

/**
 * Share of the k nearest samples that two maps of the same data have in common, averaged over all pairs of maps: the
 * noise floor of the method. Every map has the same samples in the same order. Throws ShapeError otherwise.
 */
export async function mapAgreement(
  maps: readonly Matrix[],
  options: { readonly k?: number } = {},
  partialContext: PartialContext = {},
): Promise<Figure> {
  const samples = maps[0]?.rows ?? 0;
  const k = options.k ?? Math.min(15, Math.max(1, samples - 1));
  if (maps.length < 2 || maps.some((map) => map.rows !== samples)) {
    throw new ShapeError({
      got: `${maps.length} maps of ${maps.map((map) => map.rows).join(', ')} samples`,
      expected: 'two maps or more of the same samples',
      remedy: 'embed the same data again with another seed',
    });
  }
  checkInteger('k', k, 1, samples - 1, 'a neighborhood holds at least one and at most all other samples');
  const context = await resolveContext(partialContext);
  const pointwise = new Float64Array(samples);
  const pairs = (maps.length * (maps.length - 1)) / 2;
  for (let a = 0; a + 1 < maps.length; a++) {
    const compared = await compareMaps(
      maps[a],
      maps.slice(a + 1),
      { k, metric: 'euclidean', queries: null, ties: 'row' },
      context,
    );
    for (const { inputRanks } of compared) {
      inputRanks.forEach((rank, p) => {
        if (rank < k) pointwise[Math.floor(p / k)] += 1 / k / pairs;
      });
    }
  }
  return estimate(pointwise, { samples, queries: null });
}
