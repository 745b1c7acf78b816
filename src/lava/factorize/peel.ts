/**
 * Greedy peel: the deterministic start of the symmetric factorization.
 *
 * Purpose: one module after another. In every locality, projected power iterations on the residual, from its
 * strongest row, give a candidate; among the most promising (candidates.ts), the one that explains most
 * association over *all* localities together is taken (recurrence is what is rewarded), polished against all
 * localities, and the presences of all modules so far are solved again.
 * Source: ours. Choosing by one locality's eigenvalue alone loses modules (lava.md, measured).
 * Shapes and symbols as in symmetric.ts. Cost of one module: the power iterations of the localities whose
 * residual changed, and about 24 + 2 * POLISH products with the associations.
 */

import { transpose } from '../../core/matrix.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { partOf } from '../../engine/watch.js';
import type { Matrix } from '../../model.js';
import { type LeadingVectors, promisingCandidates } from './candidates.js';
import { sweepModules } from './sweeps.js';
import { type Problem, patternGram, patternProducts, presenceGram, solvePresence } from './symmetric.js';

const POWER_ITERATIONS = 8;
const POLISH = 2;
const POLISH_SWEEPS = 3;
/** A locality is looked at again when its residual has changed by more than this share of its eigenvalue. */
const CHANGED = 0.02;
/** A module that explains less than this share of all association is not worth peeling. */
const LEAST_GAIN = 1e-7;

interface Peeled {
  /** modules x d */
  readonly loadings: Matrix;
  readonly presence: Matrix;
}

/** Peels up to `count` modules; fewer when no positive association is left. */
export async function peelModules(
  problem: Problem,
  count: number,
  context: Context,
  watch: Watch,
): Promise<Peeled> {
  const d = problem.associations.features;
  const l = problem.associations.localities;
  const leading = { vectors: new Float32Array(l * d), eigenvalues: new Float32Array(l) };
  const wanted = new Uint8Array(l).fill(1);
  let state: Peeled = { loadings: emptyMatrix(0, d), presence: emptyMatrix(l, 0) };
  let products = emptyMatrix(l, 0);
  for (let step = 0; step < count; step++) {
    const part = partOf(watch, step / count, (step + 1) / count);
    await updateLeading(problem, state, leading, wanted, context, part);
    const candidates = await promisingCandidates(leading, problem.weights, d, context.engine);
    if (candidates.rows === 0) break;
    const chosen = await mostRecurrent(problem, candidates, state, context, part);
    if (!(chosen.gain > LEAST_GAIN * problem.norm)) break;
    const loadings = appendRow(state.loadings, chosen.vector);
    await polish(problem, loadings, state.presence, chosen.presence, context, part);
    const newest = { rows: 1, columns: d, data: loadings.data.subarray(step * d) };
    products = appendColumn(
      products,
      (await patternProducts(problem.associations, newest, context, part)).data,
    );
    const presence = solvePresence(patternGram(loadings), products);
    markChanged(state.presence, presence, loadings, leading.eigenvalues, wanted);
    state = { loadings, presence };
    part.progress(1);
  }
  return state;
}

async function updateLeading(
  problem: Problem,
  state: Peeled,
  leading: LeadingVectors,
  wanted: Uint8Array,
  context: Context,
  watch: Watch,
): Promise<void> {
  const d = problem.associations.features;
  const m = state.loadings.rows;
  const columns = transpose(state.loadings);
  for await (const block of problem.associations.blocks()) {
    const end = block.first + block.count;
    const asked = wanted.slice(block.first, end);
    if (!asked.includes(1)) continue;
    const rows = state.presence.data.subarray(block.first * m, end * m);
    const presence = { rows: block.count, columns: m, data: rows };
    const options = { iterations: POWER_ITERATIONS, wanted: asked };
    const form = problem.associations.form;
    const found = await context.engine.leadingVectors(block, form, presence, columns, options);
    for (let t = 0; t < block.count; t++) {
      if (!asked[t]) continue;
      leading.vectors.set(found.vectors.data.subarray(t * d, (t + 1) * d), (block.first + t) * d);
      leading.eigenvalues[block.first + t] = found.eigenvalues[t];
    }
    watch.progress((0.7 * end) / problem.associations.localities);
    await watch.checkpoint();
  }
}

/** The candidate with the largest gain over all localities, with its presence there beside the others'. */
async function mostRecurrent(
  problem: Problem,
  candidates: Matrix,
  state: Peeled,
  context: Context,
  watch: Watch,
) {
  const m = state.loadings.rows;
  const d = candidates.columns;
  const products = await patternProducts(problem.associations, candidates, context, watch);
  let best = {
    gain: 0,
    vector: new Float32Array(d),
    presence: new Float32Array(problem.associations.localities),
  };
  for (let c = 0; c < candidates.rows; c++) {
    const vector = candidates.data.slice(c * d, (c + 1) * d);
    const gram = patternGram(appendRow(state.loadings, vector));
    const own = gram[m * (m + 1) + m];
    if (!(own > 0)) continue;
    const presence = new Float32Array(problem.associations.localities);
    let gain = 0;
    for (let l = 0; l < problem.associations.localities; l++) {
      let residual = products.data[l * candidates.rows + c];
      for (let k = 0; k < m; k++) residual -= state.presence.data[l * m + k] * gram[m * (m + 1) + k];
      if (residual <= 0) continue;
      presence[l] = residual / own;
      gain += (problem.weights[l] * residual * residual) / own;
    }
    if (gain > best.gain) best = { gain, vector, presence };
  }
  return best;
}

/** Fits the newest module (the last row) to the residual of all localities; the others stay. */
async function polish(
  problem: Problem,
  loadings: Matrix,
  otherPresence: Matrix,
  start: Float32Array,
  context: Context,
  watch: Watch,
): Promise<void> {
  const d = problem.associations.features;
  const k = loadings.rows - 1;
  let own = start;
  for (let round = 0; round < POLISH; round++) {
    const alone = { rows: own.length, columns: 1, data: own };
    const q = presenceGram(appendColumn(otherPresence, own), problem.weights);
    await sweepModules({ problem, loadings, first: k, presence: alone, q }, POLISH_SWEEPS, context, watch);
    const newest = { rows: 1, columns: d, data: loadings.data.subarray(k * d) };
    const products = await patternProducts(problem.associations, newest, context, watch);
    own = residualPresence(patternGram(loadings), products.data, otherPresence);
    await watch.checkpoint();
  }
}

function residualPresence(gram: Float64Array, products: Float32Array, others: Matrix): Float32Array {
  const k = others.columns;
  const m = k + 1;
  const own = gram[k * m + k];
  return products.map((product, l) => {
    let residual = product;
    for (let j = 0; j < k; j++) residual -= others.data[l * k + j] * gram[k * m + j];
    return own > 0 ? Math.max(0, residual / own) : 0;
  });
}

/** Marks the localities whose residual has changed enough to look for their leading vector again. */
function markChanged(
  before: Matrix,
  after: Matrix,
  loadings: Matrix,
  eigenvalues: Float32Array,
  wanted: Uint8Array,
): void {
  const d = loadings.columns;
  const m = after.columns;
  const norms = Array.from({ length: m }, (_, k) => squaredNorm(loadings.data.subarray(k * d, (k + 1) * d)));
  for (let l = 0; l < after.rows; l++) {
    let change = 0;
    for (let k = 0; k < m; k++) {
      const old = k < before.columns ? before.data[l * before.columns + k] : 0;
      change = Math.max(change, Math.abs(after.data[l * m + k] - old) * norms[k]);
    }
    wanted[l] = change > CHANGED * eigenvalues[l] ? 1 : 0;
  }
}

function squaredNorm(v: Float32Array): number {
  return v.reduce((sum, x) => sum + x * x, 0);
}

function emptyMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}

function appendRow(m: Matrix, values: Float32Array): Matrix {
  const data = new Float32Array((m.rows + 1) * m.columns);
  data.set(m.data);
  data.set(values, m.data.length);
  return { rows: m.rows + 1, columns: m.columns, data };
}

function appendColumn(m: Matrix, values: Float32Array): Matrix {
  const columns = m.columns + 1;
  const data = new Float32Array(m.rows * columns);
  for (let r = 0; r < m.rows; r++) {
    data.set(m.data.subarray(r * m.columns, (r + 1) * m.columns), r * columns);
    data[r * columns + m.columns] = values[r];
  }
  return { rows: m.rows, columns, data };
}
