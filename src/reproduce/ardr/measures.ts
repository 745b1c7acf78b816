/**
 * The figures by which two embeddings of the same samples are compared in the ARDR studies: all exact, O(n^2).
 *
 * Trustworthiness and label accuracy are those of src/trust. Overlap: share of the k nearest neighbors in one
 * embedding that are also among those of the other.
 */

import { procrustesError } from '../../dr/index.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { Matrix, Neighbors } from '../../model.js';
import { encodeLabels, vote } from '../../trust/measures/labels.js';
import { excessOf, largestExcess } from '../../trust/measures/rank-measures.js';

export const NEIGHBORHOOD = 15;

/** Coordinates as a matrix of single precision. */
export function asMatrix(values: ArrayLike<number>, columns: number): Matrix {
  return { rows: values.length / columns, columns, data: Float32Array.from(values) };
}

/** The nearest others in an embedding, `size` of them, at most rows - 1. */
export async function mapNeighbors(
  values: ArrayLike<number>,
  dimensions: number,
  context: Context,
  size = NEIGHBORHOOD,
): Promise<Neighbors> {
  const map = asMatrix(values, dimensions);
  const k = Math.min(size, map.rows - 1);
  const options = { k, metric: 'euclidean', excludeSelf: true } as const;
  return context.engine.nearest(map, map, options, watchStage(context, 'measuring'));
}

/** Mean share of neighbors in common. */
export function overlap(a: Neighbors, b: Neighbors): number {
  let common = 0;
  for (let i = 0; i < a.rows; i++) {
    const first = new Set(a.indices.subarray(i * a.k, (i + 1) * a.k));
    for (let p = i * b.k; p < (i + 1) * b.k; p++) if (first.has(b.indices[p])) common++;
  }
  return common / (a.rows * a.k);
}

/** 1 when no neighbor in the map is far in the features. */
export async function trustworthiness(features: Matrix, map: Neighbors, context: Context): Promise<number> {
  const { rows, k } = map;
  const options = { k, metric: 'euclidean' } as const;
  const ranks = await context.engine.ranks(features, map.indices, options, watchStage(context, 'measuring'));
  let excess = 0;
  for (let i = 0; i < rows; i++) excess += excessOf(ranks, i * k, k);
  const worst = rows * largestExcess(rows, k);
  return worst > 0 ? 1 - excess / worst : 1;
}

/** Share of samples whose label is that of most of their neighbors; null without labels. */
export function labelAccuracy(map: Neighbors, labels: readonly string[] | null): number | null {
  if (!labels) return null;
  const { codes, names } = encodeLabels(labels);
  const votes = new Int32Array(names.length);
  let right = 0;
  for (let i = 0; i < map.rows; i++) {
    if (vote(map.indices.subarray(i * map.k, (i + 1) * map.k), codes, votes) === codes[i]) right++;
  }
  return right / map.rows;
}

export interface Comparison {
  /** Of the reference's neighbors, the share kept. */
  readonly overlap: number;
  readonly trustworthiness: number;
  readonly labelAccuracy: number | null;
  /** After rotation and scaling, 0 to about 1. */
  readonly procrustes: number;
}

/** An embedding measured by itself and against a reference embedding of the same samples. */
export async function compare(
  values: Float64Array,
  reference: { values: Float64Array; neighbors: Neighbors },
  data: { features: Matrix; labels: readonly string[] | null },
  context: Context,
): Promise<Comparison> {
  const dimensions = values.length / data.features.rows;
  const neighbors = await mapNeighbors(values, dimensions, context);
  return {
    overlap: overlap(reference.neighbors, neighbors),
    trustworthiness: await trustworthiness(data.features, neighbors, context),
    labelAccuracy: labelAccuracy(neighbors, data.labels),
    procrustes: procrustesError(reference.values, values, dimensions, { scale: true }),
  };
}
