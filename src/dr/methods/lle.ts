/**
 * Locally linear embedding, by eigenvectors or by forces under the constraint Y'Y = n I.
 *
 * Source: Roweis and Saul (2000); neighbors and regularization as in scikit-learn, whose coordinates are these
 * divided by sqrt(n). Forces reach the same in principle; eigenvalues of M lie so close together that they need
 * very many steps (see docs/lab/ardr.md). Fails: a neighbor graph in pieces is an error, since M then has as many
 * null vectors. Deterministic.
 */

import type { Context } from '../../engine/context.js';
import { watchStage } from '../../engine/context.js';
import { columnsToRows, fixSigns } from '../../linalg/vectors.js';
import type { Matrix, Neighbors, Warning } from '../../model.js';
import { alignmentMatrix, type SparseRows } from '../affinities/alignment.js';
import { requireConnected } from '../affinities/components.js';
import { neighborsOf } from '../affinities/neighbor-graph.js';
import { type ReconstructionOptions, reconstructionWeights } from '../affinities/reconstruction-weights.js';
import { constantWarning, denseFeatures, fitNeighbors } from '../input.js';
import { constrainVariance, lleLaw } from '../laws/lle.js';
import { gradientDescent } from '../optimize/gradient-descent.js';
import { type EmbedOptions, withDefaults } from '../options.js';
import { smallestEigenpairs } from '../spectral/null-space.js';
import { rankWarnings, residualWarnings } from './gram-method.js';
import { startCoordinates } from './initial-coordinates.js';
import type { MethodInput, Prepared } from './method.js';

/** scikit-learn's default is 5, which often leaves pieces; Roweis and Saul used 12 and more. */
const NEIGHBORS = 12;

/** Eigenvalues of M are often 1e-10 of its largest: a residual above this would mix its eigenvectors. */
const INEXACT = 1e-11;

const runDefaults = {
  precision: 'float64',
  init: 'random',
  steps: 20_000,
  learningRate: 0.9,
  momentum: 0.9,
  tolerance: 1e-9,
} as const;

/** LLE, solved or ready to run. */
export async function prepareLle(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const fitted = fitNeighbors(options.nNeighbors, NEIGHBORS, input.features.rows, input.features.rows - 1);
  const features = denseFeatures(input.features, context);
  const warnings = [...fitted.warnings, ...constantWarning(features)];
  const regularization = options.regularization ?? 1e-3;
  const recipe = { regularization, inputKernel: 'linear', weights: 'signed' } as const;
  const { neighbors, weights } = await lleWeights(features, fitted.value, options, recipe, context);
  const m = alignmentMatrix(neighbors, weights);
  requireConnected(m, 'lle', fitted.value);
  const chosen = { nNeighbors: fitted.value, regularization, metric: options.metric ?? 'euclidean' };
  if (input.solve === 'spectral')
    return solveByEigenvectors(m, dimensions, context, { ...options, ...chosen }, warnings);
  const settings = withDefaults(options, runDefaults);
  const y = await startCoordinates(settings.init, m.rows, dimensions, {
    random: context.random.stream('start'),
    deviation: 1,
    spectral: async () => (await solveByEigenvectors(m, dimensions, context, {}, [])).y,
  });
  constrainVariance(y, dimensions);
  const dynamics = gradientDescent(lleLaw(m), {
    dimensions,
    unit: 1 / rowBound(m),
    constrain: constrainVariance,
    precision: settings.precision,
    learningRate: settings.learningRate,
    momentum: settings.momentum,
    tolerance: settings.tolerance,
  });
  const used = { ...settings, ...chosen };
  return { y, dynamics, steps: settings.steps, eigenvalues: null, model: null, settings: used, warnings };
}

/** Neighbors of every sample and its reconstruction weights over them, rows x k. */
export async function lleWeights(
  features: Matrix,
  k: number,
  options: EmbedOptions,
  recipe: ReconstructionOptions,
  context: Context,
): Promise<{ neighbors: Neighbors; weights: Float64Array }> {
  const method = options.method === 'lle' ? 'exact' : 'auto';
  const neighbors = await neighborsOf(features, k, options, context, method);
  const watch = watchStage(context, 'weights');
  return { neighbors, weights: await reconstructionWeights(features, neighbors, recipe, watch) };
}

/** At least the largest eigenvalue of M (Gershgorin): steps up to its reciprocal are stable. */
function rowBound(m: SparseRows): number {
  let bound = Number.MIN_VALUE;
  for (let i = 0; i < m.rows; i++) {
    let sum = 0;
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) sum += Math.abs(m.values[p]);
    bound = Math.max(bound, sum);
  }
  return bound;
}

/** The solution by the smallest eigenvectors of M, those beyond the rank 0. */
async function solveByEigenvectors(
  m: SparseRows,
  dimensions: number,
  context: Context,
  settings: Readonly<Record<string, unknown>>,
  warnings: readonly Warning[],
): Promise<Prepared> {
  const watch = watchStage(context, 'eigenvectors');
  const pairs = await smallestEigenpairs(m, dimensions, context.random.stream('eigenvectors'), watch);
  fixSigns(pairs.vectors);
  const found = pairs.vectors.length;
  const vectors = [...pairs.vectors];
  while (vectors.length < dimensions) vectors.push(new Float64Array(m.rows));
  const y = columnsToRows(vectors, new Float64Array(dimensions).fill(Math.sqrt(m.rows)));
  const more = [...rankWarnings(found, dimensions), ...residualWarnings(pairs.residual, INEXACT)];
  const all = [...warnings, ...more];
  return { y, dynamics: null, steps: 0, eigenvalues: pairs.values, model: null, settings, warnings: all };
}
