// Oracle: every permutation.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assign } from '#whymap/core/assignment.js';

function bestByTrying(scores: number[][], row = 0, used = new Set<number>()): number {
  if (row === scores.length) return 0;
  let best =
    scores.length > scores[0].length ? bestByTrying(scores, row + 1, used) : Number.NEGATIVE_INFINITY;
  for (let c = 0; c < scores[row].length; c++) {
    if (used.has(c)) continue;
    best = Math.max(best, scores[row][c] + bestByTrying(scores, row + 1, new Set([...used, c])));
  }
  return best;
}

test('no other assignment has a larger sum', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 25, maxLength: 25 }),
      (rows, columns, values) => {
        const scores = Array.from({ length: rows }, (_, r) => values.slice(r * 5, r * 5 + columns));
        const found = assign(Float64Array.from(scores.flat()), rows, columns);
        const taken = [...found].filter((c) => c >= 0);
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.length).toBe(Math.min(rows, columns));
        const sum = [...found].reduce((total, c, r) => total + (c < 0 ? 0 : scores[r][c]), 0);
        expect(sum).toBe(bestByTrying(scores));
      },
    ),
  );
});
