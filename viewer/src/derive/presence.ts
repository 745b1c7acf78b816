/** Where modules are present: columns of the samples x modules matrix, cut-offs and the strongest module. */
import type { Explanation, Matrix } from '../../../src/model.js';

export const NONE = 255;

export function column(matrix: Matrix, index: number): Float32Array {
  return Float32Array.from({ length: matrix.rows }, (_, row) => matrix.data[row * matrix.columns + index]);
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

/**
 * The cut-off is not stored: it is read back from the fraction of samples that the description counts, so
 * that the map and the words never disagree.
 */
export function presenceColumn(explanation: Explanation, module: number): PresenceColumn {
  const values = column(explanation.samplePresence, module);
  const sorted = values.slice().sort();
  const present = Math.round(explanation.descriptions[module].presentSamples * explanation.rows);
  const cut = present === 0 ? Infinity : sorted[Math.max(0, sorted.length - present)];
  return {
    values,
    cut: cut > 0 ? cut : Number.MIN_VALUE,
    top: quantile(sorted, 0.995) || quantile(sorted, 1) || 1,
  };
}

/** The module with the highest presence at each sample among those present there; NONE where there is none. */
export function strongestModule(columns: readonly PresenceColumn[], rows: number): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => {
    let best = NONE;
    let bestValue = 0;
    columns.forEach(({ values, cut }, module) => {
      if (module < NONE && values[row] >= cut && values[row] > bestValue) {
        best = module;
        bestValue = values[row];
      }
    });
    return best;
  });
}
