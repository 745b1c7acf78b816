/** Nearest neighbors: exact in few dimensions by a kd-tree, exact by blocked products, or approximate by descent, with their recall. */

import { toDense } from '../core/csr.js';
import { type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import { partOf } from '../engine/watch.js';
import type { Csr, Matrix } from '../model.js';
import { type NeighborLists, type NeighborsOptions, neighborLists } from './lists.js';
import { sampledRecall } from './recall.js';

export { buildKdTree, type KdTree, nearestFinder } from '../core/kd-tree.js';
export { METRICS, type Metric } from '../engine/engine.js';
export { METHODS, type NeighborsMethod, type NeighborsOptions } from './lists.js';

export interface NeighborsResult extends NeighborLists {
  /** Share of the true neighbors that were found, over sampled rows; 1 for the exact methods. */
  readonly recall: number;
}

/**
 * The k nearest other rows of every row, nearest first, ties by row number.
 * @param data rows x columns, finite. Errors: OptionError for unknown options, ShapeError for a k that does not fit.
 */
export async function neighbors(
  data: Matrix | Csr,
  options: NeighborsOptions = {},
  partialContext: PartialContext = {},
): Promise<NeighborsResult> {
  const context = await resolveContext(partialContext);
  const dense = toDense(data);
  const watch = watchStage(context, 'neighbors');
  const found = await neighborLists(dense, options, context, partOf(watch, 0, 0.95));
  if (found.method !== 'approximate') {
    watch.progress(1);
    return { ...found, recall: 1 };
  }
  const metric = options.metric ?? 'euclidean';
  const recall = await sampledRecall(context.engine, dense, found, metric, partOf(watch, 0.95, 1));
  return { ...found, recall };
}
