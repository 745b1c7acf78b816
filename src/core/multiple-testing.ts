/** P-values of single tests and their correction over many. Double precision; deterministic. */

/**
 * Benjamini and Hochberg (1995): the smallest false discovery rate at which each test would be called. For many
 * exploratory tests, where a share of false findings is bearable.
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const order = [...p.keys()].sort((a, b) => p[b] - p[a]);
  const adjusted = new Array<number>(p.length);
  let least = 1;
  order.forEach((test, i) => {
    least = Math.min(least, (p[test] * p.length) / (p.length - i));
    adjusted[test] = least;
  });
  return adjusted;
}

/** Two-sided p of a correlation over n samples, by Fisher's z and the normal distribution; 1 below 4 samples. */
export function correlationP(rho: number, n: number): number {
  if (n < 4) return 1;
  const bounded = Math.min(1 - 1e-15, Math.abs(rho));
  return complementaryError((Math.atanh(bounded) * Math.sqrt(n - 3)) / Math.SQRT2);
}

/** Two-sided p that two correlations over separate samples are equal, by Fisher's z. */
export function differenceP(a: number, na: number, b: number, nb: number): number {
  if (na < 4 || nb < 4) return 1;
  const bound = (rho: number) => Math.atanh(Math.max(-1 + 1e-15, Math.min(1 - 1e-15, rho)));
  const z = Math.abs(bound(a) - bound(b)) / Math.sqrt(1 / (na - 3) + 1 / (nb - 3));
  return complementaryError(z / Math.SQRT2);
}

/** Two-sided p of a standard normal score. */
export const normalP = (z: number): number => Math.min(1, complementaryError(Math.abs(z) / Math.SQRT2));

/** erfc(x) for x of 0 or more, to a relative 1.2e-7 (Press et al., Numerical Recipes, 6.2). */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.5 * x);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const series = coefficients.reduceRight((sum, c) => sum * t + c, 0);
  return t * Math.exp(-x * x + series);
}

/**
 * Chance of at least `hits` marked among `drawn` taken from `total` of which `marked` are marked
 * (hypergeometric, upper tail).
 */
export function hypergeometricP(hits: number, drawn: number, marked: number, total: number): number {
  const most = Math.min(drawn, marked);
  const whole = logChoose(total, drawn);
  let sum = 0;
  for (let k = Math.max(hits, drawn + marked - total); k <= most; k++) {
    sum += Math.exp(logChoose(marked, k) + logChoose(total - marked, drawn - k) - whole);
  }
  return Math.min(1, sum);
}

/** Natural logarithm of the binomial coefficient. */
function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln n!, by Stirling's series above 30 (error below 1e-12), by the product below. */
function logFactorial(n: number): number {
  if (n > 30) {
    const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
    return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
  }
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return Math.log(product);
}
