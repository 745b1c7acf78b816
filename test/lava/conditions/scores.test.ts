// Scores against their definition computed cell by cell, and what they must not depend on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moduleScores } from 'whymap/lava';
import { createRandom } from '#whymap/core/random.js';
import { correlation } from '#whymap/core/statistics.js';
import type { Matrix, Table } from '#whymap/model.js';

const source = { name: 'made', sha256: null };
const tableOf = (features: Table['features']): Table => ({
  features,
  featureNames: Array.from({ length: features.columns }, (_, f) => `f${f}`),
  ids: null,
  labels: null,
  source,
  dropped: { rows: 0, features: [] },
  warnings: [],
});

function made(
  rows: number,
  columns: number,
  draw: (random: ReturnType<typeof createRandom>, r: number, f: number) => number,
) {
  const random = createRandom(4);
  const data = Float32Array.from({ length: rows * columns }, (_, i) =>
    draw(random, Math.floor(i / columns), i % columns),
  );
  return { rows, columns, data };
}

function toSparse(m: Matrix): Table['features'] {
  const offsets = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (let r = 0; r < m.rows; r++) {
    for (let f = 0; f < m.columns; f++) {
      if (m.data[r * m.columns + f] === 0) continue;
      indices.push(f);
      values.push(m.data[r * m.columns + f]);
    }
    offsets.push(indices.length);
  }
  return {
    rows: m.rows,
    columns: m.columns,
    offsets: Float64Array.from(offsets),
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

const module = (features: number[], opposed: number[] = []) => ({
  topFeatures: features.map((feature) => ({ feature, loading: 1 })),
  signs: {
    together: features.filter((f) => !opposed.includes(f)),
    opposed,
    turned: new Int32Array(),
    flips: [],
  },
});

/** Standardized column, by numpy's rules. */
function standardized({ rows, columns, data }: Matrix, f: number): number[] {
  const x = Array.from({ length: rows }, (_, r) => data[r * columns + f]);
  const mean = x.reduce((a, b) => a + b, 0) / rows;
  const deviation = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / rows);
  return x.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
}

test('a score is the mean of the standardized features, opposed ones with a minus', () => {
  const features = made(40, 6, (random) => random.normal());
  const explanation = { image: null, descriptions: [module([0, 2, 5], [2]), module([1])] };
  const found = moduleScores(explanation, tableOf(features));
  expect([found.rows, found.columns]).toEqual([40, 2]);
  const [a, b, c, d] = [0, 2, 5, 1].map((f) => standardized(features, f));
  for (let r = 0; r < 40; r++) {
    expect(found.data[2 * r]).toBeCloseTo((a[r] - b[r] + c[r]) / 3, 5);
    expect(found.data[2 * r + 1]).toBeCloseTo(d[r], 5);
  }
});

test('constant features are left out; a module of them alone scores 0', () => {
  const features = made(20, 3, (random, _, f) => (f === 1 ? 1e6 : random.normal()));
  const explanation = { image: null, descriptions: [module([0, 1]), module([1])] };
  const found = moduleScores(explanation, tableOf(features));
  const expected = standardized(features, 0);
  for (let r = 0; r < 20; r++) {
    expect(found.data[2 * r]).toBeCloseTo(expected[r], 5);
    expect(found.data[2 * r + 1]).toBe(0);
  }
});

test('control features are the others of the same bin by mean, and sparse rows give the same scores', () => {
  const features = made(60, 150, (random, _, f) =>
    Math.max(0, Math.round(1 + f / 30 + 1.5 * random.normal())),
  );
  const explanation = { image: null, descriptions: [module([3, 70, 140], [70])] };
  const found = moduleScores(explanation, tableOf(features));
  const means = Array.from({ length: 150 }, (_, f) => {
    let sum = 0;
    for (let r = 0; r < 60; r++) sum += features.data[r * 150 + f];
    return sum / 60;
  });
  const order = means.map((_, f) => f).sort((a, b) => means[a] - means[b] || a - b);
  const z = means.map((_, f) => standardized(features, f));
  for (let r = 0; r < 60; r++) {
    const parts = [3, 70, 140].map((f) => {
      const bin = Math.floor(order.indexOf(f) / 6);
      const control = order.slice(6 * bin, 6 * bin + 6).filter((other) => ![3, 70, 140].includes(other));
      const level = control.reduce((sum, other) => sum + z[other][r], 0) / control.length;
      return (f === 70 ? -1 : 1) * (z[f][r] - level);
    });
    expect(found.data[r]).toBeCloseTo((parts[0] + parts[1] + parts[2]) / 3, 5);
  }
  const sparse = moduleScores(explanation, tableOf(toSparse(features)));
  sparse.data.forEach((value, r) => {
    expect(value).toBeCloseTo(found.data[r], 5);
  });
});

test('control takes off what raises all features of a sample; without it the score follows that', () => {
  const features = made(200, 120, (random, r) => (r < 100 ? 1 : 2) * (2 + Math.abs(random.normal())));
  const explanation = { image: null, descriptions: [module([1, 2, 3, 4, 5])] };
  const difference = (control: boolean) => {
    const { data } = moduleScores(explanation, tableOf(features), { control });
    const mean = (from: number) => data.slice(from, from + 100).reduce((a, b) => a + b, 0) / 100;
    return mean(100) - mean(0);
  };
  expect(difference(false)).toBeGreaterThan(1);
  expect(Math.abs(difference(true))).toBeLessThan(0.2);
});

test('scores are those of NumPy from the formula, and go with scanpy score_genes', () => {
  const golden = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../fixtures/scores/golden.json'), 'utf8'),
  );
  const { rows, columns, together, opposed, constant } = golden;
  const data = Float32Array.from(golden.counts as number[], Math.log1p);
  const poles = [...together, ...opposed, constant];
  const explanation = { image: null, descriptions: [module(poles, opposed), module(together)] };
  for (const features of [{ rows, columns, data }, toSparse({ rows, columns, data })]) {
    const plain = moduleScores(explanation, tableOf(features), { control: false });
    const controlled = moduleScores(explanation, tableOf(features));
    const scanpy = [];
    for (let r = 0; r < rows; r++) {
      expect(Math.abs(plain.data[2 * r] - golden.plain[r])).toBeLessThan(1e-5);
      expect(Math.abs(controlled.data[2 * r] - golden.controlled[r])).toBeLessThan(1e-5);
      expect(Math.abs(controlled.data[2 * r + 1] - golden.oneSided[r])).toBeLessThan(1e-5);
      scanpy.push(controlled.data[2 * r + 1]);
    }
    // scanpy draws its control features and does not standardize: alike, not equal
    expect(correlation(scanpy, golden.scanpy)).toBeGreaterThan(0.95);
  }
});
