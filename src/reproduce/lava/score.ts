/** How well found modules match planted ones: cosine of pair patterns after optimal assignment, and AUROC. */

import { matchLoadings } from '../../lava/evaluate/holdout.js';
import type { Matrix } from '../../model.js';

export interface Match {
  /** Row of the found modules, or -1. */
  readonly found: number;
  readonly cosine: number;
}

/** For each planted module the found one it is assigned, with the cosine of their pair patterns. */
export function matchModules(planted: Matrix, found: Matrix): Match[] {
  return matchLoadings(planted, found).map(({ other, cosine }) => ({ found: other, cosine }));
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
