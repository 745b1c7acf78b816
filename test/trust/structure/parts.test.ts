// The parts of the structure tests: the dip against another implementation, loops against a naive reduction, borders.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neighbors } from 'whymap/neighbors';
import { createRandom } from '#whymap/core/random.js';
import { bordersOf, continuityBetween } from '#whymap/trust/structure/continuity.js';
import { dip, dipTest } from '#whymap/trust/structure/dip.js';
import { cycleOf, loopsOf } from '#whymap/trust/structure/loops.js';
import { valleyBetween } from '#whymap/trust/structure/valley.js';
import { waistOf } from '#whymap/trust/structure/waist.js';
import { matrixFrom } from '../naive.js';

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

describe('the dip', () => {
  // Python's diptest 0.12.0, dipstat(x, allow_zero=False)
  test.each([
    [[1, 2, 3, 4, 5, 6, 7, 8], 0.0625],
    [[0, 0.1, 0.2, 0.3, 5, 5.1, 5.2, 5.3], 0.235],
    [[1, 1, 2, 2, 3, 9, 9, 10, 10, 11], 0.1875],
    [[0.5, 1.7, 1.9, 2.2, 2.25, 2.3, 3.1, 4.8, 5.2, 5.3, 5.35, 5.6, 7.7], 0.13636363636363638],
    [Array.from({ length: 100 }, (_, k) => (((k + 1) * (k + 1) * 7919) % 1009) / 1009), 0.030388692579505303],
    [
      Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) / 101 + (i % 3 === 0 ? 2 : 0)),
      0.08536585365853659,
    ],
  ])('equals diptest on %#', (values, expected) => {
    expect(dip(sorted(values))).toBeCloseTo(expected, 14);
  });

  test('lies between 1 / 2n and 1 / 4, and does not depend on scale, place or direction', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 40 }), (values) => {
        const found = dip(sorted(values));
        expect(found).toBeGreaterThanOrEqual(1 / (2 * values.length) - 1e-12);
        expect(found).toBeLessThanOrEqual(0.25 + 1e-12);
        expect(dip(sorted(values.map((value) => 3 - 8 * value)))).toBeCloseTo(found, 12);
      }),
    );
  });

  test('p is small for two modes and large for one; too few numbers are not tested', () => {
    const random = createRandom(1);
    const normal = Array.from({ length: 80 }, () => random.normal());
    expect(dipTest(normal).p).toBeGreaterThan(0.3);
    expect(dipTest(normal.map((value, i) => value + (i % 2) * 6)).p).toBeLessThan(0.001);
    expect(dipTest([0, 0, 0, 9, 9]).p).toBe(1);
  });
});

/** Distances of points in the plane. */
function planeDistances(points: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(points.flatMap(([x, y]) => points.map(([u, v]) => Math.hypot(x - u, y - v))));
}

/** Births and deaths of loops by reducing the whole boundary matrix of edges and triangles. */
function naiveLoops(distances: Float64Array, n: number): [number, number][] {
  const d = (i: number, j: number) => distances[i * n + j];
  const edges: { i: number; j: number; size: number }[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) edges.push({ i, j, size: d(i, j) });
  edges.sort((a, b) => a.size - b.size || a.i - b.i || a.j - b.j);
  const indexOf = new Map(edges.map(({ i, j }, at) => [i * n + j, at]));
  const triangles: { size: number; boundary: number[] }[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      for (let k = 0; k < j; k++)
        triangles.push({
          size: Math.max(d(i, j), d(i, k), d(j, k)),
          boundary: [i * n + j, i * n + k, j * n + k].map((key) => indexOf.get(key) ?? -1),
        });
  triangles.sort((a, b) => a.size - b.size);
  const owner = new Map<number, number[]>();
  const found: [number, number][] = [];
  for (const { size, boundary } of triangles) {
    let column = new Set(boundary);
    while (column.size > 0) {
      const low = Math.max(...column);
      const known = owner.get(low);
      if (!known) {
        owner.set(low, [...column]);
        if (size > edges[low].size) found.push([edges[low].size, size]);
        break;
      }
      const sum = new Set(column);
      for (const edge of known) if (!sum.delete(edge)) sum.add(edge);
      column = sum;
    }
  }
  return found;
}

describe('loops', () => {
  test('equal those of the whole boundary matrix, ties and duplicates included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
          minLength: 4,
          maxLength: 14,
        }),
        (points) => {
          const distances = planeDistances(points);
          const order = (pairs: [number, number][]) => pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          const found = loopsOf(distances, points.length).map(({ birth, death }): [number, number] => [
            birth,
            death,
          ]);
          expect(order(found)).toEqual(order(naiveLoops(distances, points.length)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a circle has one loop, significant, whose cycle goes around', () => {
    const random = createRandom(3);
    const points = Array.from({ length: 60 }, (_, i) => {
      const radius = 1 + 0.02 * random.normal();
      return [radius * Math.cos((2 * Math.PI * i) / 60), radius * Math.sin((2 * Math.PI * i) / 60)];
    });
    const distances = planeDistances(points);
    const loops = loopsOf(distances, 60);
    expect(loops[0].death / loops[0].birth).toBeGreaterThan(8);
    expect(cycleOf(loops[0], distances, 60).length).toBeGreaterThan(40);
  });

  test('uniform points have none that is significant, nearly always', () => {
    const significant = Array.from({ length: 20 }, (_, seed) => {
      const random = createRandom(seed);
      const points = Array.from({ length: 120 }, () => [random.uniform(), random.uniform()]);
      return loopsOf(planeDistances(points), 120).some(({ p }) => p <= 0.05);
    });
    expect(significant.filter(Boolean).length).toBeLessThanOrEqual(2);
  });
});

test('a waist is found between two grids and not inside one', () => {
  const grid = (left: number) => Array.from({ length: 36 }, (_, i) => [left + (i % 6), Math.floor(i / 6)]);
  const chain = Array.from({ length: 6 }, (_, i) => [6 + i, 2.5]);
  const linksOf = (points: number[][]) =>
    points.map(([x, y]) =>
      points.flatMap(([u, v], j) => (Math.hypot(x - u, y - v) < 1.6 && (x !== u || y !== v) ? [j] : [])),
    );
  const points = [...grid(0), ...grid(12), ...chain];
  const found = waistOf(
    linksOf(points),
    points.map(([x]) => x),
    20,
    3,
  );
  expect(found?.middle.some((i) => i >= 72)).toBe(true);
  expect(new Set(found?.left.filter((i) => i < 72).map((i) => i < 36)).size).toBe(1);
  expect(
    waistOf(
      linksOf(grid(0)),
      grid(0).map(([x]) => x),
      10,
      3,
    ),
  ).toBeNull();
});

describe('two groups', () => {
  const cloud = (count: number, shift: number, seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () =>
      Array.from({ length: 4 }, (_, c) => random.normal() + (c === 0 ? shift : 0)),
    );
  };
  const halves = (data: number[][]) => {
    const order = data.map((_, i) => i).sort((a, b) => data[a][0] - data[b][0]);
    const pieces = new Int32Array(data.length);
    order.slice(data.length / 2).forEach((i) => {
      pieces[i] = 1;
    });
    const rows = (piece: number) => Int32Array.from(pieces.keys()).filter((i) => pieces[i] === piece);
    return { pieces, a: rows(0), b: rows(1) };
  };

  test('of one cloud run into one another and have no valley; two clouds have one', async () => {
    const one = cloud(240, 0, 1);
    const two = [...cloud(120, 0, 2), ...cloud(120, 8, 3)];
    for (const [data, apart] of [
      [one, false],
      [two, true],
    ] as const) {
      const { pieces, a, b } = halves(data);
      const features = matrixFrom(data);
      const valley = valleyBetween(features, a, b, createRandom(5));
      expect(valley.p < 0.05).toBe(apart);
      const borders = bordersOf(await neighbors(features, { k: 15 }), pieces);
      expect(continuityBetween(borders, 0, 1).connected).toBe(!apart);
      expect(continuityBetween(borders, 1, 0).connected).toBe(!apart);
    }
  });
});
