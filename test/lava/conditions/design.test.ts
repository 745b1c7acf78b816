// Units and assignments of a comparison: counted by hand; nested, crossed and mixed designs; and what is refused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLevels } from '#whymap/core/levels.js';
import { createRandom } from '#whymap/core/random.js';
import { OptionError } from '#whymap/errors.js';
import { planDesign } from '#whymap/lava/conditions/design.js';

const column = (name: string, values: readonly (string | null)[]) => ({
  name,
  kind: 'categorical' as const,
  ...encodeLevels(values),
});
const plan = (conditions: (string | null)[], donors: (string | null)[] | null, draws = 999) =>
  planDesign(
    {
      condition: column('condition', conditions),
      case: 'ill',
      control: 'well',
      replicate: donors && column('donor', donors),
    },
    draws,
    createRandom(1),
  );

test('a nested design has a unit a donor, and every choice of the case donors is an assignment', () => {
  const design = plan(
    ['ill', 'well', 'ill', 'well', 'ill', 'other', null, 'ill'],
    ['a', 'c', 'b', 'd', 'a', 'a', 'a', null],
  );
  expect(design.units.map(({ replicate, isCase }) => `${replicate} ${isCase}`)).toEqual([
    'a true',
    'b true',
    'c false',
    'd false',
  ]);
  expect([...design.unitOf]).toEqual([0, 2, 1, 3, 0, -1, -1, -1]);
  expect(design.crossed).toBe(false);
  expect(design.exact).toBe(true);
  expect(design.assignments.map((sides) => sides.join('')).sort()).toEqual([
    '0011',
    '0101',
    '0110',
    '1001',
    '1010',
    '1100',
  ]);
  expect([...design.assignments[0]]).toEqual([1, 1, 0, 0]);
});

test('a crossed design swaps the sides inside donors only, and leaves out donors of one side', () => {
  const design = plan(
    ['ill', 'well', 'well', 'ill', 'ill', 'well', 'ill'],
    ['a', 'a', 'b', 'b', 'c', 'c', 'd'],
  );
  expect(design.crossed).toBe(true);
  expect(design.leftOut).toEqual(['d']);
  expect([...design.unitOf]).toEqual([0, 1, 3, 2, 4, 5, -1]);
  expect(design.assignments.length).toBe(8);
  for (const sides of design.assignments) {
    for (let u = 0; u < 6; u += 2) expect(sides[u] + sides[u + 1]).toBe(1);
  }
});

test('without a replicate column each side is one unit with nothing to permute but its mirror', () => {
  const design = plan(['ill', 'well', 'ill'], null);
  expect(design.units.length).toBe(2);
  expect(design.units.map(({ replicate }) => replicate)).toEqual(['ill', 'well']);
});

test('more assignments than draws are drawn; each has as many case units as the design', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 8 }), fc.integer({ min: 4, max: 8 }), (cases, controls) => {
      const donors = Array.from({ length: cases + controls }, (_, i) => `d${i}`);
      const design = plan(
        donors.map((_, i) => (i < cases ? 'ill' : 'well')),
        donors,
        20,
      );
      expect(design.exact).toBe(false);
      expect(design.assignments.length).toBe(21);
      for (const sides of design.assignments) expect(sides.reduce((a, b) => a + b, 0)).toBe(cases);
    }),
    { numRuns: 20 },
  );
});

test('levels that do not exist, hold no sample or are the same are refused', () => {
  const condition = column('condition', ['ill', 'well', 'other']);
  const plans = [
    { condition, case: 'sick', control: 'well', replicate: null },
    { condition, case: 'ill', control: 'ill', replicate: null },
    { condition, case: 'ill', control: 'well', replicate: column('donor', ['a', null, 'b']) },
  ];
  for (const input of plans) expect(() => planDesign(input, 99, createRandom(1))).toThrow(OptionError);
});
