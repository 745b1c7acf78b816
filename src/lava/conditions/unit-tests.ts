/**
 * Tests of differences between two sides by permuting units.
 *
 * Source: Westfall and Young's largest statistic over all rows and statistics together. Ours: three statistics a row,
 *   brought to one scale: the t-like difference of the root of presence and of the relative score (mean difference over its
 *   standard error, to which the median over rows of the units' spread is added, as SAM does, so that a spread that is small by chance does not
 *   decide), and the root of the F-like difference of the pairs (squared distance of the sides' mean
 *   correlations over the squared distances inside sides). In a crossed design all are made of the differences inside
 *   replicates. Each statistic is divided by its 95% quantile over all rows and assignments. Measured on 24 planted cohorts
 *   (4 against 4 donors): programmes that are up are found in 24, with an offset of 0.3 and a scale by median and median
 *   absolute deviation in 16, since spreads of 8 units that are small by chance then decide the largest statistic.
 * p of a row: how many assignments reach the largest of its statistics; corrected: how many reach it in any row. The
 *   observed assignment counts, so p is exact when the assignments are all there are, and never below 1 / assignments.
 * How it fails: with few units p cannot be small (2 against 2 units: 1/3). Cost: assignments x rows x units x pairs.
 * Types: `Design`, of a comparison: assignments (one byte a unit, 1 for case; the observed first), units (replicates
 *   on either side), crossed (replicates are on both sides). `Unit`, a replicate on one side: isCase (on the case
 *   side). `UnitValues`, of one module: presence (one a unit), relativeScore (one a unit, NaN without a score), pairs (mean
 *   signed correlations of each unit, by pair), pairWeights (one a pair, sum 1).
 * Fails: never.
 */

import { median, quantile } from '../../core/statistics.js';
import type { Design } from './design.js';
import type { UnitValues } from './unit-values.js';

export const STATISTICS = ['presence', 'relativeScore', 'pairs'] as const;
export type StatisticName = (typeof STATISTICS)[number];

export interface RowTest {
  readonly p: number;
  readonly pAdjusted: number;
  /** Corrected p of each statistic on its own. */
  readonly pAdjustedOf: Readonly<Record<StatisticName, number>>;
}

/** Added to presence before the root is taken: about the sampling error of a presence of 0. */
const CHANCE_PRESENCE = 0.01;
/** Quantile of a statistic over rows and assignments that all three are scaled by. */
const SCALE_QUANTILE = 0.95;

type TestedRow = Pick<UnitValues, 'presence' | 'relativeScore' | 'pairs' | 'pairWeights'>;

/**
 * Tests every row (a module in a stratum) by permuting units over the sides. One test a row; null when there is one
 * unit on a side or nothing to permute.
 * @param rows presence, relative score and pairs of each unit (NaN where unknown).
 * @param design the units and the assignments that are tried, the observed one first.
 * @returns for each row p (share of assignments, the observed one included, whose largest statistic of the row
 * reaches the observed), pAdjusted (of the largest over all rows), and the corrected p of each statistic.
 */
export function unitTests(
  rows: readonly TestedRow[],
  design: Pick<Design, 'units' | 'crossed' | 'assignments'>,
): RowTest[] | null {
  const { assignments, units } = design;
  const sides = units.filter(({ isCase }) => isCase).length;
  const least = Math.min(sides, units.length - sides);
  if (least < 2 || assignments.length < 2 || rows.length === 0) return null;
  const scaled = STATISTICS.map((name) => {
    const vectors = rows.map((row) => vectorsOf(row, name));
    const spreads = vectors.map((row) => spreadOf(row, design.crossed)).filter((spread) => spread > 0);
    const offset = spreads.length > 0 ? median(spreads) : 0;
    return toOneScale(vectors.map((row) => rowStatistics(row, design, offset)));
  });
  return testsFrom(scaled, rows.length);
}

/**
 * p of every row from the scaled statistics. Assignment 0 is the observed one.
 * @param rows number of rows.
 * @param scaled by statistic, then row, then assignment.
 */
function testsFrom(scaled: readonly (readonly Float64Array[])[], rows: number): RowTest[] {
  const ofRow = Array.from({ length: rows }, (_, r) =>
    scaled[0][r].map((_, a) => Math.max(...scaled.map((statistic) => statistic[r][a]))),
  );
  const largest = scaled[0][0].map((_, a) =>
    ofRow.reduce((most, row) => Math.max(most, row[a]), Number.NEGATIVE_INFINITY),
  );
  // equal up to rounding counts as reached: mirrored assignments give the same statistic
  const reached = (values: Float64Array, observed: number) =>
    values.filter((value) => value >= observed - 1e-9).length / values.length;
  return ofRow.map((row, r) => ({
    p: reached(row, row[0]),
    pAdjusted: reached(largest, row[0]),
    pAdjustedOf: {
      presence: reached(largest, scaled[0][r][0]),
      relativeScore: reached(largest, scaled[1][r][0]),
      pairs: reached(largest, scaled[2][r][0]),
    },
  }));
}

/**
 * Statistic of one row for every assignment.
 * @param vectors one a unit, null where it has no value.
 * @param offset what is added to the spread of a unit.
 * @returns one value of 0 or more for each assignment.
 */
function rowStatistics(
  vectors: readonly (Float64Array | null)[],
  { assignments, crossed }: Pick<Design, 'crossed' | 'assignments'>,
  offset: number,
): Float64Array {
  const statistic = crossed ? crossedStatistic(vectors, offset) : nestedStatistic(vectors, offset);
  return Float64Array.from(assignments, statistic);
}

/**
 * Distance of the sides' means over its standard error; 0 unless both sides have two units. Returns a function from
 * an assignment (1 for case units) to the statistic. Units without a vector are left out.
 * @param vectors one a unit; null where it was not measured.
 * @param offset is added to the spread, so that a small one does not decide.
 */
function nestedStatistic(vectors: readonly (Float64Array | null)[], offset: number) {
  const known = [...vectors.keys()].filter((u) => vectors[u] !== null);
  const products = innerProducts(centered(vectors.filter((vector) => vector !== null)));
  const size = known.length;
  return (sides: Uint8Array): number => {
    const cases = known.reduce((sum, u) => sum + sides[u], 0);
    const controls = size - cases;
    if (cases < 2 || controls < 2) return 0;
    const share = (i: number) => (sides[known[i]] === 1 ? 1 / cases : -1 / controls);
    let [between, total, within] = [0, 0, 0];
    for (let i = 0; i < size; i++) {
      total += products[i * size + i];
      for (let j = 0; j < size; j++) {
        const product = products[i * size + j];
        between += share(i) * share(j) * product;
        // squared length of a side's mean times its units
        if (sides[known[i]] === sides[known[j]]) within += Math.abs(share(i)) * product;
      }
    }
    const spread = Math.sqrt(Math.max(0, total - within) / (size - 2));
    return ratio(Math.sqrt(Math.max(0, between)), (spread + offset) * Math.sqrt(1 / cases + 1 / controls));
  };
}

/**
 * Length of the mean difference inside replicates over its standard error; 0 for fewer than two replicates. Returns a
 * function from an assignment to the statistic. Units 2i and 2i + 1 are the sides of replicate i; a replicate counts
 * where both have a vector.
 * @param vectors one a unit; null where it was not measured.
 * @param offset is added to the spread, so that a small one does not decide.
 */
function crossedStatistic(vectors: readonly (Float64Array | null)[], offset: number) {
  const known = [...vectors.keys()].filter((u) => u % 2 === 0 && vectors[u] && vectors[u + 1]);
  const size = known.length;
  const products = innerProducts(differences(vectors));
  return (sides: Uint8Array): number => {
    if (size < 2) return 0;
    let [squared, total] = [0, 0];
    for (let i = 0; i < size; i++) {
      total += products[i * size + i];
      for (let j = 0; j < size; j++) {
        squared += (sides[known[i]] === sides[known[j]] ? 1 : -1) * products[i * size + j];
      }
    }
    const mean = Math.max(0, squared) / size ** 2;
    const spread = Math.sqrt(Math.max(0, total - size * mean) / (size - 1));
    return ratio(Math.sqrt(mean), (spread + offset) / Math.sqrt(size));
  };
}

/**
 * One vector a unit: pairs scaled by the roots of their weights, or the single value; null for units without one. A
 * vector with any NaN counts as no value.
 */
function vectorsOf(row: TestedRow, name: StatisticName): (Float64Array | null)[] {
  const known = (vector: Float64Array) => (vector.some(Number.isNaN) ? null : vector);
  if (name === 'presence')
    return Array.from(row.presence, (value) => known(Float64Array.of(evenSpread(value))));
  if (name === 'relativeScore')
    return Array.from(row.relativeScore, (value) => known(Float64Array.of(value)));
  return row.pairs.map((pairs) => known(pairs.map((value, p) => value * Math.sqrt(row.pairWeights[p]))));
}

/** Presence on a scale on which its sampling error hardly depends on it: near that of a correlation; NaN stays NaN. */
function evenSpread(presence: number): number {
  return Math.sqrt(Math.max(0, presence) + CHANCE_PRESENCE);
}

/**
 * Root mean squared distance of the units from their mean, or in a crossed design of the sides inside replicates: the
 * same for every assignment. 0 for fewer than two.
 * @param vectors one a unit, null where unknown.
 */
function spreadOf(vectors: readonly (Float64Array | null)[], crossed: boolean): number {
  const known = crossed ? differences(vectors) : centered(vectors.filter((vector) => vector !== null));
  if (known.length < 2) return 0;
  const squares = known.reduce((sum, v) => sum + v.reduce((inner, x) => inner + x * x, 0), 0);
  return Math.sqrt(squares / (known.length - (crossed ? 0 : 1)));
}

/**
 * First unit less second of every replicate that has both. Units 2i and 2i + 1 belong to one replicate.
 * @param vectors one a unit; null where it was not measured.
 */
function differences(vectors: readonly (Float64Array | null)[]): Float64Array[] {
  return vectors.flatMap((first, u) => {
    const second = u % 2 === 0 ? vectors[u + 1] : null;
    return first && second ? [first.map((value, i) => value - second[i])] : [];
  });
}

/**
 * The vectors less their mean. Empty for no vectors; all of one length. Entries that are the same in all vectors become 0, although
 * rounding may move their mean.
 */
function centered(vectors: readonly Float64Array[]): Float64Array[] {
  if (vectors.length === 0) return [];
  const mean = vectors[0].map((first, i) =>
    vectors.every((v) => v[i] === first) ? first : vectors.reduce((sum, v) => sum + v[i], 0) / vectors.length,
  );
  return vectors.map((vector) => vector.map((value, i) => value - mean[i]));
}

/** Inner products of all pairs of vectors. v x v for v vectors, row by row. */
function innerProducts(vectors: readonly Float64Array[]): Float64Array {
  return Float64Array.from(
    vectors.flatMap((a) => vectors.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0))),
  );
}

/**
 * Difference over error; 0 when nothing differs, also where the error is 0. Infinite where something differs without
 * error.
 */
function ratio(difference: number, error: number): number {
  return difference > 0 ? difference / error : 0;
}

/**
 * Divided by the 95% quantile over all assignments and rows with a statistic.
 * @param statistics one list a row.
 * @returns new lists; the same ones where no statistic is above 0.
 */
function toOneScale(statistics: readonly Float64Array[]): readonly Float64Array[] {
  const all = statistics.flatMap((row) => [...row]).filter((value) => value > 0 && Number.isFinite(value));
  if (all.length === 0) return statistics;
  const scale = quantile(all, SCALE_QUANTILE);
  return statistics.map((row) => row.map((value) => value / scale));
}
