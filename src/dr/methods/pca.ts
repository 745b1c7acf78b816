/**
 * Principal component analysis, by eigenvectors or by forces.
 *
 * Source: Pearson (1901); forces after arXiv 2306.11898. Works on whichever of covariance and Gram matrix is
 * smaller, as an operator: neither is formed above 48 x 48, and sparse features stay sparse.
 * Precision: double sums. Cost: about 40 products with the features. Deterministic.
 */

import type { Context } from '../../engine/context.js';
import type { Csr, Matrix, Warning } from '../../model.js';
import { type CenteredFeatures, centeredFeatures, featureGram } from '../affinities/gram.js';
import { constantWarning } from '../input.js';
import type { PcaModel } from '../model.js';
import { runGram, solveGram } from './gram-method.js';
import type { MethodInput, Prepared } from './method.js';

/** PCA, solved or ready to run. */
export async function preparePca(input: MethodInput): Promise<Prepared> {
  const { features, options, dimensions, context } = input;
  const warnings = constantWarning(features);
  const centered = centeredFeatures(features);
  if (input.solve === 'forces') {
    const run = await runGram(featureGram(centered), options, dimensions, context);
    return { ...run, eigenvalues: null, model: null, warnings };
  }
  const solved = await principalComponents(features, dimensions, context);
  return {
    y: solved.y,
    dynamics: null,
    steps: 0,
    eigenvalues: solved.values,
    model: () => solved.model,
    settings: options as Record<string, unknown>,
    warnings: [...warnings, ...solved.warnings],
  };
}

export interface PrincipalComponents {
  /** rows x dimensions scores. */
  readonly y: Float64Array;
  /** Squared singular values of the centered features. */
  readonly values: Float64Array;
  readonly model: PcaModel;
  readonly warnings: readonly Warning[];
}

/** Scores and components through whichever of covariance and Gram matrix is smaller. */
export async function principalComponents(
  features: Matrix | Csr,
  dimensions: number,
  context: Context,
): Promise<PrincipalComponents> {
  const centered = centeredFeatures(features);
  return centered.columns <= centered.rows
    ? byCovariance(centered, dimensions, context)
    : byGram(centered, dimensions, context);
}

/** Eigenvectors of Xc' Xc are the components; the scores are their projections. */
async function byCovariance(
  centered: CenteredFeatures,
  dimensions: number,
  context: Context,
): Promise<PrincipalComponents> {
  const { rows, columns, mean, units } = centered;
  const middle = new Float64Array(rows);
  const covariance = {
    size: columns,
    apply(x: Float64Array, out: Float64Array) {
      centered.direct(x, middle);
      centered.transposed(middle, out);
    },
  };
  const solved = await solveGram(covariance, dimensions, context);
  const components = new Float64Array(dimensions * columns);
  const y = new Float64Array(rows * dimensions);
  for (let k = 0; k < dimensions; k++) {
    if (!solved.y.some((_, at) => at % dimensions === k && solved.y[at] !== 0)) continue;
    components.set(solved.vectors[k], k * columns);
    centered.direct(solved.vectors[k], middle);
    for (let r = 0; r < rows; r++) y[r * dimensions + k] = middle[r];
  }
  const model: PcaModel = { kind: 'pca', units, mean, components, dimensions };
  return { y, values: solved.values, model, warnings: solved.warnings };
}

/** Eigenvectors of Xc Xc' give the scores; the components are Xc' u / sqrt(lambda). */
async function byGram(
  centered: CenteredFeatures,
  dimensions: number,
  context: Context,
): Promise<PrincipalComponents> {
  const { columns, mean, units } = centered;
  const solved = await solveGram(featureGram(centered), dimensions, context);
  const components = new Float64Array(dimensions * columns);
  solved.vectors.forEach((u, k) => {
    const component = components.subarray(k * columns, (k + 1) * columns);
    const scale = Math.sqrt(Math.max(0, solved.values[k]));
    if (!solved.y.some((_, at) => at % dimensions === k && solved.y[at] !== 0)) return;
    centered.transposed(u, component);
    for (let c = 0; c < columns; c++) component[c] /= scale;
  });
  const model: PcaModel = { kind: 'pca', units, mean, components, dimensions };
  return { y: solved.y, values: solved.values, model, warnings: solved.warnings };
}
