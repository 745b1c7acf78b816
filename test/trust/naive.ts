// Independent naive implementations: distance matrices, full sorts, definitions as printed. Slow on purpose.
import type { Matrix } from '#whymap/model.js';

export type Rows = readonly (readonly number[])[];

export const rowsOf = (m: Matrix): number[][] =>
  Array.from({ length: m.rows }, (_, r) => Array.from(m.data.subarray(r * m.columns, (r + 1) * m.columns)));

export const matrixFrom = (rows: Rows): Matrix => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

export const squaredDistance = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, c) => sum + (x - b[c]) ** 2, 0);

/** ranks[i][j]: 1 for the nearest of i, ties by row number. */
export function rankMatrix(rows: Rows): number[][] {
  return rows.map((row, i) => {
    const others = rows.map((_, j) => j).filter((j) => j !== i);
    const distances = rows.map((other) => squaredDistance(row, other));
    others.sort((a, b) => distances[a] - distances[b] || a - b);
    const ranks = new Array<number>(rows.length).fill(0);
    others.forEach((j, rank) => {
      ranks[j] = rank + 1;
    });
    return ranks;
  });
}

/** Trustworthiness per point by the definition; the normalizer is the largest sum, found by listing the ranks. */
export function naiveExcess(inData: number[][], onMap: number[][], k: number): number[] {
  const n = inData.length;
  const excesses = Array.from({ length: n - 1 }, (_, r) => Math.max(0, r + 1 - k)).sort((a, b) => b - a);
  const worst = excesses.slice(0, k).reduce((a, b) => a + b, 0);
  return inData.map((ranks, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) if (j !== i && onMap[i][j] <= k && ranks[j] > k) sum += ranks[j] - k;
    return worst > 0 ? 1 - sum / worst : 1;
  });
}

export function naivePreservation(inData: number[][], onMap: number[][], k: number): number[] {
  return inData.map((ranks, i) => {
    return ranks.filter((r, j) => j !== i && r <= k && onMap[i][j] <= k).length / k;
  });
}

export function naiveArea(inData: number[][], onMap: number[][], k: number): number {
  const n = inData.length;
  let area = 0;
  let weights = 0;
  for (let size = 1; size <= Math.min(k, n - 2); size++) {
    const q = average(naivePreservation(inData, onMap, size));
    area += ((n - 1) * q - size) / (n - 1 - size) / size;
    weights += 1 / size;
  }
  return area / weights;
}

/** Sum over i, and over j among the k nearest of `own`, of |own - other| / own, not yet normalized. */
export function naiveRelativeError(own: number[][], other: number[][], k: number): number {
  let sum = 0;
  own.forEach((ranks, i) => {
    ranks.forEach((r, j) => {
      if (j !== i && r <= k) sum += Math.abs(r - other[i][j]) / r;
    });
  });
  return sum;
}

/** Every pair's distance, i < j. */
export function pairDistances(rows: Rows): number[] {
  return rows.flatMap((row, i) => rows.slice(i + 1).map((other) => Math.sqrt(squaredDistance(row, other))));
}

export function pearson(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [average(a), average(b)];
  const dot = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0);
  return dot(a, ma, b, mb) / Math.sqrt(dot(a, ma, a, ma) * dot(b, mb, b, mb));
}

export const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Area under the ROC curve: how often a positive scores above a negative, ties half. */
export function auroc(scores: ArrayLike<number>, positive: readonly boolean[]): number {
  const order = positive.map((_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    for (let at = start; at < end; at++) if (positive[order[at]]) rankSum += (start + end + 1) / 2;
    start = end;
  }
  const p = positive.filter(Boolean).length;
  return (rankSum - (p * (p + 1)) / 2) / (p * (positive.length - p));
}
