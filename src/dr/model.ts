/** What places new samples in a finished embedding (see transform.ts). Plain values over typed arrays. */

import type { Metric } from '../engine/engine.js';
import type { ColumnUnits, Matrix } from '../model.js';

export interface PcaModel {
  readonly kind: 'pca';
  /** Units of the features that mean and components are for; null for plain values. */
  readonly units: ColumnUnits | null;
  /** Length features. */
  readonly mean: Float64Array;
  /** dimensions x features, orthonormal rows (rows of zeros beyond the rank). */
  readonly components: Float64Array;
  readonly dimensions: number;
}

export interface UmapModel {
  readonly kind: 'umap';
  /** The samples that were embedded, and where they are. */
  readonly features: Matrix;
  readonly coordinates: Float64Array;
  readonly dimensions: number;
  readonly a: number;
  readonly b: number;
  readonly metric: Metric;
  readonly nNeighbors: number;
  readonly localConnectivity: number;
  readonly negativeSampleRate: number;
  readonly repulsionStrength: number;
  readonly learningRate: number;
}

/** Its settings may be changed before `transform`: `{ ...model, perplexity: 10 }`. */
export interface TsneModel {
  readonly kind: 'tsne';
  /** The samples that were embedded, and where they are. */
  readonly features: Matrix;
  readonly coordinates: Float64Array;
  readonly dimensions: number;
  readonly metric: Metric;
  /** As in the run that made the embedding. */
  readonly theta: number;
  /** Effective number of embedded samples that attract a new one. Default 5. */
  readonly perplexity: number;
  /** Default 250. */
  readonly steps: number;
  /** Factor of the attraction in all steps. Default 1.5. */
  readonly exaggeration: number;
  /** openTSNE's, in the unit of its gradient, a quarter of that of the divergence. Default 0.1. */
  readonly learningRate: number;
  /** Default 0.8. */
  readonly momentum: number;
  /** Longest gradient on a sample, in the same unit; a longer one is shortened to it. Default 0.25. */
  readonly maxGradientNorm: number;
}

export type Model = PcaModel | UmapModel | TsneModel;
