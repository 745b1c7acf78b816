/** Arguments and constants of the kernels over a kd-tree of few dimensions, shared with TypeScript (runtime/layouts.ts). */

/** Ranges of the tree's order up to this long are not split further (src/core/kd-tree.ts). */
export const LEAF: i32 = 16;
/** Samples that share one search. */
export const RUN: i32 = 16;

/** A kd-tree. */
@unmanaged
export class TreeArguments {
  /** f32: rows x d, in the tree's order. */
  coordinates: usize;
  /** i32: row of each position of the order. */
  order: usize;
  /** u8: split axis of the node whose median is at each position. */
  axes: usize;
  rows: i32;
  d: i32;
}

/** Arguments of `countNeighborhoods`. */
@unmanaged
export class GraphArguments {
  /** The `TreeArguments`. */
  tree: usize;
  /** Samples of a neighborhood, its own included; at most rows. */
  n: i32;
  /** Ranges that the order is divided into, and the one that item 0 is. */
  ranges: i32;
  firstRange: i32;
  /** i32: items x rows, by position. */
  indegree: usize;
  /** f64 a row. */
  meanDistance: usize;
}

/** Arguments of `findNearest`. */
@unmanaged
export class NearestInTreeArguments {
  /** The `TreeArguments`. */
  tree: usize;
  /** f32: queries x d. */
  queries: usize;
  /** Samples wanted; at most rows. */
  n: i32;
  /** i32 and f64: queries x n, rows and squared distances, nearest first. */
  found: usize;
  squared: usize;
}

/** Arguments of `assignSamples`. */
@unmanaged
export class AssignArguments {
  /** f32: samples x d, in their order, and how many. */
  samples: usize;
  rows: i32;
  /** Items that the centers, and then the samples, are divided into; and an i32 at 0 that counts those of the centers. */
  parts: i32;
  segments: i32;
  done: usize;
  /** The `TreeArguments` of the centers. */
  tree: usize;
  /** f32: centers x d, by number. */
  centers: usize;
  /** Neighbors that are listed of a center, itself included. */
  k: i32;
  /** i32: as many centers for each center, that were the nearest before; 0 at the first call. */
  before: usize;
  /** i32 and f64: room for centers x k, numbers and squared distances, nearest first. */
  neighbors: usize;
  squared: usize;
  /** f64: room for a distance a center below which none is missing from its list. */
  reach: usize;
  /** f64 a center: how far it has moved, 0 at the first call; and room for the largest move among its neighbors. */
  moves: usize;
  falls: usize;
  /** i32 a sample: its center, changed in place; -1 at the first call. */
  assigned: usize;
  /** f64 a sample: its distance from that at most, and from all others at least; changed in place. */
  upper: usize;
  lower: usize;
}
