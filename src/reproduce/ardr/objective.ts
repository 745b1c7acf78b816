/**
 * The objective of DK-LLE at a given norm, for any map: tr(M K), K_ij = 1 / (1 + |y_i - y_j|^2), at the scale of the map at
 * which |K|_F^2 has that value. And a lower bound that no map of any dimension can beat.
 *
 * Source of the bound: ours. K is positive semidefinite with K_ii = 1, so its eigenvalues s_i are at least 0 with sum n and
 * squares that sum to |K|_F^2; by von Neumann tr(M K) is at least sum mu_i s_i with mu ascending and s descending. The least
 * of these is at s_i = c (a - mu_i)+.
 * Cost: samples^2 for each scale that is tried. Deterministic.
 */

import type { SparseRows } from '../../dr/affinities/alignment.js';

export interface Sums {
  /** tr(M K). */
  readonly objective: number;
  /** |K|_F^2. */
  readonly norm: number;
}

/** tr(M K) and |K|_F^2 of a map (rows x 2) at a scale. */
export function sums(m: SparseRows, y: Float64Array, scale: number): Sums {
  return { objective: objectiveAt(m, y, scale), norm: normAt(y, scale) };
}

/** tr(M K). */
function objectiveAt(m: SparseRows, y: Float64Array, scale: number): number {
  const square = scale * scale;
  let objective = 0;
  for (let i = 0; i < m.rows; i++) {
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) {
      const j = m.indices[p];
      const apart = (y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2;
      objective += m.values[p] / (1 + square * apart);
    }
  }
  return objective;
}

/** |K|_F^2. */
function normAt(y: Float64Array, scale: number): number {
  const square = scale * scale;
  let norm = 0;
  for (let i = 0; i < y.length; i += 2) {
    const x0 = y[i];
    const x1 = y[i + 1];
    for (let j = 0; j < i; j += 2) {
      const d0 = x0 - y[j];
      const d1 = x1 - y[j + 1];
      const q = 1 / (1 + square * (d0 * d0 + d1 * d1));
      norm += q * q;
    }
  }
  return y.length / 2 + 2 * norm;
}

/** Relative accuracy of the norm, and the powers of two between which the scale lies. */
const ACCURACY = 1e-9;
const WIDEST = 40;

/** tr(M K) at the scale where |K|_F^2 is `norm`; null where no scale gives it: all samples at one position. */
export function atNorm(m: SparseRows, y: Float64Array, norm: number): number | null {
  if (y.every((value, at) => value === y[at % 2])) return null;
  // the norm falls as the scale grows; false position on logarithms, with a half kept back where one end stays (Illinois)
  const excess = (power: number) => Math.log(normAt(y, 2 ** power) / norm);
  let [low, high] = [-1, 1];
  let [above, below] = [excess(low), excess(high)];
  while (above < 0 && low > -WIDEST) {
    low -= 2;
    above = excess(low);
  }
  while (below > 0 && high < WIDEST) {
    high += 2;
    below = excess(high);
  }
  let middle = low;
  for (let step = 0, last = 0; step < 60; step++) {
    middle = (low * below - high * above) / (below - above);
    const value = excess(middle);
    if (Math.abs(value) < ACCURACY) break;
    if (value > 0) {
      [low, above] = [middle, value];
      if (last > 0) below /= 2;
    } else {
      [high, below] = [middle, value];
      if (last < 0) above /= 2;
    }
    last = value;
  }
  return objectiveAt(m, y, 2 ** middle);
}

/**
 * A lower bound of tr(M K) over all K that are positive semidefinite with K_ii = 1 and |K|_F^2 = `norm`.
 * @param eigenvalues of M, ascending. @param norm from the number of samples to its square.
 */
export function spectralBound(eigenvalues: Float64Array, norm: number): number {
  const size = eigenvalues.length;
  // the share of the norm that weights (a - mu)+ have when they sum to the number of samples: it falls as a grows
  const spreadAt = (a: number) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < size && eigenvalues[i] < a; i++) {
      sum += a - eigenvalues[i];
      squares += (a - eigenvalues[i]) ** 2;
    }
    return { sum, norm: sum > 0 ? (squares / sum / sum) * size * size : size * size };
  };
  let low = eigenvalues[0];
  let high = eigenvalues[0] + 1;
  while (spreadAt(high).norm > norm && high < 1e12) high = eigenvalues[0] + 2 * (high - eigenvalues[0]);
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (spreadAt(middle).norm > norm) low = middle;
    else high = middle;
  }
  const { sum } = spreadAt(high);
  if (sum === 0) return Math.max(0, size * eigenvalues[0]);
  let bound = 0;
  for (let i = 0; i < size && eigenvalues[i] < high; i++) {
    bound += (eigenvalues[i] * size * (high - eigenvalues[i])) / sum;
  }
  return Math.max(0, bound);
}
