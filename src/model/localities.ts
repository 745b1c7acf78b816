/** Localities of an embedding, and the associations of features inside them. Types only. */

import type { Matrix } from './matrix.js';

/** Overlapping localities of an embedding: each holds the `size` samples nearest to a probe. */
export interface Localities {
  readonly count: number;
  readonly size: number;
  /** Requested mean number of localities that a sample is in. */
  readonly overlap: number;
  /** count x dimensions. */
  readonly probes: Matrix;
  /** count x size sample rows, nearest to the probe first. */
  readonly members: Int32Array;
  /** Distance from each probe to its farthest member. */
  readonly radius: Float32Array;
  /** How the probes were placed: exponents of the k-means weights and the total variation reached. */
  readonly tuning: {
    readonly alpha: number;
    readonly beta: number;
    /** Total variation between in-degree of samples in localities and in the neighborhood graph, 0 to 1. */
    readonly coverageTv: number;
    /** The same at the starting point alpha = 0, beta = 2. */
    readonly startTv: number;
    readonly evaluations: number;
    /** Samples that the exponents were tuned on: all, or a random part of them. */
    readonly samples: number;
  };
  /** Rows of the samples that are in no locality, ascending. */
  readonly uncovered: Int32Array;
  /** Sample rows in an order that the order of the table does not change; absent when read from a file. */
  readonly order?: Int32Array;
}

/** How two features are correlated inside a locality (core/association-measures.ts). */
export type AssociationMeasure = 'pearson' | 'spearman' | 'bicor';
/** How a correlation rho becomes an association: max(0, rho^2 - 1/(n-1)), |rho| or rho. */
export type AssociationForm = 'debiased' | 'absolute' | 'signed';

/**
 * Associations of a run of localities: the upper triangle (i < j) of each locality's d x d matrix,
 * zeros left out. Row (l, i) is at `offsets[l * features + i]` to `offsets[l * features + i + 1]`.
 */
export interface AssociationBlock {
  /** First locality of the block. */
  readonly first: number;
  /** Number of localities in the block. */
  readonly count: number;
  readonly features: number;
  /** Length count * features + 1. */
  readonly offsets: Uint32Array;
  /** Feature j of each entry, ascending within a row. */
  readonly columns: Uint16Array | Int32Array;
  /**
   * Strength with the sign of the correlation. For `debiased` and `absolute` the association is the
   * absolute value, and the sign says whether the two features go together or oppose.
   */
  readonly values: Float32Array;
}

/** What the support rule and the noise gate removed, over all localities. */
export interface AssociationCounts {
  /** Pairs over all localities: count * d * (d - 1) / 2. */
  readonly pairs: number;
  /** Pairs kept with an association that is not zero. */
  readonly kept: number;
  /** Pairs set to zero because one of the features is constant or lacks support in the locality. */
  readonly withoutSupport: number;
  /** Pairs set to zero because they are below the noise gate or the debiasing term. */
  readonly belowGate: number;
  /** (locality, feature) combinations in which the feature is constant. */
  readonly constant: number;
  /** Features without support in any locality, ascending. */
  readonly neverSupported: Int32Array;
}

/** Associations of every locality. Blocks are held, or made anew on each pass when memory is short. */
export interface Associations {
  readonly localities: number;
  readonly features: number;
  readonly measure: AssociationMeasure;
  readonly form: AssociationForm;
  readonly counts: AssociationCounts;
  /** Sum of squared associations over pairs (i < j), one a locality. */
  readonly squaredNorms: Float64Array;
  /** False when blocks are computed anew on each pass. */
  readonly held: boolean;
  /** Block after block, in the order of localities. */
  blocks(): AsyncIterable<AssociationBlock>;
  /** The same in groups: all blocks that are held at once, or one at a time. */
  groups(): AsyncIterable<readonly AssociationBlock[]>;
}
