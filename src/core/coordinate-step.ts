/**
 * The exact coordinate step of the symmetric factorization, and a sweep of such steps over one module.
 *
 * With v_j the other modules, f(t) for one entry u_i = t is
 * Q_kk |u_-i|^2 t^2 - 2 t [(G u)_i - sum_j Q_kj v_ji (u.v_j - u_i v_ji)], so the best t is the bracket over
 * Q_kk |u_-i|^2, or 0. Source: ours. Symbols as in lava/factorize/symmetric.ts: u loadings of module k, v_j of the others, G_k
 * the weighted sum of associations, Q inner products of presences. Precision: double. Deterministic.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its rows (how many).
 * Fails: never.
 */

import type { Matrix } from '../model.js';

/** What the sweeps over one module k read. */
export interface Pattern {
  /** Features that are swept; null for all. The others stay as they are. */
  readonly features: Int32Array | null;
  /** G_k of these features, full and symmetric with a zero diagonal. */
  readonly full: Float32Array;
  /** G_k u_k of these features, kept up to date by the sweeps; null when `full` is whole, and makes it. */
  readonly image: Float64Array | null;
}

/** The other modules that share localities with module k, and u.v_j with each. */
interface Rivals {
  readonly numbers: readonly number[];
  readonly overlaps: number[];
}

/**
 * The other modules that share localities with module k (q_kj not 0), with the dot products of their loadings with
 * those of k.
 * @param loadings modules x features.
 * @param q presence' w presence, modules x modules.
 * @returns numbers of those modules and one dot product each, in one order.
 */
export function rivalsOf({ rows: m, columns: d, data }: Matrix, k: number, q: Float64Array): Rivals {
  const numbers: number[] = [];
  for (let j = 0; j < m; j++) if (j !== k && q[k * m + j] !== 0) numbers.push(j);
  return { numbers, overlaps: numbers.map((j) => dot(data, k * d, data, j * d, d)) };
}

/**
 * The numerator of the best step for feature i of module k: (G_k u_k)_i less what the other modules explain there.
 * @param loadings modules x features.
 * @param imageAt (G_k u_k)_i.
 * @param rivals of module k.
 * @param q presence' w presence, modules x modules.
 */
export function slopeAt(
  { rows: m, columns: d, data }: Matrix,
  k: number,
  i: number,
  imageAt: number,
  { numbers, overlaps }: Rivals,
  q: Float64Array,
): number {
  const old = data[k * d + i];
  let slope = imageAt;
  for (let o = 0; o < numbers.length; o++) {
    const v = data[numbers[o] * d + i];
    if (v !== 0) slope -= q[k * m + numbers[o]] * v * (overlaps[o] - old * v);
  }
  return slope;
}

/** Sum of the squared loadings of module k. @param loadings modules x features. */
export function squaredLength({ columns: d, data }: Matrix, k: number): number {
  return dot(data, k * d, data, k * d, d);
}

/**
 * One sweep over the loadings of module k, the other modules fixed. Changes the loadings in place; returns the
 * largest change. Features are taken by their entry of G_k u_k, largest first, so that the order of the columns does
 * not matter.
 * @param loadings modules x features.
 * @param q presence' w presence, modules x modules.
 * @param pattern the swept features (null for all), G_k of these, and G_k u_k or null. A loading becomes 0 where its
 * best value is negative.
 */
export function sweepModule(loadings: Matrix, k: number, pattern: Pattern, q: Float64Array): number {
  const { rows: m, columns: d, data } = loadings;
  const { features, full } = pattern;
  const size = features ? features.length : d;
  const u = data.subarray(k * d, (k + 1) * d);
  const image = pattern.image ?? multiplyVector(full, u);
  const rivals = rivalsOf(loadings, k, q);
  const { numbers, overlaps } = rivals;
  let square = squaredLength(loadings, k);
  const squaredPresence = q[k * m + k];
  let largest = 0;
  for (const t of byImage(image)) {
    const i = features ? features[t] : t;
    const old = u[i];
    const rest = square - old * old;
    if (!(squaredPresence * rest > 0)) continue;
    const slope = slopeAt(loadings, k, i, image[t], rivals, q);
    const next = Math.fround(Math.max(0, slope / (squaredPresence * rest)));
    const change = next - old;
    if (change === 0) continue;
    u[i] = next;
    square = rest + next * next;
    for (let o = 0; o < numbers.length; o++) overlaps[o] += change * data[numbers[o] * d + i];
    const base = t * size;
    for (let r = 0; r < size; r++) image[r] += change * full[base + r];
    largest = Math.max(largest, Math.abs(change));
  }
  return largest;
}

/** Indices by value, largest first; of equals the smaller index. @param image G_k u_k, one a swept feature. */
function byImage(image: Float64Array): Int32Array {
  return Int32Array.from(image.keys()).sort((a, b) => image[b] - image[a] || a - b);
}

/**
 * The product of a full symmetric d x d matrix with a vector, in double.
 * @returns one entry a feature.
 */
function multiplyVector(full: Float32Array, u: Float32Array): Float64Array {
  const d = u.length;
  const result = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    if (u[i] === 0) continue;
    const factor = u[i];
    const base = i * d;
    for (let r = 0; r < d; r++) result[r] += factor * full[base + r];
  }
  return result;
}

/** Dot product of `length` entries of a from `at` and of b from `from`. */
function dot(a: Float32Array, at: number, b: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[at + i] * b[from + i];
  return sum;
}

/**
 * Writes a pair vector to `target` as a full symmetric d x d matrix, row-major, with a zero diagonal.
 * @param pairs d (d - 1) / 2 values for i < j, the rows of i one after the other.
 */
export function unpackPairs(pairs: Float32Array, d: number, target: Float32Array): void {
  let p = 0;
  for (let i = 0; i < d; i++) {
    target[i * d + i] = 0;
    for (let j = i + 1; j < d; j++) {
      const value = pairs[p++];
      target[i * d + j] = value;
      target[j * d + i] = value;
    }
  }
}
