/** Graphs over samples: the k nearest neighbors of each, and weighted affinities. Types only. */

import type { Csr } from './matrix.js';

/** The k nearest other rows of every row: row-major rows x k, nearest first, ties by index. */
export interface Neighbors {
  readonly rows: number;
  readonly k: number;
  readonly indices: Int32Array;
  readonly distances: Float32Array;
}

/** A weighted graph over samples (attractions of a dimensionality reduction). */
export interface Affinity {
  readonly graph: Csr;
  readonly symmetric: boolean;
}
