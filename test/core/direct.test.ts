import { expect, test } from 'vitest';
import { minimizeDirect } from '#whymap/core/direct.js';

const box = { lower: [-2, -1], upper: [4, 3] };

test('finds the minimum of a smooth function', async () => {
  const found = await minimizeDirect(async ([x, y]) => (x - 1.3) ** 2 + 3 * (y - 0.4) ** 2, box, 300);
  expect(found.point[0]).toBeCloseTo(1.3, 1);
  expect(found.point[1]).toBeCloseTo(0.4, 1);
});

test('leaves a local minimum for the global one', async () => {
  // two wells: depth 1 at (-1, 0), depth 1.5 and narrower at (3, 2)
  const wells = async ([x, y]: number[]) =>
    -Math.exp(-((x + 1) ** 2 + y ** 2)) - 1.5 * Math.exp(-4 * ((x - 3) ** 2 + (y - 2) ** 2));
  const found = await minimizeDirect(wells, box, 300);
  expect(found.point[0]).toBeCloseTo(3, 0);
  expect(found.value).toBeLessThan(-1.4);
});

test('stays in its box and near its budget, and never asks twice for a point', async () => {
  const seen: string[] = [];
  const found = await minimizeDirect(
    async (point) => {
      expect(point[0]).toBeGreaterThanOrEqual(-2);
      expect(point[0]).toBeLessThanOrEqual(4);
      expect(point[1]).toBeGreaterThanOrEqual(-1);
      expect(point[1]).toBeLessThanOrEqual(3);
      seen.push(point.map((x) => x.toFixed(12)).join());
      return Math.sin(3 * point[0]) + point[1] ** 2;
    },
    box,
    40,
  );
  expect(new Set(seen).size).toBe(seen.length);
  expect(found.evaluations).toBe(seen.length);
  expect(seen.length).toBeGreaterThanOrEqual(40);
  expect(seen.length).toBeLessThanOrEqual(44);
});

test('a constant function ends with its value', async () => {
  const found = await minimizeDirect(async () => 7, box, 30);
  expect(found.value).toBe(7);
});
