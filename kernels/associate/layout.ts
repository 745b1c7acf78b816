/** Arguments and constants of the association kernels, shared with TypeScript (runtime/layouts.ts). */

/** Codes of the association measures. */
export const PEARSON: i32 = 0;
export const SPEARMAN: i32 = 1;
export const BICOR: i32 = 2;
/** First row count of a locality whose entries did not fit its slot. */
export const SLOT_OVERFLOW: u32 = 0xffffffff;
/** Entries that a kernel may write past the last entry it keeps. */
export const SLOT_MARGIN: i32 = 4;
/** Rows of a panel: packed operands hold 8 rows, element (row r, depth k) at index k * 8 + r. */
export const PANEL_ROWS: i32 = 8;
/** Panels of C's rows in one item of `multiplyStrip`; its packed rows fit the first-level cache. */
export const STRIP_PANELS: i32 = 4;
/** Depth of one chain of additions: 8 columns and 32 rows of it fit the first-level cache. */
export const DEPTH_BLOCK: i32 = 128;

/** Arguments of `packRows` and `packColumns`. */
@unmanaged
export class PackArguments {
  /** f32: the matrix, row-major. */
  source: usize;
  /** Rows of the operand. */
  rows: i32;
  /** Columns of the operand. */
  depth: i32;
  /** Columns of the stored matrix. */
  stride: i32;
  /** f32: the panels, ceil(rows / 8) * 8 * depth. */
  target: usize;
}

/** Arguments of `multiplyStrip`. */
@unmanaged
export class MultiplyArguments {
  /** Panels of the left operand and their number. */
  a: usize;
  aPanels: i32;
  /** Panels of the right operand and their number. */
  b: usize;
  bPanels: i32;
  depth: i32;
  /** f32: the product, 8 aPanels x 8 bPanels. */
  c: usize;
}

/** Samples of localities in runs of one level. */
@unmanaged
export class LevelParts {
  /** i32: localities + 1, the first run of each. */
  offsets: usize;
  /** i32: samples of each run. */
  lengths: usize;
  /** i32 for each locality: samples that take part, and degrees of freedom. */
  counts: usize;
  freedom: usize;
}

/** Arguments of `associateLocality`. */
@unmanaged
export class AssociateArguments {
  /** f32: the features, samples x d, row-major; 0 when they are sparse. */
  dense: usize;
  /** f64, i32, f32: offsets, indices and values of compressed rows; read when `dense` is 0. */
  offsets: usize;
  indices: usize;
  values: usize;
  /** Number of features. */
  d: i32;
  /** i32: sample rows, n for each locality. */
  members: usize;
  /** Samples of a locality. */
  n: i32;
  /** Code of the association measure. */
  measure: i32;
  /** 1 to store correlations, 0 to store debiased squares with the correlation's sign. */
  raw: i32;
  /** Samples that must differ from a feature's lower median; 0 switches the rule off. */
  support: i32;
  /** Smallest squared correlation that is kept, times the degrees of freedom. */
  gate: f64;
  /** Address of the `LevelParts` of these localities; 0 where all samples are one level. */
  levels: usize;
  /** u16 and f32: columns and values of the kept entries, `slotEntries` for each locality. */
  slotColumns: usize;
  slotValues: usize;
  slotEntries: i32;
  /** u32: entries for each (locality, feature); the first is SLOT_OVERFLOW when the slot was too small. */
  rowCounts: usize;
  /** u8 for each (locality, feature): 1 where the feature has support. */
  supported: usize;
  /** i32 for each locality: number of constant features. */
  constants: usize;
}

/** Arguments of `compactLocality`. */
@unmanaged
export class CompactArguments {
  /** u16 and f32: slots of `slotEntries` entries for each locality. */
  slotColumns: usize;
  slotValues: usize;
  slotEntries: i32;
  /** u32: index of the first entry of each locality in the block, and the end of the last. */
  positions: usize;
  /** u16 and f32: columns and values of the block. */
  columns: usize;
  values: usize;
  /** f64 for each locality: the sum of its squared values. */
  norms: usize;
}

/** One module's features in drawn samples, for `weightedCorrelations`. */
@unmanaged
export class ModuleSamples {
  /** f32: samples x f (rounded up to a multiple of 4, with zeros), each column standardized, level after level. */
  values: usize;
  /** Number of features. */
  f: i32;
  /** i32: localities x n, samples of each locality, run after run: entries of an order, or rows of `values` where there is none. */
  positions: usize;
  /** Most samples of a locality. */
  n: i32;
  /** i32: localities + 1, the first run of one level of each locality. */
  offsets: usize;
  /** i32 for each run: its samples, and the number of its level. */
  lengths: usize;
  numbers: usize;
  /** i32: levels + 1, the first row of each level in `values`; and the number of levels. */
  rows: usize;
  levels: i32;
  /** Number of localities. */
  localities: i32;
  /** f64: localities x f, loading times sign. */
  loadings: usize;
  /** i32: draws x levels x f, rows by which each feature moves on cyclically among those of the level; or 0. */
  shifts: usize;
  /** f64 for each padded feature: the only value that most of a locality's samples can have; NaN where there is none. */
  modes: usize;
  /** u8 for each feature: 1 where there are several such values. */
  contested: usize;
  /** A feature takes part where at least this many samples differ from the value that most have. */
  support: f64;
  /** f64: draws x localities, the results. */
  results: usize;
}

/** Arguments of `weightedCorrelations`. */
@unmanaged
export class WeightedCorrelationsArguments {
  /** u32: addresses of the `ModuleSamples`. */
  modules: usize;
  /** Draws of each module. */
  draws: i32;
  /** Entries of one order. */
  entries: i32;
  /** i32: draws x entries, the row that each entry takes its values from; or 0. */
  orders: usize;
}

/** Arguments of `packChosen` and `addLocalSquares`. */
@unmanaged
export class LocalSquaresArguments {
  /** f32: the features, samples x d, row-major; 0 when they are sparse. */
  dense: usize;
  /** f64, i32, f32: offsets, indices and values of compressed rows; read when `dense` is 0. */
  offsets: usize;
  indices: usize;
  values: usize;
  /** Number of features. */
  d: i32;
  /** i32: the chosen features, and their number. */
  chosen: usize;
  f: i32;
  /** i32: sample rows, n for each locality. */
  members: usize;
  /** Samples of a locality. */
  n: i32;
  /** Number of localities. */
  count: i32;
  /** Code of the association measure. */
  measure: i32;
  /** Samples that must differ from a feature's lower median; 0 switches the rule off. */
  support: i32;
  /** Address of the `LevelParts` of these localities; 0 where all samples are one level. */
  levels: usize;
  /** f64: localities x modules, 0 where a module takes no part. */
  factors: usize;
  modules: i32;
  /** i32: modules x f rounded up to a multiple of 8, the row of `sums` for the features of a module, -1 for others. */
  rows: usize;
  /** u8: modules x ceil(f / 8), 1 for the panels that hold any of them. */
  panels: usize;
  /** f32: panels of every locality, n x f rounded up to a multiple of 8. */
  packed: usize;
  /** u8, localities x f rounded up to a multiple of 8: 1 where a feature is needed and has support. */
  supported: usize;
  /** f32, localities x f rounded up to a multiple of 8: the same, 0 past the last. */
  weights: usize;
  /** f32: rows of all modules, each f rounded up to a multiple of 8; changed in place right of the diagonal. */
  sums: usize;
  /** Panels of 8 rows that one item of `addLocalSquares` adds up. */
  stripPanels: i32;
}
