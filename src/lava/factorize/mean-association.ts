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
 *   values (strength with the sign of the correlation). `AssociationSum`, M in the engine's memory: degrees, order (features by
 *   degree), times (product), release.
 * Fails: CancelledError once the signal is aborted.
 */

import { byDegree } from '../../core/by-degree.js';
import { matrix } from '../../core/matrix.js';
import type { Context } from '../../engine/context.js';
import type { AssociationSum, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { AssociationBlock, Associations, Matrix } from '../../model.js';
import { operationsOf } from '../associations/operations.js';

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
  /** Gives the memory of the matrix back; it cannot be applied afterwards. */
  readonly release: () => void;
}

const MEMORY_SHARE = 1 / 3;
/** Packed pairs (2 bytes an entry of the square) and the whole square (4 bytes). */
const BYTES_PER_ENTRY = 6;

/**
 * Prepares the operator S M S of the associations. The caller releases it.
 * @param dense whether M is made whole (features x features); by default where it fits in a third of the memory,
 *   otherwise every application sums over all localities.
 */
export async function meanAssociation(
  associations: Associations,
  { engine, memory }: Pick<Context, 'engine' | 'memory'>,
  watch: Watch,
  dense: boolean = BYTES_PER_ENTRY * associations.features ** 2 <= MEMORY_SHARE * memory,
): Promise<MeanAssociation> {
  const { features: d, localities } = associations;
  const { degrees, order, times, release } = dense
    ? await operationsOf(associations, engine).associationSum(1 / localities, withoutProgress(watch))
    : await sparseSum(associations, watch);
  // features without any association count for nothing, so that constant ones change nothing
  const active = degrees.filter((degree) => degree > 0).length;
  const mean = degrees.reduce((sum, degree) => sum + degree, 0) / active || 1;
  const scale = degrees.map((degree) => 1 / Math.sqrt(degree + mean));
  const apply = async (block: Matrix) => scaleRows(await times(scaleRows(block, scale)), scale);
  return { features: d, active, scale, order, apply, release };
}

/** M that is summed anew for each product. */
async function sparseSum(associations: Associations, watch: Watch): Promise<AssociationSum> {
  const ones = matrix(associations.features, 1);
  ones.data.fill(1);
  const sums = await sparseProduct(associations, ones, watch);
  const degrees = Float64Array.from(sums.data, (degree) => Math.max(0, degree));
  return {
    ...{ degrees, order: byDegree(degrees) },
    times: (block) => sparseProduct(associations, block, watch),
    release: () => {},
  };
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
