/**
 * Refinement of the symmetric factorization by block coordinate descent.
 *
 * Purpose: from the start, improve loadings and presence together. Each sweep solves the presence
 * exactly (non-negative least squares) and then takes exact coordinate steps on the loadings, in a loss in which
 * the residual of locality l counts for module k as 1 / sqrt(P[l,k]). Plain least squares lets a module be drawn to the
 * few localities where it is strongest, often contrasts between two clusters, and other samples draw it elsewhere; the
 * sampling variance of a squared correlation grows with it, so that weighted least squares, too, counts strong
 * localities less. The total loss falls nearly always, not by construction. Measured: docs/lab/stability.md.
 * Source: ours; a momentum method was seen to lose weak modules.
 * Then near-duplicates are merged and the weakest are pruned to the number requested.
 * Cost of a sweep: two products of the associations with all modules. Symbols as in symmetric.ts.
 * Types: `Problem`: associations with the weight of each locality, and norm (loss without modules); its weights (one
 *   a locality). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its rows (how many).
 *   `Context`: engine, random streams, signal, memory and progress of a run. `Watch`, of a stage: progress (takes the
 *   fraction done, 0 to 1), checkpoint (throws CancelledError once the signal is aborted).
 * Fails: CancelledError once the signal is aborted.
 */

import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { sweepModules } from './sweeps.js';
import { type Problem, patternGram, patternProducts, presenceGram, relativeLoss } from './symmetric.js';

const INNER_SWEEPS = 2;
/** Share of a module's largest presence that counts as near 0. */
const NEAR_ZERO = 0.01;

export interface Factors {
  /** modules x d */
  readonly loadings: Matrix;
  /** localities x modules */
  readonly presence: Matrix;
  /** <A_l, H_k>, localities x modules, for these loadings. */
  readonly products: Matrix;
  /** Relative loss for these loadings and presence. */
  readonly loss: number;
}

/**
 * Takes `sweeps` sweeps of loadings and presence.
 * @param start modules x features, not changed.
 * @param history is given the loss before the first and after each sweep.
 * @returns loadings, presence, products and relative loss of the last sweep.
 */
export async function refine(
  problem: Problem,
  start: Matrix,
  sweeps: number,
  history: number[],
  context: Context,
  watch: Watch,
): Promise<Factors> {
  let factors = await withPresence(problem, start, context, watch);
  history.push(factors.loss);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const loadings = { ...factors.loadings, data: factors.loadings.data.slice() };
    const even = evened(factors.presence);
    const q = presenceGram(factors.presence, problem.weights, even);
    await sweepModules({ problem, loadings, first: 0, presence: even, q }, INNER_SWEEPS, context, watch);
    factors = await withPresence(problem, loadings, context, watch);
    history.push(factors.loss);
    watch.progress((sweep + 1) / sweeps);
    await watch.checkpoint();
  }
  return factors;
}

/**
 * Presence as it counts in a step over loadings: p / sqrt(p + NEAR_ZERO of the module's largest), which is the square
 * root of it but near 0, where a square root would raise rounding errors. 0 stays 0.
 */
export function evened({ rows, columns, data }: Matrix): Matrix {
  const largest = new Float64Array(columns);
  data.forEach((value, t) => {
    largest[t % columns] = Math.max(largest[t % columns], value);
  });
  const even = data.map((value, t) =>
    value > 0 ? value / Math.sqrt(value + NEAR_ZERO * largest[t % columns]) : 0,
  );
  return { rows, columns, data: even };
}

/**
 * The best presence (localities x modules) for given loadings (modules x features), with its relative loss:
 * non-negative least squares in every locality.
 */
export async function withPresence(
  problem: Problem,
  loadings: Matrix,
  context: Context,
  watch: Watch,
): Promise<Factors> {
  const gram = patternGram(loadings);
  const products = await patternProducts(problem.associations, loadings, context, watch);
  const presence = await context.engine.solveNonNegative(gram, products, withoutProgress(watch));
  const loss = relativeLoss(gram, products, presence, problem);
  return { loadings, presence, products, loss };
}

/**
 * Share of the weighted squared association that each module accounts for; they sum to 1 - loss. All 0 without any
 * association.
 */
export function shares(factors: Factors, problem: Problem): Float64Array {
  const m = factors.presence.columns;
  const result = new Float64Array(m);
  for (let t = 0; t < factors.presence.data.length; t++) {
    const weight = problem.weights[Math.floor(t / m)];
    result[t % m] += weight * factors.presence.data[t] * factors.products.data[t];
  }
  return problem.norm > 0 ? result.map((value) => value / problem.norm) : result;
}

/** Localities over which a module recurs in full; fewer count in proportion when modules compete. */
const RECURRING = 3;

/**
 * How far module k counts where modules compete, 0 to 1: min(1, effective number of localities / RECURRING), the
 * effective number being (sum p)^2 / sum p^2. 0 for a module that is present nowhere.
 * @param presence localities x modules.
 */
function recurrence(presence: Matrix, k: number): number {
  let sum = 0;
  let squares = 0;
  for (let l = 0; l < presence.rows; l++) {
    const p = presence.data[l * presence.columns + k];
    sum += p;
    squares += p * p;
  }
  return squares > 0 ? Math.min(1, (sum * sum) / squares / RECURRING) : 0;
}

/**
 * Of two modules whose pair patterns have a cosine above `same` drops the weaker, then the weakest until `count` are
 * left. A module's strength is its share, less when it hardly recurs. Returns the loadings that stay (modules x
 * features), in their order. Modules without a share are dropped too; fewer than `count` may be left.
 * @param same cosine, 0 to 1.
 */
export function mergeAndPrune(factors: Factors, problem: Problem, count: number, same: number): Matrix {
  const { rows: m, columns: d, data } = factors.loadings;
  const share = shares(factors, problem).map((value, k) => value * recurrence(factors.presence, k));
  const gram = patternGram(factors.loadings);
  const order = [...share.keys()].filter((k) => share[k] > 0).sort((a, b) => share[b] - share[a] || a - b);
  const kept: number[] = [];
  for (const k of order) {
    const duplicate = kept.some((j) => gram[k * m + j] > same * Math.sqrt(gram[k * m + k] * gram[j * m + j]));
    if (!duplicate && kept.length < count) kept.push(k);
  }
  kept.sort((a, b) => a - b);
  const result = new Float32Array(kept.length * d);
  kept.forEach((k, i) => {
    result.set(data.subarray(k * d, (k + 1) * d), i * d);
  });
  return { rows: kept.length, columns: d, data: result };
}
