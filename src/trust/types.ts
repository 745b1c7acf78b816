/** What the trust functions take and give: types only. */

import type { Metric } from '../engine/engine.js';
import type { Csr, Matrix, Neighbors, Warning } from '../model.js';

/** The data and a map of it. Row i of both is the same sample. */
export interface TrustInput {
  /** samples x features: the reference space. */
  readonly features: Matrix | Csr;
  /** samples x dimensions, any dimension. */
  readonly embedding: Matrix;
}

export interface NeighborhoodOptions {
  /** Size of a neighborhood, 1 to samples - 1. Default 15, or samples - 1 where there are fewer. */
  readonly k?: number;
  /** Distance between rows of the features. Default `euclidean`. In the embedding it is always Euclidean. */
  readonly metric?: Metric;
  /**
   * Measure at this many samples only, drawn at random without replacement (their neighbors are still searched among
   * all samples). Figures are then estimates with a confidence interval. Default: every sample.
   */
  readonly sample?: number;
  /**
   * `shared`: neighbors that are as near as the k-th count as neighbors. `row` (default): only the first of them by row
   * number do, as in scikit-learn. An audit and the trust of an explanation share ties.
   */
  readonly ties?: 'row' | 'shared';
}

/**
 * The neighborhoods of the query samples in both spaces, and how far each neighbor of one space is away in the
 * other. All a measure of neighborhoods needs; memory is queries x k.
 */
export interface Neighborhoods {
  readonly samples: number;
  readonly k: number;
  /** Row numbers of the query samples, ascending, or null when every sample is one. */
  readonly queries: Int32Array | null;
  /** Neighbors among the features, queries x k. */
  readonly input: Neighbors;
  /** Neighbors on the map, queries x k. */
  readonly embedding: Neighbors;
  /** Rank among the features (0 is the nearest) of each neighbor on the map, queries x k. */
  readonly inputRanks: Int32Array;
  /** Rank on the map (0 is the nearest) of each neighbor among the features, queries x k. */
  readonly embeddingRanks: Int32Array;
  /** Where ties are shared and there are any: numbers of samples within the k-th neighbor's distance, at some queries. */
  readonly tieWidths?: { readonly input: Int32Array | null; readonly embedding: Int32Array | null };
  readonly warnings: readonly Warning[];
}

/** A figure of the whole map, and its value at each query sample where it has one. */
export interface Figure {
  readonly value: number;
  /** One value a query sample; null where the measure has no such value. */
  readonly pointwise: Float64Array | null;
  /** 95% confidence interval when the figure is an estimate from a sample; null when it is exact. */
  readonly interval: readonly [number, number] | null;
}

/** May something be read off the map? */
export type Answer = 'yes' | 'partly' | 'no' | 'unknown';

export interface VerdictFigure {
  readonly measure: string;
  readonly value: number;
  readonly null: number | null;
  readonly pca: number | null;
}

export interface VerdictSentence {
  readonly about:
    | 'overall'
    | 'neighbors'
    | 'clusters'
    | 'distances'
    | 'densities'
    | 'labels'
    | 'regions'
    | 'pca'
    | 'repeats';
  /** May this be read off the map? */
  readonly answer: Answer;
  readonly text: string;
  readonly figures: readonly VerdictFigure[];
}
