/**
 * Trust of groups: are the map's groups groups of the data, and do the data's groups stay together?
 *
 * Source: the questions are those of steadiness and cohesiveness (Jeon et al. 2021). The definition is ours:
 *   theirs draws random walks and clusters each by a method with its own settings; ours is exact and has none
 *   besides k. Groups are the communities of each space's neighborhood graph.
 *   - groupSteadiness: of the links between neighbors on the map, the share that stays within one group of the
 *     data. Low where the map glues groups.
 *   - groupCohesiveness: of the links between neighbors in the data, the share that stays within one group of the
 *     map. Low where the map tears a group. A group cut along few links costs little, so that a continuum which
 *     one space cuts finer than the other is not held against the map.
 *   Both are corrected for chance and divided by what the groups' own space scores, and at most 1.
 *   - groupDistances: Spearman correlation of the distances between group centroids in both spaces, groups of the
 *     data (or given labels). Centroid distances are Euclidean.
 * Cost: samples x k, and two community detections.
 * How it fails: with a single group in a space nothing can be glued or torn: NaN. Fewer than five groups have
 *   fewer than ten distances: `groupDistances` is NaN.
 */

import { averageRanks, correlation, mean } from '../core/statistics.js';
import type { Matrix, Neighbors } from '../model.js';
import type { Figure } from './types.js';

const FEWEST_GROUPS = 5;

/** Share of links inside groups, corrected for chance, relative to the groups' own links; with the value a sample. */
export function linksInsideGroups(links: Neighbors, groups: Int32Array, ownLinks: Neighbors): Figure {
  const pointwise = shareInside(links, groups);
  const chance = chanceInside(groups);
  const own = mean(shareInside(ownLinks, groups)) - chance;
  const value = own > 0 ? Math.min(1, (mean(pointwise) - chance) / own) : Number.NaN;
  return { value, pointwise, interval: null };
}

/** Spearman correlation of centroid distances; NaN for fewer than five groups. */
export function groupDistances(features: Matrix, embedding: Matrix, groups: Int32Array): number {
  const count = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  if (count < FEWEST_GROUPS) return Number.NaN;
  const inData = centroidDistances(features, groups, count);
  const onMap = centroidDistances(embedding, groups, count);
  return correlation(averageRanks(inData), averageRanks(onMap));
}

function shareInside({ rows, k, indices }: Neighbors, groups: Int32Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let inside = 0;
    for (let t = i * k; t < (i + 1) * k; t++) if (groups[indices[t]] === groups[i]) inside++;
    return inside / k;
  });
}

/** Probability that another sample drawn at random is in the same group. */
function chanceInside(groups: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let pairs = 0;
  for (const size of sizes.values()) pairs += size * (size - 1);
  return pairs / (groups.length * (groups.length - 1));
}

function centroidDistances(data: Matrix, groups: Int32Array, count: number): Float64Array {
  const d = data.columns;
  const centroids = new Float64Array(count * d);
  const sizes = new Float64Array(count);
  for (const group of groups) sizes[group]++;
  for (let i = 0; i < data.rows; i++) {
    for (let c = 0; c < d; c++) centroids[groups[i] * d + c] += data.data[i * d + c] / sizes[groups[i]];
  }
  const distances: number[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += (centroids[a * d + c] - centroids[b * d + c]) ** 2;
      distances.push(Math.sqrt(sum));
    }
  }
  return Float64Array.from(distances);
}
