/**
 * What a force law is. A law gives, for each pair of samples, how strongly they attract and repulse, and
 * the loss whose descent those forces are:
 *
 *   L(Y) = sum_ij loss(kX_ij, kY_ij),   -grad_i L = sum_j (repulse_ij - attract_ij) (y_i - y_j)
 *
 * with at most one reduction over Y before the pairs (t-SNE's normalizer, PCA's means). `definition` states
 * the law pair by pair; it is what tests compare with. What runs is `forces`, the same law fused into one
 * loop: a generic loop over closures was measured 4 to 8 times slower.
 *
 * Source: the frame is that of arXiv 2306.11898. Shapes: y and out rows x dimensions, row-major doubles.
 */

/** One ordered pair (i, j) of samples as a definition sees it. */
export interface Pair {
  readonly i: number;
  readonly j: number;
  /** Input affinity kX_ij. */
  readonly input: number;
  /** |y_i - y_j|^2. */
  readonly squared: number;
  /** y_i . y_j */
  readonly dot: number;
}

/** A law stated pair by pair. `R` is what its reduction over Y gives. */
export interface LawDefinition<R = null> {
  readonly reduce: (y: Float64Array, dimensions: number) => R;
  readonly attract: (pair: Pair, reduction: R) => number;
  readonly repulse: (pair: Pair, reduction: R) => number;
  /** Loss of the ordered pair, i = j included. */
  readonly loss: (pair: Pair, reduction: R) => number;
}

/** A law over affinities, fused: writes -grad L to `out` and returns L (up to a constant). */
export interface Law {
  readonly rows: number;
  readonly forces: (y: Float64Array, dimensions: number, out: Float64Array) => number;
}
