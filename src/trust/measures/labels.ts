/**
 * Given labels on the map: accuracy of the nearest neighbors' vote, leaving the sample itself out.
 *
 * Source: k-nearest-neighbor classification, Fix and Hodges 1951; as a measure of maps, Venna et al. 2010.
 * Cost: queries x k. How it fails: it judges the map by the labels, which may follow something else than the data.
 * Ours: a tie goes to the label among the tied ones whose nearest sample is nearest.
 */

import { estimate } from '../interval.js';
import type { Figure, Neighborhoods } from '../types.js';

export interface LabelCodes {
  /** Label of each sample, as its index in `names`; -1 where it is missing. */
  readonly codes: Int32Array;
  /** Distinct labels, sorted. */
  readonly names: readonly string[];
}

/** Labels as numbers; the empty text stands for a missing label, which is no class. */
export function encodeLabels(labels: readonly string[]): LabelCodes {
  const names = [...new Set(labels)].filter((name) => name !== '').sort();
  const codeOf = new Map(names.map((name, code) => [name, code]));
  return { codes: Int32Array.from(labels, (label) => codeOf.get(label) ?? -1), names };
}

/** Labels that name samples rather than classes. */
export interface NoClasses {
  /** Different labels. */
  readonly different: number;
  /** Samples with one. */
  readonly labelled: number;
}

/** Counts of labels that are no classes, since most labelled samples share theirs with no other; null for classes. */
export function noClassesIn(labels: readonly string[]): NoClasses | null {
  const sizes = new Map<string, number>();
  for (const label of labels) if (label !== '') sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const counts = [...sizes.values()];
  const labelled = counts.reduce((sum, count) => sum + count, 0);
  const alone = counts.filter((count) => count === 1).length;
  return labelled > 0 && alone > labelled / 2 ? { different: sizes.size, labelled } : null;
}

/**
 * Share of the labelled query samples whose labelled neighbors, in the given space, vote for the label of the sample.
 * `pointwise` has one value a labelled query sample.
 */
export function labelAccuracy(
  { codes, names }: LabelCodes,
  neighborhoods: Neighborhoods,
  space: 'embedding' | 'input' = 'embedding',
): Figure {
  const { queries, k } = neighborhoods;
  const { indices } = neighborhoods[space];
  const votes = new Int32Array(names.length);
  const pointwise: number[] = [];
  for (let q = 0; q < indices.length / k; q++) {
    const label = codes[queries ? queries[q] : q];
    if (label < 0) continue;
    pointwise.push(vote(indices.subarray(q * k, (q + 1) * k), codes, votes) === label ? 1 : 0);
  }
  return estimate(Float64Array.from(pointwise), neighborhoods);
}

/** Expected accuracy when labels have nothing to do with neighbors: the vote falls on a label by its share. */
export function nullLabelAccuracy(
  { codes, names }: LabelCodes,
  neighborhoods: Neighborhoods,
  shuffled: Int32Array,
): number {
  const codesShuffled = shuffled.map((from) => codes[from]);
  return labelAccuracy({ codes: codesShuffled, names }, neighborhoods).value;
}

/** The label that most of the labelled neighbors have; -1 without any. `votes` is zeros, one a label. */
export function vote(neighbors: Int32Array, codes: Int32Array, votes: Int32Array): number {
  let most = 0;
  for (const j of neighbors) if (codes[j] >= 0) most = Math.max(most, ++votes[codes[j]]);
  const won = neighbors.find((j) => codes[j] >= 0 && votes[codes[j]] === most);
  for (const j of neighbors) if (codes[j] >= 0) votes[codes[j]] = 0;
  return won === undefined ? -1 : codes[won];
}
