// LAVA's steps against NumPy, SciPy, astropy and scikit-learn (fixtures/lava/make.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildKdTree, nearestFinder } from '#whymap/core/kd-tree.js';
import { nonNegativeSolver } from '#whymap/core/nnls.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';

interface Golden {
  table: number[][];
  pearson: number[][];
  spearman: number[][];
  bicor: (number | null)[][];
  nnls: { a: number[][]; b: number[]; x: number[] }[];
  points: number[][];
  neighbors: number[][];
  distances: number[][];
}

const path = join(import.meta.dirname, '../../fixtures/lava/golden.json');
const golden: Golden = JSON.parse(readFileSync(path, 'utf8'));
const matrixOf = (rows: number[][]) => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

test.each(['pearson', 'spearman', 'bicor'] as const)(
  '%s correlations equal those of NumPy, SciPy and astropy',
  async (measure) => {
    const features = matrixOf(golden.table);
    const size = features.rows;
    const members = Int32Array.from({ length: size }, (_, i) => i);
    const rules = { measure, form: 'absolute', support: 0, gate: 0 } as const;
    const { block } = await createJsEngine().associate(
      features,
      members,
      { first: 0, count: 1, size },
      rules,
    );
    const found = new Map<string, number>();
    for (let i = 0; i < features.columns; i++) {
      for (let p = block.offsets[i]; p < block.offsets[i + 1]; p++)
        found.set(`${i},${block.columns[p]}`, block.values[p]);
    }
    for (let i = 0; i < features.columns; i++) {
      for (let j = i + 1; j < features.columns; j++) {
        const expected = golden[measure][i][j];
        if (expected !== null) expect(found.get(`${i},${j}`) ?? 0).toBeCloseTo(expected, 6);
      }
    }
  },
);

test('non-negative least squares equals that of SciPy', () => {
  for (const { a, b, x } of golden.nnls) {
    const m = x.length;
    const gram = Float64Array.from({ length: m * m }, (_, t) =>
      a.reduce((sum, row) => sum + row[Math.floor(t / m)] * row[t % m], 0),
    );
    const products = x.map((_, k) => a.reduce((sum, row, i) => sum + row[k] * b[i], 0));
    const found = new Float64Array(m);
    nonNegativeSolver(gram, m).solve(products, found, 0);
    found.forEach((value, k) => {
      expect(value).toBeCloseTo(x[k], 7);
    });
  }
});

test('nearest neighbors equal those of scikit-learn', () => {
  const points = matrixOf(golden.points);
  const k = golden.neighbors[0].length;
  const finder = nearestFinder(buildKdTree(points), k);
  golden.neighbors.forEach((expected, row) => {
    finder.find(points.data, row * 2);
    expect([...finder.rows]).toEqual(expected);
    finder.squared.forEach((squared, t) => {
      expect(Math.sqrt(squared)).toBeCloseTo(golden.distances[row][t], 5);
    });
  });
});
