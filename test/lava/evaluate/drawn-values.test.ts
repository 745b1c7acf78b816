// Values that are spread when they are drawn: the same bytes as those that are standardized before.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom, permutation } from '#whymap/core/random.js';
import { type Context, createContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { localValues, unitColumn } from '#whymap/lava/associations/local-values.js';
import { drawnCells, drawnCorrelations } from '#whymap/lava/evaluate/drawn-values.js';
import { makeMatrix, makeMembers, toCsr } from '../../engine/cases.js';

const [ROWS, COLUMNS, SIZE, COUNT, DRAWS] = [90, 9, 20, 6, 19];
const cells = toCsr(makeMatrix(ROWS, COLUMNS, 'sparse'));
const rows = permutation(ROWS, createRandom(3)).slice(0, 80);

let context: Context;
beforeAll(async () => {
  context = await createContext({ engine: 'wasm', threads: 1 });
});
afterAll(() => context.close());

/** A module with some features, its values held in either way. */
function moduleOf(features: readonly number[], seed: number) {
  const columns = localValues(cells, rows, features, 'pearson').map((values) =>
    unitColumn(values, 'pearson'),
  );
  const values = Float32Array.from(
    { length: rows.length * features.length },
    (_, p) => columns[p % features.length][Math.floor(p / features.length)] * Math.sqrt(rows.length),
  );
  const samples = {
    features: features.length,
    positions: makeMembers(rows.length, COUNT, SIZE, seed),
    size: SIZE,
    loadings: Float64Array.from({ length: COUNT * features.length }, (_, i) => 0.3 + (i % 5) / 7),
    support: 3,
  };
  return {
    standardized: { ...samples, values },
    held: { ...samples, values: drawnCells(cells, rows, features) },
  };
}

const modules = [moduleOf([0, 3, 4, 8], 1), moduleOf([2, 1, 7], 2)];
const random = createRandom(5);
const shifts = modules.map(({ held }) =>
  Int32Array.from({ length: DRAWS * held.features }, () => random.below(rows.length)),
);
const orders = Int32Array.from(
  Array.from({ length: DRAWS }, () => [...permutation(rows.length, random)]).flat(),
);

test.each([
  ['as they are', { count: 1, orders: null, shifts: null }],
  ['permuted', { count: DRAWS, orders, shifts: null }],
  ['shifted', { count: DRAWS, orders: null, shifts }],
])('samples %s', async (_, draws) => {
  const { engine } = context;
  const [wanted, found] = await Promise.all([
    drawnCorrelations(
      modules.map(({ standardized }) => standardized),
      draws,
      engine,
      unwatched,
    ),
    drawnCorrelations(
      modules.map(({ held }) => held),
      draws,
      engine,
      unwatched,
    ),
  ]);
  expect(found).toEqual(wanted);
  expect(wanted.every((values) => values.some((value) => value !== 0))).toBe(true);
});
