/**
 * All eigenvalues of a dense symmetric matrix, without vectors: for a few thousand rows, where vectors would triple the time
 * and the memory of dense-eigen.ts.
 *
 * Source: Householder reduction to tridiagonal form; eigenvalues by implicit QL (Wilkinson shifts), as in EISPACK's tql1.
 * Shapes: size x size, row-major doubles, of which the lower triangle is read; it is overwritten.
 * Precision: about 1e-13 of the largest eigenvalue. Cost: 4/3 size^3 multiplications and additions, one pass over memory a row (a minute at 5,000).
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
  // what the last reflection still has to take away, v w' + w v', and the next one
  let [done, next] = [emptyReflection(size), emptyReflection(size)];
  for (let last = size - 1; last > 0; last--) {
    const row = last * size;
    for (let j = 0; j <= last; j++) a[row + j] -= done.v[last] * done.w[j] + done.w[last] * done.v[j];
    diagonal[last] = a[row + last];
    beside[last - 1] = reflector(a, row, last, next.v);
    if (!isZero(done.v, last) || !isZero(next.v, last)) reflect(a, size, last, done, next);
    else next.w.fill(0, 0, last);
    [done, next] = [next, done];
    watch.progress(1 - (last / size) ** 3);
    await watch.checkpoint();
  }
  diagonal[0] = a[0];
  return { diagonal, beside };
}

/** H A H = A - v w' - w v' of the reflection H = 1 - v v'. */
interface Reflection {
  readonly v: Float64Array;
  readonly w: Float64Array;
}

/** A reflection that takes nothing away. */
function emptyReflection(size: number): Reflection {
  return { v: new Float64Array(size), w: new Float64Array(size) };
}

/** Whether the first `count` values are 0. */
function isZero(values: Float64Array, count: number): boolean {
  return !values.subarray(0, count).some((value) => value !== 0);
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

/**
 * Takes the last reflection away from the leading `count` rows and columns of A, and in the same pass, since memory is what it
 * waits for, multiplies: writes w = A v - (v'A v / 2) v of the next one.
 */
function reflect(a: Float64Array, size: number, count: number, done: Reflection, next: Reflection): void {
  const { v, w } = next;
  w.fill(0, 0, count);
  let i = 0;
  for (; i + 1 < count; i += 2) twoRows(a, size, i, done, next);
  if (i < count) oneRow(a, i * size, i, done, next);
  let product = 0;
  for (let j = 0; j < count; j++) product += v[j] * w[j];
  for (let j = 0; j < count; j++) w[j] -= (product / 2) * v[j];
}

/** Row i of `reflect`, which begins at `row`. */
function oneRow(a: Float64Array, row: number, i: number, done: Reflection, { v, w }: Reflection): void {
  const vi = v[i];
  const [di, ei] = [done.v[i], done.w[i]];
  let sum = 0;
  for (let j = 0; j < i; j++) {
    const value = a[row + j] - di * done.w[j] - ei * done.v[j];
    a[row + j] = value;
    sum += value * v[j];
    w[j] += value * vi;
  }
  const value = a[row + i] - 2 * di * ei;
  a[row + i] = value;
  w[i] += sum + value * vi;
}

/** Rows i and i + 1 of `reflect`: what both need is read once. */
function twoRows(a: Float64Array, size: number, i: number, done: Reflection, { v, w }: Reflection): void {
  const [first, second] = [i * size, i * size + size];
  const { v: d, w: e } = done;
  const [v0, v1] = [v[i], v[i + 1]];
  const [d0, d1, e0, e1] = [d[i], d[i + 1], e[i], e[i + 1]];
  let [sum0, sum1] = [0, 0];
  for (let j = 0; j < i; j++) {
    const dj = d[j];
    const ej = e[j];
    const vj = v[j];
    const value0 = a[first + j] - d0 * ej - e0 * dj;
    const value1 = a[second + j] - d1 * ej - e1 * dj;
    a[first + j] = value0;
    a[second + j] = value1;
    sum0 += value0 * vj;
    sum1 += value1 * vj;
    w[j] += value0 * v0 + value1 * v1;
  }
  const corner = a[first + i] - 2 * d0 * e0;
  const between = a[second + i] - d1 * e0 - e1 * d0;
  const end = a[second + i + 1] - 2 * d1 * e1;
  a[first + i] = corner;
  a[second + i] = between;
  a[second + i + 1] = end;
  w[i] += sum0 + corner * v0 + between * v1;
  w[i + 1] += sum1 + between * v0 + end * v1;
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
