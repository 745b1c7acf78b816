/**
 * Spectral start of the symmetric factorization: modules as a continuous function of the data.
 *
 * Purpose: refinement from one start ends in the same modules on other samples of the same data; what used to vary
 *   was the start, since a greedy choice among near-equal candidates flips. Eigenvectors and varimax do not choose.
 * Method: leading eigenvectors of the mean association, scaled by degree, with a completed diagonal (spectrum.ts),
 *   times the root of their eigenvalues; rotated by varimax (rotation.ts); each factor's sign by its sum of cubes,
 *   since a module's few large loadings are positive; negative loadings cut off.
 * Source: ours, from spectral clustering and factor analysis (docs/lab/stability.md has what was tried and measured).
 * Shapes: result modules x features. Precision: float32 products, else double. Deterministic; no random seed of the
 *   caller takes part, and another order of the features changes rounding only.
 * How it fails: where eigenvalue m is not larger than the next, the last module is arbitrary.
 * Types: `MeanAssociation`: scale (one a feature), active features, order by degree, apply (S M S times a block).
 *   `Watch`: takes the progress of a stage, and throws CancelledError at a checkpoint once the signal is aborted.
 *   `Spectrum`, of the completed mean: vectors (unit length, one entry a feature, largest eigenvalue first), values
 *   (eigenvalues).
 */

import type { Engine, Watch } from '../../engine/engine.js';
import { dot } from '../../linalg/vectors.js';
import type { Matrix } from '../../model.js';
import type { MeanAssociation } from './mean-association.js';
import { varimax } from './rotation.js';
import { completedSpectrum } from './spectrum.js';

/**
 * Loadings of up to `count` modules (modules x features), not negative, strongest first; fewer when fewer eigenvalues
 * are positive. Each fit starts from them. A matrix without rows where no eigenvalue is positive. CancelledError once
 * the signal is aborted.
 * @param mean the scaled mean association, as an operator.
 */
export async function spectralStart(
  mean: MeanAssociation,
  count: number,
  engine: Engine,
  watch: Watch,
): Promise<Matrix> {
  const { vectors, values } = await completedSpectrum(mean, count, watch);
  const factors = vectors.map((vector, k) => vector.map((value) => value * Math.sqrt(values[k])));
  const rotated = factors.length > 1 ? await varimax(factors, engine, watch) : factors;
  const loadings = rotated.map(positivePart);
  const strengths = loadings.map((loading) => dot(loading, loading));
  const ranks = [...loadings.keys()]
    .filter((k) => strengths[k] > 0)
    .sort((a, b) => strengths[b] - strengths[a] || a - b);
  const data = new Float32Array(ranks.length * mean.features);
  ranks.forEach((k, rank) => {
    data.set(loadings[k], rank * mean.features);
  });
  return { rows: ranks.length, columns: mean.features, data };
}

/**
 * Loadings from a rotated eigenvector: its entries of one sign, that with the larger sum of cubes, as positive
 * numbers; else 0. The factor is not changed.
 */
function positivePart(factor: Float64Array): Float64Array {
  let cubes = 0;
  for (const value of factor) cubes += value ** 3;
  const sign = cubes < 0 ? -1 : 1;
  return factor.map((value) => Math.max(0, sign * value));
}
