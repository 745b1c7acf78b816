/**
 * P-values from draws, single and corrected over several tests by the largest statistic.
 *
 * Source: Westfall and Young (1993), single-step maxT: the chance, when no test has an effect, that the largest
 * of all statistics reaches the one observed. It bounds the chance of any false finding (family-wise), takes
 * account of tests that depend on one another, and its smallest value is 1 / (1 + draws) however many tests
 * there are, where Holm's or Benjamini and Hochberg's correction would need more draws for more modules.
 * Statistics are first brought to one scale by mean and standard deviation over the draws and the observation
 * together, so that observation and draws are treated alike and p stays exact.
 */

export interface DrawnTest {
  readonly statistic: number;
  readonly expected: number;
  readonly p: number;
  readonly pAdjusted: number;
}

/** @param observed one a test. @param draws draws x tests. Larger is stronger. */
export function largestStatisticTests(observed: Float64Array, draws: readonly Float64Array[]): DrawnTest[] {
  const all = [observed, ...draws];
  const scaled = all.map(() => new Float64Array(observed.length));
  for (let k = 0; k < observed.length; k++) {
    const mean = all.reduce((sum, values) => sum + values[k], 0) / all.length;
    const variance = all.reduce((sum, values) => sum + (values[k] - mean) ** 2, 0) / all.length;
    all.forEach((values, i) => {
      scaled[i][k] = variance > 0 ? (values[k] - mean) / Math.sqrt(variance) : 0;
    });
  }
  const largest = scaled.slice(1).map((values) => values.reduce((a, b) => Math.max(a, b)));
  return Array.from(observed, (statistic, k) => {
    const reached = draws.filter((values) => values[k] >= statistic).length;
    const beaten = largest.filter((value) => value >= scaled[0][k]).length;
    return {
      statistic,
      expected: draws.reduce((sum, values) => sum + values[k], 0) / draws.length,
      p: (1 + reached) / (1 + draws.length),
      pAdjusted: (1 + beaten) / (1 + draws.length),
    };
  });
}
