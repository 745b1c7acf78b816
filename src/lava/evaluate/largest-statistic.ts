/**
 * P-values from draws, single and corrected over several tests by the largest statistic.
 *
 * Source: Westfall and Young (1993), single-step maxT: the chance, when no test has an effect, that the largest
 * of all statistics reaches the one observed. It bounds the chance of any false finding (family-wise), takes
 * account of tests that depend on one another, and its smallest value is 1 / (1 + draws) however many tests
 * there are, where Holm's or Benjamini and Hochberg's correction would need more draws for more modules.
 * Statistics are first brought to one scale by mean and standard deviation over the draws and the observation
 * together, so that observation and draws are treated alike and p stays exact.
 * Fails: never.
 */

import { mean } from '../../core/statistics.js';
import type { SignificanceTest } from '../../model.js';

/** A test with what sequential-decision.ts decides by. */
export interface DrawnTest extends SignificanceTest {
  /** Draws whose largest statistic of all tests reaches this one. */
  readonly reached: number;
  /** Standard deviations of the drawn largest statistics from their mean to the one observed, scaled by the draws alone. */
  readonly margin: number;
}

/**
 * A test for each observed statistic: p, and p corrected over all of them. Larger statistics are stronger. p and
 * pAdjusted are (1 + draws that reach it) / (1 + draws), so 1 where nothing varies.
 * @param observed one a test.
 * @param draws for each draw one statistic a test.
 */
export function largestStatisticTests(observed: Float64Array, draws: readonly Float64Array[]): DrawnTest[] {
  const all = [observed, ...draws];
  const scaled = all.map(() => new Float64Array(observed.length));
  const alone = Float64Array.from(observed, (statistic, k) => {
    const { center, scale } = momentsOf(all, k);
    all.forEach((values, i) => {
      scaled[i][k] = (values[k] - center) * scale;
    });
    const drawn = momentsOf(draws, k);
    return (statistic - drawn.center) * drawn.scale;
  });
  const largest = scaled.slice(1).map((values) => values.reduce((a, b) => Math.max(a, b)));
  const level = mean(largest);
  const spread = Math.sqrt(mean(largest.map((value) => (value - level) ** 2)));
  return Array.from(observed, (statistic, k) => {
    const hits = draws.filter((values) => values[k] >= statistic).length;
    const reached = largest.filter((value) => value >= scaled[0][k]).length;
    return {
      statistic,
      expected: mean(draws.map((values) => values[k])),
      p: (1 + hits) / (1 + draws.length),
      pAdjusted: (1 + reached) / (1 + draws.length),
      draws: draws.length,
      reached,
      margin: spread > 0 ? (alone[k] - level) / spread : 0,
    };
  });
}

/**
 * Mean of test k over the rows, and one over its standard deviation: 0 where it does not vary by more than rounding may move
 * the mean. The list must not be empty.
 * @param values for each draw one statistic a test.
 */
function momentsOf(values: readonly Float64Array[], k: number): { center: number; scale: number } {
  const center = values.reduce((sum, row) => sum + row[k], 0) / values.length;
  const variance = values.reduce((sum, row) => sum + (row[k] - center) ** 2, 0) / values.length;
  const largest = values.reduce((most, row) => Math.max(most, Math.abs(row[k])), 0);
  const deviation = Math.sqrt(variance);
  const rounding = values.length * Number.EPSILON * largest;
  return { center, scale: deviation > rounding ? 1 / deviation : 0 };
}
