/**
 * The walk of `nearest` and `ranks` over pairs of rows (`kernels/knn-exact/pairs.ts`): segment of data by segment.
 */

import type { Watch } from '../../engine.js';
import { partOf } from '../../watch.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { compareByTables } from './external-products.js';
import { BLOCK_ROWS, CHUNK_ROWS } from './tiles.js';
import { type Comparison, compareBlocks, doneAt, limitLists, placeWalk } from './walk.js';

/** Operations of an item between two looks at the caller's signal: about ten milliseconds. */
const ITEM_WORK = 1e8;
const MOST_SEGMENT_ROWS = 4096;

export async function comparePairs(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison,
  watch: Watch,
): Promise<void> {
  const { screen, once, stride, multiplyBytes } = comparison;
  if (multiplyBytes) return compareByTables(runtime, scope, { ...comparison, multiplyBytes }, watch);
  const { asked, data, depth } = screen;
  const length = segmentRows(depth, stride);
  const walk = placeWalk(runtime, scope, comparison, length);
  await limitLists(runtime, walk, { first: 0, count: asked.count });
  for (let from = 0; from < data.count; from += length) {
    const to = Math.min(data.count, from + length);
    const block = { first: 0, count: once ? to : asked.count, from, to };
    const part = partOf(watch, doneAt(from, data.count, once), doneAt(to, data.count, once));
    await compareBlocks(runtime, walk, block, part);
  }
}

/** Rows of data, whole chunks, that keep the work of an item and the counts of a thread small. */
function segmentRows(depth: number, stride: number): number {
  const byWork = ITEM_WORK / (2 * BLOCK_ROWS * Math.max(8, depth));
  const byCounts = 2 ** 17 / Math.max(1, stride);
  const rows = Math.min(MOST_SEGMENT_ROWS, byWork, byCounts);
  return Math.max(1, Math.floor(rows / CHUNK_ROWS)) * CHUNK_ROWS;
}
