// Oracle: the best over all subsets of active columns, each solved without bounds by elimination.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nonNegativeSolver } from '#whymap/core/nnls.js';

function gramOf(columns: number[][]): Float64Array {
  return Float64Array.from(
    columns.flatMap((a) => columns.map((b) => a.reduce((sum, x, i) => sum + x * b[i], 0))),
  );
}

function lossOf(columns: number[][], target: number[], p: ArrayLike<number>): number {
  return target.reduce((sum, t, i) => sum + (t - columns.reduce((s, c, k) => s + c[i] * p[k], 0)) ** 2, 0);
}

function solveLinear(a: number[][], b: number[]): number[] | null {
  const m = a.map((row, i) => [...row, b[i]]);
  for (let i = 0; i < m.length; i++) {
    const pivot = m.findIndex((row, r) => r >= i && Math.abs(row[i]) > 1e-9);
    if (pivot < 0) return null;
    [m[i], m[pivot]] = [m[pivot], m[i]];
    for (let r = 0; r < m.length; r++) {
      if (r === i) continue;
      const factor = m[r][i] / m[i][i];
      for (let c = i; c <= m.length; c++) m[r][c] -= factor * m[i][c];
    }
  }
  return m.map((row, i) => row[m.length] / row[i]);
}

function bestOfSubsets(columns: number[][], target: number[]): number {
  let best = lossOf(columns, target, new Float64Array(columns.length));
  for (let mask = 1; mask < 1 << columns.length; mask++) {
    const chosen = columns.flatMap((_, k) => (mask & (1 << k) ? [k] : []));
    const inner = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const gram = chosen.map((k) => chosen.map((j) => inner(columns[k], columns[j])));
    const solved = solveLinear(
      gram,
      chosen.map((k) => inner(columns[k], target)),
    );
    if (!solved || solved.some((x) => x < -1e-9)) continue;
    const p = columns.map((_, k) => (chosen.includes(k) ? solved[chosen.indexOf(k)] : 0));
    best = Math.min(best, lossOf(columns, target, p));
  }
  return best;
}

const value = fc.integer({ min: -4, max: 5 });

test('no subset of columns fits better, dependent columns included', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      fc.array(value, { minLength: 6, maxLength: 6 }),
      (columns, target) => {
        const m = columns.length;
        const b = columns.map((c) => c.reduce((sum, x, i) => sum + x * target[i], 0));
        const p = new Float64Array(m);
        nonNegativeSolver(gramOf(columns), m).solve(b, p, 0);
        expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
        expect(lossOf(columns, target, p)).toBeLessThanOrEqual(bestOfSubsets(columns, target) + 1e-7);
      },
    ),
    { numRuns: 500 },
  );
});

test('of two equal columns the first gets the whole weight', () => {
  const solver = nonNegativeSolver(
    gramOf([
      [1, 2],
      [1, 2],
    ]),
    2,
  );
  const p = new Float64Array(2);
  solver.solve([5, 5], p, 0);
  expect([...p]).toEqual([1, 0]);
});

test('columns of zeros and targets of zeros get no weight', () => {
  const solver = nonNegativeSolver(
    gramOf([
      [0, 0],
      [1, 1],
    ]),
    2,
  );
  const p = Float64Array.of(9, 9, 9, 9);
  solver.solve([0, 0, 0, 4], p, 2);
  expect([...p.subarray(0, 3)]).toEqual([9, 9, 0]);
  expect(p[3]).toBeCloseTo(2, 12);
  solver.solve([0, 0], p, 0);
  expect([...p.subarray(0, 2)]).toEqual([0, 0]);
});

test('columns that differ in the last digits only keep the solution finite and small', () => {
  let state = 1;
  const draw = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 - 0.3;
  };
  for (let trial = 0; trial < 300; trial++) {
    const first = Array.from({ length: 12 }, draw);
    const second = Array.from({ length: 12 }, draw);
    const apart = 10 ** -(6 + (trial % 6));
    const columns = [first, second, first.map((value) => value + apart * draw())];
    const target = Array.from({ length: 12 }, draw);
    const b = columns.map((column) => column.reduce((sum, value, i) => sum + value * target[i], 0));
    const p = new Float64Array(3);
    nonNegativeSolver(gramOf(columns), 3).solve(b, p, 0);
    expect(p.every((value) => Number.isFinite(value) && value >= 0 && value < 1e4)).toBe(true);
  }
});
