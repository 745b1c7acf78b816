/** What some routines of an engine take and give (engine.ts): localities with factors, graphs of neighborhoods, drawn samples. */

/** Localities with a factor for each module, for `sumLocalSquares`. */
export interface WeightedLocalities {
  /** localities x size: the sample rows of each locality. */
  readonly members: Int32Array;
  readonly size: number;
  /** localities x modules; 0 where a module takes no part. */
  readonly factors: Float64Array;
}

/** In-degrees and mean distances of the graph of sample-centered n-neighborhoods, one a row. */
export interface NeighborhoodGraph {
  /** Number of sample-centered n-neighborhoods that hold each sample, its own included. */
  readonly indegree: Float64Array;
  /** Mean distance from each sample to its n nearest, itself included. */
  readonly meanDistance: Float64Array;
}

/** The nearest samples of some points: queries x n. */
export interface NearestInTree {
  readonly rows: Int32Array;
  /** Squared distances. */
  readonly squared: Float64Array;
}

/** One module's features in samples that are drawn, for `weightedCorrelations`. */
export interface ModuleSamples {
  /** samples x features, each column standardized over all samples. */
  readonly values: Float64Array;
  readonly features: number;
  /** localities x size: the samples of each locality, as rows of `values`; none twice in a locality. */
  readonly positions: Int32Array;
  readonly size: number;
  /** localities x features: loading times sign. */
  readonly loadings: Float64Array;
  /** A feature takes part in a locality where at least this many samples differ from the value that most have. */
  readonly support: number;
}

/** Draws of a permutation test: which row's values each sample takes. */
export interface SampleDraws {
  readonly count: number;
  /** count x samples: the row that each sample takes its values from, a permutation; null for its own. */
  readonly orders: Int32Array | null;
  /** For each module count x features: rows by which each feature moves on cyclically; null for none. */
  readonly shifts: readonly Int32Array[] | null;
}
