/**
 * Where the map is wrong: neighbors torn apart, far samples glued together, and how the map stretches each neighborhood.
 *
 * Purpose: per sample the share of true neighbors that the map put far away (torn) and of neighbors on the map that
 *   are far away in the data (glued), with the worst of them as links; and the local linear map.
 * Source: torn and glued as in CheckViz (Lespinats and Aupetit 2011); the ellipse is Tissot's indicatrix, after
 *   Perrault-Joncas and Meila 2013. Ours: far is a rank, so that it needs no
 *   unit, and beyond the size of the sample's group, since within a group of equals the order of neighbors is noise (with one
 *   rank for all, most T cells of a blood sample looked glued to one another); the local map is a least squares
 *   fit from the tangent plane (principal axes of the true neighbors) to the map, not a Laplacian's metric.
 * Shapes: queries x k ranks in. Double precision. Cost: k^2 x features a sample for the local map.
 * How it fails: no ellipse where fewer than dimensions + 1 true neighbors are left on the map, or the neighbors
 *   span fewer dimensions than the map: NaN. Determinism: exact.
 */

import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import { mean, median } from '../../core/statistics.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { dots } from '../../linalg/vectors.js';
import type { Matrix } from '../../model.js';
import { checkInteger } from '../checks.js';
import type { Neighborhoods } from '../types.js';
import { communities, findCommunities, findMergedGroups, mergeGroups } from './communities.js';
import { groupCount } from './groups.js';

/** Links from a query sample to others, `width` a sample, worst first; -1 where there is none. */
export interface Links {
  readonly width: number;
  /** Row numbers, queries x width. */
  readonly targets: Int32Array;
  /** How many samples are nearer in the other space, queries x width; -1 where there is no link. */
  readonly ranks: Int32Array;
}

export interface Distortion {
  /** Rank (0 the nearest) from which a sample counts as far in the data, one a query sample. */
  readonly farInData: Int32Array;
  /** The same on the map. */
  readonly farOnMap: Int32Array;
  /** Share of the k true neighbors that are far on the map, one a query sample. */
  readonly torn: Float64Array;
  /** Share of the k neighbors on the map that are far in the data. */
  readonly glued: Float64Array;
  readonly tornLinks: Links;
  readonly gluedLinks: Links;
}

export interface DistortionOptions {
  /**
   * Groups of all samples in both spaces: a sample is then far when more samples are nearer than its group holds.
   * Without groups, and without `far`: beyond a tenth of all samples.
   */
  readonly groups?: { readonly input: Int32Array; readonly embedding: Int32Array } | null;
  /** One rank for all samples and both spaces instead, k to samples - 1. */
  readonly far?: number;
  /** Links kept a sample and kind, 1 to k. Default 3. */
  readonly links?: number;
}

/** Torn and glued neighbors of every query sample. */
export function distortion(neighborhoods: Neighborhoods, options: DistortionOptions = {}): Distortion {
  const { samples, k, input, embedding, inputRanks, embeddingRanks } = neighborhoods;
  const { far, groups, links = Math.min(3, k) } = options;
  if (far !== undefined)
    checkInteger('far', far, k, samples - 1, 'a neighbor cannot be far within the k nearest');
  checkInteger('links', links, 1, k, 'no more links than neighbors');
  const farInData = farRanks(neighborhoods, far, groups?.input);
  const farOnMap = farRanks(neighborhoods, far, groups?.embedding);
  return {
    farInData,
    farOnMap,
    torn: shareFar(embeddingRanks, k, farOnMap),
    glued: shareFar(inputRanks, k, farInData),
    tornLinks: worstLinks(input.indices, embeddingRanks, k, farOnMap, links),
    gluedLinks: worstLinks(embedding.indices, inputRanks, k, farInData, links),
  };
}

/** Finds and merges the groups of both spaces so that `groupsOfBoth` has them at hand. CancelledError once the signal is aborted. */
export async function findGroups({ input, embedding }: Neighborhoods, context: Context): Promise<void> {
  const watch = watchStage({ ...context, onProgress: undefined }, 'groups');
  for (const neighbors of [input, embedding]) await findCommunities(neighbors, watch);
  await findMergedGroups(embedding, communities(embedding), groupCount(communities(input)), watch);
}

/**
 * Groups to judge what is far by: communities of both neighborhoods, the map's merged until there are no more than in
 * the data, since maps tend to fall into more. All samples must be queries.
 */
export function groupsOfBoth({ input, embedding }: Neighborhoods): {
  input: Int32Array;
  embedding: Int32Array;
} {
  const inData = communities(input);
  return { input: inData, embedding: mergeGroups(embedding, communities(embedding), groupCount(inData)) };
}

/** Five neighborhoods at least, so that a tiny group does not make everything far; in tiny data nothing is far. */
function farRanks(
  { samples, k, queries, input }: Neighborhoods,
  far?: number,
  groups?: Int32Array,
): Int32Array {
  const sizes = groups ? groupSizes(groups) : null;
  return Int32Array.from({ length: input.rows }, (_, q) => {
    if (far !== undefined) return far;
    const reach = groups && sizes ? sizes[groups[queries ? queries[q] : q]] : Math.ceil(samples / 10);
    return Math.min(samples - 1, Math.max(5 * k, reach));
  });
}

/** Samples a group. */
function groupSizes(groups: Int32Array): Int32Array {
  const sizes = new Int32Array(groupCount(groups));
  for (const group of groups) sizes[group]++;
  return sizes;
}

/** Expected share of far neighbors when the rows of the map are shuffled. */
export function nullShareFar(samples: number, far: Int32Array): number {
  return mean(far.map((rank) => samples - 1 - rank)) / (samples - 1);
}

/** Share of the k neighbors whose rank is at least `far`, one a query. */
function shareFar(ranks: Int32Array, k: number, far: Int32Array): Float64Array {
  return Float64Array.from(far, (limit, i) => {
    let count = 0;
    for (let t = i * k; t < (i + 1) * k; t++) if (ranks[t] >= limit) count++;
    return count / k;
  });
}

/** The `width` links of highest rank among those that are far, worst first. */
function worstLinks(
  indices: Int32Array,
  ranks: Int32Array,
  k: number,
  far: Int32Array,
  width: number,
): Links {
  const rows = ranks.length / k;
  const targets = new Int32Array(rows * width).fill(-1);
  const kept = new Int32Array(rows * width).fill(-1);
  for (let i = 0; i < rows; i++) {
    const end = (i + 1) * width;
    for (let p = i * k; p < (i + 1) * k; p++) {
      if (ranks[p] < far[i]) continue;
      let at = end;
      for (; at > i * width && kept[at - 1] < ranks[p]; at--) {
        if (at === end) continue;
        kept[at] = kept[at - 1];
        targets[at] = targets[at - 1];
      }
      if (at === end) continue;
      kept[at] = ranks[p];
      targets[at] = indices[p];
    }
  }
  return { width, targets, ranks: kept };
}

/** The local linear map at each query sample. Lengths are relative to the median, so 1 is typical of this map. */
export interface LocalMaps {
  /** Geometric mean of the stretches, over the median: how much the map magnifies this neighborhood. */
  readonly scale: Float64Array;
  /** Largest stretch over smallest, at least 1. */
  readonly anisotropy: Float64Array;
  /** Half-axes of the ellipse that a small circle becomes, longest first, queries x dimensions. */
  readonly axes: Float64Array;
  /** Direction of the longest axis in the plane, in radians from 0 to pi; NaN unless the map has two dimensions. */
  readonly angle: Float64Array;
}

/** Fits the local linear map around every query sample, over its true neighbors that are not torn away. */
export async function localMaps(
  features: Matrix,
  embedding: Matrix,
  neighborhoods: Neighborhoods,
  farOnMap: Int32Array,
  partialContext: PartialContext = {},
): Promise<LocalMaps> {
  const watch = watchStage(await resolveContext(partialContext), 'local maps');
  const { queries, k, input, embeddingRanks } = neighborhoods;
  const dimensions = embedding.columns;
  const axes = new Float64Array(input.rows * dimensions).fill(Number.NaN);
  const angle = new Float64Array(input.rows).fill(Number.NaN);
  for (let q = 0; q < input.rows; q++) {
    const kept = Array.from({ length: k }, (_, t) => q * k + t).filter(
      (p) => embeddingRanks[p] < farOnMap[q],
    );
    const near = kept.map((p) => input.indices[p]);
    const fitted = localMap(features, embedding, queries ? queries[q] : q, near);
    if (fitted) {
      axes.set(fitted.axes, q * dimensions);
      angle[q] = fitted.angle;
    }
    if (q % 64 === 0) await watch.checkpoint();
    watch.progress((q + 1) / input.rows);
  }
  return relativeTo(axes, angle, dimensions);
}

/** Scale, anisotropy and axes relative to the median scale. */
function relativeTo(axes: Float64Array, angle: Float64Array, dimensions: number): LocalMaps {
  const scale = new Float64Array(angle.length);
  const anisotropy = new Float64Array(angle.length);
  for (let q = 0; q < angle.length; q++) {
    const lengths = axes.subarray(q * dimensions, (q + 1) * dimensions);
    scale[q] = Math.exp(lengths.reduce((sum, s) => sum + Math.log(s), 0) / dimensions);
    anisotropy[q] = lengths[0] / lengths[dimensions - 1];
  }
  const typical = median(scale.filter((s) => s > 0));
  return { scale: scale.map((s) => s / typical), anisotropy, axes: axes.map((s) => s / typical), angle };
}

/** Half-axes and direction at one sample, or null where the neighbors do not span the map's dimensions. */
function localMap(features: Matrix, embedding: Matrix, i: number, near: readonly number[]) {
  const dimensions = embedding.columns;
  if (near.length < dimensions + 1) return null;
  const onMap = differences(embedding, i, near);
  const plane = eigen(gram(features, i, near));
  if (!(plane.values[dimensions - 1] > 1e-9 * plane.values[0])) return null;
  const fit = new Dense(dimensions, dimensions);
  for (let a = 0; a < dimensions; a++) {
    for (let c = 0; c < dimensions; c++) {
      let sum = 0;
      for (let t = 0; t < near.length; t++) sum += plane.vectors.get(t, a) * onMap.get(t, c);
      fit.set(a, c, sum / Math.sqrt(plane.values[a]));
    }
  }
  const stretch = eigen(fit.transpose().mmul(fit));
  if (!(stretch.values[dimensions - 1] > 0)) return null;
  const turned = Math.atan2(stretch.vectors.get(dimensions > 1 ? 1 : 0, 0), stretch.vectors.get(0, 0));
  const angle = dimensions === 2 ? (turned + Math.PI) % Math.PI : Number.NaN;
  return { axes: stretch.values.slice(0, dimensions).map(Math.sqrt), angle };
}

/** Products of the differences to sample i: near x near. */
function gram(data: Matrix, i: number, near: readonly number[]): Dense {
  const d = data.columns;
  const rows = near.map((j) => {
    const row = new Float64Array(d);
    for (let c = 0; c < d; c++) row[c] = data.data[j * d + c] - data.data[i * d + c];
    return row;
  });
  const result = new Dense(near.length, near.length);
  rows.forEach((row, a) => {
    dots(row, rows.slice(a)).forEach((product, after) => {
      result.set(a, a + after, product);
      result.set(a + after, a, product);
    });
  });
  return result;
}

/** Rows `near` less row i: near x columns. */
function differences(data: Matrix, i: number, near: readonly number[]): Dense {
  const d = data.columns;
  const result = new Dense(near.length, d);
  near.forEach((j, t) => {
    for (let c = 0; c < d; c++) result.set(t, c, data.data[j * d + c] - data.data[i * d + c]);
  });
  return result;
}

/** Eigenvalues, largest first, and their vectors as columns. */
function eigen(symmetric: Dense) {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, c) => c).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return { values: order.map((c) => realEigenvalues[c]), vectors: eigenvectorMatrix.subMatrixColumn(order) };
}
