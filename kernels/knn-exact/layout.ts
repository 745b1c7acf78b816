/** Structures, arguments and constants of the exact-neighbor kernels, shared with TypeScript (runtime/layout.ts). */

/** Codes of the metrics. */
export const EUCLIDEAN: i32 = 0;
export const COSINE: i32 = 1;
export const CORRELATION: i32 = 2;
export const MANHATTAN: i32 = 3;

/** Kinds of products that bounds are made from. FLOAT32: panels of f32 (associate/tile.ts). */
export const FLOAT32_PRODUCTS: i32 = 0;
/** Panels of i16, two columns of a row beside each other. */
export const INT16_PRODUCTS: i32 = 1;
/** Lists of the nonzero i16 of a query times panels of i16 (sparse-products.ts). */
export const SPARSE_PRODUCTS: i32 = 2;

/** Query rows of one item of a comparison. */
export const BLOCK_ROWS: i32 = 256;
/** Data rows of a tile; one f32 a row is padded to a multiple of these. */
export const TILE_COLUMNS: i32 = 64;
/** Rows of one item of `countEntries` and `listEntries`. */
export const ENTRY_ROWS: i32 = 8;
/** Bytes of one list entry of a sparse product. */
export const ENTRY_BYTES: i32 = 8;

/** Rows of one side of a comparison (queries or data), prepared for bounds by products. */
@unmanaged
export class PreparedRows {
  /** Number of rows. */
  count: i32;
  /** f32: the rows as passed, count x d. */
  source: usize;
  /** Operand of the blocked product: panels of `depth` directions or columns. */
  packed: usize;
  /** f32: all `width` directions, count x width; 0 where rows are not projected. */
  projected: usize;
  /** f32 a row: lower and upper bound of the squared length; infinite past the last row. */
  low: usize;
  high: usize;
  /** f32 a row: sqrt(2) times the length that the first `depth` directions leave out, and all `width` directions. */
  gaps: usize;
  lastGaps: usize;
  /** f64 a row: mean and sum of squares (cosine, correlation); or 0. */
  means: usize;
  squares: usize;
  /** u32 a row and one more, and the entries they point to (sparse products); or 0. */
  starts: usize;
  entries: usize;
}

/** What is needed to bound the distances between queries and data by products. */
@unmanaged
export class DistanceBounds {
  /** Multiplies a ranking distance into a squared distance (manhattan: a distance) in the frame. */
  rankToBound: f64;
  /** Relative error of a float32 squared distance over all columns; 0 where that stage is skipped. */
  squaredDistanceError: f64;
  /** Code of the metric. */
  metric: i32;
  /** Columns of the rows. */
  d: i32;
  /** Columns of the blocked product; pairs of nonzero columns where products are of i16. */
  depth: i32;
  /** Directions in all. */
  width: i32;
  /** 1 where the `width` directions leave nothing out. */
  complete: i32;
  /** Kind of product, see the constants above. */
  productKind: i32;
  /** Factors of the product in lower and in upper bounds. */
  lowFactor: f32;
  highFactor: f32;
  /** The two sides of the comparison; the same where rows are compared with themselves. */
  queries: PreparedRows;
  data: PreparedRows;
  /** i32 a column: its position among the integers of a row, -1 where it is 0 in all rows; 0 for float32. */
  columnPositions: usize;
}

/** Ranks that are being counted: k targets for each query. */
@unmanaged
export class Ranks {
  /** Targets of a query. */
  k: i32;
  /** Counts of a query: k rounded up to a multiple of 4. */
  stride: i32;
  /** f32, queries x stride: a pair below `near` is surely nearer than the target, a pair above `far` surely farther. */
  near: usize;
  far: usize;
  /** The same limits, the k targets of four rows beside each other. */
  nearOfFour: usize;
  farOfFour: usize;
  /** f32 a row: its largest far limit. */
  limits: usize;
  /** f64, queries x k: ranking distances of the targets. */
  thresholds: usize;
  /** i32, queries x k: positions of the targets among the data rows. */
  targets: usize;
  /** i32, queries x stride: the ranks, added to atomically. */
  counts: usize;
  /** i32 a data row: its row number, which orders rows at the same distance. */
  ids: usize;
}

/** Lists of the k nearest rows that are being filled. */
@unmanaged
export class NearestLists {
  /** As `DistanceBounds.rankToBound`. */
  rankToBound: f64;
  /** Entries of a list. */
  k: i32;
  /** f64 and i32, rows x k: ascending by (distance, id); infinite and -1 where not yet found. */
  distances: usize;
  indices: usize;
  /** f32 a row: a pair with a larger lower bound cannot enter its list. */
  limits: usize;
  /** i32 a row: not 0 while a thread changes its list. */
  locks: usize;
  /** i32 a data row: its row number. */
  ids: usize;
}

/** A comparison of queries with data, for `ranks`, for `lists` or for both. */
@unmanaged
export class PairComparison {
  /** Bounds of all pairs. */
  bounds: DistanceBounds;
  /** Ranks to count, or 0. */
  ranks: Ranks | null;
  /** Lists to fill, or 0. */
  lists: NearestLists | null;
  /** i32 a query: the data row that it is itself, or -1. */
  selfRows: usize;
  /** 1 where queries and data are the same rows, so that each pair is met once for both of its rows. */
  symmetric: i32;
  /** Bounds along few directions, which rule out whole tiles; or 0. */
  pruneBounds: DistanceBounds | null;
}

/** Arguments of `comparePairs`. */
@unmanaged
export class CompareArguments {
  comparison: PairComparison;
  /** Data rows `from` to `to`. */
  from: i32;
  to: i32;
}

/** Arguments of `lowerLimits`. */
@unmanaged
export class LowerLimitsArguments {
  /** A comparison with lists. */
  comparison: PairComparison;
}

/** Arguments of `insertTargets`. */
@unmanaged
export class InsertTargetsArguments {
  /** Both of the same queries. */
  ranks: Ranks;
  lists: NearestLists;
  /** i32 a query: the data row that it is itself, or -1. */
  selfRows: usize;
}

/** Arguments of `prepareRows`. */
@unmanaged
export class PrepareArguments {
  /** Factor of coordinates in the frame (a power of two). */
  scale: f64;
  /** Share of a squared length by which the part left out may be larger than computed. */
  slack: f64;
  /** Share of a squared length, and an absolute amount, by which bounds are widened for float32. */
  error: f64;
  underflow: f64;
  /** Integers are coordinates times this; 0 where products are of float32. */
  factor: f64;
  /** Read: metric, d, depth, width, complete, productKind and columnPositions. */
  bounds: DistanceBounds;
  /** Rows to prepare; `source` is read, the other arrays are filled. */
  rows: PreparedRows;
  /** f64 a column: origin of the frame (euclidean). */
  center: usize;
  /** Panels of `width` directions over d columns; 0 to leave rows as they are. */
  basis: usize;
}

/** Arguments of `targetDistances`. */
@unmanaged
export class TargetArguments {
  /** Code of the metric. */
  metric: i32;
  /** Columns of a row. */
  d: i32;
  /** f32: queries x d; f64 a query: mean and sum of squares (cosine, correlation). */
  queries: usize;
  queryMeans: usize;
  querySquares: usize;
  /** The same of the data. */
  data: usize;
  dataMeans: usize;
  dataSquares: usize;
  /** i32, queries x k: data rows. */
  targets: usize;
  k: i32;
  /** f64, queries x k: the ranking distances. */
  distances: usize;
}

/** Arguments of `rankLimits`. */
@unmanaged
export class RankLimitsArguments {
  rankToBound: f64;
  /** Ranks whose thresholds are known. */
  ranks: Ranks;
}

/** Arguments of `countEntries` and `listEntries`. */
@unmanaged
export class EntriesArguments {
  /** i16 panels of 32 rows (sparse-products.ts). */
  packed: usize;
  rows: i32;
  /** Pairs of columns. */
  depth: i32;
  /** u32 a row and one more: `countEntries` writes lengths, `listEntries` reads where lists begin. */
  starts: usize;
  /** The entries; not used by `countEntries`. */
  entries: usize;
}

/** Arguments of `rankInTree`. */
@unmanaged
export class TreeRanksArguments {
  /** Number of points. */
  count: i32;
  /** Dimensions. */
  d: i32;
  /** Ranges up to this length are not split. */
  leaf: i32;
  /** Targets of a query. */
  k: i32;
  /** f32, count x d: points by row number, and in the tree's order. */
  points: usize;
  coordinates: usize;
  /** i32: row numbers in the tree's order. */
  order: usize;
  /** f32: d lows and d highs of each node, at the position of its median. */
  boxes: usize;
  /** i32 a query: its row number. */
  queries: usize;
  /** i32, queries x k: row numbers of the targets, and their ranks. */
  targets: usize;
  ranks: usize;
}
