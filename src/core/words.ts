/**
 * Numbers and lists in plain words, the same on the terminal, in files and on the page.
 *
 * Source: ours. Determinism: no locale of the machine is read; groups of digits are parted by commas everywhere.
 */

const grouped = new Intl.NumberFormat('en-US');

/** A whole number with its digits in groups of three: `12,345`. */
export const count = (value: number): string => grouped.format(value);

/** A share as a percentage: no digit after the point, but one below 1% and where less than all would read 100%. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value >= 99.5 && value < 100) return `${(Math.floor(10 * value) / 10).toFixed(1)}%`;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)}%`;
}

/** A share as a whole percentage. */
export function wholePercent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

/** Two decimals, without a minus sign for what rounds to zero. */
export const decimal = (value: number): string => (Math.abs(value) < 0.005 ? '0.00' : value.toFixed(2));

/** Two decimals with a sign: `+0.82`, or with a true minus sign `\u22120.40`; `+0.00` for what rounds to zero. */
export const signed = (value: number): string =>
  `${value <= -0.005 ? '\u2212' : '+'}${Math.abs(value).toFixed(2)}`;

/** An amount with its noun: `1 sample`, `2,345 samples`. @param many the plural, when it is not the noun with an s. */
export const plural = (amount: number, one: string, many = `${one}s`): string =>
  `${count(amount)} ${amount === 1 ? one : many}`;

/** `A`, `A and B`, `A, B and C`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** A p-value: three decimals, `<0.001` below, in powers of ten below a millionth. */
export function pValue(p: number): string {
  if (p < 1e-6) return p > 0 ? p.toExponential(0) : '<1e-300';
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** The text with its first letter in upper case. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
