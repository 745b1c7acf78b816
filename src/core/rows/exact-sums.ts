/**
 * Sums in twice the precision of a double: they are the same in whichever order their terms come, and in whichever parts, since the
 * sum of single precision values within 2^50 of one another is exact.
 *
 * Source: Knuth's sum of two doubles and its rounding error. Never throws.
 */

/** Some sums, each `high` + `low`; `high` is the sum as a double. */
export interface ExactSums {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** So many sums of nothing yet. */
export const newExactSums = (length: number): ExactSums => ({
  high: new Float64Array(length),
  low: new Float64Array(length),
});

/** Adds a value to one of the sums. */
export function addTo({ high, low }: ExactSums, at: number, value: number): void {
  const sum = high[at] + value;
  const taken = sum - high[at];
  const lost = low[at] + (high[at] - (sum - taken) + (value - taken));
  high[at] = sum + lost;
  low[at] = lost - (high[at] - sum);
}

/** Adds other sums to these, each to that of its number. */
export function addExactly(sums: ExactSums, others: ExactSums): void {
  for (let at = 0; at < sums.high.length; at++) {
    addTo(sums, at, others.high[at]);
    addTo(sums, at, others.low[at]);
  }
}
