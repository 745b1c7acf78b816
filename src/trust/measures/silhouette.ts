/**
 * Silhouette of given labels, from the walk over all pairs.
 *
 * Purpose: how well the labels are separated, in the data or on the map.
 * Source: Rousseeuw 1987. A sample that is alone in its label scores 0, as in scikit-learn.
 * Shapes: sums of distances samples x labels. Double precision. Cost: two additions a pair.
 * How it fails: undefined with a single label (the value is then NaN). It favors round, equally sized groups.
 */

import { mean } from '../../core/statistics.js';
import type { Figure } from '../types.js';

export interface SilhouetteAccumulator {
  /** Takes the pairs (i, j) with j > i, given the distances of row i. */
  addRow(i: number, distances: Float64Array): void;
  figure(): Figure;
}

/** @param codes label of each sample, 0 to `labels` - 1; -1 for a sample without one, which takes no part. */
export function silhouetteAccumulator(codes: Int32Array, labels: number): SilhouetteAccumulator {
  const sums = new Float64Array(codes.length * labels);
  const sizes = new Float64Array(labels);
  for (const code of codes) if (code >= 0) sizes[code]++;
  return {
    addRow(i, distances) {
      const label = codes[i];
      if (label < 0) return;
      for (let j = i + 1; j < codes.length; j++) {
        if (codes[j] < 0) continue;
        sums[i * labels + codes[j]] += distances[j];
        sums[j * labels + label] += distances[j];
      }
    },
    figure() {
      const pointwise = Float64Array.from(codes, (label, i) => {
        if (label < 0) return Number.NaN;
        return silhouetteOf(sums.subarray(i * labels, (i + 1) * labels), sizes, label);
      });
      const labelled = pointwise.filter((_, i) => codes[i] >= 0);
      return { value: mean(labelled), pointwise, interval: null };
    },
  };
}

/** Silhouette of one sample from its summed distances to each label; NaN with a single label. */
function silhouetteOf(sums: Float64Array, sizes: Float64Array, label: number): number {
  if (sizes[label] < 2) return 0;
  const inside = sums[label] / (sizes[label] - 1);
  let outside = Number.POSITIVE_INFINITY;
  for (let c = 0; c < sizes.length; c++) {
    if (c !== label && sizes[c] > 0) outside = Math.min(outside, sums[c] / sizes[c]);
  }
  if (outside === Number.POSITIVE_INFINITY) return Number.NaN;
  const larger = Math.max(inside, outside);
  return larger > 0 ? (outside - inside) / larger : 0;
}
