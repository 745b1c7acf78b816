/**
 * An order of the samples that does not depend on how the table happens to be sorted.
 *
 * Purpose: placement breaks ties and starts k-means by the order of rows; with this order instead, modules are a
 *   function of the set of samples. Source: ours. Order: by coordinates, first axis first; samples at the same point
 *   by their features, first column that differs first. Samples equal in everything keep their order, which then
 *   makes no difference. Cost: a radix sort of the rows; features are read for samples at the same point only.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 * Fails: never; coordinates are finite.
 */

import { denseRows } from '../../core/csr.js';
import { orderByKey } from '../../core/order-keys.js';
import type { Csr, Matrix } from '../../model.js';

/**
 * Row numbers of all samples in canonical order.
 * @param points samples x dimensions of the embedding.
 * @param features samples x features, of the same samples; without them samples at the same point keep their order.
 * @returns the row number at each position; every row once.
 */
export function canonicalOrder(points: Matrix, features?: Matrix | Csr): Int32Array {
  const order = orderByPoint(points);
  if (features === undefined) return order;
  for (const run of runsTogether(points, order)) sortByContent(run, features);
  return order;
}

/** Rows of the samples that are not alone at their point. */
export function rowsTogether(points: Matrix): Int32Array {
  const order = orderByPoint(points);
  return Int32Array.from([...runsTogether(points, order)].flatMap((run) => [...run]));
}

/** Rows by coordinates, first axis first; equal ones by number. */
function orderByPoint(points: Matrix): Int32Array {
  const { rows, columns, data } = points;
  const order = orderByKey(rows, (row) => data[row * columns]);
  const sameFirst = (a: number, b: number) => data[a * columns] === data[b * columns];
  for (const run of runsOf(order, sameFirst)) run.sort((a, b) => byPoint(points, a, b) || a - b);
  return order;
}

/** Compares two points, first axis first. */
function byPoint({ columns, data }: Matrix, a: number, b: number): number {
  for (let c = 0; c < columns; c++) {
    const difference = data[a * columns + c] - data[b * columns + c];
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The parts of an order by point whose rows are at the same point, of two rows and more. */
const runsTogether = (points: Matrix, order: Int32Array) =>
  runsOf(order, (a, b) => byPoint(points, a, b) === 0);

/** The parts of an order, of two rows and more, whose neighbors are alike. */
function* runsOf(order: Int32Array, alike: (a: number, b: number) => boolean): Generator<Int32Array> {
  for (let first = 0, next = 1; first < order.length; first = next++) {
    while (next < order.length && alike(order[first], order[next])) next++;
    if (next - first > 1) yield order.subarray(first, next);
  }
}

/**
 * Sorts row numbers, in place, by the values of their features, first feature first; equal rows keep their order.
 * Called for samples at the same point of the embedding.
 * @param features of all samples, samples x features.
 */
function sortByContent(rows: Int32Array, features: Matrix | Csr): void {
  const values = denseRows(features, rows);
  const d = values.columns;
  const positions = Int32Array.from(rows.keys()).sort((a, b) => {
    for (let f = 0; f < d; f++) {
      const difference = values.data[a * d + f] - values.data[b * d + f];
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  rows.set(positions.map((position) => rows[position]));
}
