// Oracle: every distance, sorted by (distance, row).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildKdTree, nearestFinder } from '#whymap/core/kd-tree.js';

interface Points {
  rows: number;
  columns: number;
  data: Float32Array;
}

function naive(points: Points, point: ArrayLike<number>, k: number) {
  const all = Array.from({ length: points.rows }, (_, row) => {
    let squared = 0;
    for (let c = 0; c < points.columns; c++)
      squared += (points.data[row * points.columns + c] - point[c]) ** 2;
    return { row, squared };
  });
  return all.sort((a, b) => a.squared - b.squared || a.row - b.row).slice(0, k);
}

const pointSets = fc
  .record({
    columns: fc.integer({ min: 1, max: 5 }),
    rows: fc.integer({ min: 1, max: 150 }),
    // few distinct values make many ties and duplicates; many make none
    levels: fc.constantFrom(1, 2, 4, 1000),
    seed: fc.integer(),
  })
  .map(({ columns, rows, levels, seed }) => {
    let state = seed | 0;
    const draw = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (state >>> 16) % levels;
    };
    return { rows, columns, data: Float32Array.from({ length: rows * columns }, draw) };
  });

test('finds what sorting every distance finds, ties by row number', () => {
  fc.assert(
    fc.property(pointSets, fc.integer({ min: 1, max: 40 }), fc.nat(), (points, k, pick) => {
      const finder = nearestFinder(buildKdTree(points), k);
      const query = pick % points.rows;
      const point = points.data.slice(query * points.columns, (query + 1) * points.columns);
      finder.find(points.data, query * points.columns);
      const expected = naive(points, point, k);
      expect([...finder.rows]).toEqual(expected.map((found) => found.row));
      expect([...finder.squared]).toEqual(expected.map((found) => found.squared));
    }),
    { numRuns: 400 },
  );
});

test('the answer for a point that is no sample, far outside', () => {
  const points = { rows: 3, columns: 2, data: Float32Array.of(0, 0, 1, 0, 5, 5) };
  const finder = nearestFinder(buildKdTree(points), 2);
  finder.find([100, 100], 0);
  expect([...finder.rows]).toEqual([2, 1]);
});

test('more neighbors than rows: all rows', () => {
  const points = { rows: 3, columns: 1, data: Float32Array.of(2, 0, 1) };
  const finder = nearestFinder(buildKdTree(points), 10);
  finder.find([0], 0);
  expect(finder.count).toBe(3);
  expect([...finder.rows]).toEqual([1, 2, 0]);
});

test('the order holds every row once', () => {
  fc.assert(
    fc.property(pointSets, (points) => {
      const order = [...buildKdTree(points).order].sort((a, b) => a - b);
      return order.every((row, i) => row === i) && order.length === points.rows;
    }),
  );
});
