/**
 * All eigenvalues of a dense symmetric matrix, without vectors: for a few thousand rows, where vectors would triple the time
 * and the memory of dense-eigen.ts.
 *
 * Source: Householder reduction to tridiagonal form; eigenvalues by implicit QL (Wilkinson shifts), as in EISPACK's tql1.
 * Shapes: size x size, row-major doubles, of which the lower triangle is read; it is overwritten.
 * Precision: about 1e-13 of the largest eigenvalue. Cost: 4/3 size^3 multiplications and additions (some minutes at 5,000).
 * Determinism: sequential. Fails: never for finite values.
 */

import type { Watch } from '../engine/engine.js';
import { unwatched } from '../engine/watch.js';

/** The eigenvalues, ascending. @param values overwritten. */
export async function symmetricEigenvalues(
  values: Float64Array,
  size: number,
  watch: Watch = unwatched,
): Promise<Float64Array> {
  const { diagonal, beside } = await tridiagonal(values, size, watch);
  return eigenvaluesOf(diagonal, beside).sort();
}

/** The diagonal, and the elements beside it (element i couples i and i + 1), of a similar tridiagonal matrix. */
async function tridiagonal(a: Float64Array, size: number, watch: Watch) {
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  const v = new Float64Array(size);
  const w = new Float64Array(size);
  for (let last = size - 1; last > 0; last--) {
    diagonal[last] = a[last * size + last];
    beside[last - 1] = reflector(a, last * size, last, v);
    if (v.subarray(0, last).some((value) => value !== 0)) reflect(a, size, last, v, w);
    watch.progress(1 - (last / size) ** 3);
    await watch.checkpoint();
  }
  diagonal[0] = a[0];
  return { diagonal, beside };
}

/**
 * The Householder vector of `count` elements from `from` on, scaled to v'v = 2, that leaves the last of them alone: writes it
 * to `v`, and returns what is left. All zeros where nothing is to be done.
 */
function reflector(a: Float64Array, from: number, count: number, v: Float64Array): number {
  let rest = 0;
  for (let i = 0; i < count - 1; i++) rest += a[from + i] * a[from + i];
  const end = a[from + count - 1];
  if (rest === 0) {
    v.fill(0, 0, count);
    return end;
  }
  const length = Math.sqrt(rest + end * end);
  const left = end > 0 ? -length : length;
  const scale = Math.sqrt(2 / (rest + (end - left) ** 2));
  for (let i = 0; i < count - 1; i++) v[i] = a[from + i] * scale;
  v[count - 1] = (end - left) * scale;
  return left;
}

/** A <- H A H in the leading `count` rows and columns, H = 1 - v v': subtracts v w' + w v', w = A v - (v'A v / 2) v. */
function reflect(a: Float64Array, size: number, count: number, v: Float64Array, w: Float64Array): void {
  w.fill(0, 0, count);
  for (let i = 0; i < count; i++) {
    const row = i * size;
    const vi = v[i];
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const value = a[row + j];
      sum += value * v[j];
      w[j] += value * vi;
    }
    w[i] += sum + a[row + i] * vi;
  }
  let product = 0;
  for (let i = 0; i < count; i++) product += v[i] * w[i];
  for (let i = 0; i < count; i++) w[i] -= (product / 2) * v[i];
  for (let i = 0; i < count; i++) {
    const row = i * size;
    const vi = v[i];
    const wi = w[i];
    for (let j = 0; j <= i; j++) a[row + j] -= vi * w[j] + wi * v[j];
  }
}

/** Eigenvalues of a tridiagonal matrix, in no order; both arrays are overwritten. */
function eigenvaluesOf(d: Float64Array, e: Float64Array): Float64Array {
  const size = d.length;
  for (let low = 0; low < size; low++) {
    for (;;) {
      let high = low;
      while (high < size - 1) {
        const around = Math.abs(d[high]) + Math.abs(d[high + 1]);
        if (Math.abs(e[high]) <= Number.EPSILON * around) break;
        high++;
      }
      if (high === low) break;
      sweep(d, e, low, high);
    }
  }
  return d;
}

/** One implicit QL sweep over the block `low` to `high`, with Wilkinson's shift. */
function sweep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const half = (d[low + 1] - d[low]) / (2 * e[low]);
  let g = d[high] - d[low] + e[low] / (half + Math.sign(half || 1) * Math.hypot(half, 1));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= shift;
      e[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    const back = d[i + 1] - shift;
    const turned = (d[i] - back) * sine + 2 * cosine * b;
    shift = sine * turned;
    d[i + 1] = back + shift;
    g = cosine * turned - b;
  }
  d[low] -= shift;
  e[low] = g;
  e[high] = 0;
}
