/** How well found modules match planted ones: cosine of pair patterns after optimal assignment, and AUROC. */

import { assign } from '../../core/assignment.js';
import type { Matrix } from '../../model.js';

/** Cosine of the off-diagonal outer products of every row of `a` with every row of `b`: a.rows x b.rows. */
export function patternCosines(a: Matrix, b: Matrix): Float64Array {
  const result = new Float64Array(a.rows * b.rows);
  const norm = (m: Matrix, r: number) => Math.sqrt(patternProduct(m, r, m, r));
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      const scale = norm(a, i) * norm(b, j);
      result[i * b.rows + j] = scale > 0 ? patternProduct(a, i, b, j) / scale : 0;
    }
  }
  return result;
}

function patternProduct(a: Matrix, i: number, b: Matrix, j: number): number {
  let product = 0;
  let diagonal = 0;
  for (let f = 0; f < a.columns; f++) {
    const both = a.data[i * a.columns + f] * b.data[j * b.columns + f];
    product += both;
    diagonal += both * both;
  }
  return Math.max(0, product * product - diagonal);
}

export interface Match {
  /** Row of the found modules, or -1. */
  readonly found: number;
  readonly cosine: number;
}

/** For each planted module the found one it is assigned, with the cosine of their pair patterns. */
export function matchModules(planted: Matrix, found: Matrix): Match[] {
  const cosines = patternCosines(planted, found);
  return [...assign(cosines, planted.rows, found.rows)].map((j, i) => ({
    found: j,
    cosine: j < 0 ? 0 : cosines[i * found.rows + j],
  }));
}

/** Area under the ROC curve of `scores` for the samples where `truth` is 1; ties count half. */
export function auroc(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const rank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) {
      if (truth[order[i]] !== 1) continue;
      rankSum += rank;
      positives++;
    }
    start = end;
  }
  const negatives = scores.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
