/** Arguments of the kernels of nearest-neighbor descent, shared with TypeScript (runtime/layout.ts). */

/** Rows of one item of the kernels that go over all rows. */
export const PACK_ROWS: i32 = 64;
/** Rows of one item of `joinNeighbors`. */
export const JOIN_ROWS: i32 = 32;
/** Items of `reverseNeighbors`: each does a range of the rows. */
export const REVERSE_ITEMS: i32 = 16;
/** Kinds of packed rows: squared distances of i16, squared and absolute ones of f32. */
export const SQUARED_INT16: i32 = 0;
export const SQUARED_FLOAT32: i32 = 1;
export const ABSOLUTE_FLOAT32: i32 = 2;

/** Arguments of `measureRows` and `quantizeRows`: which numbers are rounded. */
@unmanaged
export class QuantizeArguments {
  /** f32: rows x d, row-major. */
  source: usize;
  rows: i32;
  d: i32;
  /** f64 for each row, and f32 for each column: subtracted first, and then. */
  means: usize;
  center: usize;
  /** f32 for each row: multiplied after that. */
  scales: usize;
  /** Multiplied last. */
  factor: f32;
  /** Of which values may be whole multiples before `factor`, or 0. */
  step: f32;
  /** i16, or f32 where `floats` is not 0: rows x width. */
  target: usize;
  /** d rounded up to a multiple of 32; columns beyond d are 0. */
  width: i32;
  floats: i32;
  /** i32 for each row: sum of the squares of the i16. */
  squares: usize;
  /** f32 for each item: the longest row's squared length before `factor`. */
  longest: usize;
  /** i32 for each item: values that are no whole multiples of `step`. */
  between: usize;
}

/** Arguments of `projectDescentRows`. */
@unmanaged
export class ProjectDescentArguments {
  /** i16: rows x width; i32 for each row: sum of squares. */
  source: usize;
  rows: i32;
  width: i32;
  squares: usize;
  /** i16: directions x width, of length 2^15. */
  basis: usize;
  /** Directions, a multiple of 32. */
  directions: i32;
  /** i16: rows x directions; i32 for each row: what the directions leave out of its sum of squares, and both together. */
  target: usize;
  rests: usize;
  targetSquares: usize;
}

/** Arguments of `gatherDescentRows`. */
@unmanaged
export class GatherArguments {
  /** Rows of so many bytes, and i32 for each row: sums of squares and rests; or 0. */
  source: usize;
  rows: i32;
  bytes: i32;
  squares: usize;
  rests: usize;
  /** i32: the row that is written at each position. */
  order: usize;
  target: usize;
  targetSquares: usize;
  targetRests: usize;
}

/** Rows as descent measures them. */
@unmanaged
export class DescentRows {
  /** SQUARED_INT16, SQUARED_FLOAT32 or ABSOLUTE_FLOAT32. */
  kind: i32;
  /** i16 or f32: rows x width, width a multiple of 32. */
  rows: usize;
  width: i32;
  /** i32 for each row (i16 only): sum of squares, with the rest. */
  squares: usize;
  /** i32 for each row: its part of a squared distance beyond the columns here, where those are a projection; or 0. */
  rests: usize;
}

/** The lists that descent improves. */
@unmanaged
export class DescentLists {
  /**
   * u64: rows x length, ascending: distance (u32: integer, or the bits of a f32) x 2^32 + row x 2 + 1 where no round
   * has used the entry yet. All bits set where empty.
   */
  entries: usize;
  /** Entries of a list. */
  length: i32;
}

/** Arguments of `splitRows`. */
@unmanaged
export class SplitArguments {
  rows: DescentRows;
  /** Number of rows. */
  count: i32;
  /** How often all rows are halved. */
  levels: i32;
  /** Trees x levels x width numbers of the rows' type: for each level the direction. */
  directions: usize;
  /** i32: trees x count, the rows in the order of leaves. */
  members: usize;
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

/** Neighbors of every row in both directions, frozen for a round. Entries are row x 2 + 1 where fresh; all bits set where none. */
@unmanaged
export class Adjacency {
  /** u32: rows x (used + reversed): first those of its list, then the rows that have it in theirs. */
  neighbors: usize;
  /** u32: used x rows, the first of these again, by rank. */
  byRank: usize;
  /** i32 for each row: number of rows that have it in theirs, at most `reversed`. */
  counts: usize;
  /** Entries of each list that the round uses, and most rows that are kept in the other direction. */
  used: i32;
  reversed: i32;
  /** Number of rows. */
  rows: i32;
}

/** Arguments of `freezeLists` and `reverseNeighbors`. */
@unmanaged
export class AdjacencyArguments {
  lists: DescentLists;
  adjacency: Adjacency;
}

/** Arguments of `joinNeighbors`. */
@unmanaged
export class JoinNeighborsArguments {
  rows: DescentRows;
  lists: DescentLists;
  adjacency: Adjacency;
  /** i32 for each item: number of entries that were inserted. */
  changes: usize;
}

/** Arguments of `remeasureLists`. */
@unmanaged
export class RemeasureArguments {
  /** i16: rows x width, at each row's number. */
  source: usize;
  width: i32;
  /** i32: the row number at each position; and what the directions leave out of the sum of squares of the row there. */
  order: usize;
  rests: usize;
  lists: DescentLists;
  /** Entries of each list that matter afterwards. */
  kept: i32;
  /** Number of rows. */
  count: i32;
}
