/**
 * The eigenvectors of a sparse positive semidefinite matrix M that are nearest to its null vector of ones, which
 * is left out: what LLE needs.
 *
 * Up to `DIRECT` rows: inverse iteration (block Krylov on (M + shift)^-1) through a dense Cholesky factor, the
 * way scikit-learn takes through sparse LU. Above: block Davidson on M, preconditioned by conjugate gradients;
 * slow ends of a spectrum may then be inexact, and the residual that was reached is returned.
 * Precision: double. Cost: rows^3 / 3 and 8 * rows^2 bytes, or many products with M. Deterministic.
 */

import type { Random } from '../../core/random.js';
import type { Watch } from '../../engine/engine.js';
import { eigenpairs } from '../../linalg/davidson.js';
import type { Eigenpairs } from '../../linalg/dense-eigen.js';
import { addScaled, dot } from '../../linalg/vectors.js';
import { multiplySparse, type SparseRows } from '../affinities/alignment.js';

/** A factor of this many rows takes about 3 s and 50 MB. */
const DIRECT = 2500;
/** Share of the mean diagonal that is added so that the factor exists. */
const SHIFT = 1e-12;
const INNER_STEPS = 40;

/** The `count` smallest eigenpairs of M other than ones, smallest first. */
export async function smallestEigenpairs(
  m: SparseRows,
  count: number,
  random: Random,
  watch: Watch,
): Promise<Eigenpairs> {
  const ones = new Float64Array(m.rows).fill(1 / Math.sqrt(m.rows));
  let trace = 0;
  for (let i = 0; i < m.rows; i++) trace += diagonal(m, i);
  const shift = trace > 0 ? (SHIFT * trace) / m.rows : 1;
  if (m.rows > DIRECT) return iterative(m, count, { ones, shift, random, watch });
  const factor = await choleskyFactor(m, shift, watch);
  const inverse = {
    size: m.rows,
    apply(x: Float64Array, out: Float64Array) {
      out.set(x);
      addScaled(out, -dot(out, ones), ones);
      solveFactored(factor, m.rows, out);
      addScaled(out, -dot(out, ones), ones);
    },
  };
  const options = {
    count,
    end: 'largest',
    tolerance: 1e-11,
    maxApplications: 3000,
    deflate: [ones],
  } as const;
  const found = await eigenpairs(inverse, options, random, watch);
  return { ...found, values: found.values.map((value) => 1 / value - shift) };
}

/** M_ii. */
function diagonal(m: SparseRows, i: number): number {
  for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) if (m.indices[p] === i) return m.values[p];
  return 0;
}

/** Lower factor L of M + shift I = L L', row by row, dense. */
async function choleskyFactor(m: SparseRows, shift: number, watch: Watch): Promise<Float64Array> {
  const n = m.rows;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = lower.subarray(i * n, i * n + i + 1);
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) {
      if (m.indices[p] <= i) row[m.indices[p]] = m.values[p] + (m.indices[p] === i ? shift : 0);
    }
    factorRow(lower, n, i, shift);
    await watch.checkpoint();
  }
  return lower;
}

/** Row i of the Cholesky factor, those above it done. */
function factorRow(lower: Float64Array, n: number, i: number, shift: number): void {
  const start = i * n;
  for (let j = 0; j <= i; j++) {
    const other = j * n;
    let a = 0;
    let b = 0;
    let k = 0;
    for (; k + 1 < j; k += 2) {
      a += lower[start + k] * lower[other + k];
      b += lower[start + k + 1] * lower[other + k + 1];
    }
    if (k < j) a += lower[start + k] * lower[other + k];
    const rest = lower[start + j] - a - b;
    // M is semidefinite: a pivot below the shift is rounding.
    lower[start + j] = i === j ? Math.sqrt(Math.max(rest, shift)) : rest / lower[other + j];
  }
}

/** x = (L L')^-1 x in place. */
function solveFactored(lower: Float64Array, n: number, x: Float64Array): void {
  for (let r = 0; r < n; r++) {
    let sum = x[r];
    for (let c = 0; c < r; c++) sum -= lower[r * n + c] * x[c];
    x[r] = sum / lower[r * n + r];
  }
  for (let r = n - 1; r >= 0; r--) {
    const value = x[r] / lower[r * n + r];
    x[r] = value;
    for (let c = 0; c < r; c++) x[c] -= lower[r * n + c] * value;
  }
}

/** Smallest eigenpairs by block Davidson, for matrices too large to factor. */
async function iterative(
  m: SparseRows,
  count: number,
  parts: { ones: Float64Array; shift: number; random: Random; watch: Watch },
): Promise<Eigenpairs> {
  const { ones, random, watch } = parts;
  const options = {
    count,
    end: 'smallest',
    tolerance: 1e-12,
    maxApplications: 1500,
    deflate: [ones],
    precondition: (residual: Float64Array, out: Float64Array) => conjugateGradients(m, residual, out),
  } as const;
  const apply = (x: Float64Array, out: Float64Array) => multiplySparse(m, x, 1, out);
  return eigenpairs({ size: m.rows, apply }, options, random, watch);
}

/** A fixed number of Jacobi-preconditioned steps toward M out = residual, from 0. */
function conjugateGradients(m: SparseRows, residual: Float64Array, out: Float64Array): void {
  const scale = Float64Array.from(
    { length: m.rows },
    (_, i) => 1 / Math.max(diagonal(m, i), Number.MIN_VALUE),
  );
  const rest = residual.slice();
  const z = rest.map((value, i) => value * scale[i]);
  const direction = z.slice();
  const image = new Float64Array(m.rows);
  let energy = dot(rest, z);
  out.fill(0);
  for (let step = 0; step < INNER_STEPS && energy > 0; step++) {
    multiplySparse(m, direction, 1, image);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return;
    addScaled(out, energy / curvature, direction);
    addScaled(rest, -energy / curvature, image);
    for (let i = 0; i < z.length; i++) z[i] = rest[i] * scale[i];
    const next = dot(rest, z);
    for (let i = 0; i < z.length; i++) direction[i] = z[i] + (next / energy) * direction[i];
    energy = next;
  }
}
