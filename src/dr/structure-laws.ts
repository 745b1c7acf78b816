/**
 * The laws by which forces on a finished map are measured: UMAP's or t-SNE's graph, coefficients of a pair, further steps, and the
 * scale at which the map is in balance.
 *
 * Source: laws/umap.ts, laws/tsne.ts. Shapes: features samples x d, coordinates samples x dimensions in double precision.
 * Cost: neighbors once; sums over all pairs are estimated from OTHERS others of each sample. Determinism: stream
 * `structure-forces`.
 */

import type { Context } from '../engine/context.js';
import type { Csr, Matrix } from '../model.js';
import { type Curve, fitCurve } from './affinities/curve-parameters.js';
import { bandwidths, fuzzyUnion, memberships } from './affinities/fuzzy-simplicial-set.js';
import { neighborsOf } from './affinities/neighbor-graph.js';
import { conditionalProbabilities, jointProbabilities } from './affinities/perplexity.js';
import type { LawDefinition, Pair } from './laws/law.js';
import { squaredDistance } from './laws/sparse-pairs.js';
import { tsneDefinition } from './laws/tsne.js';
import { effectiveRepulsion, umapDefinition } from './laws/umap.js';
import { umapDefaults } from './methods/umap.js';
import { gainsDynamics } from './optimize/gains.js';
import { NEGATIVE_SAMPLES, sampledDynamics } from './optimize/negative-sampling.js';
import type { Dynamics } from './run.js';

const NEIGHBORS = 14;
const PERPLEXITY = 30;
/** Further steps, at a quarter of the method's rate: the map moves, but is not made anew. */
export const STEPS = 100;
const RATE = 0.25;
/** Other samples of each sample by which sums over all pairs are estimated. */
const OTHERS = 64;

/** A law over the data, for any coordinates. */
export interface Forces {
  readonly graph: Csr;
  /** The law at coordinates. */
  readonly at: (y: Float64Array) => PairForces;
  /** Moves coordinates by the law over a graph. */
  readonly dynamics: (graph: Csr) => Dynamics;
}

/** Coefficients of a pair, its law's reduction over the map being known. */
interface PairForces {
  readonly attract: (pair: Pair) => number;
  readonly repulse: (pair: Pair) => number;
}

/** A law at coordinates. */
function bind<R>(law: LawDefinition<R>, dimensions: number): (y: Float64Array) => PairForces {
  return (y) => {
    const reduction = law.reduce(y, dimensions);
    return {
      attract: (pair) => law.attract(pair, reduction),
      repulse: (pair) => law.repulse(pair, reduction),
    };
  };
}

/** UMAP's graph and law, with the defaults of the method. */
export async function umapForces(features: Matrix, dimensions: number, context: Context): Promise<Forces> {
  const k = Math.min(NEIGHBORS, features.rows - 1);
  const lists = await neighborsOf(features, k, {}, context);
  const graph = fuzzyUnion(lists, memberships(lists, bandwidths(lists, umapDefaults.localConnectivity)), 1);
  const curve: Curve = fitCurve(umapDefaults.spread, umapDefaults.minDist);
  const { negativeSampleRate, repulsionStrength } = umapDefaults;
  const random = context.random.stream('structure-forces');
  return {
    graph,
    at: bind(umapDefinition(curve, effectiveRepulsion(graph, negativeSampleRate)), dimensions),
    dynamics: (kept) =>
      sampledDynamics(context.engine, kept, {
        dimensions,
        epochs: STEPS,
        curve,
        learningRate: RATE * umapDefaults.learningRate,
        negativeSampleRate,
        repulsionStrength,
        random: random.stream(NEGATIVE_SAMPLES),
        targets: null,
      }),
  };
}

/** t-SNE's probabilities and law, with the defaults of the method. */
export async function tsneForces(features: Matrix, dimensions: number, context: Context): Promise<Forces> {
  const { rows } = features;
  const perplexity = Math.min(PERPLEXITY, (rows - 1) / 3);
  const lists = await neighborsOf(features, Math.min(rows - 1, Math.ceil(3 * perplexity)), {}, context);
  const graph = jointProbabilities(lists, conditionalProbabilities(lists, perplexity));
  return {
    graph,
    at: bind({ ...tsneDefinition, reduce: normalizer }, dimensions),
    dynamics: (kept) =>
      gainsDynamics(context.engine, kept, {
        dimensions,
        steps: STEPS,
        theta: 0.5,
        learningRate: (RATE * rows) / 4,
        laterRate: 1,
        momentum: 0,
        earlyExaggeration: 1,
        earlyExaggerationSteps: 0,
      }),
  };
}

/** t-SNE's sum of kernels over all pairs, from some others of each sample. */
function normalizer(y: Float64Array, dimensions: number): number {
  let sum = 0;
  const weight = forOthers(y.length / dimensions, (i, j) => {
    sum += 1 / (1 + squaredDistance(y, i, j, dimensions, 0));
  });
  return sum * weight;
}

/** Calls with up to OTHERS others of each sample, taken evenly; returns how many pairs each of them stands for. */
function forOthers(n: number, call: (i: number, j: number) => void): number {
  const others = Math.min(OTHERS, n - 1);
  for (let i = 0; i < n; i++) {
    for (let at = 0; at < others; at++) call(i, (i + 1 + Math.floor((at * (n - 1)) / others)) % n);
  }
  return (n - 1) / others;
}

/** The map at the scale where attraction and repulsion along the pairs balance: there the law would not change its size. */
export function atBalance(forces: Forces, map: Matrix): Float64Array {
  const start = Float64Array.from(map.data);
  let [low, high] = [1e-4, 1e4];
  for (let step = 0; step < 60; step++) {
    const scale = Math.sqrt(low * high);
    if (outward(forces, start, map.columns, scale) > 0) low = scale;
    else high = scale;
  }
  return start.map((value) => value * Math.sqrt(low * high));
}

/** Repulsion less attraction along all pairs at a scale, each times its distance; repulsion over some others of each sample. */
function outward(forces: Forces, start: Float64Array, dimensions: number, scale: number): number {
  const y = start.map((value) => value * scale);
  const { graph } = forces;
  const law = forces.at(y);
  let [inward, outwardSum] = [0, 0];
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const pair = pairOf(y, i, graph.indices[p], graph.values[p], dimensions);
      if (pair.squared > 0) inward += law.attract(pair) * pair.squared;
    }
  }
  const weight = forOthers(graph.rows, (i, j) => {
    const pair = pairOf(y, i, j, 0, dimensions);
    if (pair.squared > 0) outwardSum += law.repulse(pair) * pair.squared;
  });
  return outwardSum * weight - inward;
}

/** An ordered pair as laws see it. */
export function pairOf(y: Float64Array, i: number, j: number, input: number, dimensions: number): Pair {
  return { i, j, input, squared: squaredDistance(y, i, j, dimensions, 0), dot: 0 };
}
