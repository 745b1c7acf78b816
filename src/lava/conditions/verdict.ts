/** Verdict on a module in one stratum, from its unit values and their test. Rules: see compare.ts. Ours. */

import type { Design } from './design.js';
import type { RowTest, StatisticName } from './unit-tests.js';
import type { UnitValues } from './unit-values.js';

export type Verdict = 'gained' | 'lost' | 'rewired' | 'up' | 'down' | 'shared' | 'none';

/** Presence (squared correlation beyond chance) below which a module counts as absent on a side. */
const PRESENT = 0.02;
/** Share of the stronger presence below which the weaker side lacks the module. */
const WEAKER = 0.5;
/** Difference of the score, in standard deviations inside units, that counts without a p. */
const LARGE_SCORE = 0.5;

/**
 * The verdict on one module in one stratum: whether presence, pairs or score differ between the sides, by corrected p
 * where one is attainable, else by size.
 * @param values presence, pairs and score of each unit.
 * @param test null where p is undefined: one unit a side, or no matched locality.
 * @param level largest corrected p that counts.
 */
export function judge(
  values: UnitValues,
  { units, assignments, crossed, exact }: Design,
  test: RowTest | null,
  level: number,
): Verdict {
  const sideOf = (some: Float64Array, isCase: boolean) =>
    [...some].filter((value, u) => units[u].isCase === isCase && !Number.isNaN(value));
  const [cases, controls] = [sideOf(values.presence, true), sideOf(values.presence, false)];
  if (cases.length === 0 || controls.length === 0) return 'none';
  const [a, b] = [meanOf(cases), meanOf(controls)];
  const [scoresCase, scoresControl] = [sideOf(values.score, true), sideOf(values.score, false)];
  const difference = meanOf(scoresCase) - meanOf(scoresControl);
  const equal = cases.length === controls.length || crossed;
  const attainable = test !== null && (!exact || (equal ? 2 : 1) / assignments.length <= level);
  const differs = (
    names: readonly StatisticName[],
    isLarge: boolean,
    one: readonly number[],
    other: readonly number[],
  ) =>
    attainable && test
      ? names.some((name) => test.pAdjustedOf[name] <= level)
      : isLarge && isApart(one, other);
  const stronger = Math.max(a, b);
  const isWeaker = Math.min(a, b) < WEAKER * stronger;
  if (stronger >= PRESENT && isWeaker && differs(['presence', 'pairs'], true, cases, controls)) {
    return a > b ? 'gained' : 'lost';
  }
  const isLarge = Math.abs(difference) >= LARGE_SCORE * values.scoreSpread && values.scoreSpread > 0;
  const onBoth = Math.min(a, b) >= PRESENT && !isWeaker;
  if (attainable && test && onBoth && test.pAdjustedOf.pairs <= level) return 'rewired';
  if (differs(['score'], isLarge, scoresCase, scoresControl)) return difference > 0 ? 'up' : 'down';
  return stronger >= PRESENT ? 'shared' : 'none';
}

/** Whether all values of one side lie above, or all below, those of the other. */
function isApart(one: readonly number[], other: readonly number[]): boolean {
  return Math.min(...one) > Math.max(...other) || Math.max(...one) < Math.min(...other);
}

/** Arithmetic mean. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
