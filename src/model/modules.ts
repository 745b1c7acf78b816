/** Modules: the factorization of the associations, and the description of each module. Types only. */

import type { ModuleSignificance, ModuleStability } from './evaluation.js';
import type { Matrix } from './matrix.js';

export type ModuleForm = 'symmetric' | 'stacked';

/** The factorization: modules over features, and where each is present. Ordered by share, largest first. */
export interface Modules {
  readonly count: number;
  readonly form: ModuleForm;
  /** modules x features, not negative, largest entry of each row 1. */
  readonly loadings: Matrix;
  /** localities x modules, not negative; with the loading's scale, the association of the top pair. */
  readonly presence: Matrix;
  /** Share of the squared association that the module accounts for, one a module. */
  readonly share: Float64Array;
  /** Share of the squared association that all modules account for together, 0 to 1. */
  readonly explained: number;
  /** `stacked` only: modules x (features * (features - 1) / 2) pair patterns, i < j, rows of i first. */
  readonly patterns: Matrix | null;
  /** How the modules merge into coarser ones (see moduleGroups); absent in explanations of earlier versions. */
  readonly hierarchy?: ModuleHierarchy;
  /**
   * Loss (squared residual / squared norm) at the start and after each refinement sweep, and so again from each joining of
   * parts, which may raise it; it hardly ever rises from sweep to sweep. `explained` is of the last refit, which is not listed.
   */
  readonly loss: readonly number[];
}

/**
 * The tree that merges modules into coarser ones, as a linkage: modules are nodes 0 to count - 1, and the group that merge i
 * makes is node count + i.
 */
export interface ModuleHierarchy {
  /** count - 1 of them, in the order in which they are made. */
  readonly merges: readonly {
    readonly first: number;
    readonly second: number;
    /**
     * Mean coupling of the modules of one group with those of the other, weighted by share, 0 to 1: association between
     * the features of two modules over that within each.
     */
    readonly coupling: number;
  }[];
}

/** One pair of features in a module. */
export interface ModulePair {
  readonly a: number;
  readonly b: number;
  /** Product of the two loadings (or the pattern's entry), 0 to 1. */
  readonly weight: number;
  /** Mean signed correlation over localities, weighted by the module's presence, -1 to 1. */
  readonly correlation: number;
}

/** Description and evaluation of one module. Features and samples are indices of the table's columns and rows. */
export interface ModuleDescription {
  /** `M1`, `M2`... in order of share. */
  readonly id: string;
  /** A short name from its leading features. */
  readonly label: string;
  readonly share: number;
  /** Features with a notable loading, strongest first. */
  readonly topFeatures: readonly { readonly feature: number; readonly loading: number }[];
  readonly pairs: readonly ModulePair[];
  /** Fraction of localities, and of samples, where the module is present. */
  readonly presentLocalities: number;
  readonly presentSamples: number;
  /** In how many disjoint localities it is present; absent in explanations of earlier versions. */
  readonly recurrence?: ModuleRecurrence;
  /** True when the module is a contrast between groups that its localities straddle. */
  readonly contrast: boolean;
  /**
   * Least cosine of its pair pattern with its match among modules fitted anew on 90% of the samples and another
   * covering, 0 to 1; null or absent when it was not measured.
   */
  readonly replication?: number | null;
  /** Null when the analysis was not requested, or could not be made. */
  readonly significance: ModuleSignificance | null;
  readonly stability: ModuleStability | null;
  readonly trust: number | null;
  /** One sentence where the module rests on a torn or glued region of the map. */
  readonly trustFlag?: string | null;
  /** 95% interval of `trust`; only where it was measured on a random part of the samples. */
  readonly trustInterval?: readonly [number, number] | null;
  /** Which of its leading features go together and which oppose. */
  readonly signs?: ModuleSigns;
  /** For each grouping column of the metadata, how much of the module is left inside its levels. */
  readonly within?: readonly ModuleWithin[];
  /** The gene sets that name it: for each pole the best one that it holds more of than chance; absent without sets. */
  readonly geneSets?: readonly ModuleGeneSet[];
}

/** A gene set of which a module, or one pole of it, holds more than chance. */
export interface ModuleGeneSet {
  readonly set: string;
  /** `all` features of the module, or those that go `together` with the strongest, or those `opposed` to it. */
  readonly pole: 'all' | 'together' | 'opposed';
  /** Members of the set among those features. */
  readonly hits: number;
  /** Members of the set among all features explained. */
  readonly size: number;
  /** Corrected over all modules, poles and sets (Benjamini and Hochberg). */
  readonly pAdjusted: number;
}

/** How many gene sets could be tested. */
export interface GeneSetCounts {
  readonly sets: number;
  /** Sets with enough members among the features. */
  readonly tested: number;
  /** Different genes in all sets, and how many of them are features. */
  readonly genes: number;
  readonly known: number;
}

/** How much of a module's squared correlation is left inside the levels of a metadata column. */
export interface ModuleWithin {
  readonly column: string;
  /**
   * Squared correlation with features centered by level, over the pooled one: 1 where the column does not matter, near
   * 0 where the module is a difference between levels. Null where no locality can tell.
   */
  readonly kept: number | null;
  /** Part of the module, 0 to 1, that lies in localities which each keep less than half; null where `kept` is. */
  readonly between: number | null;
}

/** Where a module recurs: overlapping localities may show one finding more than once. */
export interface ModuleRecurrence {
  /** Localities where it is present. */
  readonly localities: number;
  /** How many of them can be taken so that no two share a sample; 1: the module was not shown to recur. */
  readonly disjoint: number;
  /** Connected groups of them, where two that share a sample are connected. */
  readonly regions: number;
}

/** Signs within a module, over the localities where it is present. */
export interface ModuleSigns {
  /** Leading features that go with the strongest one, itself first, and those that go against it. */
  readonly together: readonly number[];
  readonly opposed: readonly number[];
  /** Localities where its features correlate, but with other signs. */
  readonly turned: Int32Array;
  /** Pairs that correlate notably in both directions, with the number of localities of each. */
  readonly flips: readonly {
    readonly a: number;
    readonly b: number;
    readonly positive: number;
    readonly negative: number;
  }[];
}
