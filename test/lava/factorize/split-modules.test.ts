// Parts of one module: found by coupling and presence, joined, and absent from fits of more modules than there are.
import { expect, test } from 'vitest';
import { explain } from 'whymap';
import { joinParts } from '#whymap/lava/factorize/split-modules.js';
import type { Matrix } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';

const rowsOf = (...rows: number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

/** The mean association of two groups of three features, 0.5 inside both and `across` between them. */
function twoGroups(across: number) {
  const group = (i: number) => Math.floor(i / 3);
  const value = (i: number, j: number) => (i === j ? 0 : group(i) === group(j) ? 0.5 : across);
  return {
    features: 6,
    scale: new Float64Array(6).fill(1),
    active: 6,
    order: Int32Array.from([0, 1, 2, 3, 4, 5]),
    release: () => {},
    apply: async ({ columns, data }: Matrix): Promise<Matrix> => ({
      rows: 6,
      columns,
      data: Float32Array.from({ length: 6 * columns }, (_, t) => {
        let sum = 0;
        for (let j = 0; j < 6; j++)
          sum += value(Math.floor(t / columns), j) * data[j * columns + (t % columns)];
        return sum;
      }),
    }),
  };
}

const halves = rowsOf([1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]);
const together = rowsOf([1, 4], [2, 8], [0, 0], [1, 4]);
const apart = rowsOf([1, 0], [2, 0], [0, 4], [0, 4]);

test('two halves that are associated as strongly across as within, and present together, are one', async () => {
  const joined = await joinParts({ loadings: halves, presence: together }, twoGroups(0.5));
  // each half weighted by the root of its mean presence: 1 and 4
  expect([...joined.data]).toEqual([1, 1, 1, 2, 2, 2]);
});

test('modules stay as they are where they hardly meet, or are present in other localities', async () => {
  const unlike = { loadings: halves, presence: together };
  expect(await joinParts(unlike, twoGroups(0.2))).toBe(halves);
  const elsewhere = { loadings: halves, presence: apart };
  expect(await joinParts(elsewhere, twoGroups(0.5))).toBe(halves);
});

test('a chain of parts is one module, and modules without presence stay', async () => {
  const loadings = rowsOf([1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 1]);
  const presence = rowsOf([1, 1, 1, 0], [1, 1, 1, 0]);
  const joined = await joinParts({ loadings, presence }, twoGroups(0.5));
  expect(joined.rows).toBe(2);
  expect([...joined.data.subarray(0, 6)]).toEqual([1, 2, 1, 1, 1, 1]);
  expect([...joined.data.subarray(6)]).toEqual([1, 0, 0, 0, 0, 1]);
});

test('modules to spare do not take planted ones apart', async () => {
  const planted = plantModules({ seed: 12, correlation: 0.35 });
  const options = { localitySize: 100, overlap: 4, modules: 12, draws: 0, refits: 0 };
  const { modules, warnings } = await explain(planted, options, { seed: 12 });
  expect(modules.count).toBeLessThan(12);
  expect(warnings.map(({ message }) => message).join(' ')).toContain('more would only divide these');
  // without the joining, module 2 is in three parts, the best of which has a cosine of 0.91
  matchModules(planted.loadings, modules.loadings).forEach(({ cosine }) => {
    expect(cosine).toBeGreaterThan(0.955);
  });
});
