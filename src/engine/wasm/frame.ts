/**
 * The frame in which distances are bounded by products: rows centered and scaled (euclidean), of unit length (cosine,
 * correlation) or scaled (manhattan).
 */

import type { Matrix } from '../../model.js';
import { direction } from '../descent.js';
import type { Metric } from '../engine.js';

/** Origin and scale in which products are made; the same for data and queries. */
export interface Frame {
  readonly metric: Metric;
  readonly columns: number;
  readonly center: Float64Array;
  readonly scale: number;
}

/** Rows that stand for all where a choice is made, and rows that are asked. */
export const SAMPLED_ROWS = 1024;
export const PROBES = 64;

export function frameOf(data: Matrix, metric: Metric): Frame {
  const columns = data.columns;
  const step = Math.max(1, Math.floor(data.rows / SAMPLED_ROWS));
  const center = metric === 'euclidean' ? centerOf(data, step) : new Float64Array(columns);
  const largest = largestFrom(data, center, step) || largestFrom(data, center, 1) || 1;
  return { metric, columns, center, scale: 2 ** -Math.ceil(Math.log2(largest)) };
}

/** From a ranking distance to a squared distance in the frame (for manhattan, a distance); 2 for rows of unit length. */
export function rankToBound({ metric, scale }: Frame): number {
  if (metric === 'manhattan') return scale;
  return metric === 'euclidean' ? scale * scale : 2;
}

/** Mean of every step-th row. Any center gives right bounds; one amid the data gives narrow ones. */
function centerOf(data: Matrix, step: number): Float64Array {
  const { columns } = data;
  const center = new Float64Array(columns);
  const sampled = Math.max(1, Math.ceil(data.rows / step));
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) center[c] += data.data[r * columns + c] / sampled;
  }
  return center;
}

function largestFrom(data: Matrix, center: Float64Array, step: number): number {
  const { columns } = data;
  let largest = 0;
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) {
      largest = Math.max(largest, Math.abs(data.data[r * columns + c] - center[c]));
    }
  }
  return largest;
}

/** `count` rows, evenly spaced, in the frame. */
export function framedSample(m: Matrix, count: number, { metric, center, scale, columns }: Frame): Matrix {
  const rows = Math.min(count, m.rows);
  const data = new Float32Array(rows * columns);
  for (let s = 0; s < rows; s++) {
    const r = Math.floor((s * m.rows) / rows);
    const angular = metric === 'euclidean' ? null : direction(m, r, metric);
    for (let c = 0; c < columns; c++) {
      const value = m.data[r * columns + c];
      data[s * columns + c] = angular ? (value - angular.mean) * angular.scale : (value - center[c]) * scale;
    }
  }
  return { rows, columns, data };
}

export function squaredLengths({ rows, columns, data }: Matrix): Float64Array {
  const lengths = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) lengths[Math.floor(i / columns)] += data[i] ** 2;
  return lengths;
}
