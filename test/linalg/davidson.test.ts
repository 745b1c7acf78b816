import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { eigenpairs } from '#whymap/linalg/davidson.js';
import { dot } from '#whymap/linalg/vectors.js';

const standard = { tolerance: 1e-12, maxApplications: 5000 };

/** A diagonal operator hidden by a reflection: known eigenvalues, dense eigenvectors. */
function reflected(values: Float64Array, seed: number) {
  const random = createRandom(seed);
  const u = Float64Array.from(values, () => random.normal());
  const scale = 2 / dot(u, u);
  const reflect = (x: Float64Array, out: Float64Array) => {
    const along = scale * dot(u, x);
    for (let i = 0; i < x.length; i++) out[i] = x[i] - along * u[i];
  };
  const middle = new Float64Array(values.length);
  return {
    size: values.length,
    apply(x: Float64Array, out: Float64Array) {
      reflect(x, middle);
      for (let i = 0; i < middle.length; i++) middle[i] *= values[i];
      reflect(middle.slice(), out);
    },
  };
}

test('eigenvalues and orthonormal eigenvectors at both ends, small and large, with repeated values', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 200 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('largest' as const, 'smallest' as const),
      fc.integer(),
      async (size, count, end, seed) => {
        const random = createRandom(seed, 'values');
        const values = Float64Array.from({ length: size }, () => Math.round(20 * random.normal()) / 4);
        const operator = reflected(values, seed);
        const found = await eigenpairs(operator, { ...standard, count, end }, createRandom(seed));
        const sorted = values.slice().sort();
        if (end === 'largest') sorted.reverse();
        const image = new Float64Array(size);
        found.vectors.forEach((v, k) => {
          expect(found.values[k]).toBeCloseTo(sorted[k], 7);
          operator.apply(v, image);
          for (let i = 0; i < size; i++) expect(image[i]).toBeCloseTo(found.values[k] * v[i], 6);
          found.vectors.forEach((w, l) => {
            expect(dot(v, w)).toBeCloseTo(k === l ? 1 : 0, 9);
          });
        });
      },
    ),
    { numRuns: 25, seed: 4 },
  );
});

test('a deflated null space is left out', async () => {
  const size = 90;
  const apply = (x: Float64Array, out: Float64Array) => {
    for (let i = 0; i < size; i++) {
      const left = i > 0 ? x[i] - x[i - 1] : 0;
      const right = i < size - 1 ? x[i] - x[i + 1] : 0;
      out[i] = left + right;
    }
  };
  const ones = new Float64Array(size).fill(1 / Math.sqrt(size));
  const options = { ...standard, count: 3, end: 'smallest' as const, deflate: [ones] };
  const found = await eigenpairs({ size, apply }, options, createRandom(1));
  const expected = [1, 2, 3].map((k) => 2 - 2 * Math.cos((Math.PI * k) / size));
  expected.forEach((value, k) => {
    expect(found.values[k]).toBeCloseTo(value, 10);
  });
});

test('when applications run out the best pairs come back with their residual', async () => {
  const values = Float64Array.from({ length: 300 }, (_, i) => 1 + i * 1e-4);
  const operator = reflected(values, 3);
  const options = { count: 2, end: 'largest' as const, tolerance: 1e-12, maxApplications: 30 };
  const found = await eigenpairs(operator, options, createRandom(2));
  expect(found.applications).toBeGreaterThanOrEqual(30);
  expect(found.applications).toBeLessThan(40);
  expect(found.residual).toBeGreaterThan(1e-12);
  const image = new Float64Array(300);
  operator.apply(found.vectors[0], image);
  const off = Math.sqrt(
    image.reduce((sum, x, i) => sum + (x - found.values[0] * found.vectors[0][i]) ** 2, 0),
  );
  expect(off / found.values[0]).toBeLessThanOrEqual(found.residual * 1.001);
});

test('a preconditioner finds the smallest eigenvalues in fewer applications, and the same ones', async () => {
  const size = 400;
  const diagonal = Float64Array.from({ length: size }, (_, i) => 1 + i ** 2);
  const apply = (x: Float64Array, out: Float64Array) => {
    for (let i = 0; i < size; i++) out[i] = diagonal[i] * x[i] + 0.1 * ((x[i - 1] ?? 0) + (x[i + 1] ?? 0));
  };
  const options = { ...standard, tolerance: 1e-9, count: 3, end: 'smallest' as const };
  const precondition = (x: Float64Array, out: Float64Array) => {
    for (let i = 0; i < size; i++) out[i] = x[i] / diagonal[i];
  };
  const plain = await eigenpairs({ size, apply }, options, createRandom(1));
  const helped = await eigenpairs({ size, apply }, { ...options, precondition }, createRandom(1));
  expect(helped.applications).toBeLessThan(plain.applications / 2);
  helped.values.forEach((value, k) => {
    expect(value).toBeCloseTo(plain.values[k], 4);
  });
});
