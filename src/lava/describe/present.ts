/**
 * Where a module counts as present: from a quarter of its largest presence over localities on, and from 0.25 on in any case.
 *
 * Source: ours. Presence is the association of the module's strongest pair, which cannot exceed 1. Where a fit gives one odd locality
 *   more, the others are not held against that.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its rows (how many).
 * Fails: never.
 */

import type { Matrix } from '../../model.js';

export const PRESENT_SHARE = 0.25;

/**
 * Presence from which on module k counts as present: PRESENT_SHARE of its largest over localities, at most of 1. 0 for a
 * module that is present nowhere; `presentRows` then finds none.
 * @param presence localities x modules, for loadings of which the largest is 1.
 */
export function presentThreshold(presence: Matrix, k: number): number {
  return PRESENT_SHARE * Math.min(1, largestPresence(presence, k));
}

/** The largest presence of module k over localities; 0 without localities. @param presence localities x modules. */
export function largestPresence({ rows, columns, data }: Matrix, k: number): number {
  let largest = 0;
  for (let l = 0; l < rows; l++) largest = Math.max(largest, data[l * columns + k]);
  return largest;
}

/**
 * Rows (localities or samples), ascending, in which module k is present: its value is above 0 and at least
 * `threshold`.
 * @param values localities or samples x modules.
 */
export function presentRows(values: Matrix, k: number, threshold: number): number[] {
  const rows: number[] = [];
  for (let r = 0; r < values.rows; r++) if (isPresent(values, r, k, threshold)) rows.push(r);
  return rows;
}

/** How many rows these are. */
export function presentCount(values: Matrix, k: number, threshold: number): number {
  let count = 0;
  for (let r = 0; r < values.rows; r++) if (isPresent(values, r, k, threshold)) count++;
  return count;
}

/** Whether module k is present in row r. */
function isPresent({ columns, data }: Matrix, r: number, k: number, threshold: number): boolean {
  const value = data[r * columns + k];
  return value > 0 && value >= threshold;
}
