/**
 * The mean association matrix of all localities, scaled by degree, as a linear operator.
 *
 * Purpose: the matrix whose leading eigenvectors start the symmetric factorization (spectral-start.ts).
 * Source: ours; the scaling is that of regularized spectral clustering (Chaudhuri, Chung and Tsiatas 2012).
 * Definition: M = mean over localities of A_l, degree d_i = sum_j M_ij (0 where `signed` values add up
 *   to less), s_i = 1 / sqrt(d_i + mean degree of those above 0), and the
 *   operator is S M S with S = diag(s). The diagonal of M is 0: spectrum.ts completes it.
 *   The mean is not weighted: weights that damp strong localities would count a local module's absence twice.
 * Shapes: features x features, applied to features x w. Precision: float32 products, double degrees.
 * Memory: the whole matrix while 6 d^2 bytes fit in a third of `context.memory`; else every application sums over
 *   the associations of all localities. Cost of an application: d^2 w, or stored pairs times w. Deterministic.
 * Types: `Associations`, of all localities: features (d), groups (blocks that are held at once), localities (how
 *   many), form (debiased, absolute or signed), blocks (one after another, in order of localities). `Context`, what a
 *   run computes with: memory (bytes that may be held at once), engine (the heavy routines). `Watch`, of a stage:
 *   checkpoint (throws CancelledError once the signal is aborted). `Matrix`: row-major float32, element (r, c) at
 *   `data[r * columns + c]`; its rows (how many). `AssociationBlock`, of consecutive localities: count (localities),
 *   features (d), offsets (row (l, i) is at `offsets[l * d + i]`, one more at the end), columns (j > i, ascending),
 *   values (strength with the sign of the correlation). `Engine`, the heavy routines; each rejects with
 *   CancelledError when its watch ends: accumulatePatterns (adds weighted associations into patterns), multiply
 *   (matrix product).
 * Fails: CancelledError once the signal is aborted.
 */

import { gatherRows, matrix } from '../../core/matrix.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { AssociationBlock, Associations, Matrix } from '../../model.js';

export interface MeanAssociation {
  readonly features: number;
  /** s_i, one a feature; of features without any association too. */
  readonly scale: Float64Array;
  /** Features of a degree above 0. */
  readonly active: number;
  /** Features by degree, largest first: an order that does not depend on the order of the columns. */
  readonly order: Int32Array;
  /** S M S times the columns of `block` (features x w). */
  readonly apply: (block: Matrix) => Promise<Matrix>;
}

const MEMORY_SHARE = 1 / 3;
/** Packed pairs (2 bytes an entry of the square) and the whole square (4 bytes). */
const BYTES_PER_ENTRY = 6;

/**
 * Prepares the operator S M S of the associations.
 * @param dense whether M is made whole (features x features); by default where it fits in a third of the memory,
 *   otherwise every application sums over all localities.
 */
export async function meanAssociation(
  associations: Associations,
  context: Context,
  watch: Watch,
  dense: boolean = BYTES_PER_ENTRY * associations.features ** 2 <= MEMORY_SHARE * context.memory,
): Promise<MeanAssociation> {
  const d = associations.features;
  const sums = dense ? await meanPairs(associations, context, watch) : null;
  const ones = { rows: d, columns: 1, data: new Float32Array(d).fill(1) };
  const degrees = sums
    ? degreesOf(sums, d)
    : Float64Array.from((await sparseProduct(associations, ones, watch)).data, (degree) =>
        Math.max(0, degree),
      );
  // features without any association count for nothing, so that constant ones change nothing
  const active = degrees.filter((degree) => degree > 0).length;
  const mean = degrees.reduce((sum, degree) => sum + degree, 0) / active || 1;
  const scale = degrees.map((degree) => 1 / Math.sqrt(degree + mean));
  const order = Int32Array.from(degrees.keys()).sort((a, b) => degrees[b] - degrees[a] || a - b);
  const multiply = sums
    ? denseProduct(sums, order, context)
    : (block: Matrix) => sparseProduct(associations, block, watch);
  const apply = async (block: Matrix) => scaleRows(await multiply(scaleRows(block, scale)), scale);
  return { features: d, active, scale, order, apply };
}

/** The entries of M above its diagonal, row after row, d (d - 1) / 2 in all. */
async function meanPairs(associations: Associations, context: Context, watch: Watch): Promise<Float32Array> {
  const pairs = (associations.features * (associations.features - 1)) / 2;
  const sums = { rows: 1, columns: pairs, data: new Float32Array(pairs) };
  for await (const blocks of associations.groups()) {
    const equal = matrix(
      blocks.reduce((count, block) => count + block.count, 0),
      1,
    );
    equal.data.fill(1 / associations.localities);
    await context.engine.accumulatePatterns(blocks, associations.form, equal, sums, withoutProgress(watch));
  }
  return sums.data;
}

/**
 * Sums of the rows of M, in double; 0 where signed values add up to less.
 * @param pairs entries above the diagonal, row after row.
 * @param d features.
 */
function degreesOf(pairs: Float32Array, d: number): Float64Array {
  const degrees = new Float64Array(d);
  let p = 0;
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++, p++) {
      degrees[i] += pairs[p];
      degrees[j] += pairs[p];
    }
  }
  return degrees.map((degree) => Math.max(0, degree));
}

/**
 * A function X -> M X (features x w) by the whole matrix M, whose rows and columns stand in the order of the features by
 * degree: then another order of the table's columns adds the same numbers in the same order.
 * @param pairs entries above the diagonal, row after row.
 * @param order features by degree.
 */
function denseProduct(pairs: Float32Array, order: Int32Array, context: Context) {
  const d = order.length;
  const whole = matrix(d, d);
  const position = new Int32Array(d);
  order.forEach((feature, place) => {
    position[feature] = place;
  });
  let p = 0;
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const value = pairs[p++];
      whole.data[position[i] * d + position[j]] = value;
      whole.data[position[j] * d + position[i]] = value;
    }
  }
  return async (block: Matrix) =>
    gatherRows(await context.engine.multiply(whole, gatherRows(block, order)), position);
}

/**
 * M X, summed over the stored pairs of all localities in double.
 * @param x features x w.
 * @returns features x w.
 */
async function sparseProduct(associations: Associations, x: Matrix, watch: Watch): Promise<Matrix> {
  const sums = new Float64Array(x.data.length);
  const signed = associations.form === 'signed';
  for await (const block of associations.blocks()) {
    for (let l = 0; l < block.count; l++) {
      addProduct(block, l, x, signed, sums);
      await watch.checkpoint();
    }
  }
  return { ...x, data: Float32Array.from(sums, (sum) => sum / associations.localities) };
}

/**
 * Adds A_l X to the sums, for locality l of the block.
 * @param x features x w.
 * @param signed whether values keep their sign.
 * @param sums features x w.
 */
function addProduct(
  block: AssociationBlock,
  l: number,
  x: Matrix,
  signed: boolean,
  sums: Float64Array,
): void {
  const { features: d, offsets, columns, values } = block;
  const { columns: w, data } = x;
  for (let i = 0; i < d; i++) {
    for (let p = offsets[l * d + i]; p < offsets[l * d + i + 1]; p++) {
      const a = signed ? values[p] : Math.abs(values[p]);
      const from = i * w;
      const to = columns[p] * w;
      for (let c = 0; c < w; c++) {
        sums[from + c] += a * data[to + c];
        sums[to + c] += a * data[from + c];
      }
    }
  }
}

/**
 * A copy of the matrix, row i multiplied by scale[i].
 * @param scale one a row.
 */
function scaleRows({ rows, columns, data }: Matrix, scale: Float64Array): Matrix {
  const result = matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++) result.data[i * columns + c] = scale[i] * data[i * columns + c];
  }
  return result;
}
