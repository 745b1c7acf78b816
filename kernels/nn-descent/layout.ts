/** Arguments of the kernels of nearest-neighbor descent, shared with TypeScript (runtime/layout.ts). */

/** Rows of one item of `packDescentRows`, `roundDescentRows` and `remeasureLists`. */
export const PACK_ROWS: i32 = 64;
/** Rows of one item of `joinNeighbors`. */
export const JOIN_ROWS: i32 = 32;

/** Arguments of `packDescentRows`. */
@unmanaged
export class PackDescentArguments {
  /** f32: rows x d, row-major. */
  source: usize;
  rows: i32;
  d: i32;
  /** i32 for each target column: the source column. */
  order: usize;
  /** f64 for each row: subtracted first, multiplied by afterwards. */
  means: usize;
  scales: usize;
  /** f32: rows x width. */
  target: usize;
  /** d rounded up to a multiple of 16. */
  width: i32;
}

/** Arguments of `roundDescentRows`. */
@unmanaged
export class RoundDescentArguments {
  /** f32: rows x width. */
  source: usize;
  rows: i32;
  /** Columns, a multiple of 32. */
  width: i32;
  /** Multiplies a value before it is rounded. */
  factor: f32;
  /** i16: rows x width. */
  target: usize;
}

/** Rows as `limitedDistance` measures them. */
@unmanaged
export class DescentRows {
  /** Code of the metric (knn-exact/layout.ts). */
  metric: i32;
  /** f32: rows x width. */
  rows: usize;
  width: i32;
  /** i16: rows x projectedWidth, the rows along a few orthonormal directions of large variance; or 0. */
  projected: usize;
  /** Directions, a multiple of 32. */
  projectedWidth: i32;
  /** Squared distance of one squared unit of `projected`. */
  unit: f32;
  /** f32 for each row: sqrt(2) times the length that those directions leave out, where that is little; or 0. */
  residuals: usize;
}

/** The lists that descent improves. */
@unmanaged
export class DescentLists {
  /** i32: rows x k row numbers, ascending by (distance, row); -1 where empty. */
  indices: usize;
  /** f32: rows x k distances, infinite where empty. */
  distances: usize;
  /** u8: rows x k, 1 where no round has used the entry yet. */
  fresh: usize;
  /** Entries of a list. */
  k: i32;
}

/** Arguments of `joinGroup`. */
@unmanaged
export class JoinGroupArguments {
  rows: DescentRows;
  lists: DescentLists;
  /** i32 for each group and one more: where it begins in `members`. */
  offsets: usize;
  /** i32: row numbers, each row in one group. */
  members: usize;
}

/** Arguments of `joinNeighbors`. */
@unmanaged
export class JoinNeighborsArguments {
  rows: DescentRows;
  lists: DescentLists;
  /** Number of rows. */
  count: i32;
  /** i32 (count + 1), i32, u8: neighbors of every row in both directions, frozen for the round. */
  offsets: usize;
  neighbors: usize;
  fresh: usize;
  /** The first entries of each list that the round uses; they are not fresh afterwards. */
  used: i32;
  /** i32 for each item: number of entries that were inserted. */
  changes: usize;
}

/** Arguments of `remeasureLists`. */
@unmanaged
export class RemeasureArguments {
  rows: DescentRows;
  lists: DescentLists;
  /** Number of rows. */
  count: i32;
}
