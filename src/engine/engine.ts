/**
 * The interface of an engine: the few heavy routines of whymap, with shapes.
 *
 * `js/` holds the readable reference; every other engine passes one conformance suite against it.
 * All matrices are row-major float32. Sums are accumulated in float32 or better; results agree with the
 * reference to a relative 1e-5. Within one engine the same input gives the same bytes, whatever the
 * number of threads. A routine that runs long calls `checkpoint` of its context between blocks of work.
 */

import type { Random } from '../core/random.js';
import type {
  AssociationBlock,
  AssociationForm,
  AssociationMeasure,
  Csr,
  Matrix,
  Neighbors,
} from '../model.js';

export type EngineName = 'js' | 'wasm' | 'native';
export type Metric = 'euclidean' | 'cosine' | 'correlation' | 'manhattan';

/** How a routine tells its progress and learns that it should stop. */
export interface Watch {
  /** Throws CancelledError once the caller's signal is aborted; yields to the event loop now and then. */
  checkpoint(): Promise<void>;
  /** Fraction done, 0 to 1. */
  progress(done: number): void;
}

/** Rules that turn correlations into associations (lava.md section 2). */
export interface AssociationRules {
  readonly measure: AssociationMeasure;
  readonly form: AssociationForm;
  /** A feature takes part where at least this many samples differ from its local median; 0 is off. */
  readonly support: number;
  /** Pairs with rho^2 < gate^2 / (n - 1) are zero; 0 is off. */
  readonly gate: number;
}

/** One block of associations with what its rules removed. */
export interface AssociateResult {
  readonly block: AssociationBlock;
  /** Features in support, one bit of 0 or 1 a (locality, feature): count x features. */
  readonly supported: Uint8Array;
  /** (locality, feature) combinations that are constant. */
  readonly constant: number;
}

/** Options of `nearestApproximate`. */
export interface DescentOptions {
  readonly k: number;
  readonly metric: Metric;
  readonly random: Random;
  /** Random trees that the lists begin with, and most rounds of descent. */
  readonly trees?: number;
  readonly rounds?: number;
}

/** What t-SNE's descent keeps between steps: rows x dimensions each, changed in place. */
export interface TsneState {
  readonly y: Float64Array;
  readonly velocity: Float64Array;
  readonly gains: Float64Array;
}

/** Options of `tsneSteps`. */
export interface TsneSteps {
  readonly dimensions: number;
  readonly steps: number;
  /** Largest size of a group that counts as one point, over its distance; 0 is exact. */
  readonly theta: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** Factor of the attraction. */
  readonly exaggeration: number;
  /** Whether to compute the divergence before the last step. */
  readonly withLoss: boolean;
}

/** Options of `sampledEpochs`. */
export interface SampledEpochs {
  readonly dimensions: number;
  /** Epochs `first` to `first + epochs` of a run of `total`. */
  readonly first: number;
  readonly epochs: number;
  readonly total: number;
  /** The output kernel 1 / (1 + a d^(2b)). */
  readonly a: number;
  readonly b: number;
  readonly learningRate: number;
  readonly negativeSampleRate: number;
  readonly repulsionStrength: number;
  /** Of the strangers, 32 bits. */
  readonly seed: number;
  /** Coordinates of fixed samples that edges lead to; null where they lead to the moving ones. */
  readonly targets: Float64Array | null;
}

export interface Engine {
  readonly name: EngineName;
  readonly threads: number;

  /**
   * C = op(A) op(B), with op the transpose where asked.
   * @param a m x k (k x m when `transposeA`), @param b k x n (n x k when `transposeB`).
   */
  multiply(
    a: Matrix,
    b: Matrix,
    options?: { transposeA?: boolean; transposeB?: boolean },
    watch?: Watch,
  ): Promise<Matrix>;

  /**
   * Associations of localities `first` to `first + count`.
   * @param features samples x d. @param members localities x size sample rows.
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
   * @param loadings d x m (one column a module). @returns block.count x m.
   */
  quadraticForms(
    block: AssociationBlock,
    form: AssociationForm,
    loadings: Matrix,
    watch?: Watch,
  ): Promise<Matrix>;

  /**
   * Adds sum over l of P[l, k] A_l[i, j] to G[k, pair(i, j)], pairs i < j with rows of i first.
   * @param presence block.count x m. @param total m x d(d-1)/2, changed in place.
   */
  accumulatePatterns(
    block: AssociationBlock,
    form: AssociationForm,
    presence: Matrix,
    total: Matrix,
    watch?: Watch,
  ): Promise<void>;

  /**
   * For each locality, projected power iteration on its residual R_l = A_l - sum_k P[l, k] u_k u_k' (off the
   * diagonal), started from the residual's row of largest positive sum: the leading non-negative eigenvector.
   * @param presence block.count x m, @param loadings d x m (m may be 0).
   * @param wanted one byte a locality of the block; where 0 the row is left zero and not computed.
   * @returns vectors block.count x d of unit norm (zero where nothing positive is left) and eigenvalues.
   */
  leadingVectors(
    block: AssociationBlock,
    form: AssociationForm,
    presence: Matrix,
    loadings: Matrix,
    options: { iterations: number; wanted: Uint8Array },
    watch?: Watch,
  ): Promise<{ vectors: Matrix; eigenvalues: Float32Array }>;

  /**
   * The k nearest rows of `data` to each row of `queries`, exact, by blocks; ties by index.
   * `excludeSelf`: queries are the rows of data, and a row is not its own neighbor.
   */
  nearest(
    data: Matrix,
    queries: Matrix,
    options: { k: number; metric: Metric; excludeSelf: boolean },
    watch?: Watch,
  ): Promise<Neighbors>;

  /**
   * The k nearest other rows of every row, nearly: random trees and nearest-neighbor descent (descent.ts), for more
   * rows than `nearest` can compare. Distances are exact; which rows are found may differ between engines.
   */
  nearestApproximate(data: Matrix, options: DescentOptions, watch?: Watch): Promise<Neighbors>;

  /**
   * For each row i and each of its targets t: the number of other rows (not i, not t) that are nearer to i than
   * t is; a tie counts when its index is smaller. So 0 is the nearest neighbor.
   * @param targets rows x k row numbers. @returns rows x k.
   * With `rows` only those rows i are asked, in that order: targets and result are rows.length x k.
   */
  ranks(
    data: Matrix,
    targets: Int32Array,
    options: { k: number; metric: Metric; rows?: Int32Array },
    watch?: Watch,
  ): Promise<Int32Array>;

  /**
   * The k nearest other rows of every row (as `nearest`, a row is not its own neighbor) and the ranks of its
   * `targetCount` targets (as `ranks`), in one pass over the distances. With `rows` of those rows only.
   */
  nearestAndRanks(
    data: Matrix,
    targets: Int32Array,
    options: { k: number; targetCount: number; metric: Metric; rows?: Int32Array },
    watch?: Watch,
  ): Promise<{ nearest: Neighbors; ranks: Int32Array }>;

  /**
   * Steps of t-SNE's descent (dr/optimize/gains.ts): attraction along P, repulsion by Barnes-Hut sums, momentum and
   * gains. `state` is changed once all steps are done, and left as it was by a cancellation.
   * @param p rows x rows, symmetric, sum 1. @returns the divergence before the last step, or NaN.
   * Engines agree to 1e-5 a step at theta 0; above it their trees, and so their errors, differ.
   */
  tsneSteps(p: Csr, state: TsneState, options: TsneSteps, watch?: Watch): Promise<number>;

  /**
   * Epochs of UMAP's sampled attraction and repulsion (dr/optimize/negative-sampling.ts), all samples of an epoch at once.
   * @param rates rows x targets: how often an edge is used an epoch, at most 1; symmetric unless targets are fixed.
   * @param y rows x dimensions, changed once all epochs are done, and left as it was by a cancellation.
   * Kernels hold coordinates in float32, and repulsion multiplies that rounding by up to 2000 a stranger.
   */
  sampledEpochs(rates: Csr, y: Float64Array, options: SampledEpochs, watch?: Watch): Promise<void>;

  /** Gives back the memory behind a block that this engine made; its arrays must not be used afterwards. */
  release(block: AssociationBlock): void;

  /** Ends the workers. Nothing is left running. The engine cannot be used afterwards. */
  close(): Promise<void>;
}
