/** The generic force loop over a law's definition: slow, and what every fused law is compared with. */
import type { LawDefinition } from '#whymap/dr/laws/law.js';

export function oracleForces<R>(
  law: LawDefinition<R>,
  input: (i: number, j: number) => number,
  y: Float64Array,
  dimensions: number,
): { loss: number; force: Float64Array } {
  const rows = y.length / dimensions;
  const reduction = law.reduce(y, dimensions);
  const force = new Float64Array(y.length);
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      let squared = 0;
      let dot = 0;
      for (let k = 0; k < dimensions; k++) {
        squared += (y[i * dimensions + k] - y[j * dimensions + k]) ** 2;
        dot += y[i * dimensions + k] * y[j * dimensions + k];
      }
      const pair = { i, j, input: input(i, j), squared, dot };
      loss += law.loss(pair, reduction);
      if (i === j) continue;
      const coefficient = law.repulse(pair, reduction) - law.attract(pair, reduction);
      for (let k = 0; k < dimensions; k++) {
        force[i * dimensions + k] += coefficient * (y[i * dimensions + k] - y[j * dimensions + k]);
      }
    }
  }
  return { loss, force };
}

/** -grad of a loss by central differences of fourth order. */
export function finiteDifferences(
  loss: (y: Float64Array) => number,
  y: Float64Array,
  h = 1e-4,
): Float64Array {
  return y.map((value, at) => {
    const moved = y.slice();
    const shifted = (by: number) => {
      moved[at] = value + by;
      return loss(moved);
    };
    return -(8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * h);
  });
}

/** Largest difference over the largest size of b. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let at = 0; at < b.length; at++) {
    difference = Math.max(difference, Math.abs(a[at] - b[at]));
    size = Math.max(size, Math.abs(b[at]));
  }
  return size > 0 ? difference / size : difference;
}
