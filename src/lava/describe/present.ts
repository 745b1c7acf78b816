/**
 * Where a module counts as present: at a quarter of its largest presence over localities, or more. Ours.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its rows (how many).
 * Fails: never.
 */

import type { Matrix } from '../../model.js';

export const PRESENT_SHARE = 0.25;

/**
 * Presence from which on module k counts as present: PRESENT_SHARE of its largest over localities. 0 for a module
 * that is present nowhere; `presentRows` then finds none.
 * @param presence localities x modules.
 */
export function presentThreshold(presence: Matrix, k: number): number {
  let largest = 0;
  for (let l = 0; l < presence.rows; l++)
    largest = Math.max(largest, presence.data[l * presence.columns + k]);
  return PRESENT_SHARE * largest;
}

/**
 * Rows (localities or samples), ascending, in which module k is present: its value is above 0 and at least
 * `threshold`.
 * @param values localities or samples x modules.
 */
export function presentRows(values: Matrix, k: number, threshold: number): number[] {
  const rows: number[] = [];
  for (let r = 0; r < values.rows; r++) {
    const value = values.data[r * values.columns + k];
    if (value > 0 && value >= threshold) rows.push(r);
  }
  return rows;
}
