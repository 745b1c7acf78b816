/**
 * The one recipe behind PCA, classical MDS and Isomap: coordinates whose Gram matrix is nearest to the
 * centered input Gram matrix B. By eigenvectors: y_k = sqrt(lambda_k) u_k. By forces: descent on the Gram
 * law from a Gaussian start, which converges to the same up to rotation, almost surely, when the step is
 * below 1 / (4 lambda_1) and lambda_d > lambda_(d+1) (ours; see docs/lab/ardr.md).
 */

import type { Context } from '../../engine/context.js';
import { watchStage } from '../../engine/context.js';
import { eigenpairs } from '../../linalg/davidson.js';
import { columnsToRows, fixSigns } from '../../linalg/vectors.js';
import type { Warning } from '../../model.js';
import type { Gram } from '../affinities/gram.js';
import { gramLaw } from '../laws/gram.js';
import { gradientDescent } from '../optimize/gradient-descent.js';
import { type EmbedOptions, withDefaults } from '../options.js';
import { startCoordinates } from './initial-coordinates.js';
import type { Prepared } from './method.js';

/** Eigenvalues below this share of the largest are rounding: their coordinates are 0. */
const RANK = 1e-12;

export const gramDefaults = {
  precision: 'float64',
  init: 'random',
  steps: 20_000,
  learningRate: 0.9,
  momentum: 0,
  tolerance: 1e-14,
} as const;

export interface GramSolution {
  readonly y: Float64Array;
  readonly values: Float64Array;
  /** Unit eigenvectors of B, at most `dimensions`. */
  readonly vectors: readonly Float64Array[];
  readonly warnings: readonly Warning[];
}

/** Coordinates by the leading eigenvectors of B. */
export async function solveGram(gram: Gram, dimensions: number, context: Context): Promise<GramSolution> {
  const pairs = await eigenpairs(
    gram,
    { count: dimensions, end: 'largest', tolerance: 1e-13, maxApplications: 6000 },
    context.random.stream('eigenvectors'),
    watchStage(context, 'eigenvectors'),
  );
  fixSigns(pairs.vectors);
  const largest = Math.max(pairs.values[0] ?? 0, 0);
  const scale = Array.from({ length: dimensions }, (_, k) => {
    const value = pairs.values[k] ?? 0;
    return value > RANK * largest ? Math.sqrt(value) : 0;
  });
  const vectors = Array.from(
    { length: dimensions },
    (_, k) => pairs.vectors[k] ?? new Float64Array(gram.size),
  );
  const rank = scale.filter((s) => s > 0).length;
  const warnings = [...rankWarnings(rank, dimensions), ...residualWarnings(pairs.residual, 1e-9)];
  return { y: columnsToRows(vectors, scale), values: pairs.values, vectors: pairs.vectors, warnings };
}

/** Warns where the data have fewer dimensions of variation than the embedding. */
export function rankWarnings(rank: number, dimensions: number): Warning[] {
  if (rank === dimensions) return [];
  const message = `The data have ${rank} dimension(s) of variation, fewer than the ${dimensions} requested: the rest are 0.`;
  return [{ code: 'rank-deficient', message }];
}

/** Warns where eigenvectors are inexact by more than `limit`. */
export function residualWarnings(residual: number, limit: number): Warning[] {
  if (residual <= limit) return [];
  const message = `Eigenvectors were found to a relative residual of ${residual.toExponential(1)} only.`;
  return [{ code: 'eigenvectors-inexact', message }];
}

/** A run by forces toward the same coordinates. */
export async function runGram(
  gram: Gram,
  options: EmbedOptions,
  dimensions: number,
  context: Context,
): Promise<Pick<Prepared, 'y' | 'dynamics' | 'steps' | 'settings'>> {
  const settings = withDefaults(options, gramDefaults);
  const largest = await largestEigenvalue(gram, context);
  const y = await startCoordinates(settings.init, gram.size, dimensions, {
    deviation: 0.1 * Math.sqrt(largest / gram.size),
    random: context.random.stream('start'),
    spectral: async () => (await solveGram(gram, dimensions, context)).y,
  });
  const { precision, learningRate, momentum, tolerance, steps } = settings;
  const unit = largest > 0 ? 1 / (4 * largest) : 0;
  const dynamics = gradientDescent(gramLaw(gram), {
    dimensions,
    precision,
    learningRate,
    unit,
    momentum,
    tolerance,
  });
  return { y, dynamics, steps, settings };
}

/** lambda_1, from which the longest stable step 1 / (4 lambda_1) follows. */
export async function largestEigenvalue(gram: Gram, context: Context): Promise<number> {
  const pairs = await eigenpairs(
    gram,
    { count: 1, end: 'largest', tolerance: 1e-4, maxApplications: 300 },
    context.random.stream('step length'),
  );
  return Math.max(0, pairs.values[0] ?? 0);
}
