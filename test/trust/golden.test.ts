// Golden: scikit-learn and SciPy on six data sets (fixtures/trust/make.py), and naive implementations on the same.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compareNeighborhoods,
  continuity,
  measureTrust,
  neighborhoodPreservation,
  preservationArea,
  relativeRankErrorFalse,
  relativeRankErrorMissing,
  trustworthiness,
} from 'whymap/trust';
import {
  average,
  matrixFrom,
  naiveArea,
  naiveExcess,
  naivePreservation,
  naiveRelativeError,
  pairDistances,
  pearson,
  rankMatrix,
  rowsOf,
} from './naive.js';

interface ReferenceSet {
  name: string;
  rows: number;
  columns: number;
  dimensions: number;
  features: number[];
  embedding: number[];
  labels: string[];
  tied: boolean;
  byK: Record<string, { trustworthiness: number; continuity?: number }>;
  figures: Record<string, number>;
}
const path = new URL('../../fixtures/trust/reference.json', import.meta.url);
const sets: ReferenceSet[] = JSON.parse(readFileSync(path, 'utf8')).sets;
const inputOf = (s: ReferenceSet) => ({
  features: { rows: s.rows, columns: s.columns, data: Float32Array.from(s.features) },
  embedding: { rows: s.rows, columns: s.dimensions, data: Float32Array.from(s.embedding) },
});

test('the fixtures hold six data sets, three of them with ties', () => {
  expect(sets.length).toBe(6);
  expect(sets.filter((s) => s.tied).length).toBe(3);
});

describe.each(sets)('$name', (set) => {
  const input = inputOf(set);
  const inData = rankMatrix(rowsOf(input.features));
  const onMap = rankMatrix(rowsOf(input.embedding));

  test.each(Object.keys(set.byK).map(Number))("scikit-learn's trustworthiness at k = %i", async (k) => {
    const neighborhoods = await compareNeighborhoods(input, { k });
    const golden = set.byK[k];
    expect(Math.abs(trustworthiness(neighborhoods).value - golden.trustworthiness)).toBeLessThan(1e-9);
    if (golden.continuity !== undefined) {
      expect(Math.abs(continuity(neighborhoods).value - golden.continuity)).toBeLessThan(1e-9);
    }
  });

  test.each([1, 2, 15, Math.floor(set.rows / 2), set.rows - 2, set.rows - 1])(
    'every measure of neighborhoods equals its naive definition at k = %i',
    async (k) => {
      const n = await compareNeighborhoods(input, { k });
      expect(close(trustworthiness(n).pointwise, naiveExcess(inData, onMap, k))).toBeLessThan(1e-12);
      expect(close(continuity(n).pointwise, naiveExcess(onMap, inData, k))).toBeLessThan(1e-12);
      expect(close(neighborhoodPreservation(n).pointwise, naivePreservation(inData, onMap, k))).toBeLessThan(
        1e-12,
      );
      if (k <= 15)
        expect(Math.abs(preservationArea(n).value - naiveArea(inData, onMap, k))).toBeLessThan(1e-12);
      const ratio = (a: number, b: number) => (b === 0 ? 1 : a / b);
      const falseErrors = naiveRelativeError(onMap, inData, k);
      const missingErrors = naiveRelativeError(inData, onMap, k);
      const [f, m] = [relativeRankErrorFalse(n).value, relativeRankErrorMissing(n).value];
      expect(ratio(f, falseErrors)).toBeCloseTo(ratio(m, missingErrors), 12);
      expect(Math.max(f, m)).toBeLessThanOrEqual(1);
    },
  );

  test('distance figures and silhouettes equal SciPy and scikit-learn', async () => {
    const { measures } = await measureTrust(input, { labels: set.labels, k: 5, pca: false, triplets: 1 });
    const { figures } = set;
    expect(measures.shepardCorrelation?.value).toBeCloseTo(figures.shepardCorrelation, 5);
    expect((measures.rawStress?.value ?? 0) / figures.rawStress).toBeCloseTo(1, 5);
    expect(measures.kruskalStress?.value).toBeCloseTo(figures.kruskalStress, 4);
    expect(measures.silhouette?.value).toBeCloseTo(figures.silhouetteMap, 6);
    expect(measures.silhouette?.input).toBeCloseTo(figures.silhouetteInput, 5);
  });

  test('stresses, density and label accuracy equal their naive definitions', async () => {
    const k = 5;
    const { measures } = await measureTrust(input, { labels: set.labels, k, pca: false, triplets: 1 });
    const [x, y] = [pairDistances(rowsOf(input.features)), pairDistances(rowsOf(input.embedding))];
    const raw = x.reduce((sum, v, p) => sum + (v - y[p]) ** 2, 0);
    const squares = x.reduce((sum, v) => sum + v * v, 0);
    expect(measures.normalizedStress?.value).toBeCloseTo(Math.sqrt(raw / squares), 6);
    const alpha = x.reduce((sum, v, p) => sum + v * y[p], 0) / y.reduce((sum, v) => sum + v * v, 0);
    const scaled = x.reduce((sum, v, p) => sum + (v - alpha * y[p]) ** 2, 0);
    expect(measures.scaledStress?.value).toBeCloseTo(Math.sqrt(scaled / squares), 6);
    const [a, b] = [naiveLogRadii(rowsOf(input.features), k), naiveLogRadii(rowsOf(input.embedding), k)];
    const kept = a.map((_, i) => i).filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
    const density = pearson(
      kept.map((i) => a[i]),
      kept.map((i) => b[i]),
    );
    expect(measures.densityPreservation?.value).toBeCloseTo(density, 5);
    expect(measures.labelAccuracy?.value).toBeCloseTo(naiveAccuracy(onMap, set.labels, k), 12);
    expect(measures.labelAccuracy?.input).toBeCloseTo(naiveAccuracy(inData, set.labels, k), 12);
  });
});

test('beyond half of the samples, where scikit-learn refuses, values stay within 0 and 1', async () => {
  const features = matrixFrom([[0], [1], [2], [3], [4], [5], [6], [7]]);
  const embedding = matrixFrom([[0], [7], [1], [6], [2], [5], [3], [4]]);
  for (let k = 1; k < 8; k++) {
    const n = await compareNeighborhoods({ features, embedding }, { k });
    for (const figure of [
      trustworthiness(n),
      continuity(n),
      relativeRankErrorFalse(n),
      neighborhoodPreservation(n),
    ]) {
      expect(figure.value).toBeGreaterThanOrEqual(0);
      expect(figure.value).toBeLessThanOrEqual(1);
    }
    if (k === 7) expect(trustworthiness(n).value).toBe(1);
  }
});

function close(a: Float64Array | null, b: readonly number[]): number {
  return b.reduce((most, v, i) => Math.max(most, Math.abs(v - (a ? a[i] : Number.NaN))), 0);
}

function naiveLogRadii(rows: number[][], k: number): number[] {
  return rows.map((row, i) => {
    const distances = rows
      .filter((_, j) => j !== i)
      .map((other) => Math.hypot(...row.map((v, c) => v - other[c])));
    return Math.log(average(distances.sort((a, b) => a - b).slice(0, k)));
  });
}

function naiveAccuracy(ranks: number[][], labels: readonly string[], k: number): number {
  const right = labels.map((own, i) => {
    const near = labels.map((_, j) => j).filter((j) => j !== i && ranks[i][j] <= k);
    near.sort((a, b) => ranks[i][a] - ranks[i][b]);
    const votes = (label: string) => near.filter((j) => labels[j] === label).length;
    const won = near.reduce((best, j) => (votes(labels[j]) > votes(labels[best]) ? j : best), near[0]);
    return labels[won] === own ? 1 : 0;
  });
  return average(right);
}
