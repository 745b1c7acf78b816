// The reference engine's associations against a naive reading of the definition, feature pair by feature pair.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssociationRules } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';

const engine = createJsEngine();

interface Data {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** Ranks by counting: smaller values, and half of the equal ones. */
function countRanks(values: number[]): number[] {
  return values.map(
    (v) => values.filter((w) => w < v).length + (values.filter((w) => w === v).length + 1) / 2,
  );
}

function naiveCorrelation(a: number[], b: number[]): number {
  const n = a.length;
  const meanOf = (x: number[]) => x.reduce((s, v) => s + v, 0) / n;
  const covariance = (x: number[], y: number[]) =>
    x.reduce((s, v, i) => s + (v - meanOf(x)) * (y[i] - meanOf(y)), 0);
  if (covariance(a, a) === 0 || covariance(b, b) === 0) return 0;
  return covariance(a, b) / Math.sqrt(covariance(a, a)) / Math.sqrt(covariance(b, b));
}

function middleOf(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(values.length - 1) >> 1] + sorted[values.length >> 1]) / 2;
}

/** Wilcox's biweight midcovariance, denominators included, over the root of both biweight midvariances. */
function naiveMidcorrelation(a: number[], b: number[]): number {
  const parts = (x: number[]) => {
    const median = middleOf(x);
    const mad = middleOf(x.map((v) => Math.abs(v - median)));
    const center = mad > 0 ? median : x.reduce((s, v) => s + v, 0) / x.length;
    const u = x.map((v) => (mad > 0 ? (v - center) / (9 * mad) : 0));
    const deviation = x.map((v, i) => (Math.abs(u[i]) < 1 ? (v - center) * (1 - u[i] ** 2) ** 2 : 0));
    const below = u.reduce((s, v) => s + (Math.abs(v) < 1 ? (1 - v ** 2) * (1 - 5 * v ** 2) : 0), 0);
    return { deviation, below };
  };
  const covariance = (x: number[], y: number[]) => {
    const [p, q] = [parts(x), parts(y)];
    return (x.length * p.deviation.reduce((s, v, i) => s + v * q.deviation[i], 0)) / (p.below * q.below);
  };
  if (covariance(a, a) === 0 || covariance(b, b) === 0) return 0;
  return covariance(a, b) / Math.sqrt(covariance(a, a)) / Math.sqrt(covariance(b, b));
}

const NAIVE: Record<AssociationRules['measure'], (a: number[], b: number[]) => number> = {
  pearson: naiveCorrelation,
  spearman: (a, b) => naiveCorrelation(countRanks(a), countRanks(b)),
  bicor: naiveMidcorrelation,
};

function naiveAssociation(a: number[], b: number[], rules: AssociationRules): number {
  const inSupport = (x: number[]) => {
    const middle = [...x].sort((p, q) => p - q)[Math.floor((x.length - 1) / 2)];
    const differing = x.filter((v) => v !== middle).length;
    return differing > 0 && differing >= rules.support;
  };
  if (!inSupport(a) || !inSupport(b)) return 0;
  const rho = NAIVE[rules.measure](a, b);
  if (rho * rho < rules.gate ** 2 / (a.length - 1)) return 0;
  if (rules.form !== 'debiased') return rho;
  return Math.sign(rho) * Math.max(0, rho * rho - 1 / (a.length - 1));
}

const inputs = fc
  .record({
    rows: fc.integer({ min: 6, max: 30 }),
    columns: fc.integer({ min: 2, max: 7 }),
    size: fc.integer({ min: 4, max: 6 }),
    levels: fc.constantFrom(2, 3, 50),
    scale: fc.constantFrom(1, 1e-20, 1e15),
    seed: fc.integer(),
    rules: fc.record({
      measure: fc.constantFrom('pearson' as const, 'spearman' as const, 'bicor' as const),
      form: fc.constantFrom('debiased' as const, 'absolute' as const, 'signed' as const),
      support: fc.integer({ min: 0, max: 3 }),
      gate: fc.constantFrom(0, 0.5, 1.1),
    }),
  })
  .map((input) => {
    let state = input.seed | 0;
    const draw = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 8;
    };
    const count = input.rows * input.columns;
    const data = Float32Array.from({ length: count }, () => (draw() % input.levels) * input.scale);
    const members = Int32Array.from({ length: 3 * input.size }, () => draw() % input.rows);
    return { ...input, features: { rows: input.rows, columns: input.columns, data } as Data, members };
  });

test('associations equal their definition, pair by pair, in the documented layout', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async ({ features, members, size, rules }) => {
      const d = features.columns;
      const { block } = await engine.associate(features, members, { first: 1, count: 2, size }, rules);
      expect(block.offsets.length).toBe(2 * d + 1);
      for (let l = 0; l < 2; l++) {
        const rows = [...members.subarray((l + 1) * size, (l + 2) * size)];
        const column = (f: number) => rows.map((r) => features.data[r * d + f]);
        for (let i = 0; i < d; i++) {
          const start = block.offsets[l * d + i];
          const end = block.offsets[l * d + i + 1];
          const found = new Map<number, number>();
          for (let p = start; p < end; p++) found.set(block.columns[p], block.values[p]);
          expect([...found.keys()]).toEqual([...found.keys()].filter((j) => j > i).sort((a, b) => a - b));
          for (let j = i + 1; j < d; j++) {
            const expected = naiveAssociation(column(i), column(j), rules);
            // at the gate itself rounding decides; a value there may be in or out
            const [below, above] = [1 - 1e-6, 1 + 1e-6].map((factor) =>
              naiveAssociation(column(i), column(j), { ...rules, gate: rules.gate * factor }),
            );
            if (below === above) expect(found.get(j) ?? 0).toBeCloseTo(expected, 5);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a feature that is constant, or differs by rounding only, has no association and is counted', async () => {
  const data = Float32Array.of(1, 5, 1e8, 2, 5, 1e8, 3, 5, 1e8, 4, 5, 1e8);
  const rules = { measure: 'pearson', form: 'absolute', support: 0, gate: 0 } as const;
  const members = Int32Array.of(0, 1, 2, 3);
  const features = { rows: 4, columns: 3, data };
  const result = await engine.associate(features, members, { first: 0, count: 1, size: 4 }, rules);
  expect(result.constant).toBe(2);
  expect([...result.supported]).toEqual([1, 0, 0]);
  expect(result.block.values.length).toBe(0);
});

test('the support rule drops two features that are nonzero in the same single sample', async () => {
  const size = 20;
  const data = new Float32Array(size * 2);
  data[14] = 3;
  data[15] = 7;
  const members = Int32Array.from({ length: size }, (_, i) => i);
  const features = { rows: size, columns: 2, data };
  const range = { first: 0, count: 1, size };
  const rules = { measure: 'pearson', form: 'debiased', support: 0, gate: 3 } as const;
  const without = await engine.associate(features, members, range, rules);
  expect(without.block.values[0]).toBeGreaterThan(0.9);
  const withRule = await engine.associate(features, members, range, { ...rules, support: 10 });
  expect(withRule.block.values.length).toBe(0);
});

test('sparse and dense rows give the same bytes', async () => {
  const data = Float32Array.from({ length: 60 }, (_, i) => (i % 4 === 0 ? Math.sin(i) : 0));
  const dense = { rows: 12, columns: 5, data };
  const indices: number[] = [];
  const values: number[] = [];
  const offsets = [0];
  for (let r = 0; r < 12; r++) {
    for (let c = 0; c < 5; c++) {
      if (data[r * 5 + c] === 0) continue;
      indices.push(c);
      values.push(data[r * 5 + c]);
    }
    offsets.push(indices.length);
  }
  const sparse = {
    rows: 12,
    columns: 5,
    offsets: Float64Array.from(offsets),
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
  const members = Int32Array.from({ length: 12 }, (_, i) => i);
  const rules = { measure: 'pearson', form: 'signed', support: 1, gate: 0 } as const;
  const range = { first: 0, count: 1, size: 12 };
  const a = await engine.associate(dense, members, range, rules);
  const b = await engine.associate(sparse, members, range, rules);
  expect(a.block.values.length).toBeGreaterThan(3);
  expect(b).toEqual(a);
});

test('bicor gives a far outlier no weight, and is Pearson where at least half of the values are equal', async () => {
  const size = 31;
  const members = Int32Array.from({ length: size }, (_, i) => i);
  const clean = Array.from({ length: size }, (_, i) => [
    Math.sin(3 * i),
    Math.sin(3 * i) + 0.3 * Math.cos(7 * i),
  ]);
  const rules = { measure: 'bicor', form: 'signed', support: 0, gate: 0 } as const;
  const correlate = async (rows: number[][], measure: 'bicor' | 'pearson') => {
    const features = { rows: size, columns: 2, data: Float32Array.from(rows.flat()) };
    const range = { first: 0, count: 1, size };
    const { block } = await engine.associate(features, members, range, { ...rules, measure });
    return block.values[0];
  };
  const spoiled = clean.map((row, i) => (i === 4 ? [1e6, -1e6] : row));
  expect(await correlate(clean, 'bicor')).toBeGreaterThan(0.9);
  expect(await correlate(spoiled, 'bicor')).toBeGreaterThan(0.9);
  expect(await correlate(spoiled, 'pearson')).toBeLessThan(-0.99);
  const sparse = clean.map(([a, b], i) => (i % 3 === 0 ? [a, b] : [0, 0]));
  expect(await correlate(sparse, 'bicor')).toBe(await correlate(sparse, 'pearson'));
});
