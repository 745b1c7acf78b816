/**
 * Measures of neighborhoods, from ranks.
 *
 * Purpose: how far the k neighbors of a sample on the map are its neighbors in the data, and the reverse.
 * Source: trustworthiness and continuity, Venna and Kaski 2001; neighborhood preservation Q(k) and its area,
 *   Lee and Verleysen 2009, and Lee et al. 2015; mean relative rank errors, Lee and Verleysen 2007.
 * Shapes: queries x k ranks, 0 the nearest; r below is rank + 1. Cost: queries x k. Double precision.
 * How it fails: not at all for 1 <= k <= samples - 1: every normalizer is the largest sum that is possible.
 * Ours: (a) the normalizer of trustworthiness and continuity beyond k = samples / 2, where scikit-learn refuses:
 *   only samples - 1 - k samples are beyond the k nearest, so their largest excess ranks are summed (Venna's second case; both
 *   agree at samples / 2). With k = samples - 1 there are none and the value is 1. (b) The relative rank
 *   errors are divided by the largest sum that a permutation can reach, not by the reversed order's, which
 *   for large k is smaller, so that others exceed 1. (c) The area runs over 1 to k, not to samples - 2, since
 *   only k neighbors are held.
 */

import { estimate } from '../interval.js';
import type { Figure, Neighborhoods } from '../types.js';

/** Are the neighbors on the map true? 1 when each is among the k nearest in the data; others cost their rank. */
export function trustworthiness(neighborhoods: Neighborhoods): Figure {
  return excess(neighborhoods, neighborhoods.inputRanks);
}

/** Are the true neighbors still there? The same with the map and the data exchanged. */
export function continuity(neighborhoods: Neighborhoods): Figure {
  return excess(neighborhoods, neighborhoods.embeddingRanks);
}

/** Share of the k nearest samples that both spaces agree on, 0 to 1 (recall at k). */
export function neighborhoodPreservation(neighborhoods: Neighborhoods): Figure {
  const { k, inputRanks } = neighborhoods;
  const pointwise = new Float64Array(inputRanks.length / k);
  for (let i = 0; i < pointwise.length; i++) {
    let shared = 0;
    for (let t = i * k; t < (i + 1) * k; t++) if (inputRanks[t] < k) shared++;
    pointwise[i] = shared / k;
  }
  return estimate(pointwise, neighborhoods);
}

/**
 * Area under the chance-corrected preservation R(s) = ((n-1) Q(s) - s) / (n-1-s) over sizes s = 1 to k, each
 * weighted by 1 / s so that small neighborhoods count as much as large. 0 by chance, 1 at best.
 */
export function preservationArea(neighborhoods: Neighborhoods): Figure {
  const { k, samples, inputRanks } = neighborhoods;
  const sizes = Math.min(k, samples - 2);
  const pointwise = new Float64Array(inputRanks.length / k);
  const arriving = new Int32Array(k + 1);
  for (let i = 0; i < pointwise.length; i++) {
    arriving.fill(0);
    for (let t = 0; t < k; t++) {
      const size = Math.max(t, inputRanks[i * k + t]) + 1;
      if (size <= k) arriving[size]++;
    }
    pointwise[i] = areaOfOne(arriving, sizes, samples);
  }
  return estimate(pointwise, neighborhoods);
}

/** Relative rank errors over the neighbors on the map: 0 at best, 1 at worst. Near neighbors weigh more. */
export function relativeRankErrorFalse(neighborhoods: Neighborhoods): Figure {
  return relativeErrors(neighborhoods, neighborhoods.inputRanks);
}

/** Relative rank errors over the true neighbors: 0 at best, 1 at worst. */
export function relativeRankErrorMissing(neighborhoods: Neighborhoods): Figure {
  return relativeErrors(neighborhoods, neighborhoods.embeddingRanks);
}

/** Largest sum of r - k over k neighbors: k (2n - 3k - 1) / 2 below n / 2, (n - 1 - k)(n - k) / 2 above. */
export function largestExcess(samples: number, k: number): number {
  const others = Math.min(k, samples - 1 - k);
  return (others * (2 * (samples - 1 - k) - others + 1)) / 2;
}

/**
 * Largest sum over positions m = 1 to k of |r_m - m| / m for distinct ranks r_m in 1 to samples - 1. The first s
 * positions take the largest ranks, falling, and the others the smallest, rising (an exchange of any two that
 * break this order never lowers the sum); s is searched.
 */
export function largestRelativeError(samples: number, k: number): number {
  let rising = 0;
  for (let m = 1; m <= k; m++) rising += 1 / m;
  let falling = 0;
  let best = 0;
  for (let s = 1; s <= k; s++) {
    falling += Math.abs(samples - 2 * s) / s;
    rising -= 1 / s;
    best = Math.max(best, falling + s * rising);
  }
  return best;
}

/** 1 less the ranks beyond k over their largest possible sum. */
function excess(neighborhoods: Neighborhoods, ranks: Int32Array): Figure {
  const { k, samples } = neighborhoods;
  const worst = largestExcess(samples, k);
  const pointwise = new Float64Array(ranks.length / k).fill(1);
  for (let i = 0; i < pointwise.length && worst > 0; i++) {
    pointwise[i] = 1 - excessOf(ranks, i * k, k) / worst;
  }
  return estimate(pointwise, neighborhoods);
}

/** Sum over k ranks from `start` of how far each lies beyond the k nearest. */
export function excessOf(ranks: Int32Array, start: number, k: number): number {
  let sum = 0;
  for (let t = start; t < start + k; t++) if (ranks[t] >= k) sum += ranks[t] + 1 - k;
  return sum;
}

/** Weighted mean of the corrected preservation at one query. `arriving[s]`: neighbors that both spaces share from size s on. */
function areaOfOne(arriving: Int32Array, sizes: number, samples: number): number {
  let shared = 0;
  let area = 0;
  let weights = 0;
  for (let size = 1; size <= sizes; size++) {
    shared += arriving[size];
    area += ((samples - 1) * (shared / size) - size) / (samples - 1 - size) / size;
    weights += 1 / size;
  }
  return area / weights;
}

/** Relative rank errors over their largest possible sum. */
function relativeErrors(neighborhoods: Neighborhoods, ranks: Int32Array): Figure {
  const { k, samples } = neighborhoods;
  const worst = largestRelativeError(samples, k);
  const pointwise = new Float64Array(ranks.length / k);
  for (let i = 0; i < pointwise.length; i++) {
    let sum = 0;
    for (let m = 1; m <= k; m++) sum += Math.abs(ranks[i * k + m - 1] + 1 - m) / m;
    pointwise[i] = worst > 0 ? sum / worst : 0;
  }
  return estimate(pointwise, neighborhoods);
}
