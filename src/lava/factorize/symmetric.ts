/**
 * The pieces of the symmetric factorization A_l ~ sum_k P[l,k] u_k u_k' off the diagonal.
 *
 * Symbols: A_l associations of locality l (d x d), U loadings with one module a row (m x d), P presence
 * (l x m), H_k the pairs i < j of u_k u_k', S = <H_k, H_j> (m x m), B = <A_l, H_k> (l x m), Q = P'wP,
 * G_k = sum_l w_l P[l,k] A_l (pairs i < j), w_l weight of locality l.
 * Loss = sum_l w_l |A_l - sum_k P[l,k] H_k|^2 over pairs i < j.
 * Source: ours (block coordinate descent of exact steps; refine.ts says in which loss those on the loadings are exact).
 * Types: `Associations`, of all localities: squaredNorms (one a locality, over pairs i < j), localities (how many),
 *   groups (blocks that are held at once), form (debiased, absolute or signed), features (d). `Matrix`: row-major
 *   float32, element (r, c) at `data[r * columns + c]`; its rows (how many). `Context`, what a run computes with:
 *   engine (the heavy routines). `Watch`: takes the progress of a stage, and throws CancelledError at a checkpoint
 *   once the signal is aborted. `Engine`, the heavy routines; each rejects with CancelledError when its watch ends:
 *   quadraticForms (localities x modules), sumPatterns (weighted associations into patterns).
 *   `AssociationBlock`, of consecutive localities: first (its first locality), count (localities).
 * Fails: CancelledError once the signal is aborted, where a watch is taken; else never.
 */

import { transpose } from '../../core/matrix.js';
import { median } from '../../core/statistics.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Associations, Matrix } from '../../model.js';
import { operationsOf } from '../associations/operations.js';

/** The associations with the weight of each locality in the loss. */
export interface Problem {
  readonly associations: Associations;
  readonly weights: Float64Array;
  /** Weighted squared norm of all associations: the loss without any module. */
  readonly norm: number;
}

/** What sweeps over the loadings of some modules begin with. */
export interface SweepInput {
  readonly problem: Problem;
  /** modules x features; changed in place. */
  readonly loadings: Matrix;
  /** Number of the first module that is swept; the next ones follow, one for each column of `presence`. */
  readonly first: number;
  /** localities x modules swept. */
  readonly presence: Matrix;
  /** Q of all modules. */
  readonly q: Float64Array;
}

/**
 * The associations with the weight of each locality in the loss: 1 / (|A_l|^2 + median |A|^2). **Ours**: without
 * weights one locality that straddles two clusters, in which hundreds of features differ, outweighs everything that
 * recurs in all others.
 * @returns weights, one a locality; `norm` is 0 without any association.
 */
export function weighLocalities(associations: Associations): Problem {
  const norms = associations.squaredNorms;
  const middle = median(norms) || 1;
  const weights = norms.map((norm) => 1 / (norm + middle));
  return { associations, weights, norm: weights.reduce((sum, w, l) => sum + w * norms[l], 0) };
}

/**
 * S: inner products of the modules' pair patterns, m x m, from (u.v)^2 = 2 sum over pairs i < j + diagonal.
 * @param loadings m x d.
 */
export function patternGram(loadings: Matrix): Float64Array {
  const { rows: m, columns: d, data } = loadings;
  const gram = new Float64Array(m * m);
  for (let k = 0; k < m; k++) {
    for (let j = 0; j <= k; j++) {
      let product = 0;
      let diagonal = 0;
      for (let i = 0; i < d; i++) {
        const both = data[k * d + i] * data[j * d + i];
        product += both;
        diagonal += both * both;
      }
      gram[k * m + j] = gram[j * m + k] = Math.max(0, (product * product - diagonal) / 2);
    }
  }
  return gram;
}

/**
 * Cosines of the pair patterns of all rows of `a` with all rows of `b`: a.rows x b.rows, row by row; 0 for an empty
 * pattern.
 * @param a loadings, modules x features.
 * @param b likewise.
 */
export function patternCosines(a: Matrix, b: Matrix): Float64Array {
  const m = a.rows;
  const n = b.rows;
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  const gram = patternGram({ rows: m + n, columns: a.columns, data });
  const cosines = new Float64Array(m * n);
  for (let k = 0; k < m; k++) {
    for (let j = 0; j < n; j++) {
      const scale = Math.sqrt(gram[k * (m + n) + k] * gram[(m + j) * (m + n) + m + j]);
      cosines[k * n + j] = scale > 0 ? gram[k * (m + n) + m + j] / scale : 0;
    }
  }
  return cosines;
}

/**
 * B: inner products of every locality's associations with every module's pair pattern, localities x m.
 * @param loadings m x d.
 */
export async function patternProducts(
  associations: Associations,
  loadings: Matrix,
  context: Context,
  watch: Watch,
): Promise<Matrix> {
  const operations = operationsOf(associations, context.engine);
  return operations.quadraticForms(transpose(loadings), withoutProgress(watch));
}

/**
 * Loss divided by the norm of all associations, which is 1 - explained share; 0 without any association. May be above
 * 1 for a bad fit.
 * @param gram S, m x m.
 * @param products B, localities x m.
 * @param presence localities x m.
 */
export function relativeLoss(
  gram: Float64Array,
  products: Matrix,
  presence: Matrix,
  problem: Problem,
): number {
  const m = products.columns;
  let change = 0;
  for (let l = 0; l < products.rows; l++) {
    let ofLocality = 0;
    for (let k = 0; k < m; k++) {
      const p = presence.data[l * m + k];
      if (p === 0) continue;
      let fitted = 0;
      for (let j = 0; j < m; j++) fitted += gram[k * m + j] * presence.data[l * m + j];
      ofLocality += p * (fitted - 2 * products.data[l * m + k]);
    }
    change += problem.weights[l] * ofLocality;
  }
  return problem.norm > 0 ? 1 + change / problem.norm : 0;
}

/**
 * G: for each module sum_l w_l P[l,k] A_l as one row of pairs i < j, m x d (d - 1) / 2. Sums are added in segments of
 * localities, whatever the blocks.
 * @param presence localities x m.
 */
export async function weightedPatterns(
  { associations, weights }: Problem,
  presence: Matrix,
  context: Context,
  watch: Watch,
): Promise<Matrix> {
  const operations = operationsOf(associations, context.engine);
  return operations.sumPatterns(weighted(presence, weights), withoutProgress(watch));
}

/** Presence (localities x modules) times the weight of each locality. */
export function weighted({ rows, columns, data }: Matrix, weights: Float64Array): Matrix {
  return { rows, columns, data: data.map((value, t) => value * weights[Math.floor(t / columns)]) };
}

/**
 * Q = E'wP, E the presence as it counts in a step: P itself for the exact step.
 * @param presence localities x m.
 * @param weights one a locality.
 * @returns m x m.
 * @param even localities x m: E.
 */
export function presenceGram(presence: Matrix, weights: Float64Array, even: Matrix = presence): Float64Array {
  const m = presence.columns;
  const gram = new Float64Array(m * m);
  for (let l = 0; l < presence.rows; l++) {
    for (let k = 0; k < m; k++) {
      const p = weights[l] * even.data[l * m + k];
      if (p === 0) continue;
      for (let j = 0; j < m; j++) gram[k * m + j] += p * presence.data[l * m + j];
    }
  }
  return gram;
}
