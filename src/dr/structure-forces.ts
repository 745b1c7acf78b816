/**
 * Attraction and repulsion between two groups of samples on a map: which pairs hold them together, which push them apart,
 * and what the map becomes without the pairs that hold.
 *
 * Source: the frame of laws/law.ts with UMAP's or t-SNE's law; forces are coefficients times distances. The map is first
 *   brought to the scale at which attractions and repulsions balance over all pairs, since maps from elsewhere have any
 *   scale. Ours: the comparison of further steps with and without the pairs across.
 * Shapes: features samples x d, map samples x dimensions. Cost: neighbors once; for each call the pairs across (at most
 *   PAIRS, taken evenly) and STEPS steps of the method. Determinism: streams of the context.
 */

import { type Context, type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import type { Csr, Matrix, StructureForces } from '../model.js';
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
import { advance, createRun, type Dynamics } from './run.js';

/** Data and a map of the same samples in the same order. */
export interface ForcesInput {
  /** samples x features, in the space that the map was made from. */
  readonly features: Matrix;
  /** samples x dimensions. */
  readonly embedding: Matrix;
}

export interface ForcesOptions {
  /** The law whose forces are measured. Default `umap`. */
  readonly method?: 'umap' | 'tsne';
}

/** Forces between two groups of rows. */
export type ForcesBetween = (a: Int32Array, b: Int32Array) => Promise<StructureForces>;

const NEIGHBORS = 14;
const PERPLEXITY = 30;
/** Further steps, at a quarter of the method's rate: the map moves, but is not made anew. */
const STEPS = 100;
const RATE = 0.25;
/** Most pairs across over which repulsion is summed. */
const PAIRS = 2e6;
/** Other samples of each sample by which the scale is found. */
const OTHERS = 64;
const STRONGEST = 5;
const USUAL_NEIGHBOR = 10;

interface Forces {
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

/** Prepares a map; the function that is returned measures any two groups on it. */
export async function structureForces(
  { features, embedding: map }: ForcesInput,
  options: ForcesOptions = {},
  partialContext: PartialContext = {},
): Promise<ForcesBetween> {
  const context = await resolveContext(partialContext);
  const forces = await (options.method === 'tsne' ? tsneForces : umapForces)(features, map.columns, context);
  const y = atBalance(forces, map);
  const further = await moved(forces, forces.graph, y, map.columns, context);
  return async (a, b) => {
    const side = new Int8Array(map.rows);
    for (const i of a) side[i] = -1;
    for (const i of b) side[i] = 1;
    const measured = attractions(forces, y, map.columns, side);
    const without = await moved(forces, withoutAcross(forces.graph, side), y, map.columns, context);
    return {
      ...measured,
      repulsionAcross: repulsionAcross(forces, y, map.columns, a, b),
      width: width(y, map.columns, a, b),
      widthAfter: width(further, map.columns, a, b),
      widthWithout: width(without, map.columns, a, b),
    };
  };
}

/** UMAP's graph and law, with the defaults of the method. */
async function umapForces(features: Matrix, dimensions: number, context: Context): Promise<Forces> {
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
async function tsneForces(features: Matrix, dimensions: number, context: Context): Promise<Forces> {
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
function atBalance(forces: Forces, map: Matrix): Float64Array {
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
function pairOf(y: Float64Array, i: number, j: number, input: number, dimensions: number): Pair {
  return { i, j, input, squared: squaredDistance(y, i, j, dimensions, 0), dot: 0 };
}

/** Attractions across and within, and the pairs across. @param side -1 and 1 for the groups, 0 for other samples. */
function attractions({ graph, at }: Forces, y: Float64Array, dimensions: number, side: Int8Array) {
  const across: { i: number; j: number; force: number }[] = [];
  const law = at(y);
  let attractionWithin = 0;
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const j = graph.indices[p];
      if (j <= i || side[i] === 0 || side[j] === 0) continue;
      const pair = pairOf(y, i, j, graph.values[p], dimensions);
      const force = pair.squared > 0 ? law.attract(pair) * Math.sqrt(pair.squared) : 0;
      if (side[i] === side[j]) attractionWithin += force;
      else across.push({ i, j, force });
    }
  }
  across.sort((p, q) => q.force - p.force || p.i - q.i || p.j - q.j);
  const attractionAcross = across.reduce((sum, { force }) => sum + force, 0);
  let [sum, pairsOfHalf] = [0, 0];
  while (pairsOfHalf < across.length && sum < attractionAcross / 2) sum += across[pairsOfHalf++].force;
  return {
    attractionAcross,
    attractionWithin,
    pairsAcross: across.length,
    pairsOfHalf,
    strongest: across.slice(0, STRONGEST),
  };
}

/** Repulsion over the pairs across; of more than PAIRS, every so many rows of the larger group. */
function repulsionAcross(
  { at: lawAt }: Forces,
  y: Float64Array,
  dimensions: number,
  a: Int32Array,
  b: Int32Array,
): number {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  const stride = Math.max(1, Math.ceil((small.length * large.length) / PAIRS));
  const law = lawAt(y);
  let [sum, rows] = [0, 0];
  for (let at = 0; at < large.length; at += stride) {
    rows++;
    for (const j of small) {
      const pair = pairOf(y, large[at], j, 0, dimensions);
      if (pair.squared > 0) sum += law.repulse(pair) * Math.sqrt(pair.squared);
    }
  }
  return (sum * large.length) / rows;
}

/** The graph without pairs between the groups. */
function withoutAcross(graph: Csr, side: Int8Array): Csr {
  const offsets = new Float64Array(graph.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const j = graph.indices[p];
      if (side[i] * side[j] === -1) continue;
      indices.push(j);
      values.push(graph.values[p]);
    }
    offsets[i + 1] = indices.length;
  }
  const { rows, columns } = graph;
  return { rows, columns, offsets, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

/** Coordinates after further steps by a graph. */
async function moved(
  forces: Forces,
  graph: Csr,
  y: Float64Array,
  dimensions: number,
  context: Context,
): Promise<Float64Array> {
  const run = createRun(y.slice(), dimensions, forces.dynamics(graph));
  await advance(run, STEPS, watchStage(context, 'forces'));
  return run.y;
}

/** Distance of the groups' nearest samples over the usual distance to the 10th neighbor within them. */
function width(y: Float64Array, dimensions: number, a: Int32Array, b: Int32Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (const i of a) for (const j of b) least = Math.min(least, squaredDistance(y, i, j, dimensions, 0));
  const usual = [a, b].flatMap((rows) => usualDistances(y, dimensions, rows)).sort((p, q) => p - q);
  return Math.sqrt(least) / Math.max(Number.MIN_VALUE, usual[Math.floor(usual.length / 2)]);
}

/** Distance to the 10th neighbor within the group at up to 50 of its samples, taken evenly. */
function usualDistances(y: Float64Array, dimensions: number, rows: Int32Array): number[] {
  const stride = Math.max(1, Math.floor(rows.length / 50));
  const found: number[] = [];
  for (let at = 0; at < rows.length; at += stride) {
    const squares = Float64Array.from(rows, (j) => squaredDistance(y, rows[at], j, dimensions, 0)).sort();
    found.push(Math.sqrt(squares[Math.min(squares.length - 1, USUAL_NEIGHBOR)]));
  }
  return found;
}
