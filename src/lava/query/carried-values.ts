/**
 * Questions about the raw values that travel with an explanation (`explanation.values`), for faces without the table.
 *
 * Source: ours. Precision: double sums over the carried values. Cost: proportional to the samples requested.
 * Types: `Explanation`, of a map: values (raw values that travel along, or null), rows (number of samples).
 *   `FeatureValues`, raw values of some features: features (their names), data (samples x these features).
 * Fails: OptionError for a measure that this version does not know; else never.
 */

import type { Explanation } from '../../model.js';
import { columnCorrelation } from '../associations/local-values.js';
import { measureOf } from './explained-table.js';

/**
 * Values of one feature, one a sample in row order; null when the explanation does not carry them. The array is a
 * view of `values`.
 * @param feature index of the feature.
 */
export function carriedValues(
  { values, rows }: Pick<Explanation, 'values' | 'rows'>,
  feature: number,
): Float32Array | Float64Array | Uint8Array | null {
  const at = values ? values.features.indexOf(feature) : -1;
  return values && at >= 0 ? values.data.subarray(at * rows, (at + 1) * rows) : null;
}

/**
 * Correlation of two features over some samples, by the measure that was explained with; -1 to 1. Null where a value
 * is not carried, either feature is constant, or fewer than three samples are given.
 * @param pair feature indices.
 * @param rows sample rows.
 */
export function carriedCorrelation(
  explanation: Explanation,
  [a, b]: readonly [number, number],
  rows: ArrayLike<number>,
): number | null {
  const [x, y] = [carriedValues(explanation, a), carriedValues(explanation, b)];
  if (!x || !y || rows.length < 3) return null;
  const take = (values: ArrayLike<number>) => Float64Array.from(rows, (row) => values[row]);
  return columnCorrelation(take(x), take(y), measureOf(explanation));
}
