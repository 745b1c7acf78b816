/** What associations are made by, and what comes of them: types of the engine's routines. */

import type { AssociationBlock, AssociationForm, AssociationMeasure, Matrix } from '../model.js';
import type { Watch } from './watch.js';

/** Rules that turn the correlations of a locality into associations (docs/method-lava.md). */
export interface AssociationRules {
  readonly measure: AssociationMeasure;
  readonly form: AssociationForm;
  /**
   * A feature takes part where at least this many samples differ from its lower median in the locality; 0
   * switches the rule off.
   */
  readonly support: number;
  /** Pairs with rho^2 < gate^2 / freedom get association 0; 0 switches the rule off. */
  readonly gate: number;
  /**
   * Code of each sample's level, below 0 where it takes no part: every feature is centered in each level inside a locality,
   * and `freedom` is the locality's samples less its levels (core/level-runs.ts). Default: all samples are one level, and
   * `freedom` is n - 1.
   */
  readonly levels?: Int32Array | null;
}

/** One block of associations, and what the rules removed from it. */
export interface AssociateResult {
  readonly block: AssociationBlock;
  /** 1 where a feature has support in a locality, else 0: count x features. */
  readonly supported: Uint8Array;
  /** Number of (locality, feature) combinations that are constant. */
  readonly constant: number;
  /** Sum of the squared values of each locality, in double, in their order. */
  readonly squaredNorms: Float64Array;
}

/** Groups that segments are divided into, where there are as many. */
const GROUPS = 4;

/**
 * Localities of a group of segments; the last group may have fewer. Segments of one group, as of at most GROUPS in all, are added
 * in their order, so a group that is summed by itself gives the same bytes.
 * @param count localities in all. @param segment localities of a segment.
 */
export const groupSize = (count: number, segment: number): number =>
  segment * Math.max(1, Math.ceil(Math.ceil(count / segment) / GROUPS));

/**
 * How associations are summed over localities: within segments of consecutive ones, each in order, then the segments of each
 * group (`groupSize`) in order, then the groups. So who sums which segments or groups changes no byte
 * (lava/associations/segments.ts).
 */
export interface SummedLocalities {
  readonly form: AssociationForm;
  /** Localities in all. */
  readonly count: number;
  /** Localities of a segment; the last one may have fewer. A block of associations lies in one segment. */
  readonly segment: number;
}

/** A sum of associations, features x features, symmetric, 0 on the diagonal, that is multiplied by many. */
export interface AssociationSum {
  /** Sums of its rows in double, 0 where they are below. */
  readonly degrees: Float64Array;
  /** Features by degree, largest first, in which order products are summed; ties by number. */
  readonly order: Int32Array;
  /** Its product with b. */
  times(b: Matrix, watch?: Watch): Promise<Matrix>;
  /** Gives its memory back; it cannot be used afterwards. */
  release(): void;
}
