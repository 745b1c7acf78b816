/**
 * Design of a comparison: which samples are compared, in which units, and how labels may be permuted.
 *
 * Purpose: replicates (donors, slides, animals) are the units of a comparison between conditions, never samples: samples
 *   of one replicate are alike for reasons that have nothing to do with the condition.
 * Source: exact permutation tests. A unit is a replicate on one side. *Nested* (every replicate on one side): all choices
 *   of as many units for the case side. *Crossed* (every replicate on both sides): all swaps of the sides inside
 *   replicates. More than `draws` of them are drawn at random. Where some replicates are on both sides and others are not,
 *   the others are left out when two or more are crossed, and otherwise the design counts as nested.
 * Determinism: units in order of replicate, case first; draws from the context's seed.
 * Types: `Random`, seeded numbers: below (a whole number below the bound). `CategoricalColumn`, groups of the
 *   samples: name (of the column), codes (one a sample, index into levels, -1 where missing), levels (distinct values).
 */

import { permutation, type Random } from '../../core/random.js';
import { OptionError } from '../../errors.js';
import type { CategoricalColumn } from '../../model.js';

export interface DesignInput {
  readonly condition: CategoricalColumn;
  readonly case: string;
  readonly control: string;
  /** Null: each side is one unit. */
  readonly replicate: CategoricalColumn | null;
}

export interface Unit {
  /** Level of the replicate column, or of the condition without one. */
  readonly replicate: string;
  readonly isCase: boolean;
}

export interface Design {
  readonly units: readonly Unit[];
  /** Unit of each sample; -1 for samples that are not compared. */
  readonly unitOf: Int32Array;
  readonly crossed: boolean;
  /** Replicates that were left out because they are on one side of a crossed design. */
  readonly leftOut: readonly string[];
  /** Samples without a level of the condition, and those on a side without a replicate. */
  readonly missing: { readonly condition: number; readonly replicate: number };
  /** For each assignment 1 for units on the case side, 0 for control; the observed one first. */
  readonly assignments: readonly Uint8Array[];
  /** Whether the assignments are all there are. */
  readonly exact: boolean;
}

/**
 * Plans a comparison: which samples belong to which unit, and the assignments of units to sides that a permutation
 * test goes through. OptionError for levels that do not exist, hold no sample, or are the same.
 * @param draws most assignments that are drawn where not all are tried.
 */
export function planDesign(input: DesignInput, draws: number, random: Random): Design {
  const { condition, replicate } = input;
  const sides = [levelCode(condition, input.case), levelCode(condition, input.control)];
  if (sides[0] === sides[1]) {
    throw new OptionError({
      got: `${input.case} as case and as control`,
      expected: `two different levels of ${condition.name}`,
      remedy: 'choose another level for one of them',
    });
  }
  const sideOf = condition.codes.map((code) => (code < 0 ? -1 : sides.indexOf(code)));
  const keys = sideOf.map((side, s) => {
    const code = replicate ? replicate.codes[s] : 0;
    return side < 0 || code < 0 ? -1 : 2 * code + side;
  });
  const found = [...new Set(keys)].filter((key) => key >= 0).sort((a, b) => a - b);
  const codes = found.map((key) => key >> 1);
  const both = new Set(codes.filter((code, i) => codes.indexOf(code) !== i));
  const crossed = replicate !== null && both.size > 0 && (both.size >= 2 || codes.length === 2);
  const kept = crossed ? found.filter((key) => both.has(key >> 1)) : found;
  const units = kept.map((key) => ({
    replicate: replicate ? replicate.levels[key >> 1] : condition.levels[sides[key & 1]],
    isCase: (key & 1) === 0,
  }));
  for (const isCase of [true, false]) {
    if (!units.some((unit) => unit.isCase === isCase)) throw noSamples(input, isCase);
  }
  return {
    units,
    unitOf: keys.map((key) => kept.indexOf(key)),
    crossed,
    leftOut: replicate
      ? [...new Set(found.filter((key) => !kept.includes(key)).map((key) => replicate.levels[key >> 1]))]
      : [],
    missing: {
      condition: condition.codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0),
      replicate: keys.reduce((sum, key, s) => sum + (key < 0 && sideOf[s] >= 0 ? 1 : 0), 0),
    },
    ...assign(units, crossed, draws, random),
  };
}

/** Index of a level; OptionError when the column has no such level. A level without samples has an index too. */
function levelCode(column: CategoricalColumn, level: string): number {
  const code = column.levels.indexOf(level);
  if (code >= 0) return code;
  throw new OptionError({
    got: `the level ${level} of ${column.name}`,
    expected: `one of ${column.levels.slice(0, 12).join(', ')}`,
    remedy: 'spell it as in the data',
  });
}

/**
 * The error for a side without samples.
 * @param isCase which side.
 */
function noSamples(input: DesignInput, isCase: boolean): OptionError {
  return new OptionError({
    got: `no sample with ${input.condition.name} = ${isCase ? input.case : input.control} and a known replicate`,
    expected: 'samples on both sides',
    remedy: 'choose levels that hold samples, or another replicate column',
  });
}

/**
 * Lists the assignments of a permutation test: the observed one first, then all others, or `draws` random ones where
 * there are more than that.
 * @param units in order of replicate, case first.
 * @param crossed whether every replicate is on both sides, so that only sides inside replicates are swapped.
 * @returns for each assignment 1 for units on the case side, 0 for control, and whether they are all there are
 *   (`exact`).
 */
function assign(units: readonly Unit[], crossed: boolean, draws: number, random: Random) {
  const observed = Uint8Array.from(units, ({ isCase }) => (isCase ? 1 : 0));
  const cases = observed.reduce((a, b) => a + b, 0);
  const total = crossed ? 2 ** (units.length / 2) : choose(units.length, cases);
  if (total <= draws + 1) {
    const all = crossed ? allSwaps(observed) : allChoices(units.length, cases);
    const others = all.filter((one) => one.some((side, u) => side !== observed[u]));
    return { assignments: [observed, ...others], exact: true };
  }
  const drawn = Array.from({ length: draws }, () =>
    crossed
      ? swapped(observed, () => random.below(2) === 1)
      : permutation(units.length, random).reduce((sides, unit, i) => {
          sides[unit] = observed[i];
          return sides;
        }, new Uint8Array(units.length)),
  );
  return { assignments: [observed, ...drawn], exact: false };
}

/** Binomial coefficient: ways to choose k of n. Exact up to 2^53; 0 for k above n. Never throws. */
function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return Math.round(product);
}

/**
 * Every way to put `cases` of the units on the case side, as 1 (case) or 0 for each unit. For nested designs. There
 * are binomial(units, cases) of them, so callers count first; an empty list where cases exceed units.
 */
function allChoices(units: number, cases: number): Uint8Array[] {
  if (cases === 0) return [new Uint8Array(units)];
  if (cases > units) return [];
  const extended = (shorter: Uint8Array, last: number) => Uint8Array.of(...shorter, last);
  return [
    ...allChoices(units - 1, cases).map((sides) => extended(sides, 0)),
    ...allChoices(units - 1, cases - 1).map((sides) => extended(sides, 1)),
  ];
}

/**
 * Every way to swap the sides inside replicates, as 1 (case) or 0 for each unit. For crossed designs, where the two
 * units of a replicate stand side by side. There are 2^(units / 2) of them, so callers count first.
 * @param observed the sides as they are.
 */
function allSwaps(observed: Uint8Array): Uint8Array[] {
  return Array.from({ length: 2 ** (observed.length / 2) }, (_, mask) =>
    swapped(observed, (replicate) => ((mask >> replicate) & 1) === 1),
  );
}

/**
 * The assignment with the sides of those replicates swapped for which `swaps` is true.
 * @param observed 1 (case) or 0 for each unit, the two units of a replicate side by side.
 */
function swapped(observed: Uint8Array, swaps: (replicate: number) => boolean): Uint8Array {
  const result = observed.slice();
  for (let replicate = 0; 2 * replicate < observed.length; replicate++) {
    if (swaps(replicate)) result.set([observed[2 * replicate + 1], observed[2 * replicate]], 2 * replicate);
  }
  return result;
}
