/**
 * Verdict on a module in one stratum, from its unit values and their test. Rules: see compare.ts. Ours.
 * Types: `UnitValues`, of one module: presence (one a unit), relativeScore (one a unit, NaN without a score), scoreSpread
 *   (standard deviation inside units), pairs (mean signed correlations of each unit, by pair), pairWeights (one a pair,
 *   sum 1). `Design`, of a comparison: units (replicates on either side), assignments (one byte a unit, 1 for case; the
 *   observed first), crossed (replicates are on both sides), exact (they are all there are). `RowTest`: p, pAdjusted,
 *   and pAdjustedOf each statistic. `Unit`, a replicate on one side: isCase (on the case side).
 * Fails: never.
 */

import type { Design } from './design.js';
import type { RowTest, StatisticName } from './unit-tests.js';
import type { UnitValues } from './unit-values.js';

export type Verdict = 'gained' | 'lost' | 'rewired' | 'up' | 'down' | 'shared' | 'none';

/** Presence (squared correlation beyond chance) below which a module counts as absent on a side. */
const PRESENT = 0.02;
/** Share of the stronger presence below which the weaker side lacks the module. */
const WEAKER = 1 / 3;
/** Difference of the relative score, in standard deviations inside units, that counts without a p: Cohen's large effect. */
export const LARGE_SCORE = 0.8;
/** Agreement of the sides' pairs below which these are paired otherwise, not only more or less. */
const OTHERWISE = 0.7;

/** How differences are judged: by p of at most `level`, or by size where no p of the design can be as small. */
export interface Judging {
  readonly byTest: boolean;
  readonly level: number;
}

/**
 * Verdict on a module in one stratum: gained or lost (presence), rewired (pairs), up or down (relative score), shared, or none
 * where it is on neither side or a side was not measured.
 * @param values presence, relative score and pairs of every unit, NaN where unknown.
 * @param test null where fewer than two units on a side were measured: then a design with tests has no finding.
 * @param judging whether p decides, at which level; else differences of size between all units.
 */
export function judge(
  values: UnitValues,
  design: Design,
  test: RowTest | null,
  { byTest, level }: Judging,
): Verdict {
  const presence = sidesOf(values.presence, design);
  if (presence.some((side) => side.length === 0)) return 'none';
  const [a, b] = presence.map(meanOf);
  const scores = sidesOf(values.relativeScore, design);
  const difference = meanOf(scores[0]) - meanOf(scores[1]);
  const isSignificant = (...names: StatisticName[]) =>
    names.some((name) => byTest && test !== null && test.pAdjustedOf[name] <= level);
  const stronger = Math.max(a, b);
  const isWeaker = Math.min(a, b) < WEAKER * stronger;
  const differs = byTest ? isSignificant('presence', 'pairs') : isApart(presence);
  if (stronger >= PRESENT && isWeaker && differs) return a > b ? 'gained' : 'lost';
  const onBoth = isOnBoth({ presenceCase: a, presenceControl: b });
  if (onBoth && isSignificant('pairs') && isOtherwise(values, design)) return 'rewired';
  const isLarge = Math.abs(difference) >= LARGE_SCORE * values.scoreSpread && values.scoreSpread > 0;
  if (byTest ? isSignificant('relativeScore') : isLarge && isWideApart(scores)) {
    return difference > 0 ? 'up' : 'down';
  }
  return stronger >= PRESENT ? 'shared' : 'none';
}

/**
 * Verdict on the pairs between two modules. `rewired` or `none`.
 * @param test null means none.
 */
export function judgeJoint(
  values: UnitValues,
  design: Design,
  test: RowTest | null,
  { byTest, level }: Judging,
): Verdict {
  const differs = byTest && test !== null && test.pAdjustedOf.pairs <= level;
  return differs && isOtherwise(values, design) ? 'rewired' : 'none';
}

/** Whether a pattern is on both sides, and on neither much weaker. @param row mean presence on either side; null counts as 0. */
export function isOnBoth(row: {
  readonly presenceCase: number | null;
  readonly presenceControl: number | null;
}): boolean {
  const [a, b] = [row.presenceCase ?? 0, row.presenceControl ?? 0];
  return Math.min(a, b) >= Math.max(PRESENT, WEAKER * Math.max(a, b));
}

/** Known values of the case units and of the control units. NaN is left out; a side may be empty. */
function sidesOf(values: Float64Array, { units }: Design): [number[], number[]] {
  const side = (isCase: boolean) =>
    [...values].filter((value, u) => units[u].isCase === isCase && !Number.isNaN(value));
  return [side(true), side(false)];
}

/**
 * Whether the sides' mean correlations of the pairs disagree: their weighted cosine is low. Weights are those of the
 * pairs; false where a side has no correlation at all.
 */
function isOtherwise({ pairs, pairWeights }: UnitValues, { units }: Design): boolean {
  const [a, b] = [true, false].map((isCase) => {
    const known = pairs.filter((vector, u) => units[u].isCase === isCase && !vector.some(Number.isNaN));
    return pairWeights.map((_, p) => meanOf(known.map((vector) => vector[p])));
  });
  const product = (x: Float64Array, y: Float64Array) =>
    x.reduce((sum, value, p) => sum + pairWeights[p] * value * y[p], 0);
  return product(a, b) < OTHERWISE * Math.sqrt(product(a, a) * product(b, b));
}

/**
 * Whether any p can be as small as the level: mirrored assignments of equal sides have one statistic. True where
 * assignments were drawn, since then p can be 1 / (draws + 1).
 */
export function isAttainable({ units, assignments, crossed, exact }: Design, level: number): boolean {
  const cases = units.filter(({ isCase }) => isCase).length;
  const mirrored = crossed || 2 * cases === units.length;
  return !exact || (mirrored ? 2 : 1) / assignments.length <= level;
}

/** Whether all of one side lie above or below all of the other. Neither list may be empty. */
function isApart([one, other]: readonly (readonly number[])[]): boolean {
  return Math.min(...one) > Math.max(...other) || Math.max(...one) < Math.min(...other);
}

/**
 * Whether all of one side lie above or below all of the other, and farther from them than units of one side from one
 * another. Neither list may be empty.
 * @param sides two lists, one number a unit.
 */
function isWideApart(sides: readonly (readonly number[])[]): boolean {
  if (!isApart(sides)) return false;
  const [low, high] = [...sides].sort((a, b) => a[0] - b[0]);
  const range = (side: readonly number[]) => Math.max(...side) - Math.min(...side);
  return Math.min(...high) - Math.max(...low) >= Math.max(range(low), range(high));
}

/**
 * Whether the relative scores of all units of one side lie above or below all of the other, whatever the difference: what verdicts by
 * size do not count where it is small. A tie is not apart; false where a side has none.
 */
export function isLevelApart({ relativeScore }: UnitValues, design: Design): boolean {
  const sides = sidesOf(relativeScore, design);
  return sides.every((side) => side.length > 0) && isApart(sides);
}

/**
 * Arithmetic mean. NaN for an empty list.
 * @param values one a unit.
 */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
