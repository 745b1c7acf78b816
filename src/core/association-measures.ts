/**
 * Measures of association: how a column of values becomes the centered column whose cosines are correlations.
 *
 * Purpose: one exhaustive record, so that a new measure is a compile error until every engine and step knows it.
 * Shapes: one value a sample of a locality. The correlation of two columns is the dot product of their centered
 *   columns, each divided by its norm.
 * Source: Pearson; Spearman (Pearson of average ranks); biweight midcorrelation (Wilcox 2012, as WGCNA's `bicor`,
 *   Langfelder and Horvath 2012): one step of the biweight, a value `x` weighs (1 - u^2)^2 with
 *   u = (x - median) / (9 MAD), and 0 from |u| = 1 on; MAD is the median absolute deviation, not rescaled.
 * How it fails: where at least half of the values are equal the MAD is 0, and that column is centered on its mean
 *   with all weights 1, as for Pearson (WGCNA's `pearsonFallback = "individual"`). So `bicor` resists outliers in
 *   dense data, and is Pearson for sparse counts.
 * Precision: double. Deterministic. Plain loops: this runs for every feature of every locality, and is four times as fast
 *   as by `map` and `reduce`.
 */

import type { AssociationMeasure } from '../model.js';
import { averageRanks, mean, median } from './statistics.js';

/** The two steps of one measure. Neither changes its input. */
export interface MeasureSteps {
  /** Values that are compared: the column itself, or its ranks. */
  readonly values: (column: Float64Array) => Float64Array;
  /** The centered column, a new one; its norm is left as it is. */
  readonly center: (values: Float64Array) => Float64Array;
}

/** MADs from the median at which a value's weight becomes 0. */
const BIWEIGHT_REACH = 9;

/** Every measure, by name. */
export const ASSOCIATION_MEASURES: Readonly<Record<AssociationMeasure, MeasureSteps>> = {
  pearson: { values: (column) => column, center: centerOnMean },
  spearman: { values: averageRanks, center: centerOnMean },
  bicor: { values: (column) => column, center: centerByBiweight },
};

/** Names of the measures, for messages and choices. */
export const ASSOCIATION_MEASURE_NAMES = Object.keys(ASSOCIATION_MEASURES) as AssociationMeasure[];

/** Each value less the mean. */
function centerOnMean(values: Float64Array): Float64Array {
  let sum = 0;
  for (let s = 0; s < values.length; s++) sum += values[s];
  const center = sum / values.length;
  const result = new Float64Array(values.length);
  for (let s = 0; s < values.length; s++) result[s] = values[s] - center;
  return result;
}

/** Each value less the median, times its biweight; less the mean where the MAD is 0. */
function centerByBiweight(values: Float64Array): Float64Array {
  const { center, reach } = biweightScale(values);
  return values.map((value) => {
    const u = (value - center) / reach;
    return u > -1 && u < 1 ? (value - center) * (1 - u * u) ** 2 : 0;
  });
}

/**
 * The center of the biweight and the distance from it at which weights reach 0, in units of the values;
 * the mean and an infinite distance where the MAD is 0.
 */
export function biweightScale(values: Float64Array): { readonly center: number; readonly reach: number } {
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  if (!(deviation > 0)) return { center: mean(values), reach: Number.POSITIVE_INFINITY };
  return { center: middle, reach: BIWEIGHT_REACH * deviation };
}

/** What a column is multiplied by to have a norm of 1; 0 where its norm is 0. @param centered see `MeasureSteps.center`. */
export function unitScale(centered: Float64Array): number {
  let square = 0;
  for (let s = 0; s < centered.length; s++) square += centered[s] * centered[s];
  return square > 0 ? 1 / Math.sqrt(square) : 0;
}

/** Divides a column by its norm, in place; zeros where the norm is 0. @param centered see `MeasureSteps.center`. */
export function toUnitNorm(centered: Float64Array): Float64Array {
  const scale = unitScale(centered);
  for (let s = 0; s < centered.length; s++) centered[s] *= scale;
  return centered;
}
