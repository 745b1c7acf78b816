/** Arguments of the kernels for eigenvectors of graphs, shared with TypeScript (runtime/layout.ts). */

/** Vectors of a block: numbers of a row. */
export const BLOCK_VECTORS: i32 = 4;

/** Arguments of `filterItem`. */
@unmanaged
export class FilterArguments {
  /** Rows of the graph. */
  rows: i32;
  /** Blocks of rows that a step is divided into. */
  blocks: i32;
  /** The graph in compressed rows: f64 offsets (rows + 1), i32 indices, f32 weights. */
  offsets: usize;
  indices: usize;
  weights: usize;
  /** f32, rows x BLOCK_VECTORS each: step s reads number s mod 3 and the one before it, and writes the one after it. */
  first: usize;
  second: usize;
  third: usize;
  /** f64 for each step: factors of the image, of the block and of the one before it. */
  factors: usize;
  /** i32: blocks of rows that are done. */
  counter: usize;
}
