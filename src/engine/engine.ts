/**
 * The interface of an engine: the few heavy routines of whymap, with shapes.
 *
 * Contract: `js/` is the readable reference; every other engine passes one conformance suite against it
 *   (test/engine). A routine that runs long calls `checkpoint` of its watch between blocks of work.
 * Shapes: all matrices are row-major float32.
 * Precision: sums are accumulated in float32 or better; results agree with the reference to a relative 1e-5,
 *   `nearest` and `ranks` to the last bit.
 * Determinism: within one engine the same input gives the same bytes for any number of threads.
 */

import type { KdTree } from '../core/kd-tree.js';
import type { Random } from '../core/random.js';
import type { AssociationBlock, AssociationForm, Csr, Matrix, Neighbors } from '../model.js';
import type {
  AssociateResult,
  AssociationRules,
  AssociationSum,
  SummedLocalities,
} from './association-rules.js';
import type { SampledEpochs, TsnePlacement, TsneState, TsneSteps } from './force-options.js';
import type {
  FilterSteps,
  ModuleSamples,
  NearestInTree,
  NeighborhoodGraph,
  SampleDraws,
  SweepPlan,
  SweptModule,
  SweptModules,
  WeightedLocalities,
} from './routine-values.js';
import type { Watch } from './watch.js';

export type * from './association-rules.js';
export type { SampledEpochs, TsnePlacement, TsneState, TsneSteps } from './force-options.js';
export type * from './routine-values.js';
export type { Watch } from './watch.js';

/** Names of the engines, see choose.ts. */
export type EngineName = 'js' | 'wasm' | 'native';
/** The distances between rows that every engine has. */
export const METRICS = ['euclidean', 'cosine', 'correlation', 'manhattan'] as const;
export type Metric = (typeof METRICS)[number];

/** Options of `nearestApproximate`. */
export interface NnDescentOptions {
  readonly k: number;
  readonly metric: Metric;
  readonly random: Random;
  /** Random trees that the lists begin with (default 16). */
  readonly trees?: number;
  /** Most rounds of nearest-neighbor descent (default 12). */
  readonly rounds?: number;
}

export interface Engine {
  readonly name: EngineName;
  readonly threads: number;

  /**
   * C = op(A) op(B), where op transposes when the option says so. Throws ShapeError when the shapes do not fit.
   * @param a m x k (k x m with `transposeA`).
   * @param b k x n (n x k with `transposeB`).
   * @returns m x n.
   */
  multiply(
    a: Matrix,
    b: Matrix,
    options?: { transposeA?: boolean; transposeB?: boolean },
    watch?: Watch,
  ): Promise<Matrix>;

  /**
   * Associations of localities `first` to `first + count`.
   * @param features samples x d.
   * @param members localities x size: the sample rows of each locality.
   */
  associate(
    features: Matrix | Csr,
    members: Int32Array,
    range: { first: number; count: number; size: number },
    rules: AssociationRules,
    watch?: Watch,
  ): Promise<AssociateResult>;

  /**
   * Quadratic forms B[l, k] = sum over i < j of A_l[i, j] u_k[i] u_k[j].
   * @param blocks one or more, whose localities follow one another. @param loadings d x m, one column for each module.
   * @returns localities of the blocks x m.
   */
  quadraticForms(
    blocks: readonly AssociationBlock[],
    form: AssociationForm,
    loadings: Matrix,
    watch?: Watch,
  ): Promise<Matrix>;

  /**
   * For each row b of `right` the p >= 0 that minimizes p' S p - 2 b' p (core/nnls.ts). Engines agree to the last bit.
   * @param gram S: m x m, symmetric, positive semidefinite. @param right rows x m. @returns rows x m.
   */
  solveNonNegative(gram: Float64Array, right: Matrix, watch?: Watch): Promise<Matrix>;

  /**
   * G[k, pair(i, j)] = sum over l of P[l, k] A_l[i, j], for pairs i < j in row order. How blocks are grouped changes no byte.
   * @param groups as for `sweepAssociations`. @param presence localities x m. @returns m x d(d-1)/2.
   */
  sumPatterns(
    groups: AsyncIterable<readonly AssociationBlock[]>,
    summed: SummedLocalities,
    presence: Matrix,
    watch?: Watch,
  ): Promise<Matrix>;

  /**
   * Turns the factors of each start by varimax (core/varimax.ts), in place. Engines agree to the last bit.
   * @param starts each as many factors of one length. @param features that count in the criterion.
   */
  rotateFactors(starts: readonly (readonly Float64Array[])[], features: number, watch?: Watch): Promise<void>;

  /**
   * The sum of all associations times a factor, as a matrix that is multiplied by many. The caller releases it.
   * @param groups as for `sweepAssociations`.
   */
  associationSum(
    groups: AsyncIterable<readonly AssociationBlock[]>,
    summed: SummedLocalities,
    factor: number,
    watch?: Watch,
  ): Promise<AssociationSum>;

  /**
   * Coordinate sweeps over the loadings of consecutive modules, one module after another, each `sweeps` times
   * (core/coordinate-step.ts). The pattern of a module is the sum of presence times associations over all localities.
   * @param groups lists of blocks; the localities of all follow one another.
   */
  sweepAssociations(
    groups: AsyncIterable<readonly AssociationBlock[]>,
    summed: SummedLocalities,
    modules: SweptModules,
    sweeps: number,
    watch?: Watch,
  ): Promise<void>;

  /** Coordinate sweeps over modules whose patterns are given. */
  sweepPatterns(modules: readonly SweptModule[], plan: SweepPlan, watch?: Watch): Promise<void>;

  /**
   * For each module the sum over localities of factor (rho^2 - 1 / freedom), for every pair of its features, over those
   * in which both have support, in segments. The gate and the form of the rules have no say.
   * @param chosen ascending feature numbers of each module.
   * @returns for each module f x f over its features, symmetric, 0 on the diagonal. Modules that are summed together give
   *   the same bytes as each on its own.
   */
  sumLocalSquares(
    features: Matrix | Csr,
    localities: WeightedLocalities,
    chosen: readonly Int32Array[],
    rules: AssociationRules,
    watch?: Watch,
  ): Promise<Float32Array[]>;

  /**
   * For every module, draw and locality: sum over pairs of features i != j of both loadings times their correlation in
   * the drawn samples. Engines agree to the last bit.
   * @param modules all over the same samples. @returns for each module draws x localities.
   */
  weightedCorrelations(
    modules: readonly ModuleSamples[],
    draws: SampleDraws,
    watch?: Watch,
  ): Promise<Float64Array[]>;

  /**
   * The graph of the n nearest samples of every sample, itself included, in few dimensions. Ties go to the smaller row.
   * Engines agree to the last bit.
   * @param n at most the rows of the tree.
   */
  neighborhoodGraph(tree: KdTree, n: number, watch?: Watch): Promise<NeighborhoodGraph>;

  /**
   * The n nearest samples of a tree to each query, in few dimensions, nearest first, ties by row.
   * @param n at most the rows of the tree. @returns queries x n rows and squared distances; engines agree to the last bit.
   */
  nearestInTree(tree: KdTree, queries: Matrix, n: number, watch?: Watch): Promise<NearestInTree>;

  /**
   * Of how many queries each sample is one of the n nearest, by row: `nearestInTree` counted, without its order.
   * @param n at most the rows of the tree.
   */
  countNearest(tree: KdTree, queries: Matrix, n: number, watch?: Watch): Promise<Float64Array>;

  /**
   * Weighted k-means of the samples of a tree, in few dimensions: Lloyd's iteration. A sample is of the nearest center, ties by number; a
   * center without samples stays. Ends early once the centers move less than `tolerance`, relative to the spread of the samples around
   * them. Engines agree to the last bit.
   * @param weights one for each position of the tree's order. @param start count x dimensions. @returns the centers, moved.
   */
  kMeans(
    tree: KdTree,
    weights: Float64Array,
    start: Matrix,
    options: { readonly iterations: number; readonly tolerance: number },
    watch?: Watch,
  ): Promise<Matrix>;

  /**
   * The k nearest rows of `data` to each row of `queries`, exact, nearest first, ties by row number.
   * @param options `excludeSelf`: queries are the rows of data, and a row is not its own neighbor.
   * @returns queries x k; -1 and infinity where there are fewer rows.
   */
  nearest(
    data: Matrix,
    queries: Matrix,
    options: { k: number; metric: Metric; excludeSelf: boolean },
    watch?: Watch,
  ): Promise<Neighbors>;

  /**
   * The k nearest other rows of every row, approximately, by random trees and nearest-neighbor descent
   * (nn-descent.ts), for more rows than `nearest` can compare. Distances are exact; which rows are found may
   * differ between engines.
   */
  nearestApproximate(data: Matrix, options: NnDescentOptions, watch?: Watch): Promise<Neighbors>;

  /**
   * For each row i and each of its targets t, the number of other rows (not i, not t) that are nearer to i than
   * t is; a row at the same distance counts when its number is smaller. So 0 is the nearest neighbor.
   * @param targets rows x k row numbers.
   * @param options `rows`: only these rows, in this order; targets and result are then rows.length x k.
   * @returns rows x k.
   */
  ranks(
    data: Matrix,
    targets: Int32Array,
    options: { k: number; metric: Metric; rows?: Int32Array },
    watch?: Watch,
  ): Promise<Int32Array>;

  /**
   * The k nearest other rows of every row (as `nearest` with `excludeSelf`) and the ranks of its `targetCount`
   * targets (as `ranks`), in one pass over the distances. With `rows`, for these rows only.
   */
  nearestAndRanks(
    data: Matrix,
    targets: Int32Array,
    options: { k: number; targetCount: number; metric: Metric; rows?: Int32Array },
    watch?: Watch,
  ): Promise<{ nearest: Neighbors; ranks: Int32Array }>;

  /**
   * Steps of t-SNE's gradient descent (dr/optimize/gains.ts): attraction along P, Barnes-Hut repulsion,
   * momentum and gains. `state` changes once all steps are done; a cancellation leaves it as it was. Engines
   * agree to 1e-5 for each step at theta 0; above it their trees, and so their errors, differ.
   * @param p rows x rows, symmetric, sum 1.
   * @returns the divergence before the last step, or NaN.
   */
  tsneSteps(p: Csr, state: TsneState, options: TsneSteps, watch?: Watch): Promise<number>;

  /**
   * Steps of gradient descent that place new samples on a finished t-SNE map, each on its own: `targets` stay fixed,
   * and new samples do not act on one another. The force on a sample is sum_j (exaggeration p_j q_j - q_j^2 / Z)
   * (y_j - y) over the targets, q = 1 / (1 + d^2) and Z its sum of q (a quarter of the descent of its divergence).
   * `y` changes once all steps are done; a cancellation leaves it as it was. Engines agree to 1e-5 for each step at
   * theta 0.
   * @param p samples x targets, each row with sum 1. @param y samples x dimensions.
   * @param targets targets x dimensions, at least one.
   */
  tsnePlacement(
    p: Csr,
    y: Float64Array,
    targets: Float64Array,
    options: TsnePlacement,
    watch?: Watch,
  ): Promise<void>;

  /**
   * Epochs of UMAP's sampled attraction and repulsion (dr/optimize/negative-sampling.ts), all samples of an
   * epoch at once. `y` changes once all epochs are done; a cancellation leaves it as it was. Kernels hold
   * coordinates in float32, and repulsion multiplies that rounding by up to 2000 for each negative sample.
   * @param rates rows x targets: how often an edge is used in an epoch, at most 1; symmetric unless targets are
   *   fixed.
   * @param y rows x dimensions.
   */
  sampledEpochs(rates: Csr, y: Float64Array, options: SampledEpochs, watch?: Watch): Promise<void>;

  /**
   * Steps of a three-term recurrence over a sparse graph A for four vectors at once: x[s + 1] = image A x[s] + itself x[s] +
   * before x[s - 1], and x[-1] = x[0]. Sums in double, float32 between steps. Engines agree to the last bit.
   * @param graph rows x rows, not to be changed between calls. @param block rows x 4: x[0]. @returns the last x.
   */
  graphFilter(graph: Csr, block: Float32Array, steps: FilterSteps, watch?: Watch): Promise<Float32Array>;

  /** Frees the memory behind a block that this engine made; its arrays must not be used afterwards. */
  release(block: AssociationBlock): void;

  /** Ends the worker threads. The engine cannot be used afterwards. */
  close(): Promise<void>;
}
