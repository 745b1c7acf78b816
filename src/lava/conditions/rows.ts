/**
 * Rows of a comparison: means over units, abundance, p and verdict of each module in each stratum. Ours.
 * Types: `Measured`, one module in one stratum: parts (ids of two modules, or absent), module (id), label (name),
 *   stratum (level, or `all`), flags (to know of it), values (UnitValues: presence, relative score and pairs of every unit),
 *   abundance (share of samples present, one a unit), pooled (it is of the explanation). `RowTest`: p, pAdjusted, and
 *   pAdjustedOf each statistic. `Design`, of a comparison: units (replicates on either side). `Judging`: byTest (by
 *   p, else by size) and level (of p). `Unit`, a replicate on one side: isCase (on the case side). `UnitValues`, of
 *   one module: presence (one a unit), relativeScore (one a unit, NaN without a score), localities (where both sides were
 *   measured), scoreSpread (standard deviation inside units), presenceDifference (case less control, or null).
 * Fails: never.
 */

import type { Design } from './design.js';
import type { Measured } from './measured.js';
import type { RowTest } from './unit-tests.js';
import {
  isAttainable,
  isLevelApart,
  isOnBoth,
  type Judging,
  judge,
  judgeJoint,
  type Verdict,
} from './verdict.js';

/** One module in one stratum. */
export interface ComparedRow {
  /** Id of the module; with the condition in front for one that was found on that condition alone; `M1+M2` for the pairs between two. */
  readonly module: string;
  readonly label: string;
  /** Level of `in`, or `all` for all samples; a level that is itself called `all` is `column:all`. */
  readonly stratum: string;
  readonly verdict: Verdict;
  /** Mean squared correlation of the module's pairs beyond chance, mean over units; null without matched localities. */
  readonly presenceCase: number | null;
  readonly presenceControl: number | null;
  /**
   * Relative score, mean over units: the mean score of a unit's samples less that of all units in the same localities, in
   * standardized feature units.
   */
  readonly relativeScoreCase: number | null;
  readonly relativeScoreControl: number | null;
  /** Relative score of the case less that of the control. */
  readonly scoreDifference: number | null;
  /** The difference in standard deviations of the score inside units and localities; null where it is not known. */
  readonly scoreEffect: number | null;
  /** Verdicts by size: the level differs, with the units of the sides apart, but by too little to be called up or down. */
  readonly slight: boolean;
  /** Share of a unit's samples in which the module is present: case over control; null when control has none. */
  readonly abundanceRatio: number | null;
  /** By permutation of units; null where fewer than two units on a side were measured. */
  readonly p: number | null;
  /** Corrected over all rows and statistics. */
  readonly pAdjusted: number | null;
  readonly replicatesCase: number;
  readonly replicatesControl: number;
  /** Localities in which both sides were measured. */
  readonly localities: number;
  /**
   * In each locality of the explanation the mean presence over units, case less control, to four digits; null where either
   * was not measured. Null for a module that was found on one condition alone: its localities are others.
   */
  readonly presenceDifferences: readonly (number | null)[] | null;
  /** Presence and relative score in every unit; null where it was not measured. */
  readonly units: readonly {
    readonly replicate: string;
    readonly isCase: boolean;
    readonly presence: number | null;
    readonly relativeScore: number | null;
  }[];
  /** What must be known of the module: `mostly a difference between levels of slide`. */
  readonly flags: readonly string[];
}

/**
 * The rows with their verdicts. Pairs between two modules have a row only where they are rewired and both modules are
 * on both sides there: a module that is gained is not rewired with its neighbors.
 * @param measured one entry for each module and stratum.
 * @param tests one for each entry, or null where no test was possible.
 * @param level largest corrected p that counts.
 * @returns rows in the order of `measured`.
 */
export function judgedRows(
  measured: readonly Measured[],
  tests: readonly RowTest[] | null,
  design: Design,
  level: number,
): ComparedRow[] {
  const judging = { level, byTest: tests !== null && isAttainable(design, level) };
  const rows = measured.map((row, i) => comparedRow(row, tests?.[i] ?? null, design, judging));
  const onBoth = new Set(
    rows.filter((row) => isOnBoth(row)).map(({ module, stratum }) => JSON.stringify([module, stratum])),
  );
  return rows.filter((row, i) => {
    const { parts } = measured[i];
    if (!parts) return true;
    return (
      row.verdict === 'rewired' && parts.every((part) => onBoth.has(JSON.stringify([part, row.stratum])))
    );
  });
}

/**
 * The row of one module and stratum. Means are over units with a value, null where there is none. p is null with
 * fewer than two measured units on a side; abundance ratio is null where control has none.
 */
function comparedRow(
  { module, label, stratum, flags, values, abundance, parts, pooled }: Measured,
  test: RowTest | null,
  design: Design,
  judging: Judging,
): ComparedRow {
  const mean = (some: Float64Array, isCase: boolean) => {
    const known = some.filter((value, u) => design.units[u].isCase === isCase && !Number.isNaN(value));
    return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  const count = (isCase: boolean) =>
    design.units.filter((unit, u) => unit.isCase === isCase && !Number.isNaN(values.presence[u])).length;
  const [relativeScoreCase, relativeScoreControl] = [true, false].map((isCase) =>
    mean(values.relativeScore, isCase),
  );
  const [abundanceCase, abundanceControl] = [mean(abundance, true), mean(abundance, false)];
  const [cases, controls] = [count(true), count(false)];
  const tested = Math.min(cases, controls) >= 2 ? test : null;
  const verdict = (parts ? judgeJoint : judge)(values, design, tested, judging);
  const scoreDifference =
    relativeScoreCase === null || relativeScoreControl === null
      ? null
      : relativeScoreCase - relativeScoreControl;
  return {
    module,
    label,
    stratum,
    verdict,
    presenceCase: mean(values.presence, true),
    presenceControl: mean(values.presence, false),
    relativeScoreCase,
    relativeScoreControl,
    scoreDifference,
    scoreEffect:
      scoreDifference !== null && values.scoreSpread > 0 ? scoreDifference / values.scoreSpread : null,
    slight: !judging.byTest && verdict === 'shared' && isLevelApart(values, design),
    abundanceRatio: abundanceCase !== null && abundanceControl ? abundanceCase / abundanceControl : null,
    p: tested?.p ?? null,
    pAdjusted: tested?.pAdjusted ?? null,
    replicatesCase: cases,
    replicatesControl: controls,
    localities: values.localities,
    presenceDifferences: pooled ? Array.from(values.presenceDifference, shortly) : null,
    units: design.units.map((unit, u) => ({
      ...unit,
      presence: knownOr(values.presence[u]),
      relativeScore: knownOr(values.relativeScore[u]),
    })),
    flags,
  };
}

/** The value to four digits after the point, or null for NaN. */
const shortly = (value: number): number | null => knownOr(Math.round(value * 1e4) / 1e4);

/** The value, or null for NaN. */
const knownOr = (value: number): number | null => (Number.isNaN(value) ? null : value);
