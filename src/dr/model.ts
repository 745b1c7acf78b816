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

export type Model = PcaModel | UmapModel;
