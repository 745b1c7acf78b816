/** Arguments and constants of the factorization's kernels, shared with TypeScript (runtime/layouts.ts). */

/** Rows that one item of `solveNonNegative` solves. */
export const NON_NEGATIVE_ROWS: i32 = 16;

/** Layouts of sums for pairs i < j: d (d - 1) / 2 pairs, rows of i one after another; or above the diagonal of a square d x d. */
export const AS_PAIRS: i32 = 0;
export const AS_SQUARE: i32 = 1;

/** A block of associations. */
@unmanaged
export class BlockParts {
  /** u32, u16, f32: offsets, columns and values. */
  offsets: usize;
  columns: usize;
  values: usize;
  /** Number of localities. */
  count: i32;
  /** 1 where a segment of localities ends with this block, 2 where its group does, too; read by `accumulatePatterns`. */
  ends: i32;
}

/** Arguments of `quadraticForms`. */
@unmanaged
export class QuadraticArguments {
  /** u32: addresses of the `BlockParts`, whose localities follow one another. */
  blocks: usize;
  /** Number of features. */
  d: i32;
  /** 1 to use signed values, 0 to use absolute values. */
  signed: i32;
  /** f32: loadings, d x width. */
  loadings: usize;
  /** Number of modules, padded to a multiple of 4. */
  width: i32;
  /** f32: result, localities x width. */
  forms: usize;
}

/** Arguments of `accumulatePatterns`. */
@unmanaged
export class PatternArguments {
  /** u32: addresses of the `BlockParts`, whose localities follow one another, and their number. */
  blocks: usize;
  blockCount: i32;
  /** Number of features. */
  d: i32;
  /** 1 to use signed values, 0 to use absolute values. */
  signed: i32;
  /** f32: presence, localities x width. */
  presence: usize;
  /** Number of modules, padded to a multiple of 4. */
  width: i32;
  /** Number of modules. */
  modules: i32;
  /** f32: sums of the modules, one after another, as `layout` says; changed in place. */
  total: usize;
  /** AS_PAIRS or AS_SQUARE. */
  layout: i32;
  /** 1 where the sums begin at 0, whatever stands in `total`. */
  fresh: i32;
  /** f32, as `total`: sums of the segment that is not whole yet when the call ends; 0 where all end in the call. */
  open: usize;
  /** 1 where such sums were left by the call before. */
  carried: i32;
  /** 1 where any segment ends in the call. */
  closes: i32;
  /** f32, as `total`: sums of the group that is not whole yet when the call ends; 0 where all end in the call. */
  group: usize;
  /** 1 where such sums were left by the call before. */
  groupCarried: i32;
  /** 1 where any group ends in the call. */
  completes: i32;
}

/** Arguments of `solveNonNegative`. */
@unmanaged
export class NonNegativeArguments {
  /** f64: m x m. */
  gram: usize;
  m: i32;
  /** f32: rows x m, and the result of the same shape. */
  right: usize;
  solutions: usize;
  rows: i32;
}

/** Rounds over all planes at most, and the sine below which a plane does not turn (src/core/varimax.ts). */
export const MOST_SWEEPS: i32 = 200;
export const LEAST_SINE: f64 = 1e-9;

/** Arguments of `rotateFactors`. */
@unmanaged
export class RotateArguments {
  /** f64: starts x m x d, changed in place. */
  factors: usize;
  m: i32;
  d: i32;
  /** Features that count in the criterion. */
  features: i32;
}

/** Arguments of `sumRows` and `packPairs`. */
@unmanaged
export class PairsArguments {
  /** f32: a symmetric d x d matrix by its pairs i < j, rows of i one after another. */
  pairs: usize;
  d: i32;
  /** f64 a row: its sum, the result of `sumRows`. */
  sums: usize;
  /** i32: the rows in the order in which they are packed. */
  order: usize;
  /** f32: panels of 8 rows, the result of `packPairs`. */
  panels: usize;
}

/** A module whose loadings are swept. */
@unmanaged
export class SweptModule {
  /** f32: loadings, modules x d, of which row k changes. */
  loadings: usize;
  modules: i32;
  d: i32;
  k: i32;
  /** i32: the swept features (0 for all), and how many. */
  features: usize;
  size: i32;
  /** f32: G_k of these, size x size. */
  full: usize;
  /** f64: G_k u_k of these, and whether it is given (1) or made for each sweep (0). */
  image: usize;
  hasImage: i32;
  /** f64: presence' w presence, modules x modules. */
  q: usize;
}

/** Arguments of `sweepModule`. */
@unmanaged
export class SweepArguments {
  /** u32: addresses of the `SweptModule`s. */
  modules: usize;
  /** Most sweeps of a module. */
  sweeps: i32;
  /** 0 where only the part of `full` above the diagonal is there yet. */
  mirrored: i32;
  /** Largest change of a loading below which sweeps end; 0 for never. */
  least: f64;
  /** i32: counts the modules that are done, where they are swept in turn; 0 where each is on its own. */
  done: usize;
}
