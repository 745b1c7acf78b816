/**
 * A symmetric matrix with a zero diagonal that is given by its pairs: sums of its rows, and packing for products.
 *
 * Source: the reference is src/engine/js/factorize/association-sum.ts. Precision: sums in double, by ascending columns.
 * Determinism: an item is 8 rows. Types (a field with an element type such as f32 is the address of an array):
 *   `PairsArguments`: pairs (f32: d (d - 1) / 2), d, sums (f64, d), order (i32, d), panels (f32: ceil(d / 8) x d x 8).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { PairsArguments } from './factor-layout';

/** Entry (i, j) of the matrix. */
function entry(call: PairsArguments, i: i32, j: i32): f32 {
  if (i === j) return 0;
  const low = <usize>min(i, j);
  const pair = low * <usize>call.d - ((low * (low + 1)) >> 1) + <usize>(max(i, j) - <i32>low - 1);
  return load<f32>(call.pairs + (pair << 2));
}

/** Kernel: writes the sums of rows item x 8 and on. */
export function sumRows(item: i32, _scratch: usize, call: PairsArguments): void {
  const last = min(call.d, (item + 1) << 3);
  for (let i = item << 3; i < last; i++) {
    let sum: f64 = 0;
    for (let j: i32 = 0; j < call.d; j++) sum += <f64>entry(call, i, j);
    store<f64>(call.sums + ((<usize>i) << 3), sum);
  }
}

/** Kernel: writes panel `item`: 8 rows of the matrix in the order of the call, its columns in that order too; zeros past the last. */
export function packPairs(item: i32, _scratch: usize, call: PairsArguments): void {
  const d = call.d;
  const panel = call.panels + (((<usize>item * <usize>d) << 3) << 2);
  for (let r: i32 = 0; r < 8; r++) {
    const at = (item << 3) + r;
    const row = at < d ? load<i32>(call.order + ((<usize>at) << 2)) : -1;
    for (let k: i32 = 0; k < d; k++) {
      const value: f32 = row < 0 ? 0 : entry(call, row, load<i32>(call.order + ((<usize>k) << 2)));
      store<f32>(panel + ((((<usize>k) << 3) + <usize>r) << 2), value);
    }
  }
}
