/**
 * The products of the factorization, reference: quadratic forms and weighted sums of associations.
 *
 * Shapes: A_l associations of locality l (d x d, symmetric, zero diagonal), u_k loadings of module k (a column
 *   of `loadings`, d x m), P presence (localities x m).
 * Precision: double sums.
 * Cost: entries of the block x m for each call.
 */

import { matrix } from '../../../core/matrix.js';
import type { AssociationBlock, AssociationForm } from '../../../model.js';
import { groupSize } from '../../association-rules.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';

/** The association of a stored value: its absolute value, unless the form is signed. */
const strengthOf = (value: number, form: AssociationForm): number =>
  form === 'signed' ? value : Math.abs(value);

/** Calls `visit(i, j, association)` for the entries i < j of locality l of the block. */
function forEachPair(
  block: AssociationBlock,
  form: AssociationForm,
  l: number,
  visit: (i: number, j: number, a: number) => void,
): void {
  const d = block.features;
  for (let i = 0; i < d; i++) {
    for (let p = block.offsets[l * d + i]; p < block.offsets[l * d + i + 1]; p++) {
      visit(i, block.columns[p], strengthOf(block.values[p], form));
    }
  }
}

/** Number of localities of all blocks. */
export const localitiesOf = (blocks: readonly AssociationBlock[]): number =>
  blocks.reduce((sum, { count }) => sum + count, 0);

/** See `Engine.quadraticForms`. */
export const quadraticForms: Engine['quadraticForms'] = async (blocks, form, loadings, watch = unwatched) => {
  const m = loadings.columns;
  const u = loadings.data;
  const rows = localitiesOf(blocks);
  const result = new Float32Array(rows * m);
  let row = 0;
  for (const block of blocks) {
    for (let l = 0; l < block.count; l++) {
      const sums = new Float64Array(m);
      forEachPair(block, form, l, (i, j, a) => {
        for (let k = 0; k < m; k++) sums[k] += a * u[i * m + k] * u[j * m + k];
      });
      result.set(sums, row++ * m);
      await watch.checkpoint();
    }
  }
  return { rows, columns: m, data: result };
};

/** See `Engine.sumPatterns`. */
export const sumPatterns: Engine['sumPatterns'] = async (
  groups,
  { form, count, segment },
  presence,
  watch = unwatched,
) => {
  const m = presence.columns;
  const size = groupSize(count, segment);
  let [sums, group, total] = [matrix(m, 0), matrix(m, 0), matrix(m, 0)];
  let row = 0;
  for await (const blocks of groups) {
    for (const block of blocks) {
      const pairs = (block.features * (block.features - 1)) / 2;
      if (row === 0) [sums, group, total] = [matrix(m, pairs), matrix(m, pairs), matrix(m, pairs)];
      for (let l = 0; l < block.count; l++) {
        const from = row++ * m;
        forEachPair(block, form, l, (i, j, a) => {
          const pair = pairIndex(i, j, block.features);
          for (let k = 0; k < m; k++) sums.data[k * pairs + pair] += presence.data[from + k] * a;
        });
        await watch.checkpoint();
      }
      if (row % segment === 0) addAndClear(sums.data, group.data);
      if (row % size === 0) addAndClear(group.data, total.data);
    }
  }
  addAndClear(sums.data, group.data);
  addAndClear(group.data, total.data);
  return total;
};

/** Adds sums to others in float32, and clears them. */
export function addAndClear(sums: Float32Array | Float64Array, totals: Float32Array): void {
  for (let p = 0; p < sums.length; p++) totals[p] += Math.fround(sums[p]);
  sums.fill(0);
}

/** Position of pair (i, j), i < j, when pairs are listed row by row of the upper triangle. */
export function pairIndex(i: number, j: number, d: number): number {
  return i * d - (i * (i + 1)) / 2 + (j - i - 1);
}
