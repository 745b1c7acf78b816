// Localities of a map whose features are still being read: the same as with them, and waited for only at shared points.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { createContext } from '#whymap/engine/context.js';
import { locate } from '#whymap/lava/localities/localities.js';
import type { Matrix } from '#whymap/model.js';

const ROWS = 120;
const options = { localitySize: 12, evaluations: 3 };

function numbers(columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return { rows: ROWS, columns, data: Float32Array.from({ length: ROWS * columns }, () => random.normal()) };
}

const mapOf = (coordinates: Matrix) => ({ coordinates, ids: null, source: { name: 'map', sha256: null } });

test('samples at points of their own need no features', async () => {
  const map = mapOf(numbers(2, 1));
  const context = await createContext({ engine: 'js' });
  const never = new Promise<Matrix>(() => {});
  expect(await locate(map, options, context, never)).toEqual(
    await locate(map, options, context, numbers(3, 2)),
  );
});

test('samples at the same point wait for their features', async () => {
  const coordinates = numbers(2, 1);
  for (let row = 0; row < 60; row += 2) coordinates.data.copyWithin(2 * (row + 1), 2 * row, 2 * row + 2);
  const features = numbers(3, 2);
  const context = await createContext({ engine: 'js' });
  const map = mapOf(coordinates);
  const later = new Promise<Matrix>((resolve) => setTimeout(() => resolve(features), 20));
  const known = await locate(map, options, context, features);
  expect(await locate(map, options, context, later)).toEqual(known);
  // without features those samples keep their order: the test would not see a promise that is left out otherwise
  expect((await locate(map, options, context)).order).not.toEqual(known.order);
});
