/**
 * Are the maps of two methods as like one another as maps of the first with other seeds? Two one-sided tests.
 *
 * Purpose: `equivalenceTest`. Source: Schuirmann (1987), two one-sided tests; Efron (1981), jackknife.
 * Ours: the statistic is the mean overlap of neighbors between the two methods less that between maps of the first method;
 *   its standard error is a jackknife over the maps of either method, since every map is in many pairs. The margin is twice
 *   the standard deviation of the overlap of two maps of the first method: within it, one cannot say from a map which
 *   method made it rather than another seed.
 * Shapes: at least 3 maps of either method, of the same samples and neighborhood size. Determinism: follows from its input.
 */

import type { Neighbors } from '../../model.js';
import { overlap } from './measures.js';

export interface Equivalence {
  /** Mean overlap of two maps of the first method, and its least and most over pairs. */
  readonly within: number;
  readonly least: number;
  readonly most: number;
  /** Mean overlap of a map of the first method with one of the second. */
  readonly between: number;
  /** `between` less `within`, and its standard error. */
  readonly difference: number;
  readonly error: number;
  readonly margin: number;
  /** The larger p of the two one-sided tests: below the level, the two are equivalent. */
  readonly p: number;
  readonly verdict: 'equivalent' | 'below' | 'above' | 'cannot be told';
}

const LEVEL = 0.05;

/** Tests the maps of two methods, each as its lists of neighbors; no map of the one has the seed of one of the other. */
export function equivalenceTest(first: readonly Neighbors[], second: readonly Neighbors[]): Equivalence {
  const inside = first.map((a, i) => first.map((b, j) => (i < j ? overlap(a, b) : Number.NaN)));
  const cross = first.map((a) => second.map((b) => overlap(a, b)));
  const pairs = inside.flat().filter((value) => !Number.isNaN(value));
  const within = mean(pairs);
  const between = mean(cross.flat());
  const leftOut = (u: number, d: number) =>
    mean(cross.flatMap((row, i) => (i === u ? [] : row.filter((_, j) => j !== d)))) -
    mean(inside.flatMap((row, i) => row.filter((value, j) => i !== u && j !== u && !Number.isNaN(value))));
  const error = Math.sqrt(
    spread(first.map((_, u) => leftOut(u, -1))) + spread(second.map((_, d) => leftOut(-1, d))),
  );
  const difference = between - within;
  const margin = 2 * Math.sqrt(mean(pairs.map((value) => (value - within) ** 2)));
  const freedom = Math.min(first.length, second.length) - 1;
  const [low, high] = [(difference + margin) / error, (margin - difference) / error];
  const p = Math.max(studentTail(low, freedom), studentTail(high, freedom));
  const verdict =
    p <= LEVEL
      ? 'equivalent'
      : studentTail(-low, freedom) <= LEVEL
        ? 'below'
        : studentTail(-high, freedom) <= LEVEL
          ? 'above'
          : 'cannot be told';
  const [least, most] = [Math.min(...pairs), Math.max(...pairs)];
  return { within, least, most, between, difference, error, margin, p, verdict };
}

/** The jackknife's variance: (n - 1) / n times the squares around the mean of the values with one left out each. */
function spread(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return ((values.length - 1) / values.length) * squares;
}

/** The mean. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * P(T >= t) of Student's t with a whole number of degrees of freedom, by its finite series (Abramowitz and Stegun 26.7.3
 * and 26.7.4).
 */
export function studentTail(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  let term = freedom % 2 === 1 ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let n = freedom % 2 === 1 ? 3 : 2; n < freedom; n += 2) {
    term *= ((n - 1) / n) * cosine * cosine;
    sum += term;
  }
  const inside = freedom % 2 === 1 ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 - inside) / 2;
}
