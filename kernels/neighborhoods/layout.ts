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
  /** i32 and f64: queries x n, rows and squared distances, nearest first; without `squared` (0) rows in any order. */
  found: usize;
  squared: usize;
}

/** Centers of a leaf at most; samples of a block; leaves that share a wide box. */
export const CENTER_LEAF: i32 = 16;
export const SAMPLE_BLOCK: i32 = 64;
export const WIDE_BOX: i32 = 16;

/** Arguments of `lloydItem`. Centers are at positions of an order in which neighbors in space are near one another. */
@unmanaged
export class LloydArguments {
  /** f32: samples x d, in the order of their tree; f64: a weight each. */
  samples: usize;
  weights: usize;
  rows: i32;
  d: i32;
  count: i32;
  /** Neighbors that are listed of a center, itself included; at most count. */
  k: i32;
  /** f32: centers x d, moved in place; i32: their numbers, which decide between centers at one distance. */
  centers: usize;
  numbers: usize;
  /** Leaves: a power of 2; i32: leaves + 1, the positions at which they begin. */
  leaves: i32;
  begins: usize;
  /** f32: 2d a leaf, and 2d for WIDE_BOX leaves: the least and the largest coordinates of their centers. */
  boxes: usize;
  wideBoxes: usize;
  /** i32 and f64: centers x k, positions and squared distances of neighbors, nearest first; f32: centers x d x k rounded up to 4, their coordinates. */
  neighbors: usize;
  apart: usize;
  packed: usize;
  /** f64 a center: squared distance of a sample below which it keeps the center, and below which no other than the neighbors is nearer. */
  keeps: usize;
  decides: usize;
  /** f64 a center: how far it has moved. */
  moves: usize;
  /** i32 a sample: its nearest center, -1 at first. */
  nearest: usize;
  /** i32: 2 a block of samples, the least and the largest position among their centers. */
  blocks: usize;
  /** f64 a center: d weighted sums of coordinates, and the sum of weights. */
  sums: usize;
  mass: usize;
  /** f64: of each segment the squared distances from centers; for even and odd iterations those that the centers of each group have moved. */
  spread: usize;
  moved: usize;
  /** i32 at 0 each: items that are done; 1 once the centers have settled. */
  done: usize;
  settled: usize;
  /** Items of an iteration: parts of the leaves, segments of the samples, groups of leaves. */
  parts: i32;
  segments: i32;
  groups: i32;
  /** Movement of the centers relative to the spread of their samples at which the iteration ends. */
  tolerance: f64;
}
