/**
 * Ranges of the values of every feature, of rows that come by some at a time, in any order. Source: ours. Never throws.
 * Types: `Matrix`: row-major float32. `Csr`: sparse rows (offsets, indices, values).
 */

import type { Csr, Matrix } from '../../model.js';
import { isCsr } from '../csr.js';

/** What has come by, one entry a feature. */
export interface ValueRanges {
  /** Infinite where nothing is stored. A sparse cell that is not stored counts nowhere. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Cells that are stored. */
  readonly stored: Float64Array;
  /** Whether all values are whole numbers. */
  whole: boolean;
  /** How many are missing. */
  missing: number;
}

/** Ranges of no rows yet. @param features how many. */
export const newValueRanges = (features: number): ValueRanges => ({
  low: new Float64Array(features).fill(Number.POSITIVE_INFINITY),
  high: new Float64Array(features).fill(Number.NEGATIVE_INFINITY),
  stored: new Float64Array(features),
  ...{ whole: true, missing: 0 },
});

/** Adds the values of some rows. */
export function addToRanges(ranges: ValueRanges, block: Matrix | Csr): void {
  const { low, high, stored } = ranges;
  const values = isCsr(block) ? block.values : block.data;
  for (let p = 0; p < values.length; p++) {
    const f = isCsr(block) ? block.indices[p] : p % block.columns;
    const value = values[p];
    stored[f]++;
    if (value < low[f]) low[f] = value;
    if (value > high[f]) high[f] = value;
    if (ranges.whole && value !== Math.floor(value)) ranges.whole = false;
    if (Number.isNaN(value)) ranges.missing++;
  }
}

/** Adds what was found of other rows. */
export function addRanges(ranges: ValueRanges, others: ValueRanges): void {
  for (let f = 0; f < ranges.low.length; f++) {
    ranges.low[f] = Math.min(ranges.low[f], others.low[f]);
    ranges.high[f] = Math.max(ranges.high[f], others.high[f]);
    ranges.stored[f] += others.stored[f];
  }
  ranges.whole = ranges.whole && others.whole;
  ranges.missing += others.missing;
}
