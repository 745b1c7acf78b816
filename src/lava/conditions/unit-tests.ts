/**
 * Tests of differences between two sides by permuting units.
 *
 * Source: Westfall and Young's largest statistic over all rows and statistics together. Ours: three statistics a row,
 *   brought to one scale: the t-like difference of presence and of score (mean difference over its standard error, to
 *   which three tenths of the median over rows of the units' spread is added, as SAM does, so that a spread that is small by
 *   chance does not decide), and the root of the F-like difference of the pairs (squared distance of the sides' mean
 *   correlations over the squared distances inside sides). In a crossed design all are made of the differences inside
 *   replicates. Each statistic is centered and scaled by median and median absolute deviation over all rows and
 *   assignments.
 * p of a row: how many assignments reach the largest of its statistics; corrected: how many reach it in any row. The
 *   observed assignment counts, so p is exact when the assignments are all there are, and never below 1 / assignments.
 * How it fails: with few units p cannot be small (2 against 2 units: 1/3). Cost: assignments x rows x units x pairs.
 */

import { median } from '../../core/statistics.js';
import type { Design } from './design.js';
import type { UnitValues } from './unit-values.js';

export const STATISTICS = ['presence', 'score', 'pairs'] as const;
export type StatisticName = (typeof STATISTICS)[number];

export interface RowTest {
  readonly p: number;
  readonly pAdjusted: number;
  /** Corrected p of each statistic on its own. */
  readonly pAdjustedOf: Readonly<Record<StatisticName, number>>;
}

/** Share of the rows' median spread that is added to standard errors. */
const OFFSET = 0.3;

/**
 * Tests every row (a module in a stratum) by permuting units over the sides. One test a row; null when there is one
 * unit on a side or nothing to permute.
 * @param rows presence, score and pairs of each unit (NaN where unknown).
 * @param design the units and the assignments that are tried, the observed one first.
 */
export function unitTests(
  rows: readonly Pick<UnitValues, 'presence' | 'score' | 'pairs' | 'pairWeights'>[],
  design: Pick<Design, 'units' | 'crossed' | 'assignments'>,
): RowTest[] | null {
  const { assignments, units, crossed } = design;
  const sides = units.filter(({ isCase }) => isCase).length;
  const least = Math.min(sides, units.length - sides);
  if (least < 2 || assignments.length < 2 || rows.length === 0) return null;
  const scaled = STATISTICS.map((name) => {
    const vectors = rows.map((row) => vectorsOf(row, name));
    const offset = OFFSET * median(vectors.map(spreadOf).filter((spread) => spread > 0));
    const safe = Number.isFinite(offset) ? offset : 0;
    return toOneScale(
      assignments.map((sides) =>
        Float64Array.from(vectors, (unitVectors) =>
          crossed ? crossedStatistic(unitVectors, sides, safe) : nestedStatistic(unitVectors, sides, safe),
        ),
      ),
    );
  });
  return testsFrom(scaled, rows.length);
}

/**
 * p and corrected p of every row from the scaled statistics.
 * @param scaled by statistic, then assignment (the observed one first), then row.
 * @param rows number of rows.
 */
function testsFrom(scaled: readonly (readonly Float64Array[])[], rows: number): RowTest[] {
  const count = scaled[0].length;
  const largestOf = (a: number, r: number) => Math.max(...scaled.map((statistic) => statistic[a][r]));
  const ofRow = Array.from({ length: rows }, (_, r) =>
    Float64Array.from({ length: count }, (_, a) => largestOf(a, r)),
  );
  const largest = Float64Array.from({ length: count }, (_, a) =>
    ofRow.reduce((most, row) => Math.max(most, row[a]), Number.NEGATIVE_INFINITY),
  );
  // equal up to rounding counts as reached: mirrored assignments give the same statistic
  const reached = (values: Float64Array, observed: number) =>
    values.filter((value) => value >= observed - 1e-9).length / count;
  return ofRow.map((row, r) => ({
    p: reached(row, row[0]),
    pAdjusted: reached(largest, row[0]),
    pAdjustedOf: {
      presence: reached(largest, scaled[0][0][r]),
      score: reached(largest, scaled[1][0][r]),
      pairs: reached(largest, scaled[2][0][r]),
    },
  }));
}

/**
 * One vector for each unit: pairs scaled by the roots of their weights, or the single value of presence or score;
 * null for units without one.
 */
function vectorsOf(
  row: Pick<UnitValues, 'presence' | 'score' | 'pairs' | 'pairWeights'>,
  name: StatisticName,
): (Float64Array | null)[] {
  const known = (vector: Float64Array) => (vector.some(Number.isNaN) ? null : vector);
  if (name !== 'pairs') return Array.from(row[name], (value) => known(Float64Array.of(value)));
  return row.pairs.map((pairs) => known(pairs.map((value, p) => value * Math.sqrt(row.pairWeights[p]))));
}

/**
 * Root mean squared distance of the units' vectors from their mean; 0 for fewer than two units.
 * @param vectors one a unit, null where unknown.
 */
function spreadOf(vectors: readonly (Float64Array | null)[]): number {
  const known = vectors.filter((vector) => vector !== null);
  if (known.length < 2) return 0;
  return Math.sqrt(squaredDistances(known, meanOf(known)) / (known.length - 1));
}

/**
 * Distance of the sides' means over its standard error; 0 unless both sides have two units.
 * @param vectors one a unit, null where unknown.
 * @param sides 1 (case) or 0 for each unit.
 * @param offset added to the spread, so that a small one does not decide.
 */
function nestedStatistic(
  vectors: readonly (Float64Array | null)[],
  sides: Uint8Array,
  offset: number,
): number {
  const [control, cases] = [0, 1].map((side) => vectors.filter((vector, u) => vector && sides[u] === side));
  const [a, b] = [control, cases] as [Float64Array[], Float64Array[]];
  if (a.length < 2 || b.length < 2) return 0;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const inside = (squaredDistances(a, meanA) + squaredDistances(b, meanB)) / (a.length + b.length - 2);
  return ratio(distance(meanA, meanB), (Math.sqrt(inside) + offset) * Math.sqrt(1 / a.length + 1 / b.length));
}

/**
 * Length of the mean difference inside replicates over its standard error; 0 for fewer than two replicates.
 * @param vectors one a unit, the two of a replicate side by side.
 * @param sides 1 (case) or 0 for each unit.
 * @param offset added to the spread.
 */
function crossedStatistic(
  vectors: readonly (Float64Array | null)[],
  sides: Uint8Array,
  offset: number,
): number {
  const differences: Float64Array[] = [];
  for (let u = 0; u < vectors.length; u += 2) {
    const [first, second] = [vectors[u], vectors[u + 1]];
    if (!first || !second) continue;
    const sign = sides[u] === 1 ? 1 : -1;
    differences.push(first.map((value, i) => sign * (value - second[i])));
  }
  const count = differences.length;
  if (count < 2) return 0;
  const mean = meanOf(differences);
  const inside = squaredDistances(differences, mean) / (count - 1);
  return ratio(
    distance(mean, new Float64Array(mean.length)),
    (Math.sqrt(inside) + offset) / Math.sqrt(count),
  );
}

/** Difference over error; 0 when nothing differs, also where the error is 0. */
function ratio(difference: number, error: number): number {
  return difference > 0 ? difference / error : 0;
}

/** Mean of vectors of one length, entry by entry. */
function meanOf(vectors: readonly Float64Array[]): Float64Array {
  return vectors[0].map((_, i) => vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length);
}

/** Euclidean distance of two vectors. */
function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(squaredDistances([a], b));
}

/** Sum over the vectors of their squared Euclidean distance from the center. */
function squaredDistances(vectors: readonly Float64Array[], center: Float64Array): number {
  return vectors.reduce(
    (sum, vector) => sum + vector.reduce((inner, value, i) => inner + (value - center[i]) ** 2, 0),
    0,
  );
}

/**
 * The statistics less their median and over their scaled median absolute deviation, taken over all assignments and
 * rows with a positive finite statistic.
 * @param statistics for each assignment one a row.
 */
function toOneScale(statistics: readonly Float64Array[]): Float64Array[] {
  const all = statistics.flatMap((row) => [...row]).filter((value) => value > 0 && Number.isFinite(value));
  const center = all.length > 0 ? median(all) : 0;
  const scale = 1.4826 * median(all.map((value) => Math.abs(value - center)));
  return statistics.map((row) => row.map((value) => (scale > 0 ? (value - center) / scale : value - center)));
}
