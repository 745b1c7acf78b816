/**
 * The products of the factorization, reference: quadratic forms, weighted sums of associations, leading vectors
 * of residuals.
 *
 * Shapes: A_l associations of locality l (d x d, symmetric, zero diagonal), u_k loadings of module k (a column
 *   of `loadings`, d x m), P presence (localities x m).
 * Precision: double sums.
 * Cost: entries of the block x m for each call.
 */

import type { AssociationBlock, AssociationForm, Matrix } from '../../model.js';
import type { Engine } from '../engine.js';
import { unwatched } from '../watch.js';

/** The association of a stored value: its absolute value, unless the form is signed. */
const strengthOf = (value: number, form: AssociationForm): number =>
  form === 'signed' ? value : Math.abs(value);

/** Calls `visit(i, j, association)` for the entries i < j of locality l of the block. */
function forEachPair(
  block: AssociationBlock,
  form: AssociationForm,
  l: number,
  visit: (i: number, j: number, a: number) => void,
): void {
  const d = block.features;
  for (let i = 0; i < d; i++) {
    for (let p = block.offsets[l * d + i]; p < block.offsets[l * d + i + 1]; p++) {
      visit(i, block.columns[p], strengthOf(block.values[p], form));
    }
  }
}

/** See `Engine.quadraticForms`. */
export const quadraticForms: Engine['quadraticForms'] = async (block, form, loadings, watch = unwatched) => {
  const m = loadings.columns;
  const u = loadings.data;
  const result = new Float32Array(block.count * m);
  for (let l = 0; l < block.count; l++) {
    const sums = new Float64Array(m);
    forEachPair(block, form, l, (i, j, a) => {
      for (let k = 0; k < m; k++) sums[k] += a * u[i * m + k] * u[j * m + k];
    });
    result.set(sums, l * m);
    await watch.checkpoint();
  }
  return { rows: block.count, columns: m, data: result };
};

/** See `Engine.accumulatePatterns`. */
export const accumulatePatterns: Engine['accumulatePatterns'] = async (
  block,
  form,
  presence,
  total,
  watch = unwatched,
) => {
  const d = block.features;
  const m = presence.columns;
  const pairs = total.columns;
  for (let l = 0; l < block.count; l++) {
    forEachPair(block, form, l, (i, j, a) => {
      const pair = pairIndex(i, j, d);
      for (let k = 0; k < m; k++) total.data[k * pairs + pair] += presence.data[l * m + k] * a;
    });
    await watch.checkpoint();
  }
};

/** See `Engine.accumulateSquares`. */
export const accumulateSquares: Engine['accumulateSquares'] = async (
  block,
  { supported, factors, expected },
  sums,
  watch = unwatched,
) => {
  const d = block.features;
  for (let l = 0; l < block.count; l++) {
    for (let i = 0; i < d; i++) {
      if (!supported[l * d + i]) continue;
      for (let j = i + 1; j < d; j++) if (supported[l * d + j]) sums[i * d + j] -= factors[l] * expected;
      for (let p = block.offsets[l * d + i]; p < block.offsets[l * d + i + 1]; p++) {
        sums[i * d + block.columns[p]] += factors[l] * block.values[p] * block.values[p];
      }
    }
    await watch.checkpoint();
  }
};

/** Position of pair (i, j), i < j, when pairs are listed row by row of the upper triangle. */
export function pairIndex(i: number, j: number, d: number): number {
  return i * d - (i * (i + 1)) / 2 + (j - i - 1);
}

/** See `Engine.leadingVectors`. */
export const leadingVectors: Engine['leadingVectors'] = async (
  block,
  form,
  presence,
  loadings,
  options,
  watch = unwatched,
) => {
  const d = block.features;
  const vectors = new Float32Array(block.count * d);
  const eigenvalues = new Float32Array(block.count);
  for (let l = 0; l < block.count; l++) {
    if (options.wanted[l]) {
      const apply = residualOf(block, form, l, presence, loadings);
      const found = leadingNonNegative(apply, strongestRow(apply, block, form, l), options.iterations);
      vectors.set(found.vector, l * d);
      eigenvalues[l] = found.eigenvalue;
    }
    watch.progress((l + 1) / block.count);
    await watch.checkpoint();
  }
  return { vectors: { rows: block.count, columns: d, data: vectors }, eigenvalues };
};

/** A symmetric linear map on vectors of d values. */
type Apply = (v: Float64Array) => Float64Array;

/** The map v -> R_l v, with R_l = A_l - sum_k P[l,k] u_k u_k' and a zero diagonal. */
function residualOf(
  block: AssociationBlock,
  form: AssociationForm,
  l: number,
  presence: Matrix,
  loadings: Matrix,
): Apply {
  const m = loadings.columns;
  const u = loadings.data;
  const p = presence.data.subarray(l * m, (l + 1) * m);
  return (v) => {
    const result = new Float64Array(v.length);
    forEachPair(block, form, l, (i, j, a) => {
      result[i] += a * v[j];
      result[j] += a * v[i];
    });
    for (let k = 0; k < m; k++) {
      if (p[k] === 0) continue;
      let product = 0;
      for (let i = 0; i < v.length; i++) product += u[i * m + k] * v[i];
      for (let i = 0; i < v.length; i++) {
        const ui = u[i * m + k];
        result[i] -= p[k] * ui * (product - ui * v[i]);
      }
    }
    return result;
  };
}

/**
 * The residual's row with the largest sum as a starting vector (d values): that feature and the features that
 * go with it.
 */
function strongestRow(apply: Apply, block: AssociationBlock, form: AssociationForm, l: number): Float64Array {
  const d = block.features;
  const support = new Float64Array(d);
  forEachPair(block, form, l, (i, j) => {
    support[i] = 1;
    support[j] = 1;
  });
  const sums = apply(support);
  let best = 0;
  for (let i = 1; i < d; i++) if (sums[i] > sums[best]) best = i;
  const start = new Float64Array(d);
  start[best] = 1;
  const rowOfBest = apply(start);
  const largest = rowOfBest.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < d; i++) start[i] = Math.max(0, rowOfBest[i]);
  start[best] = largest;
  return start;
}

/**
 * Projected power iteration v <- max(0, R v) / |max(0, R v)| from `start`; a zero vector when nothing positive
 * is left.
 */
function leadingNonNegative(apply: Apply, start: Float64Array, iterations: number) {
  let vector = start;
  if (!normalize(vector)) return { vector: vector.fill(0), eigenvalue: 0 };
  let image = apply(vector);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const next = image.map((value) => Math.max(0, value));
    if (!normalize(next)) return { vector: vector.fill(0), eigenvalue: 0 };
    vector = next;
    image = apply(vector);
  }
  let eigenvalue = 0;
  for (let i = 0; i < vector.length; i++) eigenvalue += vector[i] * image[i];
  return eigenvalue > 0 ? { vector, eigenvalue } : { vector: vector.fill(0), eigenvalue: 0 };
}

/** Scales v to unit norm in place; returns false for a zero vector. */
function normalize(v: Float64Array): boolean {
  let sum = 0;
  for (const value of v) sum += value * value;
  if (!(sum > 0)) return false;
  const scale = 1 / Math.sqrt(sum);
  for (let i = 0; i < v.length; i++) v[i] *= scale;
  return true;
}
