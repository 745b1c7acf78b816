/**
 * t-SNE's input affinity: conditional probabilities over neighbors at a perplexity, made symmetric.
 *
 * Source: van der Maaten and Hinton (2008); neighbors only, as in Barnes-Hut t-SNE (van der Maaten 2014).
 * p_(j|i) is proportional to exp(-beta_i d_ij^2), with beta_i such that 2^entropy is the perplexity;
 * P = (p_(j|i) + p_(i|j)) / (2 rows), which sums to 1.
 * Shapes: neighbors rows x k, k at least the perplexity (3 times it as a rule). Precision: double; the
 * perplexity is met to 1e-7 where distances allow any below k, else (ties) the nearest is taken.
 * Deterministic.
 */

import type { Csr, Neighbors } from '../../model.js';
import { joinDirections } from './fuzzy-simplicial-set.js';

const ITERATIONS = 200;
/** Accuracy of the entropy, in nats. */
const TOLERANCE = 1e-9;

/** Conditional probabilities of each sample's listed neighbors, rows x k; each row sums to 1. */
export function conditionalProbabilities(neighbors: Neighbors, perplexity: number): Float64Array {
  const { rows, k, distances } = neighbors;
  const result = new Float64Array(rows * k);
  const squared = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < k; p++) {
      squared[p] = distances[i * k + p] ** 2 - distances[i * k] ** 2;
    }
    solveRow(squared, Math.log(perplexity), result.subarray(i * k, (i + 1) * k));
  }
  return result;
}

/** Bisection on beta; distances are above the nearest one's, so that no exponential vanishes. */
function solveRow(squared: Float64Array, entropy: number, out: Float64Array): void {
  let beta = 1 / Math.max(squared[squared.length - 1], Number.MIN_VALUE);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  if (!Number.isFinite(beta)) beta = 1;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const difference = fillRow(squared, beta, out) - entropy;
    if (Math.abs(difference) < TOLERANCE) return;
    if (difference > 0) low = beta;
    else high = beta;
    const next = high === Number.POSITIVE_INFINITY ? 2 * beta : (low + high) / 2;
    if (next === beta || next === Number.POSITIVE_INFINITY) return;
    beta = next;
  }
}

/** Writes the probabilities at beta and returns their entropy. */
function fillRow(squared: Float64Array, beta: number, out: Float64Array): number {
  let sum = 0;
  let weighted = 0;
  for (let p = 0; p < out.length; p++) {
    const value = Math.exp(-beta * squared[p]);
    out[p] = value;
    sum += value;
    weighted += value * squared[p];
  }
  for (let p = 0; p < out.length; p++) out[p] /= sum;
  return Math.log(sum) + (beta * weighted) / sum;
}

/** The symmetric P, which sums to 1. */
export function jointProbabilities(neighbors: Neighbors, conditional: Float64Array): Csr {
  return joinDirections(neighbors, conditional, (a, b) => (a + b) / (2 * neighbors.rows));
}
