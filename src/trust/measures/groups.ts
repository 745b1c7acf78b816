/**
 * Trust of groups: are the map's groups groups of the data, and do the data's groups stay together?
 *
 * Source: the questions are those of steadiness and cohesiveness (Jeon et al. 2021). The definition is ours:
 *   theirs draws random walks and clusters each by a method with its own settings; ours is exact and has none
 *   besides k. Groups are the communities of each space's neighborhood graph.
 *   - groupSteadiness: the modularity of the data's groups on the map's graph, over that of the map's groups.
 *     Low where the map glues groups: there the links between neighbors on the map join different groups.
 *   - groupCohesiveness: the modularity of the map's groups on the data's graph, over that of the data's groups.
 *     Low where the map tears a group. Maps tend to fall into more groups than the data, so the map's are first
 *     merged along their links until there are no more than in the data.
 *   0 is what groups score that have nothing to do with the graph; more than 1 (the groups are found greedily, and
 *   other groups can be better by a little) is given as 1.
 *   - groupDistances: Spearman correlation of the distances between group centroids in both spaces, groups of the
 *     data (or given labels). Centroid distances are Euclidean.
 * Cost: samples x k, and two community detections.
 * How it fails: with a single group in a space nothing can be glued or torn: NaN. Fewer than five groups have
 *   fewer than ten distances: `groupDistances` is NaN.
 */

import { averageRanks, correlation } from '../../core/statistics.js';
import type { Matrix, Neighbors } from '../../model.js';
import type { Figure } from '../types.js';
import { modularity } from './communities.js';

const FEWEST_GROUPS = 5;

/**
 * How well groups of one space fit the graph of the other, relative to the groups of that space.
 * The value at a sample is the share of its links that stay within its group.
 */
export function groupFit(graph: Neighbors, foreign: Int32Array, native: Int32Array): Figure {
  const best = modularity(graph, native);
  const value = best > 0 ? Math.min(1, modularity(graph, foreign) / best) : Number.NaN;
  return { value, pointwise: shareInside(graph, foreign), interval: null };
}

/** Spearman correlation of centroid distances; NaN for fewer than five groups. */
export function groupDistances(features: Matrix, embedding: Matrix, groups: Int32Array): number {
  const count = groupCount(groups);
  if (count < FEWEST_GROUPS) return Number.NaN;
  const inData = centroidDistances(features, groups, count);
  const onMap = centroidDistances(embedding, groups, count);
  return correlation(averageRanks(inData), averageRanks(onMap));
}

/** Number of groups, for group numbers from 0. */
export function groupCount(groups: Int32Array): number {
  return groups.reduce((most, group) => Math.max(most, group + 1), 0);
}

/** Share of each row's k neighbors that are in its group. */
function shareInside({ rows, k, indices }: Neighbors, groups: Int32Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let inside = 0;
    for (let t = i * k; t < (i + 1) * k; t++) if (groups[indices[t]] === groups[i]) inside++;
    return inside / k;
  });
}

/** Euclidean distances of all pairs of group centroids, in the order of the groups. */
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
