// Sums of unbiased squared correlations: every engine against the reference, and the reference against the associations.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { makeMatrix, makeMembers, RULES, toCsr } from './cases.js';
import { ENGINES } from './engines.js';

const js = createJsEngine();
const SIZE = 50;

/** Localities of which each module takes part in four of five. */
const weighted = (rows: number, count: number, modules = 1) => ({
  members: makeMembers(rows, count, SIZE),
  size: SIZE,
  segment: 4,
  factors: Float64Array.from({ length: count * modules }, (_, t) => (t % 5 === 1 ? 0 : Math.sin(t + 0.5))),
});

/** Some features of d, which 7 does not divide, ascending. */
const chosenOf = (d: number, count: number, first = 2) =>
  Int32Array.from({ length: count }, (_, i) => (i * 11 + first) % d).sort();

test('the sums of chosen features are those of their ungated associations', async () => {
  const table = makeMatrix(90, 30, 'sparse');
  const localities = weighted(90, 6);
  const chosen = chosenOf(30, 11);
  const rules = { ...RULES.default, support: 12 };
  const [sums] = await js.sumLocalSquares(table, localities, [chosen], rules);
  const range = { first: 0, count: 6, size: SIZE };
  const ungated = { ...rules, form: 'absolute', gate: 0 } as const;
  const { block, supported } = await js.associate(table, localities.members, range, ungated);
  const wanted = new Float64Array(11 * 11);
  for (let l = 0; l < 6; l++) {
    for (let i = 0; i < 11; i++) {
      for (let j = 0; j < 11; j++) {
        const [a, b] = [chosen[Math.min(i, j)], chosen[Math.max(i, j)]];
        if (i === j || !supported[l * 30 + a] || !supported[l * 30 + b]) continue;
        let rho = 0;
        for (let p = block.offsets[l * 30 + a]; p < block.offsets[l * 30 + a + 1]; p++) {
          if (block.columns[p] === b) rho = block.values[p];
        }
        wanted[i * 11 + j] += localities.factors[l] * (rho * rho - 1 / (SIZE - 1));
      }
    }
  }
  expect(supported.includes(0)).toBe(true);
  sums.forEach((value, at) => {
    expect(value).toBeCloseTo(wanted[at], 5);
  });
});

for (const [name, create] of Object.entries(ENGINES)) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    const same = async (...input: Parameters<Engine['sumLocalSquares']>) => {
      const wanted = await js.sumLocalSquares(...input);
      const found = await engine.sumLocalSquares(...input);
      expect(found.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
      for (const [k, sums] of found.entries()) {
        const worst = sums.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[k][at])), 0);
        expect(worst).toBeLessThan(1e-5);
      }
      return found;
    };

    test('sums unbiased squares of dense and of sparse features, with every measure', async () => {
      for (const kind of ['plain', 'ties', 'sparse', 'zeros'] as const) {
        const table = makeMatrix(120, 37, kind);
        for (const rules of Object.values(RULES)) {
          const localities = weighted(120, 7, 3);
          const chosen = [chosenOf(37, 21), chosenOf(37, 8, 1), chosenOf(37, 1)];
          const sums = await same(table, localities, chosen, rules);
          expect(await engine.sumLocalSquares(toCsr(table), localities, chosen, rules)).toEqual(sums);
          if (kind === 'plain') expect(sums[1].some((value) => value !== 0)).toBe(true);
        }
      }
    });

    test('modules together give the same bytes as each on its own', async () => {
      const table = makeMatrix(150, 140, 'sparse');
      const together = weighted(150, 9, 4);
      // the last shares no feature with the first three, which share most of theirs
      const chosen = [chosenOf(140, 9).map((f) => f >> 1), 90, 80, 0].map((given, k) =>
        typeof given === 'number'
          ? Int32Array.from({ length: 12 + given }, (_, i) => i + (k === 3 ? 100 : k))
          : given,
      );
      const sums = await engine.sumLocalSquares(table, together, chosen, RULES.default);
      for (const [k, features] of chosen.entries()) {
        const factors = together.factors.filter((_, t) => t % 4 === k);
        const alone = await engine.sumLocalSquares(
          table,
          { ...together, factors },
          [features],
          RULES.default,
        );
        expect(alone[0]).toEqual(sums[k]);
      }
    });

    test('adds up segments of localities: each on its own gives the parts of the sum', async () => {
      const table = makeMatrix(150, 60, 'sparse');
      const whole = weighted(150, 11, 2);
      const chosen = [chosenOf(60, 30), chosenOf(60, 9, 1)];
      const sums = await engine.sumLocalSquares(table, whole, chosen, RULES.default);
      const totals = chosen.map(({ length }) => new Float32Array(length * length));
      for (let first = 0; first < 11; first += 4) {
        const last = Math.min(11, first + 4);
        const part = {
          ...whole,
          members: whole.members.subarray(first * SIZE, last * SIZE),
          factors: whole.factors.subarray(first * 2, last * 2),
        };
        const found = await engine.sumLocalSquares(table, part, chosen, RULES.default);
        found.forEach((values, k) => {
          values.forEach((value, at) => {
            totals[k][at] += value;
          });
        });
      }
      expect(sums).toEqual(totals);
    });

    test('adds up groups of segments: each on its own gives the parts of the sum', async () => {
      const table = makeMatrix(150, 30, 'sparse');
      const whole = { ...weighted(150, 19), segment: 2 };
      const chosen = [chosenOf(30, 20)];
      const [sums] = await engine.sumLocalSquares(table, whole, chosen, RULES.default);
      const total = new Float32Array(20 * 20);
      for (let first = 0; first < 19; first += 6) {
        const last = Math.min(19, first + 6);
        const part = {
          ...whole,
          members: whole.members.subarray(first * SIZE, last * SIZE),
          factors: whole.factors.subarray(first, last),
        };
        const [found] = await engine.sumLocalSquares(table, part, chosen, RULES.default);
        found.forEach((value, at) => {
          total[at] += value;
        });
      }
      expect(sums).toEqual(total);
    });

    test('sums many features, and nothing over no localities', async () => {
      const table = makeMatrix(150, 140);
      await same(table, weighted(150, 5), [chosenOf(140, 137)], RULES.default);
      const none = await engine.sumLocalSquares(table, weighted(150, 0), [chosenOf(140, 9)], RULES.default);
      expect(none).toEqual([new Float32Array(81)]);
    });
  });
}
