/**
 * Reconstruction weights of locally linear embedding: each sample as a weighted mean of its neighbors.
 *
 * w_i minimizes w'(G + r tr(G) I) w with sum(w) = 1, G_ab = (x_a - x_i) . (x_b - x_i) over the neighbors a, b.
 * Source: Roweis and Saul (2000); regularization as in scikit-learn (r itself where the trace is 0).
 * Ours, for DK-LLE: a Gaussian kernel in place of the products, G_ab = k_ab - k_ai - k_bi + 1 with
 * k = exp(-d^2 / (2 h_i^2)) and h_i the median distance from sample i to its neighbors; and weights that
 * are not negative. For those, min w'Gw on the simplex is min w'Gw / 2 - sum(w), w >= 0, scaled to sum 1.
 * Shapes: rows x k. Precision: double. Cost: rows * k^2 * (columns + k). Fails: when r is 0 and a local Gram
 * matrix is singular, weights are not finite, which is an error. Deterministic.
 */

import { median } from '../../core/statistics.js';
import type { Watch } from '../../engine/engine.js';
import { OptionError } from '../../errors.js';
import type { Matrix, Neighbors } from '../../model.js';

export interface ReconstructionOptions {
  readonly regularization: number;
  readonly inputKernel: 'linear' | 'gaussian';
  readonly weights: 'signed' | 'nonnegative';
}

/** Weights of each sample's listed neighbors, rows x k; each row sums to 1. */
export async function reconstructionWeights(
  features: Matrix,
  neighbors: Neighbors,
  options: ReconstructionOptions,
  watch: Watch,
): Promise<Float64Array> {
  const { rows, k } = neighbors;
  const result = new Float64Array(rows * k);
  const gram = new Float64Array(k * k);
  const solve = options.weights === 'signed' ? solveSigned : solveNonnegative;
  for (let i = 0; i < rows; i++) {
    localGram(features, neighbors, i, gram);
    if (options.inputKernel === 'gaussian')
      kernelGram(gram, k, neighbors.distances.subarray(i * k, (i + 1) * k));
    let trace = 0;
    for (let a = 0; a < k; a++) trace += gram[a * k + a];
    for (let a = 0; a < k; a++) gram[a * k + a] += options.regularization * (trace > 0 ? trace : 1);
    const row = result.subarray(i * k, (i + 1) * k);
    solve(gram, k, row);
    let sum = 0;
    for (const w of row) sum += w;
    if (!Number.isFinite(1 / sum)) throw singular(i, options.regularization);
    for (let a = 0; a < k; a++) row[a] /= sum;
    watch.progress((i + 1) / rows);
    await watch.checkpoint();
  }
  return result;
}

/** An error: the weights of a sample are not determined. */
function singular(row: number, regularization: number): OptionError {
  return new OptionError({
    got: `neighbors of sample ${row} that are dependent, at regularization ${regularization}`,
    expected: 'weights that are determined',
    remedy: 'give a larger regularization, such as 0.001',
  });
}

/** (x_a - x_i) . (x_b - x_i) over the neighbors of sample i. */
function localGram(
  { columns, data }: Matrix,
  { k, indices }: Neighbors,
  i: number,
  gram: Float64Array,
): void {
  for (let a = 0; a < k; a++) {
    const rowA = indices[i * k + a] * columns;
    for (let b = 0; b <= a; b++) {
      const rowB = indices[i * k + b] * columns;
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        const origin = data[i * columns + c];
        sum += (data[rowA + c] - origin) * (data[rowB + c] - origin);
      }
      gram[a * k + b] = gram[b * k + a] = sum;
    }
  }
}

/** Turns products into those of a Gaussian kernel: d_ab^2 = G_aa + G_bb - 2 G_ab. */
function kernelGram(gram: Float64Array, k: number, distances: Float32Array): void {
  const width = 2 * median(distances) ** 2;
  const kernel = (squared: number) => (width > 0 ? Math.exp(-squared / width) : squared > 0 ? 0 : 1);
  const squares = Float64Array.from({ length: k }, (_, a) => gram[a * k + a]);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) {
      const between = kernel(Math.max(0, squares[a] + squares[b] - 2 * gram[a * k + b]));
      gram[a * k + b] = gram[b * k + a] = between - kernel(squares[a]) - kernel(squares[b]) + 1;
    }
  }
}

/** G w = 1 by Cholesky. */
function solveSigned(gram: Float64Array, k: number, w: Float64Array): void {
  const lower = gram.slice();
  for (let c = 0; c < k; c++) {
    for (let r = c; r < k; r++) {
      let sum = lower[r * k + c];
      for (let j = 0; j < c; j++) sum -= lower[r * k + j] * lower[c * k + j];
      lower[r * k + c] = r === c ? Math.sqrt(sum) : sum / lower[c * k + c];
    }
  }
  for (let r = 0; r < k; r++) {
    let sum = 1;
    for (let j = 0; j < r; j++) sum -= lower[r * k + j] * w[j];
    w[r] = sum / lower[r * k + r];
  }
  for (let r = k - 1; r >= 0; r--) {
    let sum = w[r];
    for (let j = r + 1; j < k; j++) sum -= lower[j * k + r] * w[j];
    w[r] = sum / lower[r * k + r];
  }
}

const SWEEPS = 1000;
const TOLERANCE = 1e-10;

/** min w'Gw / 2 - sum(w), w >= 0, by coordinate descent, which never raises it. */
function solveNonnegative(gram: Float64Array, k: number, w: Float64Array): void {
  w.fill(1 / k);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    let size = 0;
    for (let a = 0; a < k; a++) {
      let rest = 1;
      for (let b = 0; b < k; b++) if (b !== a) rest -= gram[a * k + b] * w[b];
      const next = Math.max(0, rest / gram[a * k + a]);
      moved = Math.max(moved, Math.abs(next - w[a]));
      size = Math.max(size, next);
      w[a] = next;
    }
    if (moved <= TOLERANCE * size) return;
  }
}
