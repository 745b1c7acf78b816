/**
 * The stacked factorization: the localities x pairs matrix of associations ~ P H, with P, H >= 0.
 *
 * Purpose: the alternative to `symmetric` in which a module may be any pattern of pairs. Source: LAVA (arXiv
 * 2509.21149), step 3, read as a non-negative factorization of stacked associations; hierarchical alternating
 * least squares (Cichocki and Phan, 2009) for H, exact non-negative least squares for P. Ours: the
 * start, that of the symmetric form (spectral-start.ts). Loadings are the leading non-negative eigenvector of
 * each pattern. Memory: modules x pairs floats, three times. The loss never rises.
 * Types: `Problem`: associations with the weight of each locality, and norm (loss without modules); its weights (one
 *   a locality). `Context`: engine, random streams, signal, memory and progress of a run. `Matrix`: row-major
 *   float32, element (r, c) at `data[r * columns + c]`; its rows (how many). `Watch`, of a stage: progress (takes the
 *   fraction done, 0 to 1), checkpoint (throws CancelledError once the signal is aborted). `Associations`, of all
 *   localities: features (d), localities (how many), blocks (one after another, in order of localities), form
 *   (debiased, absolute or signed). `AssociationBlock`, of consecutive localities: count (localities), offsets (row
 *   (l, i) is at `offsets[l * d + i]`, one more at the end), values (strength with the sign of the correlation),
 *   columns (j > i, ascending), first (its first locality).
 * Fails: CancelledError once the signal is aborted.
 */

import { unpackPairs } from '../../core/coordinate-step.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { partOf, withoutProgress } from '../../engine/watch.js';
import type { Associations, Matrix, Modules } from '../../model.js';
import { type Problem, presenceGram, relativeLoss, weightedPatterns } from './symmetric.js';

const TOLERANCE = 1e-5;
const POWER_ITERATIONS = 30;

/**
 * Finds modules as patterns of pairs: starts from the pair patterns of the spectral start, then alternates presence
 * and patterns. Called by `factorize` for `form: 'stacked'`.
 * @param input `start`: loadings of the spectral start, modules x features.
 * @param sweeps alternations at most.
 */
export async function factorizeStacked(
  { problem, start }: { readonly problem: Problem; readonly start: Matrix },
  sweeps: number,
  context: Context,
  watch: Watch,
): Promise<Modules> {
  const patterns = outerPatterns(start);
  const refining = partOf(watch, 0.3, 1);
  let fit = await fitPresence(problem, patterns, context, refining);
  const loss = [fit.loss];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const sums = await weightedPatterns(problem, fit.presence, context, refining);
    sweepPatterns(patterns, sums, presenceGram(fit.presence, problem.weights));
    const next = await fitPresence(problem, patterns, context, refining);
    const gain = fit.loss - next.loss;
    fit = next;
    loss.push(next.loss);
    refining.progress((sweep + 1) / sweeps);
    if (gain < TOLERANCE) break;
  }
  watch.progress(1);
  return stackedModules(problem, patterns, fit, loss);
}

/**
 * The pair pattern of each module, products of its loadings: modules x d (d - 1) / 2, pairs (i, j > i) by row.
 * @param loadings modules x d.
 */
function outerPatterns(loadings: Matrix): Matrix {
  const { rows: m, columns: d, data } = loadings;
  const pairs = (d * (d - 1)) / 2;
  const patterns = new Float32Array(m * pairs);
  for (let k = 0; k < m; k++) {
    let p = k * pairs;
    for (let i = 0; i < d; i++) {
      for (let j = i + 1; j < d; j++) patterns[p++] = data[k * d + i] * data[k * d + j];
    }
  }
  return { rows: m, columns: pairs, data: patterns };
}

interface Fit {
  /** localities x modules, not negative. */
  readonly presence: Matrix;
  /** Inner products of associations and patterns, localities x modules. */
  readonly products: Matrix;
  /** Squared residual over squared norm, weighted by locality. */
  readonly loss: number;
}

/**
 * The presence of each pattern in each locality (localities x modules) by non-negative least squares, and the loss
 * relative to the squared norm.
 * @param patterns modules x pairs.
 * @returns presence, products with the patterns (both localities x modules) and loss.
 */
async function fitPresence(
  problem: Problem,
  patterns: Matrix,
  { engine }: Context,
  watch: Watch,
): Promise<Fit> {
  const m = patterns.rows;
  const gram = new Float64Array(m * m);
  for (let k = 0; k < m; k++) {
    for (let j = 0; j <= k; j++) {
      let sum = 0;
      const a = k * patterns.columns;
      const b = j * patterns.columns;
      for (let p = 0; p < patterns.columns; p++) sum += patterns.data[a + p] * patterns.data[b + p];
      gram[k * m + j] = gram[j * m + k] = sum;
    }
  }
  const products = await productsWithPatterns(problem.associations, patterns, watch);
  const presence = await engine.solveNonNegative(gram, products, withoutProgress(watch));
  return { presence, products, loss: relativeLoss(gram, products, presence, problem) };
}

/**
 * Inner products of every locality's associations with every pattern: localities x modules.
 * @param patterns modules x pairs (i, j > i), by row.
 */
async function productsWithPatterns(
  associations: Associations,
  patterns: Matrix,
  watch: Watch,
): Promise<Matrix> {
  const m = patterns.rows;
  const d = associations.features;
  const result = new Float32Array(associations.localities * m);
  const sums = new Float64Array(m);
  for await (const block of associations.blocks()) {
    for (let l = 0; l < block.count; l++) {
      sums.fill(0);
      for (let i = 0; i < d; i++) {
        const base = i * d - (i * (i + 1)) / 2 - i - 1;
        for (let e = block.offsets[l * d + i]; e < block.offsets[l * d + i + 1]; e++) {
          const a = associations.form === 'signed' ? block.values[e] : Math.abs(block.values[e]);
          const pair = base + block.columns[e];
          for (let k = 0; k < m; k++) sums[k] += a * patterns.data[k * patterns.columns + pair];
        }
      }
      result.set(sums, (block.first + l) * m);
      await watch.checkpoint();
    }
  }
  return { rows: associations.localities, columns: m, data: result };
}

/**
 * One step of every pattern in place, one after another: H_k <- max(0, H_k + (G_k - sum_j Q_kj H_j) / Q_kk). A module
 * without presence stays as it is.
 * @param patterns H, modules x pairs.
 * @param sums G, presence-weighted sums of associations, modules x pairs.
 * @param q presence' w presence, modules x modules.
 */
function sweepPatterns(patterns: Matrix, sums: Matrix, q: Float64Array): void {
  const { rows: m, columns: pairs, data } = patterns;
  for (let k = 0; k < m; k++) {
    const squaredPresence = q[k * m + k];
    if (!(squaredPresence > 0)) continue;
    for (let p = 0; p < pairs; p++) {
      let slope = sums.data[k * pairs + p];
      for (let j = 0; j < m; j++) if (j !== k) slope -= q[k * m + j] * data[j * pairs + p];
      data[k * pairs + p] = Math.max(0, slope / squaredPresence);
    }
  }
}

/**
 * The fit as modules: by share, strongest first; patterns scaled to a largest entry of 1, presence by as much the other way,
 * loadings from each pattern's leading eigenvector. Modules without a share are left out.
 * @param patterns modules x pairs (i, j > i), by row.
 * @param loss at the start and after each alternation.
 */
function stackedModules(problem: Problem, patterns: Matrix, fit: Fit, loss: number[]): Modules {
  const d = problem.associations.features;
  const m = patterns.rows;
  const l = fit.presence.rows;
  const share = new Float64Array(m);
  fit.presence.data.forEach((p, t) => {
    const weight = problem.weights[Math.floor(t / m)];
    share[t % m] += (weight * p * fit.products.data[t]) / problem.norm;
  });
  const order = [...share.keys()].filter((k) => share[k] > 0).sort((a, b) => share[b] - share[a] || a - b);
  const count = order.length;
  const result = {
    loadings: { rows: count, columns: d, data: new Float32Array(count * d) },
    presence: { rows: l, columns: count, data: new Float32Array(l * count) },
    patterns: { rows: count, columns: patterns.columns, data: new Float32Array(count * patterns.columns) },
  };
  const full = new Float32Array(d * d);
  order.forEach((k, rank) => {
    const pattern = patterns.data.subarray(k * patterns.columns, (k + 1) * patterns.columns);
    const largest = pattern.reduce((a, b) => Math.max(a, b), 0);
    const scaled = pattern.map((value) => value / largest);
    result.patterns.data.set(scaled, rank * patterns.columns);
    unpackPairs(scaled, d, full);
    result.loadings.data.set(leadingVector(full, d), rank * d);
    for (let t = 0; t < l; t++)
      result.presence.data[t * count + rank] = fit.presence.data[t * m + k] * largest;
  });
  const ordered = Float64Array.from(order, (k) => share[k]);
  return { count, form: 'stacked', ...result, share: ordered, explained: 1 - fit.loss, loss };
}

/**
 * Leading eigenvector, largest entry 1, of a non-negative symmetric matrix A by POWER_ITERATIONS power steps of A + I. Ones for
 * a matrix of zeros.
 * @param full A, d x d, its largest entry 1: of a smaller matrix A + I would be mostly I, and the steps too few.
 */
function leadingVector(full: Float32Array, d: number): Float32Array {
  let vector = new Float32Array(d).fill(1);
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    // the identity keeps a bipartite pattern from swinging between two vectors
    const next = vector.slice();
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) next[i] += full[i * d + j] * vector[j];
    }
    const largest = next.reduce((a, b) => Math.max(a, b), 0);
    vector = next.map((value) => value / largest);
  }
  return vector;
}
