/** Figures in words, as sentences for people show them. */

/** A share as a percentage: one digit after the point below 1%, else none. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)}%`;
}

/** A share as a whole percentage. */
export function wholePercent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
