/**
 * Double-kernel LLE: reconstruction weights under a kernel on the input, and an output kernel
 * q = 1 / (1 + a d^(2b)) in place of LLE's linear one. A reconstruction, ours, after the names in
 * arXiv 2306.11898; the papers' own form is not public (docs/lab/ardr.md says what is whose).
 *
 * Objective `umap`: P / (2 lambda), P = W + W' - W'W, goes through UMAP's sampled attraction and repulsion in place of
 * fuzzy memberships, cut off at 1; its negative entries (pairs that share reconstructed samples but do not reconstruct
 * one another) are left to the sampled repulsion. Objective `frobenius`: tr(M K) + lambda |K|_F^2 by descent over
 * all pairs, a = b = 1, lambda = repulsionStrength * max(P) / 2.
 * Weights: see affinities/reconstruction-weights.ts; `entropic` weights minimize sum_a w_a d_ia - sigma_i H(w), a bound on
 * the reconstruction error less an entropy, with UMAP's bandwidths sigma_i: w_a ~ exp(-(d_ia - rho_i)+ / sigma_i).
 * Measured (docs/lab/ardr.md): only entropic weights come within UMAP's own variation, and of the sums tried 1/4 is the largest that
 * is equivalent to UMAP under other seeds on digits and on cells: the default.
 * Cost: as UMAP, or rows^2 a step. Deterministic given the seed.
 */

import type { Context } from '../../engine/context.js';
import { OptionError } from '../../errors.js';
import type { Csr, Matrix, Neighbors } from '../../model.js';
import { alignmentMatrix, type SparseRows } from '../affinities/alignment.js';
import { fitCurve } from '../affinities/curve-parameters.js';
import { bandwidths, memberships } from '../affinities/fuzzy-simplicial-set.js';
import { neighborsOf } from '../affinities/neighbor-graph.js';
import { constantWarning, denseFeatures, fitNeighbors } from '../input.js';
import { frobeniusLaw } from '../laws/frobenius.js';
import { gradientDescent } from '../optimize/gradient-descent.js';
import { NEGATIVE_SAMPLES, sampledDynamics } from '../optimize/negative-sampling.js';
import { type EmbedOptions, withDefaults } from '../options.js';
import type { Dynamics } from '../run.js';
import { lleWeights } from './lle.js';
import type { MethodInput, Prepared } from './method.js';
import { graphStart, standardEpochs } from './umap.js';

const NEIGHBORS = 15;

export const dkLleDefaults = {
  metric: 'euclidean',
  init: 'spectral',
  weights: 'entropic',
  inputKernel: 'gaussian',
  weightSum: 0.25,
  objective: 'umap',
  regularization: 0.1,
  minDist: 0.1,
  spread: 1,
  negativeSampleRate: 5,
  repulsionStrength: 1,
} as const;

type Settings = ReturnType<typeof settingsOf>;

/** Options with the defaults of the objective filled in. */
function settingsOf(options: EmbedOptions, rows: number, nNeighbors: number) {
  const frobenius = options.objective === 'frobenius';
  const schedule = frobenius
    ? { steps: 1000, learningRate: 1, momentum: 0.9 }
    : { steps: standardEpochs(rows), learningRate: 1, momentum: 0 };
  // the looser sum is measured for entropic weights through UMAP's forces; elsewhere LLE's own constraint
  const entropic = (options.weights ?? dkLleDefaults.weights) === 'entropic';
  const weightSum = frobenius || !entropic ? 1 : dkLleDefaults.weightSum;
  return withDefaults(options, { ...dkLleDefaults, ...schedule, weightSum, nNeighbors });
}

/** DK-LLE, ready to run. */
export async function prepareDkLle(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const { rows } = input.features;
  if (options.momentum !== undefined && options.objective !== 'frobenius') throw noMomentum();
  const fitted = fitNeighbors(options.nNeighbors, NEIGHBORS, rows, rows - 1);
  const settings = settingsOf(options, rows, fitted.value);
  const features = denseFeatures(input.features, context);
  const { neighbors, weights } = await kernelWeights(features, options, settings, context);
  const m = alignmentMatrix(
    neighbors,
    weights.map((weight) => weight * settings.weightSum),
  );
  const positive = positivePart(m);
  const graph = settings.objective === 'umap' ? saturated(positive, settings) : positive;
  const y = await graphStart(settings.init, graph, features, dimensions, context);
  return {
    y,
    dynamics: dynamicsOf(m, graph, settings, dimensions, context),
    steps: settings.steps,
    eigenvalues: null,
    model: null,
    settings,
    warnings: [...fitted.warnings, ...constantWarning(features)],
  };
}

/** An error: sampled forces have no momentum. */
function noMomentum(): OptionError {
  return new OptionError({
    got: 'momentum with objective umap',
    expected: 'momentum with objective frobenius only',
    remedy: 'leave one of the two out',
  });
}

/** Neighbors and weights by the recipe of the options. */
async function kernelWeights(
  features: Matrix,
  options: EmbedOptions,
  settings: Settings,
  context: Context,
): Promise<{ neighbors: Neighbors; weights: Float64Array }> {
  const { regularization, inputKernel, nNeighbors } = settings;
  if (settings.weights !== 'entropic') {
    const recipe = { regularization, inputKernel, weights: settings.weights };
    return lleWeights(features, nNeighbors, options, recipe, context);
  }
  const neighbors = await neighborsOf(features, nNeighbors, options, context);
  return { neighbors, weights: entropicWeights(neighbors) };
}

/** exp(-(d - rho)+ / sigma), each row divided by its sum. */
export function entropicWeights(neighbors: Neighbors): Float64Array {
  const { k } = neighbors;
  const weights = memberships(neighbors, bandwidths(neighbors, 1));
  for (let from = 0; from < weights.length; from += k) {
    let sum = 0;
    for (let p = from; p < from + k; p++) sum += weights[p];
    for (let p = from; p < from + k; p++) weights[p] /= sum;
  }
  return weights;
}

/** Entries of P = -M above 0, off the diagonal. */
export function positivePart(m: SparseRows): Csr {
  const offsets = new Float64Array(m.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < m.rows; i++) {
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) {
      if (m.indices[p] === i || m.values[p] >= 0) continue;
      indices.push(m.indices[p]);
      values.push(-m.values[p]);
    }
    offsets[i + 1] = indices.length;
  }
  const graph = { indices: Int32Array.from(indices), values: Float32Array.from(values) };
  return { rows: m.rows, columns: m.rows, offsets, ...graph };
}

/**
 * P / (2 lambda), at most 1 as the output kernel is, where 2 lambda is what a full membership of UMAP's comes to as a
 * weight: its row sums to log2(nNeighbors + 1), here to weightSum.
 */
export function saturated(
  graph: Csr,
  { weightSum, nNeighbors }: { readonly weightSum: number; readonly nNeighbors: number },
): Csr {
  const full = weightSum / Math.log2(nNeighbors + 1);
  return { ...graph, values: graph.values.map((value) => Math.min(1, value / full)) };
}

/** Sampled forces (objective `umap`) or gradient descent (objective `frobenius`). */
function dynamicsOf(
  m: SparseRows,
  graph: Csr,
  settings: Settings,
  dimensions: number,
  context: Context,
): Dynamics {
  const { learningRate, momentum, repulsionStrength, negativeSampleRate, steps } = settings;
  if (settings.objective === 'umap') {
    return sampledDynamics(context.engine, graph, {
      dimensions,
      epochs: steps,
      curve: fitCurve(settings.spread, settings.minDist),
      learningRate,
      negativeSampleRate,
      repulsionStrength,
      random: context.random.stream(NEGATIVE_SAMPLES),
      targets: null,
    });
  }
  const lambda = repulsionStrength * frobeniusScale(graph);
  // Near q = 1 the stiffest pair force is 4 (P + 2 lambda), and a row of P sums to at most 2.
  const unit = 1 / (16 * (2 + 2 * lambda));
  const step = { dimensions, unit, learningRate, momentum, tolerance: 0, precision: 'float64' } as const;
  return gradientDescent(frobeniusLaw(m, lambda), step);
}

/** The lambda at which the largest P / (2 lambda) is 1, the largest value of the output kernel. */
export function frobeniusScale(graph: Csr): number {
  let largest = 0;
  for (const value of graph.values) largest = Math.max(largest, value);
  return largest / 2;
}
