// Eigenvalues alone: those of ml-matrix, of matrices whose eigenvalues are known, and of degenerate ones.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { denseEigenpairs } from '#whymap/linalg/dense-eigen.js';
import { symmetricEigenvalues } from '#whymap/linalg/symmetric-eigenvalues.js';

/** A symmetric matrix by its elements. */
function symmetric(size: number, entry: (i: number, j: number) => number): Float64Array {
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) a[i * size + j] = a[j * size + i] = entry(i, j);
  return a;
}

test.each([1, 2, 3, 10, 120])('%i rows: the eigenvalues of ml-matrix', async (size) => {
  const random = createRandom(size);
  for (const entry of [
    () => random.normal(),
    (i: number, j: number) => (Math.abs(i - j) < 3 ? random.normal() : 0),
    (i: number, j: number) => 1e12 * Math.cos(i * j),
  ]) {
    const a = symmetric(size, entry);
    const wanted = denseEigenpairs(a, size, size, 'smallest').values;
    const found = await symmetricEigenvalues(a, size);
    const largest = Math.max(...wanted.map(Math.abs));
    found.forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(1e-12 * largest);
    });
  }
});

test('known spectra: a path, equal rows, a diagonal, zeros', async () => {
  const n = 50;
  const path = await symmetricEigenvalues(
    symmetric(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0)),
    n,
  );
  path.forEach((value, i) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)), 12);
  });
  const ones = await symmetricEigenvalues(
    symmetric(n, () => 1),
    n,
  );
  expect(ones[n - 1]).toBeCloseTo(n, 10);
  for (const value of ones.subarray(0, n - 1)) expect(Math.abs(value)).toBeLessThan(1e-12);
  const diagonal = symmetric(6, (i, j) => (i === j ? 6 - i : 0));
  expect([...(await symmetricEigenvalues(diagonal, 6))]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...(await symmetricEigenvalues(new Float64Array(9), 3))]).toEqual([0, 0, 0]);
});
