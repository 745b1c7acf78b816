/**
 * Two sets of samples compared with replicates (donors, slides, batches) as the units.
 *
 * Purpose: samples of one replicate are not independent; a p over samples says nothing about other replicates.
 * Source: means by replicate (pseudobulk), compared by an exact permutation test of the difference of their means. Where
 *   every replicate is on both sides, signs of the differences within replicates are permuted; where each is on one
 *   side, replicates are permuted over the sides. Two-sided: the share of arrangements at least as far from 0.
 * How it fails: with few replicates no p can be small (4 against 3: at least 2/35); with one on a side there is none.
 * Cost: arrangements x replicates a feature; refused above MOST_ARRANGEMENTS.
 * Types: `Explanation`: a map with its localities, modules and their descriptions. `CategoricalColumn`, groups of the
 *   samples: kind (`categorical`), codes (one a sample, index into levels, -1 where missing).
 */

import { OptionError } from '../../errors.js';
import type { Explanation } from '../../model.js';
import { columnNamed } from './columns.js';

export interface PseudobulkTest {
  /** Mean of the replicates' means in the first samples less that in the second. */
  readonly difference: number;
  /** Replicates on either side. */
  readonly replicatesFirst: number;
  readonly replicatesSecond: number;
  /** Whether the same replicates are on both sides. */
  readonly paired: boolean;
  /** Two-sided, exact; null with fewer than two replicates on a side, some but not all on both, or too many arrangements. */
  readonly p: number | null;
}

const MOST_ARRANGEMENTS = 20_000;

/** The test of one feature: its values in the samples `a` of `pseudobulk`, in that order, and in the samples `b`. */
export type PseudobulkOf = (first: ArrayLike<number>, second: ArrayLike<number>) => PseudobulkTest;

/**
 * Prepares the comparison of two sets of samples with the levels of a metadata column as replicates, and returns the test of
 * one feature, which is then called for each. Samples whose replicate is missing are left out. p is null when a side has one
 * replicate, when only some of the replicates are on both sides, or beyond MOST_ARRANGEMENTS.
 * OptionError when no column, or one of numbers, has the name.
 * @param name of the column of replicates, such as donor. @param a @param b sample rows of the first and the second set.
 */
export function pseudobulk(
  explanation: Explanation,
  name: string,
  a: Int32Array,
  b: Int32Array,
): PseudobulkOf {
  const column = columnNamed(explanation, name);
  if (column.kind !== 'categorical') {
    throw new OptionError({
      got: `${name}, a column of numbers, as replicates`,
      expected: 'a column of groups, such as donor or slide',
      remedy: 'name a categorical column',
    });
  }
  const groups = [a, b].map((rows) => groupsOf(rows, column.codes));
  const [first, second] = groups.map((group) => [...group.keys()].sort((x, y) => x - y));
  const paired = first.length === second.length && first.every((code, i) => code === second[i]);
  const shared = first.some((code) => second.includes(code));
  const arrangements = paired || !shared ? arrangementsOf(first.length, second.length, paired) : null;
  return (x, y) => {
    const [means, others] = [x, y].map((values, side) => {
      const codes = side === 0 ? first : second;
      return codes.map((code) => meanAt(values, groups[side].get(code) ?? []));
    });
    const difference = average(means) - average(others);
    const sizes = { replicatesFirst: first.length, replicatesSecond: second.length, paired };
    const p = arrangements && permutationP(means, others, arrangements, paired);
    return { difference, ...sizes, p };
  };
}

/**
 * Indices into `rows` by the code (replicate) of the sample there; missing ones (-1) are left out.
 * @param codes one a sample.
 * @returns for each code that occurs its indices, ascending.
 */
function groupsOf(rows: Int32Array, codes: Int32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  rows.forEach((row, at) => {
    if (codes[row] < 0) return;
    const group = groups.get(codes[row]);
    if (group) group.push(at);
    else groups.set(codes[row], [at]);
  });
  return groups;
}

/**
 * Arithmetic mean.
 * @param values one at least.
 */
const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of the values at these indices. */
const meanAt = (values: ArrayLike<number>, at: readonly number[]): number =>
  at.reduce((sum, i) => sum + values[i], 0) / at.length;

/**
 * All arrangements of the permutation test, the observed one first. Each has a sign a replicate: 1 for the first side, -1 for
 * the second; when paired, -1 turns the difference within the replicate. Null with fewer than 2 replicates on a side, or more
 * than MOST_ARRANGEMENTS.
 * @param n @param m replicates of the first and of the second side.
 */
function arrangementsOf(n: number, m: number, paired: boolean): readonly Int8Array[] | null {
  if (n < 2 || m < 2) return null;
  const size = paired ? n : n + m;
  const wanted = paired ? null : n;
  const found: Int8Array[] = [];
  const signs = new Int8Array(size);
  const extend = (at: number, plus: number): boolean => {
    if (found.length > MOST_ARRANGEMENTS) return false;
    if (wanted !== null && (plus > wanted || plus + size - at < wanted)) return true;
    if (at === size) {
      found.push(signs.slice());
      return true;
    }
    return [1, -1].every((sign) => {
      signs[at] = sign;
      return extend(at + 1, plus + (sign === 1 ? 1 : 0));
    });
  };
  return extend(0, 0) ? found : null;
}

/**
 * Share of the arrangements whose difference is at least as far from 0 as that of the data, itself included. Equal up
 * to rounding counts as at least as far. Never throws.
 * @param means
 * @param others one a replicate of the first and of the second side; when paired, in the same order.
 */
function permutationP(
  means: readonly number[],
  others: readonly number[],
  arrangements: readonly Int8Array[],
  paired: boolean,
): number {
  const values = paired ? means.map((mean, i) => mean - others[i]) : [...means, ...others];
  const statistic = (signs: Int8Array): number => {
    if (paired) return Math.abs(values.reduce((sum, value, i) => sum + signs[i] * value, 0)) / values.length;
    let [first, second] = [0, 0];
    values.forEach((value, i) => {
      if (signs[i] === 1) first += value;
      else second += value;
    });
    return Math.abs(first / means.length - second / others.length);
  };
  const observed = Math.abs(average(means) - average(others));
  // equal sums in another order may differ in the last bits
  const reaches = observed * (1 - 1e-12) - 1e-300;
  return arrangements.filter((signs) => statistic(signs) >= reaches).length / arrangements.length;
}
