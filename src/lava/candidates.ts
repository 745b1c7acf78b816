/**
 * Which localities' leading vectors are worth trying as the next module.
 *
 * Purpose: trying every vector against all localities costs a product with all associations each; a handful must
 * be chosen. Source: ours. A vector's promise is sum over localities l of (s_l cos(v, v_l)^2)^2, with v_l and s_l
 * the leading vector and weighted eigenvalue there: a lower estimate of what v explains, made from the leading
 * vectors alone. Choosing by s_l alone fills the list with contrasts of localities that straddle clusters, and a
 * weak module that recurs in many localities is never tried (seen at a planted correlation of 0.35).
 * Cost: POOL * localities * d. Deterministic; ties by locality.
 */

import type { Matrix } from '../model.js';

const CANDIDATES = 24;
/** Localities whose vectors are compared with all others. */
const POOL = 768;
/** Candidates whose cosine is above this are one. */
const SAME = 0.9;

export interface LeadingVectors {
  /** localities x d, unit norm or zero. */
  readonly vectors: Float32Array;
  readonly eigenvalues: Float32Array;
}

/** The most promising distinct vectors, one a row. */
export function promisingCandidates(leading: LeadingVectors, weights: Float64Array, d: number): Matrix {
  const strength = Float64Array.from(leading.eigenvalues, (value, l) => value * Math.sqrt(weights[l]));
  const vectorOf = (l: number) => leading.vectors.subarray(l * d, (l + 1) * d);
  const pool = choosePool(strength);
  const promise = new Map(pool.map((l) => [l, promiseOf(vectorOf(l), leading.vectors, strength, d)]));
  pool.sort((a, b) => promise.get(b)! - promise.get(a)! || a - b);
  const kept: Float32Array[] = [];
  for (const l of pool) {
    if (kept.length === CANDIDATES) break;
    const vector = vectorOf(l);
    if (!kept.some((other) => dot(vector, other, 0) > SAME)) kept.push(vector);
  }
  const data = new Float32Array(kept.length * d);
  kept.forEach((vector, i) => {
    data.set(vector, i * d);
  });
  return { rows: kept.length, columns: d, data };
}

/** All localities with something left, or POOL of them, evenly through the order by strength. */
function choosePool(strength: Float64Array): number[] {
  const order = [...strength.keys()]
    .filter((l) => strength[l] > 0)
    .sort((a, b) => strength[b] - strength[a] || a - b);
  if (order.length <= POOL) return order;
  return Array.from({ length: POOL }, (_, i) => order[Math.floor((i * order.length) / POOL)]);
}

function promiseOf(vector: Float32Array, vectors: Float32Array, strength: Float64Array, d: number): number {
  let sum = 0;
  for (let l = 0; l < strength.length; l++) {
    if (strength[l] <= 0) continue;
    const cosine = dot(vector, vectors, l * d);
    const explained = strength[l] * cosine * cosine;
    sum += explained * explained;
  }
  return sum;
}

function dot(vector: Float32Array, data: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * data[offset + i];
  return sum;
}
