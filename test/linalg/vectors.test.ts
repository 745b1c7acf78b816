// Vector loops against their definitions.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import {
  addCombined,
  columnsToRows,
  dot,
  dots,
  fixSigns,
  norm,
  orthonormalize,
} from '#whymap/linalg/vectors.js';

const random = createRandom(3);
const vector = (length: number) => Float64Array.from({ length }, () => random.normal());

test.each([0, 1, 3, 4, 5, 9])('products with and combinations of %i vectors', (count) => {
  const [v, vectors] = [vector(11), Array.from({ length: count }, () => vector(11))];
  const products = dots(v, vectors);
  expect(products.length).toBe(count);
  vectors.forEach((other, k) => {
    expect(products[k]).toBeCloseTo(dot(v, other), 12);
  });
  const factors = vectors.map((_, k) => k - 1.5);
  const target = v.slice();
  addCombined(target, factors, vectors);
  target.forEach((value, i) => {
    const sum = vectors.reduce((total, other, k) => total + factors[k] * other[i], v[i]);
    expect(value).toBeCloseTo(sum, 12);
  });
});

test('a vector becomes orthogonal to the basis and of unit length; one inside its span does not', () => {
  const basis: Float64Array[] = [];
  for (let k = 0; k < 5; k++) {
    const v = vector(8);
    expect(orthonormalize(v, basis)).toBe(true);
    expect(norm(v)).toBeCloseTo(1, 12);
    for (const other of basis) expect(dot(v, other)).toBeCloseTo(0, 12);
    basis.push(v);
  }
  const inside = new Float64Array(8);
  addCombined(inside, [1, 2, 3, 4, 5], basis);
  expect(orthonormalize(inside, basis)).toBe(false);
  expect(orthonormalize(new Float64Array(8), [])).toBe(false);
});

test('signs: the first entry of largest size is positive', () => {
  const vectors = [Float64Array.of(1, -3, 2), Float64Array.of(-2, 2), Float64Array.of(0, 0)];
  fixSigns(vectors);
  expect(vectors.map((v) => Array.from(v, (value) => value + 0))).toEqual([
    [-1, 3, -2],
    [2, -2],
    [0, 0],
  ]);
});

test('columns become rows, each column times its scale', () => {
  const columns = [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)];
  expect([...columnsToRows(columns, [10, 1])]).toEqual([10, 4, 20, 5, 30, 6]);
  expect(columnsToRows([], []).length).toBe(0);
});
