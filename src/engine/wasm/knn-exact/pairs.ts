/**
 * The comparison of all pairs for `nearest` and `ranks` (`kernels/knn-exact/pairs.ts`), one segment of data
 * rows after another.
 * Types: `Runtime`: the memory and the threads of the engine; a job rejects with CancelledError when its watch ends.
 *   `Scope`: allocations in the engine's memory that end together; MachineError where there is no room. `Comparison`,
 *   of queries with data: bounds (of all pairs), symmetric (queries are the data), lists and ranks
 *   (addresses of results, 0 for those not sought), k (length of a list), stride (counts of a query). `Watch`: takes the
 *   progress of a stage, and throws CancelledError at a checkpoint once the signal is aborted. `DistanceBounds`, bounds of all pairs: queries (addresses of prepared rows),
 *   data (addresses of prepared rows), depth (columns of the product).
 * Fails: CancelledError when the watch ends; MachineError where scratch memory cannot be had.
 */

import type { Watch } from '../../engine.js';
import { partOf } from '../../watch.js';
import { BLOCK_ROWS, TILE_COLUMNS } from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Comparison, compareBlocks, doneAt, lowerLimits, uploadComparison } from './blocks.js';

/** Operations of an item between two looks at the caller's signal: about ten milliseconds. */
const ITEM_WORK = 1e8;
const MOST_SEGMENT_ROWS = 4096;

/**
 * Compares all queries with all data rows, which fills the comparison's lists of nearest rows and its counts of
 * nearer rows, in the engine's memory. Where `symmetric`, each pair is met once for both rows. Goes over segments of data rows;
 * between two it looks at the caller's signal.
 */
export async function comparePairs(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison,
  watch: Watch,
): Promise<void> {
  const { bounds, symmetric, stride } = comparison;
  const { queries, data, depth } = bounds;
  const length = segmentRows(depth, stride);
  const uploaded = uploadComparison(runtime, scope, comparison, length);
  await lowerLimits(runtime, uploaded, queries.count);
  for (let from = 0; from < data.count; from += length) {
    const to = Math.min(data.count, from + length);
    const block = { count: symmetric ? to : queries.count, from, to };
    const part = partOf(watch, doneAt(from, data.count, symmetric), doneAt(to, data.count, symmetric));
    await compareBlocks(runtime, uploaded, block, part);
  }
}

/**
 * Data rows of a segment: a multiple of TILE_COLUMNS, at most 4096, few enough that the work of an item (about ten
 * milliseconds) and the counts of a thread stay small.
 * @param depth columns of the product.
 * @param stride counts for each query, 0 without ranks.
 */
function segmentRows(depth: number, stride: number): number {
  const byWork = ITEM_WORK / (2 * BLOCK_ROWS * Math.max(8, depth));
  const byCounts = 2 ** 17 / Math.max(1, stride);
  const rows = Math.min(MOST_SEGMENT_ROWS, byWork, byCounts);
  return Math.max(1, Math.floor(rows / TILE_COLUMNS)) * TILE_COLUMNS;
}
