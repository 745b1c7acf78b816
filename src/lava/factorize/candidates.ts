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

import { gatherRows, row } from '../../core/matrix.js';
import type { Engine } from '../../engine/engine.js';
import type { Matrix } from '../../model.js';

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
export async function promisingCandidates(
  leading: LeadingVectors,
  weights: Float64Array,
  d: number,
  engine: Engine,
): Promise<Matrix> {
  const localities = leading.eigenvalues.length;
  const strength = Float64Array.from(leading.eigenvalues, (value, l) => value * Math.sqrt(weights[l]));
  const all = { rows: localities, columns: d, data: leading.vectors };
  const pool = choosePool(strength);
  const cosines = await engine.multiply(gatherRows(all, pool), all, { transposeB: true });
  const promise = pool.map((_, i) => promiseOf(row(cosines, i), strength));
  const order = [...pool.keys()].sort((a, b) => promise[b] - promise[a] || a - b);
  const kept: number[] = [];
  for (const i of order) {
    if (kept.length === CANDIDATES) break;
    if (!kept.some((j) => cosines.data[i * localities + pool[j]] > SAME)) kept.push(i);
  }
  return gatherRows(
    all,
    kept.map((i) => pool[i]),
  );
}

/** All localities with something left, or POOL of them, evenly through the order by strength. */
function choosePool(strength: Float64Array): number[] {
  const order = [...strength.keys()]
    .filter((l) => strength[l] > 0)
    .sort((a, b) => strength[b] - strength[a] || a - b);
  if (order.length <= POOL) return order;
  return Array.from({ length: POOL }, (_, i) => order[Math.floor((i * order.length) / POOL)]);
}

function promiseOf(cosines: Float32Array, strength: Float64Array): number {
  let sum = 0;
  for (let l = 0; l < strength.length; l++) {
    const explained = strength[l] * cosines[l] * cosines[l];
    sum += explained * explained;
  }
  return sum;
}
