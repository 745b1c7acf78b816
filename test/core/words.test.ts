// Numbers in words: what is not all, or not nothing, is never written as if it were.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percent, signed } from '#whymap/core/words.js';

test('percentages: 100% is all, 0% is nothing or hardly anything, and the figure is near the share', () => {
  expect([0, 0.004, 0.5, 0.994, 0.9951, 0.99999, 1].map(percent)).toEqual([
    '0%',
    '0.4%',
    '50%',
    '99%',
    '99.5%',
    '99.9%',
    '100%',
  ]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      const value = Number.parseFloat(percent(share));
      expect(Math.abs(value - 100 * share)).toBeLessThanOrEqual(0.5 + 1e-9);
      expect(value === 100).toBe(100 * share >= 100);
    }),
  );
});

test('a difference that rounds to zero has a plus sign', () => {
  expect([0.823, -0.4, -0.004, 0.004, 0].map(signed)).toEqual(['+0.82', '−0.40', '+0.00', '+0.00', '+0.00']);
});
