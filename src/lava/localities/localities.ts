/**
 * Overlapping localities of an embedding.
 *
 * Purpose: cover the embedding with `ceil(E * overlap / n)` localities of the n samples nearest to a probe, so
 * that each sample's share of localities approximates its share of the sample-centered n-neighborhoods.
 * Source: LAVA (arXiv 2509.21149), step 1: probes by weighted k-means, weight of sample i
 * `indegree_i^alpha * (1 / meanDistance_i)^beta`, alpha and beta tuned by DIRECT.
 * Ours: the objective (total variation between the two shares), the box [0, 4]^2, and the extra starting point
 * (0, 2), at which quantization theory makes probe density follow sample density in any dimension.
 * Shapes: embedding E x k. Precision: double sums. Determinism: decided by `covering`, not by the seed; ties by canonical-order.ts.
 * Cost: one n-neighborhood graph (never held: only its in-degrees and mean distances) and one k-means for each
 * evaluation. Fails with OptionError when n does not fit the samples.
 */

import { minimizeDirect } from '../../core/direct.js';
import { type KdTree, kdTreeSteps } from '../../core/kd-tree.js';
import { gatherRows } from '../../core/matrix.js';
import { positionsOf } from '../../core/order-keys.js';
import { createRandom, permutation, type Random } from '../../core/random.js';
import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Engine, NeighborhoodGraph, Watch } from '../../engine/engine.js';
import { paced, partOf, withoutProgress } from '../../engine/watch.js';
import { OptionError, option, words } from '../../errors.js';
import type { Csr, Embedding, Localities, Matrix } from '../../model.js';
import { partsOf, withCells } from '../associations/parted.js';
import { canonicalOrder, rowsTogether } from './canonical-order.js';
import { distinctPoints } from './copies.js';
import { countMembers, gatherMembers } from './members.js';
import { neighborhoodGraph } from './neighborhood-graph.js';
import { placeProbes } from './placement.js';
import { principalAxes } from './principal-axes.js';

export interface LocalityOptions {
  /** Samples in a locality (n). Default: a twentieth of the samples, between 30 and 200. */
  readonly localitySize?: number;
  /** Mean number of localities that a sample is in (o). Default 3. */
  readonly overlap?: number;
  /** Budget of k-means runs for tuning the probe weights. Default 30; 0 takes alpha = 0, beta = 2. */
  readonly evaluations?: number;
  /**
   * Samples at most that the probe weights are tuned on, drawn at random from more; the probes themselves are always
   * placed on all. Default 100,000.
   */
  readonly tuningSamples?: number;
  /**
   * Which of many equally good coverings: another number starts the probes elsewhere. The context's seed has no say in
   * it, so that the modules of a map do not depend on a seed; stability.ts tries others. Default 0.
   */
  readonly covering?: number;
}

const BOX = { lower: [0, 0], upper: [4, 4] };
const START = [0, 2] as const;
const KMEANS_ITERATIONS = 25;
const DEFAULT_TUNING_SAMPLES = 100_000;

/** The default locality size: a twentieth of the samples, from 30 to 200, never more than there are. */
export function defaultLocalitySize(samples: number): number {
  return Math.min(samples, Math.max(30, Math.min(200, Math.round(samples / 20))));
}

/**
 * Covers the embedding with localities, the first stage of `explain`. See the header for the steps.
 * @param features of the same samples: they order samples at the same point, so that the order of rows does not. A promise is
 *   waited for where there are such samples only.
 */
export async function locate(
  embedding: Embedding,
  options: LocalityOptions,
  partialContext: PartialContext = {},
  features?: Matrix | Csr | Promise<Matrix | Csr>,
): Promise<Localities> {
  const context = await resolveContext(partialContext);
  const checked = checkLocalityOptions(embedding.coordinates.rows, options);
  const { size, overlap, count } = checked;
  const watch = watchStage(context, 'localities');
  const frame = principalAxes(embedding.coordinates);
  await watch.checkpoint();
  const order = await orderOfSamples(frame.points, features);
  await watch.checkpoint();
  const { points, copies, all } = distinctPoints(gatherRows(frame.points, order), size);
  const random = createRandom(options.covering ?? 0).stream('localities');
  const { best, start, evaluations, samples } = await tunedCovering(
    points,
    { ...checked, size: size / copies },
    random,
    context.engine,
    watch,
  );
  watch.progress(1);
  const { probes } = best;
  const { members, radius } = await gatherMembers(best.tree, probes, size / copies, context.engine, watch);
  return {
    ...{ count, size, overlap },
    probes: frame.toMap(probes),
    members: all(members).map((position) => order[position]),
    radius,
    order,
    tuning: {
      alpha: best.alpha,
      beta: best.beta,
      coverageTv: best.tv,
      startTv: start.tv,
      evaluations,
      samples: samples * copies,
    },
    uncovered: all(positionsOf(best.inLocalities, 0))
      .map((position) => order[position])
      .sort(),
  };
}

/** Rows in canonical order. Of a table in parts those at the same point are read. */
async function orderOfSamples(
  points: Matrix,
  features: Matrix | Csr | Promise<Matrix | Csr> | undefined,
): Promise<Int32Array> {
  if (!features) return canonicalOrder(points);
  const together = rowsTogether(points);
  if (together.length === 0) return canonicalOrder(points);
  const read = await features;
  return canonicalOrder(points, partsOf(read) ? await withCells(read, together, null) : read);
}

/** The covering with the least total variation, and how it was found. */
interface Tuned {
  readonly best: Attempt;
  /** The covering by the starting weights. */
  readonly start: Attempt;
  /** Coverings tried. */
  readonly evaluations: number;
  /** Samples that the weights were tuned on. */
  readonly samples: number;
}

/** Tunes alpha and beta by DIRECT, on a random part of more than `tuningSamples` points, and keeps the better of start and result. */
async function tunedCovering(
  points: Matrix,
  { size, overlap, count, evaluations, tuningSamples }: ReturnType<typeof checkLocalityOptions>,
  random: Random,
  engine: Engine,
  watch: Watch,
): Promise<Tuned> {
  const whole = await newProblem(points, size, engine, partOf(watch, 0, 0.4));
  const attempt = newAttempt(whole, count, random, engine);
  const tuning = partOf(watch, 0.4, 1);
  const start = await attempt(START[0], START[1], tuning);
  if (evaluations <= 1) return { best: start, start, evaluations: 1, samples: points.rows };
  const samples = Math.min(points.rows, tuningSamples);
  let tuned = attempt;
  if (samples < points.rows) {
    const rows = permutation(points.rows, random.stream('tuning')).slice(0, samples).sort();
    const part = await newProblem(gatherRows(points, rows), size, engine, withoutProgress(watch));
    tuned = newAttempt(part, Math.ceil((samples * overlap) / size), random, engine);
  }
  let begun = 0;
  const reached: { turn: number; attempt?: Attempt } = { turn: 0 };
  const refined = await minimizeDirect(
    async ([alpha, beta]) => {
      const turn = ++begun;
      tuning.progress(turn / evaluations);
      const next = await tuned(alpha, beta, tuning);
      // several are under way at once: of equal ones the first that was begun is kept
      const by = next.tv - (reached.attempt?.tv ?? Number.POSITIVE_INFINITY);
      if (by < 0 || (by === 0 && turn < reached.turn)) Object.assign(reached, { turn, attempt: next });
      return next.tv;
    },
    BOX,
    evaluations - 1,
  );
  const [alpha, beta] = refined.point;
  const found = samples < points.rows ? await attempt(alpha, beta, tuning) : (reached.attempt ?? start);
  const best = found.tv < start.tv ? found : start;
  return { best, start, evaluations: refined.evaluations + 1, samples };
}

/** The samples to cover, and the n-neighborhoods of all of them, which the covering has to follow. */
interface Problem {
  readonly tree: KdTree;
  readonly size: number;
  readonly graph: NeighborhoodGraph;
}

/** The covering problem of these points: their kd-tree, and the graph of the `size` samples nearest to each. */
async function newProblem(points: Matrix, size: number, engine: Engine, watch: Watch): Promise<Problem> {
  await watch.checkpoint();
  const tree = await paced(kdTreeSteps(points), watch);
  return { tree, size, graph: await neighborhoodGraph(tree, size, engine, watch) };
}

/** A covering by probe weights of `alpha` and `beta`; `tv` is its total variation from the neighborhoods, 0 to 1. */
interface Attempt {
  /** The samples covered. */
  readonly tree: KdTree;
  readonly alpha: number;
  readonly beta: number;
  readonly probes: Matrix;
  /** In how many localities each sample is. */
  readonly inLocalities: Float64Array;
  readonly tv: number;
}

/**
 * A function that covers the problem with `count` localities, by the weights of alpha and beta, and measures the
 * covering.
 */
function newAttempt({ tree, size, graph }: Problem, count: number, random: Random, engine: Engine) {
  const weightsFor = probeWeights(graph);
  return async (alpha: number, beta: number, watch: Watch): Promise<Attempt> => {
    const weights = weightsFor(alpha, beta);
    await watch.checkpoint();
    // the same stream each time, so that the objective is a function of alpha and beta alone
    const placement = { count, iterations: KMEANS_ITERATIONS };
    const probes = await placeProbes(tree, weights, placement, random.stream('start'), watch, engine);
    const inLocalities = await countMembers(tree, probes, size, engine, watch);
    return { tree, alpha, beta, probes, inLocalities, tv: totalVariation(graph.indegree, inLocalities) };
  };
}

/** The options with their defaults, and the number of localities, for so many samples. OptionError where they do not fit. */
export function checkLocalityOptions(samples: number, options: LocalityOptions) {
  const size = options.localitySize ?? defaultLocalitySize(samples);
  const overlap = options.overlap ?? 3;
  const evaluations = options.evaluations ?? 30;
  const tuningSamples = options.tuningSamples ?? DEFAULT_TUNING_SAMPLES;
  if (!Number.isInteger(size) || size < 3 || size > samples) {
    throw new OptionError({
      got: `a locality size of ${size} for ${samples} samples`,
      expected: `a whole number from 3 to ${samples}`,
      remedy: words`choose a smaller ${option('localitySize')} (for these samples ${defaultLocalitySize(samples)} is the default)`,
    });
  }
  if (!(overlap > 0 && overlap <= size)) {
    throw new OptionError({
      got: `an overlap of ${overlap}`,
      expected: `a number above 0 and at most the locality size, ${size}`,
      remedy: words`choose an ${option('overlap')} of 2 to 5: the mean number of localities that a sample is in`,
    });
  }
  if (!Number.isInteger(tuningSamples) || tuningSamples < size) {
    throw new OptionError({
      got: `${tuningSamples} samples to tune the probes on`,
      expected: `a whole number of at least the locality size, ${size}`,
      remedy: words`choose more ${option('tuningSamples')} (${DEFAULT_TUNING_SAMPLES} is the default)`,
    });
  }
  return { size, overlap, evaluations, tuningSamples, count: Math.ceil((samples * overlap) / size) };
}

/**
 * A function that gives the weight of each sample for alpha and beta: indegree^alpha x meanDistance^-beta, scaled to a mean of 1;
 * duplicates take the least distance above 0.
 */
function probeWeights({ indegree, meanDistance }: NeighborhoodGraph) {
  const smallest = meanDistance.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Number.POSITIVE_INFINITY);
  const least = Number.isFinite(smallest) ? smallest : 1;
  const closeness = meanDistance.map((distance) => least / Math.max(least, distance));
  const largest = indegree.reduce((a, b) => Math.max(a, b), 0);
  // DIRECT comes back to a few values of beta
  const factors = new Map<number, Float64Array>();
  return (alpha: number, beta: number): Float64Array => {
    const factor = factors.get(beta) ?? closeness.map((near) => near ** beta);
    factors.set(beta, factor);
    // degrees are whole numbers, and few
    const powers = Float64Array.from({ length: largest + 1 }, (_, degree) => degree ** alpha);
    const weights = new Float64Array(indegree.length);
    let total = 0;
    for (let i = 0; i < weights.length; i++) {
      weights[i] = powers[indegree[i]] * factor[i];
      total += weights[i];
    }
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] * weights.length) / total;
    return weights;
  };
}

/** Total variation distance of two distributions over the same samples, both given by counts, 0 to 1. */
function totalVariation(a: Float64Array, b: Float64Array): number {
  const [ofA, ofB] = [sumOf(a), sumOf(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] / ofA - b[i] / ofB);
  return sum / 2;
}

/** Sum of counts. */
function sumOf(counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i];
  return sum;
}
