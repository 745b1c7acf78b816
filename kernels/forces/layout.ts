/** Arguments of the force kernels, shared with TypeScript (runtime/layout.ts). */

/** Arguments of `tsneItem`: one job of t-SNE in the plane. */
@unmanaged
export class TsneArguments {
  /** Number of samples. */
  n: i32;
  /** Blocks of rows that a step is divided into. */
  blocks: i32;
  steps: i32;
  /** 1 to compute the divergence before the last step. */
  withLoss: i32;
  /** P in compressed rows, padded to multiples of 4 entries: f64 offsets (n + 1), i32 indices, f32 values. */
  offsets: usize;
  indices: usize;
  values: usize;
  /** f64, n x 2 each, changed in place. */
  y: usize;
  velocity: usize;
  gains: usize;
  /** f32, n x 2: the coordinates `y` again. */
  coordinates: usize;
  /** f32, n x 2 each: forces of the current step. */
  attraction: usize;
  repulsion: usize;
  /** f64 for each block: sum of q, and sum of P log(1 + d^2). */
  kernels: usize;
  losses: usize;
  /** Four i32 counters, 64 bytes apart: trees, attractions, repulsions and moves that are done. */
  counters: usize;
  /** `treeBytes(n)` bytes. */
  tree: usize;
  /** Largest size of a group that counts as one point, divided by its distance. */
  theta: f64;
  learningRate: f64;
  momentum: f64;
  exaggeration: f64;
}

/** Arguments of `placeItem`: new samples on a finished t-SNE map in the plane. */
@unmanaged
export class PlaceArguments {
  /** Number of targets, the samples of the map. */
  n: i32;
  /** Number of samples to place. */
  rows: i32;
  /** Samples of an item. */
  blockRows: i32;
  steps: i32;
  /** P, rows x n, in compressed rows, padded to multiples of 4 entries: f64 offsets (rows + 1), i32 indices, f32 values. */
  offsets: usize;
  indices: usize;
  values: usize;
  /** f64, rows x 2, changed in place. */
  y: usize;
  /** f32, n x 2. */
  targets: usize;
  /** `treeBytes(n)` bytes. */
  tree: usize;
  /** i32: 1 once the tree is made. */
  counter: usize;
  /** Largest size of a group that counts as one point, divided by its distance. */
  theta: f64;
  learningRate: f64;
  momentum: f64;
  exaggeration: f64;
  /** Longest force on a sample. */
  longestForce: f64;
}

/** Bits that number the steps of a power of two in tables of coefficients. */
export const FORCE_STEP_BITS: i32 = 6;

/** Arguments of `umapItem`: one job of UMAP's sampled optimization. */
@unmanaged
export class UmapArguments {
  /** Number of samples that move. */
  rows: i32;
  /** Blocks of rows that a turn is divided into. */
  blocks: i32;
  /** Number of the job's first epoch. */
  first: i32;
  /** Epochs of the whole run. */
  total: i32;
  /** Graph in compressed rows, padded to multiples of 4 entries: f64 offsets, i32 indices, f32 rates in 0 to 1. */
  offsets: usize;
  indices: usize;
  rates: usize;
  /** f32: coordinates before even turns and before odd turns, rows x 2 (rows x 4 in 3 and 4 dimensions). */
  evenCoordinates: usize;
  oddCoordinates: usize;
  /** f32: coordinates of fixed samples that edges lead to, and their number; 0 where edges lead to moving samples. */
  targets: usize;
  targetCount: i32;
  /** i32: blocks done so far. */
  counter: usize;
  /** Of the negative samples. */
  seed: u32;
  /** Turns of an epoch, each over a part of every row's edges; a power of two. */
  turns: i32;
  /** 1 to 4. */
  dimensions: i32;
  /**
   * Coefficients of attraction and of repulsion (times its strength) over squared distance: f32 value and rise to the next value,
   * 2^FORCE_STEP_BITS steps for each power of two from 2^-40 to 2^40.
   */
  attraction: usize;
  repulsion: usize;
  learningRate: f32;
  negativeSampleRate: f32;
}
