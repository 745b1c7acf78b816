// The optimizers' inner loops: the fast forms equal the plain ones.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { repulseByTree } from '#whymap/engine/js/barnes-hut.js';
import { createTree } from '#whymap/engine/js/barnes-hut-tree.js';
import { coefficientTable, lookUp } from '#whymap/engine/js/tabulated-function.js';
import { relativeDifference } from './oracle.js';

test('tabled coefficients are within 2e-5 of the function, over 24 orders of magnitude', () => {
  for (const power of [-2, -0.5, 0.3, 1, 2]) {
    const table = coefficientTable((s) => s ** power);
    for (let s = 1e-12; s < 1e12; s *= 1.37) {
      expect(Math.abs(lookUp(table, s) / s ** power - 1)).toBeLessThan(2e-5);
    }
  }
});

test('outside its range a table holds its ends, and stays finite', () => {
  const table = coefficientTable((s) => 1 / (1 + s));
  expect(lookUp(table, 1e-40)).toBeCloseTo(1, 6);
  expect(lookUp(table, 1e30)).toBeGreaterThanOrEqual(0);
});

function drained<T>(work: Generator<void, T>): T {
  let next = work.next();
  while (!next.done) next = work.next();
  return next.value;
}

function exactSums(y: Float64Array, dimensions: number) {
  const force = new Float64Array(y.length);
  let z = 0;
  for (let i = 0; i < y.length; i += dimensions) {
    for (let j = 0; j < y.length; j += dimensions) {
      if (i === j) continue;
      let squared = 1;
      for (let k = 0; k < dimensions; k++) squared += (y[i + k] - y[j + k]) ** 2;
      z += 1 / squared;
      for (let k = 0; k < dimensions; k++) force[i + k] += (y[i + k] - y[j + k]) / squared ** 2;
    }
  }
  return { force, z };
}

test('tree sums approach the exact sums as theta goes to 0, with ties, lines and equal points', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(0, 1e-3, 1, 1e3),
      fc.integer(),
      (dimensions, rows, scale, seed) => {
        const random = createRandom(seed);
        const y = Float64Array.from(
          { length: rows * dimensions },
          () => scale * Math.round(4 * random.normal()),
        );
        const exact = exactSums(y, dimensions);
        for (const [theta, tolerance] of [
          [0, 1e-10],
          [0.2, 0.03],
          [0.5, 0.15],
        ]) {
          const force = new Float64Array(y.length);
          const z = drained(repulseByTree(createTree(y, dimensions), y, dimensions, theta, force));
          expect(Math.abs(z - exact.z)).toBeLessThanOrEqual(tolerance * exact.z + 1e-13 * rows);
          expect(relativeDifference(force, exact.force)).toBeLessThan(tolerance + 1e-9);
        }
      },
    ),
    { numRuns: 60, seed: 6 },
  );
});
