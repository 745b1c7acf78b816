/**
 * The nouns of whymap: types only. Every value is a plain object over typed arrays, row-major, and is
 * treated as immutable once it has been returned.
 */

/**
 * How the values of columns were moved and scaled before they became single precision (see core/units.ts): the value of
 * a stored number in column c is `stored * scale + offsets[c]`. Distances and correlations of the stored numbers are
 * those of the values, but for the scale.
 */
export interface ColumnUnits {
  /** One a column. */
  readonly offsets: Float64Array;
  /** A power of two, the same for all columns. */
  readonly scale: number;
}

/** Dense matrix, row-major: element (r, c) is `data[r * columns + c]`, in `units` where they are there. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
  /** Absent where the stored numbers are the values. */
  readonly units?: ColumnUnits;
}

/**
 * Sparse matrix in compressed rows: the entries of row r are at positions `offsets[r]` to
 * `offsets[r + 1]` (exclusive) of `indices` and `values`, indices ascending, each at most once.
 */
export interface Csr {
  readonly rows: number;
  readonly columns: number;
  /** Length rows + 1. A double holds every position exactly up to 2^53. */
  readonly offsets: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** As of a dense matrix; a column with an offset has an entry in every row. */
  readonly units?: ColumnUnits;
}

/** A finding that a person must see. Carried in results, never printed by the library. */
export interface Warning {
  /** Stable, for programs: for example `constant-features`. */
  readonly code: string;
  /** One sentence for people: what was found, how much, where first, what was done about it. */
  readonly message: string;
}

/** A metadata column of groups: donor, condition, cell type. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: 'categorical';
  /** One a sample: index into `levels`, or -1 where the value is missing. */
  readonly codes: Int32Array;
  /** The distinct values, in the source's order where it has one, otherwise in order of text. */
  readonly levels: readonly string[];
}

/** A metadata column of numbers: age, counts per cell. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: 'numeric';
  /** One a sample; NaN where the value is missing. */
  readonly values: Float64Array;
}

/** What is known of the samples beside their features. Never used to find modules unless an option says so. */
export type MetadataColumn = CategoricalColumn | NumericColumn;

/** Samples x features, with the names of both where the source has them. */
export interface Table {
  readonly features: Matrix | Csr;
  /** Length `features.columns`; `f0`, `f1`... where the source has no names. */
  readonly featureNames: readonly string[];
  /** Sample ids, length `features.rows`, or null where the source has none. */
  readonly ids: readonly string[] | null;
  /** One label a sample (cell type, digit...), or null. Never used by the method, only shown. */
  readonly labels: readonly string[] | null;
  /** Metadata columns in the source's order, each with one value a sample; absent where the source has none. */
  readonly metadata?: readonly MetadataColumn[];
  /** What was read: a path or a name, and the SHA-256 of its bytes in hexadecimal when known. */
  readonly source: { readonly name: string; readonly sha256: string | null };
  /** What was dropped or repaired on the way in. */
  readonly dropped: {
    readonly rows: number;
    readonly features: readonly string[];
    /** Which rows of the source were dropped, ascending, so that files joined by row order stay aligned. */
    readonly rowNumbers?: Int32Array;
  };
  readonly warnings: readonly Warning[];
}

/** Coordinates of the same samples in a latent space of any dimension. */
export interface Embedding {
  /** samples x dimensions. */
  readonly coordinates: Matrix;
  /** Sample ids where the source has them, for joining with a table. */
  readonly ids: readonly string[] | null;
  readonly source: { readonly name: string; readonly sha256: string | null };
}

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
  /** Loss (squared residual / squared norm) after each refinement sweep; never increases. */
  readonly loss: readonly number[];
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
}

/** How much of a module's squared correlation is left inside the levels of a metadata column. */
export interface ModuleWithin {
  readonly column: string;
  /**
   * Squared correlation with features centered by level, over the pooled one: 1 where the column does not matter, near
   * 0 where the module is a difference between levels. Null where no locality can tell.
   */
  readonly kept: number | null;
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
  /** About half, the chosen and about twice the number of modules, coarse first. */
  readonly levels: readonly {
    readonly modules: number;
    /** Leading features of each module, strongest first; modules by share. */
    readonly topFeatures: readonly (readonly number[])[];
    readonly share: Float64Array;
  }[];
  /** Module `fine` of level + 1 comes from module `coarse` of `level`, numbers from 0. */
  readonly links: readonly {
    readonly level: number;
    readonly coarse: number;
    readonly fine: number;
    readonly cosine: number;
  }[];
}

/**
 * Raw values of some features, so that an explanation can show them without its table. Feature after
 * feature: the value of sample r in `features[i]` is `data[i * rows + r]`. Bytes when every value is an
 * integer from 0 to 255, which loses nothing; doubles where single precision would lose digits of a large offset.
 */
export interface FeatureValues {
  /** Columns of the table, ascending. */
  readonly features: Int32Array;
  readonly data: Float32Array | Float64Array | Uint8Array;
}

/** Links between samples, worst first. */
export interface TrustLinks {
  /** Rows of the two samples. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** How many samples are nearer to `from` than `to` is, in the space where the two are far. */
  readonly rank: Int32Array;
}

/** How far the map can be trusted at each sample, where it is torn and glued, and what may be read off it. */
export interface TrustLayer {
  /** Size of the neighborhoods that were compared. */
  readonly k: number;
  /** One a sample: the smaller of trustworthiness and continuity, 0 to 1. */
  readonly value: Float32Array;
  /** The value that a shuffled map has on average. */
  readonly chance: number;
  /** How many of the k true neighbors are far on the map, and of the k on the map far in the data; one a sample. */
  readonly torn: Uint16Array;
  readonly glued: Uint16Array;
  /** True neighbors that are farthest apart on the map, and neighbors on the map that are farthest in the data. */
  readonly tornLinks: TrustLinks;
  readonly gluedLinks: TrustLinks;
  /** In reading order. */
  readonly verdict: readonly {
    readonly about: string;
    readonly answer: 'yes' | 'partly' | 'no' | 'unknown';
    readonly text: string;
  }[];
}

/** The result of explaining an embedding: what is written to `explanation.whymap` and shown. */
export interface Explanation {
  readonly rows: number;
  readonly featureNames: readonly string[];
  readonly ids: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** Metadata columns of the table, carried along; absent where it had none. */
  readonly metadata?: readonly MetadataColumn[];
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  /** samples x modules: mean presence over the localities that hold the sample. */
  readonly samplePresence: Matrix;
  readonly descriptions: readonly ModuleDescription[];
  readonly associationCounts: AssociationCounts;
  /** Normalized options: all that is needed to run this again. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How the number of modules was chosen; only with `modules: 'auto'`. */
  readonly granularity?: Granularity;
  /** Width and height when features are the pixels of an image. */
  readonly image: { readonly width: number; readonly height: number } | null;
  /** Raw values of the features that matter; absent or null when none travel with the explanation. */
  readonly values?: FeatureValues | null;
  /** Trust at every sample; absent or null where it was not measured. */
  readonly trust?: TrustLayer | null;
  readonly warnings: readonly Warning[];
  readonly engine: { readonly name: string; readonly reason: string; readonly threads: number };
  /** Seconds by stage. The only part that differs between two runs of the same input, options and seed. */
  readonly timings: Readonly<Record<string, number>>;
}
