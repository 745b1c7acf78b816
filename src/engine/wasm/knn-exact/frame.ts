/**
 * The frame in which products bound distances: rows centered and scaled (euclidean), of unit length (cosine,
 * correlation) or scaled (manhattan).
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Metric`: `euclidean`, `cosine`,
 *   `correlation` or `manhattan`.
 * Fails: never.
 */

import type { Matrix } from '../../../model.js';
import type { Metric } from '../../engine.js';
import { direction } from '../../nn-descent.js';

/** Origin and scale in which products are computed; the same for data and queries. */
export interface Frame {
  readonly metric: Metric;
  readonly columns: number;
  /** One number a column, subtracted first. */
  readonly center: Float64Array;
  /** Multiplied then, a power of two. */
  readonly scale: number;
  /** All sampled coordinates are integer multiples of this; 0 where there is no such step. */
  readonly step: number;
}

/** Rows that stand for all rows where a choice is made. */
export const SAMPLED_ROWS = 1024;
/** Queries that stand for all queries where a choice is made. */
export const PROBES = 64;
/** A step is sought among at most so many of its multiples; float32 may be off by OFF_STEP of the step. */
const MOST_STEPS = 4096;
const OFF_STEP = 2 ** -11;

/**
 * The frame of rows for a metric, from an evenly spaced sample of them: the mean as center (euclidean; else 0) and a
 * power of two as scale that brings the largest coordinate to at most 1.
 * @returns scale 1 for rows that are all equal to the center.
 * @param data rows x columns.
 */
export function frameOf(data: Matrix, metric: Metric): Frame {
  const columns = data.columns;
  const every = Math.max(1, Math.floor(data.rows / SAMPLED_ROWS));
  const step = metric === 'euclidean' ? stepOf(data, every) : 0;
  const center = metric === 'euclidean' ? centerOf(data, every) : new Float64Array(columns);
  if (step > 0) for (let c = 0; c < columns; c++) center[c] = step * Math.round(center[c] / step);
  const largest = largestFrom(data, center, every) || largestFrom(data, center, 1) || 1;
  const scale = 2 ** -Math.ceil(Math.log2(largest));
  return { metric, columns, center, scale, step: step * scale };
}

/** The same frame with 0 as center, so that zeros stay zeros. */
export const uncentered = (frame: Frame): Frame => ({ ...frame, center: new Float64Array(frame.columns) });

/**
 * The step of which all values in every `every`-th row are integer multiples, up to float32's rounding; 0 where there
 * is none. Other rows may hold other values; their bounds are then wide, and right. Values at most MOST_STEPS
 * different ones are looked at.
 */
function stepOf({ rows, columns, data }: Matrix, every: number): number {
  const values = new Set<number>();
  let last = Number.NaN;
  for (let r = 0; r < rows; r += every) {
    for (let at = r * columns; at < (r + 1) * columns; at++) {
      if (data[at] === last) continue;
      last = data[at];
      values.add(Math.abs(last));
    }
    if (values.size > MOST_STEPS) return 0;
  }
  const sorted = Float64Array.from(values.add(0)).sort();
  const largest = sorted[sorted.length - 1];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) least = Math.min(least, sorted[i] - sorted[i - 1]);
  if (!(largest / least <= MOST_STEPS)) return 0;
  const step = largest / Math.round(largest / least);
  const off = (value: number) => Math.abs(value / step - Math.round(value / step));
  return sorted.every((value) => off(value) < OFF_STEP) ? step : 0;
}

/**
 * Factor from a ranking distance (euclidean: squared; cosine, correlation: 1 - cosine; manhattan: itself) to a
 * squared distance in the frame (manhattan: to a distance there).
 */
export function rankToBound({ metric, scale }: Frame): number {
  if (metric === 'manhattan') return scale;
  return metric === 'euclidean' ? scale * scale : 2;
}

/**
 * Mean of every `step`-th row, one number a column. Any center gives right bounds; one amid the data gives narrow
 * ones.
 */
function centerOf(data: Matrix, step: number): Float64Array {
  const { columns } = data;
  const center = new Float64Array(columns);
  const sampled = Math.max(1, Math.ceil(data.rows / step));
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) center[c] += data.data[r * columns + c] / sampled;
  }
  return center;
}

/**
 * Largest absolute difference of a coordinate from its column's center, over every `step`-th row.
 * @param data rows x columns.
 */
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

/** At most `count` evenly spaced rows of m, centered and scaled as the frame says. Empty for no rows. */
export function framedSample(m: Matrix, count: number, frame: Frame): Matrix {
  const rows = Math.min(count, m.rows);
  return framedRows(
    m,
    Array.from({ length: rows }, (_, s) => Math.floor((s * m.rows) / rows)),
    frame,
  );
}

/**
 * The rows of m with the numbers in `chosen`, as the frame says: less center, times scale (euclidean); of unit
 * length, for correlation less the row's mean (other metrics, manhattan too, where it only orders rows). A row without a
 * direction becomes zeros; no rows for an empty `chosen`.
 */
export function framedRows(
  m: Matrix,
  chosen: readonly number[],
  { metric, center, scale, columns }: Frame,
): Matrix {
  const rows = chosen.length;
  const data = new Float32Array(rows * columns);
  for (let s = 0; s < rows; s++) {
    const r = chosen[s];
    const angular = metric === 'euclidean' ? null : direction(m, r, metric);
    for (let c = 0; c < columns; c++) {
      const value = m.data[r * columns + c];
      data[s * columns + c] = angular ? (value - angular.mean) * angular.scale : (value - center[c]) * scale;
    }
  }
  return { rows, columns, data };
}

/** Sum of the squares of each row, in double. */
export function squaredLengths({ rows, columns, data }: Matrix): Float64Array {
  const lengths = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) lengths[Math.floor(i / columns)] += data[i] ** 2;
  return lengths;
}
