/**
 * Dense product C = op(A) op(B): both operands are packed into panels, then strips of C are made by `panels`.
 * Shapes: op(A) m x k, op(B) k x n; C padded to multiples of 8 both ways. Cost: 2 m n k. Precision: float32,
 * see tile.ts. An item of `multiplyStrip` is STRIP_PANELS panels of C's rows, so results do not depend on threads.
 */

import { MultiplyArguments, PackArguments, STRIP_PANELS } from './layout';
import { panels } from './tile';

/**
 * Packs panel `item` from a matrix whose rows are the operand's rows: element (r, k) at `source + (r * stride + k) * 4`.
 * Rows past `rows` are zeros.
 */
export function packRows(item: i32, _scratch: usize, call: PackArguments): void {
  const source = call.source;
  const rows = call.rows;
  const depth = call.depth;
  const stride = call.stride;
  const target = call.target;
  const panel = target + ((<usize>item * <usize>depth) << 5);
  const first = item << 3;
  const present = min(8, rows - first);
  if (present < 8) memory.fill(panel, 0, (<usize>depth) << 5);
  for (let r: i32 = 0; r < present; r++) {
    const from = source + ((<usize>(first + r) * <usize>stride) << 2);
    const to = panel + ((<usize>r) << 2);
    for (let k: i32 = 0; k < depth; k++)
      store<f32>(to + ((<usize>k) << 5), load<f32>(from + ((<usize>k) << 2)));
  }
}

/** As `packRows`, from a matrix whose columns are the operand's rows: element (r, k) at `source + (k * stride + r) * 4`. */
export function packColumns(item: i32, _scratch: usize, call: PackArguments): void {
  const source = call.source;
  const rows = call.rows;
  const depth = call.depth;
  const stride = call.stride;
  const target = call.target;
  const panel = target + ((<usize>item * <usize>depth) << 5);
  const first = item << 3;
  const present = min(8, rows - first);
  if (present < 8) memory.fill(panel, 0, (<usize>depth) << 5);
  for (let k: i32 = 0; k < depth; k++) {
    const from = source + ((<usize>k * <usize>stride + <usize>first) << 2);
    const to = panel + ((<usize>k) << 5);
    if (present === 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else {
      for (let r: i32 = 0; r < present; r++)
        store<f32>(to + ((<usize>r) << 2), load<f32>(from + ((<usize>r) << 2)));
    }
  }
}

/** Rows `item * 8 * STRIP_PANELS` and on of C, from packed operands. */
export function multiplyStrip(item: i32, _scratch: usize, call: MultiplyArguments): void {
  const a = call.a;
  const aPanels = call.aPanels;
  const b = call.b;
  const bPanels = call.bPanels;
  const depth = call.depth;
  const c = call.c;
  const first = item * STRIP_PANELS;
  const stride = (<usize>bPanels) << 5;
  const left = a + ((<usize>first * <usize>depth) << 5);
  panels(
    left,
    min(STRIP_PANELS, aPanels - first),
    b,
    bPanels,
    depth,
    c + ((<usize>first) << 3) * stride,
    stride,
  );
}
