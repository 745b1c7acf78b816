/**
 * What neighborhoods measure when the rows of the map are shuffled: expected values, and p-values of points.
 *
 * Purpose: the zero of every scale. Shuffling makes the k neighbors on the map a uniformly random k-subset of
 *   the other samples, so the expectation over all shuffles has a closed form and needs no run.
 * Source: expectation of a uniform rank (ours, elementary); p-values of points after the question of EMBEDR
 *   (Johnson et al. 2022) and scDEED (Xia et al. 2024): is this neighborhood better than chance? Benjamini and
 *   Hochberg 1995 for the correction over points. Theirs is a null of embedding permuted data anew; that one
 *   is in `reembedded.ts`, for when the method that made the map is at hand.
 * Cost: draws x k for the p-values. All points share one null distribution, since under shuffling they have
 *   the same one.
 * How it fails: the null is weak. Nearly every point of any map that was made from the data beats it.
 * Determinism: stream `trust-null`.
 */

import type { Random } from '../../core/random.js';
import { mean } from '../../core/statistics.js';
import { excessOf, largestExcess, largestRelativeError } from './rank-measures.js';

export const NULL_DRAWS = 9999;

/**
 * Expected trustworthiness, and continuity, under shuffled rows.
 * @param widths where ties are shared: numbers of samples within the k-th neighbor's distance (`tieWidths`).
 * @param others the same in the space whose neighbors are judged: tied ones are chosen there, which is then likelier by chance.
 */
export function nullTrustworthiness(
  samples: number,
  k: number,
  widths: Int32Array | null = null,
  others: Int32Array | null = null,
): number {
  const worst = largestExcess(samples, k);
  if (worst === 0) return 1;
  const shared = widths ? mean(widths.map((w) => ((w - k) * (w - k + 1)) / 2)) : 0;
  const meanExcess = (((samples - 1 - k) * (samples - k)) / 2 - shared) / (samples - 1);
  const chosen = others ? (mean(others) - k) / (samples - 1) : 0;
  return 1 - (k * meanExcess * (1 - chosen)) / worst;
}

/** Expected neighborhood preservation under shuffled rows. */
export function nullPreservation(samples: number, k: number, widths: Int32Array | null = null): number {
  return (widths ? mean(widths) : k) / (samples - 1);
}

/** Expected relative rank error: mean over uniform r of |r - m| / m, summed over m. */
export function nullRelativeRankError(samples: number, k: number): number {
  const others = samples - 1;
  let sum = 0;
  for (let m = 1; m <= k; m++) {
    const below = (m * (m - 1)) / 2;
    const above = ((others - m) * (others - m + 1)) / 2;
    sum += (below + above) / others / m;
  }
  return sum / largestRelativeError(samples, k);
}

/** Trustworthiness of one point under shuffled rows: sorted draws. */
export function nullPoints(
  samples: number,
  k: number,
  random: Random,
  draws = NULL_DRAWS,
  widths: Int32Array | null = null,
): Float64Array {
  const worst = largestExcess(samples, k);
  const stream = random.stream('trust-null');
  const ranks = new Int32Array(k);
  return Float64Array.from({ length: draws }, () => {
    drawDistinct(ranks, samples - 1, stream);
    const width = widths ? widths[stream.below(widths.length)] : k;
    for (let t = 0; t < k && width > k; t++) if (ranks[t] < width) ranks[t] = Math.min(ranks[t], k - 1);
    return worst > 0 ? 1 - excessOf(ranks, 0, k) / worst : 1;
  }).sort();
}

/**
 * One-sided p-values: how often a point of the null is at least as good. (1 + as good) / (1 + draws).
 * @param nullSorted values under the null, ascending.
 */
export function pointPValues(pointwise: Float64Array, nullSorted: Float64Array): Float64Array {
  return pointwise.map(
    (value) => (1 + nullSorted.length - below(nullSorted, value)) / (1 + nullSorted.length),
  );
}

/** Benjamini and Hochberg's adjusted p-values: the false discovery rate at which each point would be named. */
export function adjustPValues(p: Float64Array): Float64Array {
  const order = Int32Array.from(p, (_, i) => i).sort((a, b) => p[a] - p[b] || a - b);
  const adjusted = new Float64Array(p.length);
  let least = 1;
  for (let at = order.length - 1; at >= 0; at--) {
    least = Math.min(least, (p[order[at]] * p.length) / (at + 1));
    adjusted[order[at]] = least;
  }
  return adjusted;
}

/**
 * How many standard errors the mean over all points lies above the null's. Points are not quite independent, so
 * it is a yardstick ("no better than chance" below about 4), not an exact test.
 */
export function excessOverNull(pointwise: Float64Array, nullSorted: Float64Array): number {
  const center = mean(nullSorted);
  let square = 0;
  for (const value of nullSorted) square += (value - center) ** 2;
  const deviation = Math.sqrt(square / (nullSorted.length - 1));
  return deviation > 0 ? (mean(pointwise) - center) / (deviation / Math.sqrt(pointwise.length)) : 0;
}

/** Distinct uniform numbers below `bound` (Floyd), into `into`. */
function drawDistinct(into: Int32Array, bound: number, random: Random): void {
  const k = into.length;
  for (let t = 0; t < k; t++) {
    const top = bound - k + t;
    const drawn = random.below(top + 1);
    into[t] = into.subarray(0, t).includes(drawn) ? top : drawn;
  }
}

/** How many sorted values are smaller than `value`. */
function below(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
