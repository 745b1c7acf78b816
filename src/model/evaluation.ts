/** What a module is tested for after the fit: significance, stability; and how the number of modules was chosen. Types only. */

/** One test of a module on samples that it was not fitted on. */
export interface SignificanceTest {
  /** Mean correlation of the module's features, with the signs fitted: what the test compares. */
  readonly statistic: number;
  /** Mean of the same over the draws. */
  readonly expected: number;
  /** (1 + draws that reach the statistic) / (1 + draws). */
  readonly p: number;
  /** Corrected over modules: Westfall and Young's largest statistic of all modules. */
  readonly pAdjusted: number;
  /** Permutations made. */
  readonly draws: number;
}

/** What came out for a module on one part of the samples, held out of the fit. */
export interface HeldOutOutcome {
  /**
   * `local`: it passes. `global`: real, but not local. `chance`: not shown to be real. `undecided`: the draws did not
   * show on which side of the level p is. `not-replicated`: no similar module on the other samples, so not tested.
   */
  readonly outcome: 'local' | 'global' | 'chance' | 'undecided' | 'not-replicated';
  /** Cosine of the module's pair pattern with its match on the other samples, 0 to 1. */
  readonly cosine: number;
  /** As in `ModuleSignificance`; null where not replicated. */
  readonly real: SignificanceTest | null;
  readonly local: SignificanceTest | null;
}

export interface ModuleSignificance {
  /** The larger p of the two tests on the part where it is largest; 1 where a part did not replicate the module. */
  readonly p: number;
  readonly pAdjusted: number;
  /** The module passes on every part. */
  readonly significant: boolean;
  /**
   * `local`: significant. `border`: it passes on some parts of the samples and not on others, or the draws did not decide.
   * The others pass on no part. `global`: real, but the same all over the map. `chance`: not shown to be real.
   * `not-replicated`: on most parts no similar module among those of the other samples, so not tested there.
   */
  readonly verdict: 'local' | 'border' | 'global' | 'chance' | 'not-replicated';
  /** Against features that are permuted over samples, each independently. Means over the parts tested, and the largest p. */
  readonly real: SignificanceTest;
  /** Where the module is present less where it is not, against localities of random samples. Likewise. */
  readonly local: SignificanceTest;
  /** One for each part of the samples. */
  readonly heldOut: readonly HeldOutOutcome[];
}

/** Cosines of a module's pair pattern with its match in another run, 0 to 1; the mean over runs. */
export interface ModuleStability {
  /** With probes started elsewhere: other coverings of the same map. */
  readonly seeds: number | null;
  readonly bootstrap: number | null;
  /** With the modules fitted on two thirds of the samples, the least of three. Always there when significance is. */
  readonly subsample: number | null;
  /** Over smaller and larger localities, overlaps and numbers of modules. */
  readonly localitySize: number | null;
  readonly overlap: number | null;
  readonly modules: number | null;
  /** Cosine of the presence over samples with that of the match, the mean over all runs of `--stability`. */
  readonly presence: number | null;
}

/** How many modules: what each number explains on other samples, and how the modules of several levels relate. */
export interface Granularity {
  readonly chosen: number;
  /** By number of modules, ascending. */
  readonly curve: readonly {
    readonly modules: number;
    /** Share of association explained on samples that were not fitted. */
    readonly heldOut: number;
    /** The same on those that were. */
    readonly explained: number;
    /** Mean cosine between the modules of two halves of the samples, 0 to 1. */
    readonly stability: number;
    /** Modules of one half that replicate in the other half: cosine of 0.5 or more. */
    readonly replicated: number;
    /** Replicated modules that recur in disjoint localities and are no part of another. The largest count is chosen. */
    readonly recurrent: number;
  }[];
}
