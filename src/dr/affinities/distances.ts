/**
 * All pairwise distances, in double precision, rows x rows.
 *
 * Cost: rows^2 / 2 distances and 8 * rows^2 bytes, checked against the memory that the context allows
 * before anything is allocated. Deterministic.
 */

import type { Context } from '../../engine/context.js';
import type { Metric, Watch } from '../../engine/engine.js';
import { rankingDistance, trueDistance } from '../../engine/js/distance.js';
import { MachineError } from '../../errors.js';
import type { Matrix } from '../../model.js';

/** Throws MachineError when a rows x rows array of doubles, `copies` times, does not fit. */
export function checkDenseMemory(rows: number, copies: number, method: string, context: Context): void {
  const need = 8 * rows * rows * copies;
  if (need <= context.memory) return;
  throw new MachineError({
    got: `${rows} samples for ${method}, which holds ${Math.ceil(need / 2 ** 20)} MiB of pairwise distances`,
    expected: `at most ${Math.floor(context.memory / 2 ** 20)} MiB`,
    remedy: 'allow more memory, use fewer samples, or take pca, umap or tsne',
  });
}

/** Distances of all pairs, rows x rows. */
export async function pairwiseDistances(m: Matrix, metric: Metric, watch: Watch): Promise<Float64Array> {
  const { rows } = m;
  const result = new Float64Array(rows * rows);
  const ranking = rankingDistance(metric);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      result[i * rows + j] = result[j * rows + i] = trueDistance(metric, ranking(m, i, m, j));
    }
    watch.progress(((i + 1) / rows) ** 2);
    await watch.checkpoint();
  }
  return result;
}
