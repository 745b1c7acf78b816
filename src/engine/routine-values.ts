/** What some routines of an engine take and give (engine.ts): localities with factors, graphs of neighborhoods, nearest centers, modules that are swept, drawn samples. */

import type { Pattern } from '../core/coordinate-step.js';
import type { Matrix } from '../model.js';

/** Localities with a factor for each module, for `sumLocalSquares`. */
export interface WeightedLocalities {
  /** localities x size: the sample rows of each locality. */
  readonly members: Int32Array;
  readonly size: number;
  /** localities x modules; 0 where a module takes no part. */
  readonly factors: Float64Array;
  /** Localities of a segment (`SummedLocalities`). */
  readonly segment: number;
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

/** A module that is swept, its pattern given (core/coordinate-step.ts). */
export interface SweptModule extends Pattern {
  /** modules x features; row k is changed in place. */
  readonly loadings: Matrix;
  readonly k: number;
  /** presence' w presence of all modules, modules x modules. */
  readonly q: Float64Array;
}

/** Consecutive modules that are swept in turn, their patterns made of associations. */
export interface SweptModules {
  /** modules x features; rows `first` and on are changed in place, one for each column of `presence`. */
  readonly loadings: Matrix;
  readonly first: number;
  /** localities x modules swept, times the weight of each locality. */
  readonly presence: Matrix;
  /** presence' w presence of all modules, modules x modules. */
  readonly q: Float64Array;
}

/** How modules are swept. */
export interface SweepPlan {
  /** Most sweeps of a module. */
  readonly sweeps: number;
  /** Sweeps of a module end once none of its loadings changes by as much; 0 for never. */
  readonly least: number;
  /** Whether each module waits for those before it, since they share loadings. */
  readonly inTurn: boolean;
}

/** One module's features in samples that are drawn, for `weightedCorrelations`. */
export interface ModuleSamples {
  /** samples x features, each column standardized over all samples in double, then rounded. */
  readonly values: Float32Array;
  readonly features: number;
  /**
   * localities x size: the samples of each locality, as entries of an order or, without orders, rows of `values`; none twice in a
   * locality. With `levels` run after run, and anything past the last run.
   */
  readonly positions: Int32Array;
  readonly size: number;
  /** localities x features: loading times sign. */
  readonly loadings: Float64Array;
  /** A feature takes part in a locality where at least this many samples differ from the value that most have. */
  readonly support: number;
  /** Levels inside which features are centered; nothing where all samples are one level. */
  readonly levels?: SampleLevels | null;
}

/** Samples of localities in runs of one level, and the rows of each level. */
export interface SampleLevels {
  /** localities + 1: the first run of each locality. */
  readonly offsets: Int32Array;
  /** Samples of each run. */
  readonly lengths: Int32Array;
  /** Number of the level of each run, from 0. */
  readonly numbers: Int32Array;
  /** levels + 1: the rows of level g are rows[g] to rows[g + 1], the last not among them. */
  readonly rows: Int32Array;
}

/** Draws of a permutation test: which row's values each sample takes. */
export interface SampleDraws {
  readonly count: number;
  /** count x any number: the row that each entry takes its values from, no row twice in a draw; null for its own. */
  readonly orders: Int32Array | null;
  /**
   * For each module count x levels x features: rows by which each feature moves on cyclically among those of the level; null
   * for none.
   */
  readonly shifts: readonly Int32Array[] | null;
}

/** Factors of one step of `Engine.graphFilter`: of the graph's image of the block, of the block, and of the one before it. */
export interface FilterStep {
  readonly image: number;
  readonly itself: number;
  readonly before: number;
}

/** Steps of `Engine.graphFilter`, in order. */
export type FilterSteps = readonly FilterStep[];
