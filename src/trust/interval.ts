/**
 * Figures from values at the query samples: exact when all were queries, else an estimate with its interval.
 * Source: normal interval of a mean with the finite-population correction (Cochran 1977); Fisher's z with
 *   Bonett and Wright's (2000) variance for a rank correlation. Coverage is nominal for samples of about 100 up.
 */

import { mean } from '../core/statistics.js';
import type { Figure } from './types.js';

const Z95 = 1.959963984540054;

/** Mean of values at the query samples; with an interval when only some samples are queries. */
export function estimate(
  pointwise: Float64Array,
  from: { readonly samples: number; readonly queries: Int32Array | null },
): Figure {
  const value = mean(pointwise);
  if (!from.queries) return { value, pointwise, interval: null };
  const half = Z95 * standardError(pointwise, value) * Math.sqrt(1 - pointwise.length / from.samples);
  return { value, pointwise, interval: [value - half, value + half] };
}

/** Mean of values with the interval of a mean of independent draws. */
export function estimateDrawn(values: Float64Array, pointwise: Float64Array | null): Figure {
  const value = mean(values);
  const half = Z95 * standardError(values, value);
  return { value, pointwise, interval: [value - half, value + half] };
}

/** 95% interval of a correlation from `count` draws; `rank` for Spearman's. */
export function correlationInterval(r: number, count: number, rank: boolean): [number, number] {
  if (count < 4 || Math.abs(r) >= 1) return [Math.min(r, -1), Math.max(r, 1)];
  const half = Z95 * Math.sqrt((rank ? 1 + (r * r) / 2 : 1) / (count - 3));
  return [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)];
}

/** Standard error of the mean; infinite for fewer than two values. */
function standardError(values: Float64Array, center: number): number {
  let sum = 0;
  for (const value of values) sum += (value - center) ** 2;
  return values.length > 1 ? Math.sqrt(sum / (values.length - 1) / values.length) : Number.POSITIVE_INFINITY;
}
