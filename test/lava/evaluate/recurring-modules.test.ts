// What `--modules auto` counts: found again in disjoint localities, and no part of another module.
import { expect, test } from 'vitest';
import { matchLoadings } from '#whymap/lava/evaluate/holdout.js';
import { countRecurring } from '#whymap/lava/evaluate/recurring-modules.js';
import { mergeAndPrune } from '#whymap/lava/factorize/refine.js';
import type { Problem } from '#whymap/lava/factorize/symmetric.js';
import type { Localities, Matrix, Modules } from '#whymap/model.js';

const FEATURES = 20;
const LOCALITIES = 6;

/** Six localities of three samples; the first two share one. */
const localities = {
  count: LOCALITIES,
  size: 3,
  members: Int32Array.from([0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
} as unknown as Localities;

type Planned = readonly (readonly [features: readonly number[], places: readonly number[]])[];

function modulesOf(plan: Planned): Modules {
  const fill = (rows: number, columns: number, at: (r: number) => readonly number[]): Matrix => {
    const data = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) for (const c of at(r)) data[r * columns + c] = 1;
    return { rows, columns, data };
  };
  const presence = new Float32Array(LOCALITIES * plan.length);
  plan.forEach(([, present], k) => {
    for (const l of present) presence[l * plan.length + k] = 1;
  });
  return {
    count: plan.length,
    loadings: fill(plan.length, FEATURES, (k) => plan[k][0]),
    presence: { rows: LOCALITIES, columns: plan.length, data: presence },
  } as unknown as Modules;
}

function count(a: Planned, b: Planned): number {
  const halves = [modulesOf(a), modulesOf(b)] as const;
  const matches = matchLoadings(halves[0].loadings, halves[1].loadings);
  return countRecurring({ halves, matches, localities, samples: 17 });
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const one = [range(0, 8), [0, 2, 3]] as const;
const two = [range(8, 16), [3, 5]] as const;

test('modules that recur in disjoint localities count, in any order of the other half', () => {
  expect(count([one, two], [two, one])).toBe(2);
  expect(count([], [])).toBe(0);
});

test('not found again, or in one place only in either half: not counted', () => {
  expect(count([one, two], [one])).toBe(1);
  expect(count([one, two], [one, [range(12, 20), [3, 5]]])).toBe(1);
  const straddling = [range(8, 16), [0, 1]] as const;
  expect(count([one, straddling], [one, straddling])).toBe(1);
  expect(count([one, two], [one, straddling])).toBe(1);
});

test('a part of a module counted before does not count, though the other half has the same part', () => {
  const part = [range(0, 6), [2, 5]] as const;
  expect(count([one, part], [one, part])).toBe(1);
  // three of eight features shared are two patterns
  const neighbor = [range(5, 13), [2, 5]] as const;
  expect(count([one, neighbor], [one, neighbor])).toBe(2);
});

test('pruning keeps the strongest modules, in their order', () => {
  const { loadings, presence } = modulesOf([one, two, [range(16, 20), [1, 4]]]);
  // products in proportion to 1, 9 and 6: the second is the strongest
  const products = { ...presence, data: presence.data.map((p, i) => p * [1, 9, 6][i % 3]) };
  const factors = { loadings, presence, products, loss: 0.5 };
  const problem = { weights: new Float64Array(LOCALITIES).fill(1), norm: 20 } as unknown as Problem;
  const kept = (count: number) => {
    const found = mergeAndPrune(factors, problem, count, 0.9);
    return Array.from({ length: found.rows }, (_, k) =>
      found.data.subarray(k * FEATURES, (k + 1) * FEATURES).indexOf(1),
    );
  };
  expect(kept(1)).toEqual([8]);
  expect(kept(2)).toEqual([8, 16]);
  expect(kept(3)).toEqual([0, 8, 16]);
});
