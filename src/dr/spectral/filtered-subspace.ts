/**
 * The leading eigenvectors of a large sparse graph whose eigenvalues lie between -1 and 1, by subspace iteration with
 * Chebyshev filters.
 *
 * Source: Zhou, Saad, Tiago and Chelikowsky (2006), "Self-consistent-field calculations using Chebyshev-filtered subspace
 *   iteration". A filter of degree m is m products with the graph, for four vectors at once, and no vector is made
 *   orthogonal meanwhile: that is what block Davidson (linalg/davidson.ts) spends most of its time on here.
 * Shapes: a block holds WIDTH numbers a sample, one of each vector.
 * Precision: float32 between products, sums in double (Engine.graphFilter): half the memory of doubles, which do not fit the cache;
 *   stops at a residual far above what that loses.
 * Fails: when products run out, returns the best vectors so far.
 * Determinism: seeded; engines agree to the last bit.
 */

import type { Random } from '../../core/random.js';
import type { Engine, FilterStep, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import { denseEigenpairs } from '../../linalg/dense-eigen.js';
import type { Csr } from '../../model.js';

/** Vectors of a block, two more than are sought. */
const WIDTH = 4;
/** Most vectors that are found. */
export const MOST_FILTERED = WIDTH - 2;
/** Products of a filter. */
const DEGREE = 20;
/** Below this, eigenvalues are unwanted from the first filter on. */
const FIRST_CUT = 0.5;

/** Options of `filteredEigenvectors`. */
export interface FilterOptions {
  /** At most MOST_FILTERED. */
  readonly count: number;
  /** Largest residual |A v - value v| that is left. */
  readonly tolerance: number;
  /** Most products of the graph with a block. */
  readonly maxProducts: number;
  /** The eigenvector of eigenvalue 1, of unit length, which is left out. */
  readonly deflate: Float64Array;
}

/** The image of a block alone. */
const IMAGE: FilterStep = { image: 1, itself: 0, before: 0 };

/**
 * The `count` eigenvectors of largest eigenvalue, of unit length, the largest first.
 * @param graph symmetric, not to be changed afterwards, since engines keep it.
 */
export async function filteredEigenvectors(
  graph: Csr,
  { count, tolerance, maxProducts, deflate }: FilterOptions,
  { engine, random, watch }: { readonly engine: Engine; readonly random: Random; readonly watch: Watch },
): Promise<Float64Array[]> {
  const quiet = withoutProgress(watch);
  let block: Float32Array = new Float32Array(graph.rows * WIDTH);
  for (let at = 0; at < block.length; at++) block[at] = random.normal();
  let cut = FIRST_CUT;
  for (let products = 0; ; ) {
    block = await engine.graphFilter(graph, block, filterSteps(cut), quiet);
    orthonormalize(block, deflate);
    const image = await engine.graphFilter(graph, block, [IMAGE], quiet);
    products += DEGREE + 1;
    const { values, residual } = rayleighRitz(block, image, count);
    watch.progress(products / maxProducts);
    if (residual <= tolerance || products >= maxProducts) return columns(block, count);
    cut = Math.max(cut, Math.min(values[WIDTH - 1], values[count - 1] - tolerance));
    await watch.checkpoint();
  }
}

/** The filter's scaled recurrence: largest at eigenvalue 1, below 1 between -1 and the cut. */
function filterSteps(cut: number): FilterStep[] {
  const [middle, half] = [(cut - 1) / 2, (cut + 1) / 2];
  const first = half / (1 - middle);
  const steps = [{ image: first / half, itself: (-middle * first) / half, before: 0 }];
  let sigma = first;
  for (let degree = 1; degree < DEGREE; degree++) {
    const next = 1 / (2 / first - sigma);
    steps.push({ image: (2 * next) / half, itself: (-2 * next * middle) / half, before: -sigma * next });
    sigma = next;
  }
  return steps;
}

/** Inner product of vectors k and l of two blocks. */
function dot(left: Float32Array, k: number, right: Float32Array, l: number): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += WIDTH) sum += left[at + k] * right[at + l];
  return sum;
}

/** Makes the vectors of a block orthogonal to `deflate` and to one another, in place, and of unit length (twice: Giraud et al. 2005). */
function orthonormalize(block: Float32Array, deflate: Float64Array): void {
  for (let k = 0; k < WIDTH; k++) {
    for (let pass = 0; pass < 2; pass++) {
      let along = 0;
      for (let i = 0; i < deflate.length; i++) along += deflate[i] * block[i * WIDTH + k];
      for (let i = 0; i < deflate.length; i++) block[i * WIDTH + k] -= along * deflate[i];
      for (let other = 0; other < k; other++) {
        const shared = dot(block, k, block, other);
        for (let at = 0; at < block.length; at += WIDTH) block[at + k] -= shared * block[at + other];
      }
      const length = Math.sqrt(dot(block, k, block, k));
      const scale = length > 0 ? 1 / length : 0;
      for (let at = 0; at < block.length; at += WIDTH) block[at + k] *= scale;
    }
  }
}

/**
 * Turns a block of orthonormal vectors, and its image, to the best approximate eigenvectors among their combinations, in
 * place; returns their eigenvalues, the largest first, and the largest residual of the first `count`.
 */
function rayleighRitz(block: Float32Array, image: Float32Array, count: number) {
  const projected = new Float64Array(WIDTH * WIDTH);
  for (let k = 0; k < WIDTH; k++) {
    for (let l = 0; l <= k; l++)
      projected[k * WIDTH + l] = projected[l * WIDTH + k] = dot(block, k, image, l);
  }
  const { values, vectors } = denseEigenpairs(projected, WIDTH, WIDTH, 'largest');
  for (const turned of [block, image]) {
    for (let at = 0; at < turned.length; at += WIDTH) {
      const [a, b, c, d] = [turned[at], turned[at + 1], turned[at + 2], turned[at + 3]];
      for (let k = 0; k < WIDTH; k++) {
        const weights = vectors[k];
        turned[at + k] = a * weights[0] + b * weights[1] + c * weights[2] + d * weights[3];
      }
    }
  }
  let residual = 0;
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let at = k; at < block.length; at += WIDTH) sum += (image[at] - values[k] * block[at]) ** 2;
    residual = Math.max(residual, Math.sqrt(sum));
  }
  return { values, residual };
}

/** The first `count` vectors of a block. */
function columns(block: Float32Array, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: block.length / WIDTH }, (_, i) => block[i * WIDTH + k]),
  );
}
