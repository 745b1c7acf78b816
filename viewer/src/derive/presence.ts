/** Where modules are present: columns of the samples x modules matrix, cut-offs and the strongest module. */

import type { Explanation, Matrix } from 'whymap';
import { presentThreshold } from 'whymap/lava';

export const NONE = 255;

export function column({ rows, columns, data }: Matrix, index: number): Float32Array {
  const values = new Float32Array(rows);
  for (let row = 0; row < rows; row++) values[row] = data[row * columns + index];
  return values;
}

/** Value at `fraction` (0 to 1) of the sorted values; 0 for none. */
export function quantile(sorted: Float32Array, fraction: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(fraction * (sorted.length - 1))))];
}

/** One module as it is shown on the map. */
export interface PresenceColumn {
  readonly values: Float32Array;
  /** Presence at or above which the library counts a sample as having the module. */
  readonly cut: number;
  /** Top of the color scale: the 99.5th percentile, so that one sample cannot wash out the map. */
  readonly top: number;
}

export function presenceColumn(explanation: Explanation, module: number): PresenceColumn {
  const values = column(explanation.samplePresence, module);
  const cut = presentThreshold(explanation.modules.presence, module);
  return { values, cut: cut > 0 ? cut : Number.MIN_VALUE, top: highest(values, 0.995) || 1 };
}

const BINS = 4096;

/** A value that `fraction` of the values do not exceed, or the largest where that is 0; by counting, not sorting. */
export function highest(values: Float32Array, fraction: number): number {
  let most = 0;
  for (let row = 0; row < values.length; row++) if (values[row] > most) most = values[row];
  if (!(most > 0)) return 0;
  const counts = new Uint32Array(BINS + 1);
  for (let row = 0; row < values.length; row++) counts[Math.ceil((values[row] / most) * BINS)]++;
  let left = fraction * values.length;
  let bin = 0;
  while (bin < BINS && left > counts[bin]) left -= counts[bin++];
  return bin === 0 ? most : (bin / BINS) * most;
}

/** The module with the highest presence at each sample among those present there; NONE where there is none. */
export function strongestModule(columns: readonly PresenceColumn[], rows: number): Uint8Array {
  const best = new Uint8Array(rows).fill(NONE);
  const most = new Float32Array(rows);
  for (const [module, { values, cut }] of columns.slice(0, NONE).entries()) {
    for (let row = 0; row < rows; row++) {
      if (values[row] < cut || values[row] <= most[row]) continue;
      best[row] = module;
      most[row] = values[row];
    }
  }
  return best;
}
