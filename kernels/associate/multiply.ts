/**
 * Dense product C = op(A) op(B): both operands are packed into panels of 8, then strips of C are computed by
 * `panels`.
 *
 * Shapes: op(A) m x k, op(B) k x n; C is padded to multiples of 8 both ways.
 * Precision: float32, see tile.ts.
 * Cost: 2 m n k operations.
 * Determinism: an item of `multiplyStrip` is STRIP_PANELS panels of C's rows, so results do not depend on the
 *   number of threads.
 * Types (a field with an element type such as f32 is the address of an array): `PackArguments`: source (f32: the
 *   matrix, row-major), rows (rows of the operand), depth (columns of the operand), stride (columns of the stored
 *   matrix), target (f32: the panels, ceil(rows / 8) * 8 * depth). `MultiplyArguments`: a (panels of the left operand
 *   and their number), aPanels, b (panels of the right operand and their number), bPanels, depth, c (f32: the product,
 *   8 aPanels x 8 bPanels).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { MultiplyArguments, PackArguments, STRIP_PANELS } from './layout';
import { panels } from './tile';

/**
 * Kernel: packs panel `item` of an operand whose rows are rows of the stored matrix: element (r, k) is at index
 *   r * stride + k. Rows past `rows` are zeros.
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

/**
 * Kernel: packs panel `item` (8 rows, side by side for each of `depth` columns) of an operand whose rows are columns
 * of the stored matrix: element (r, k) is at index k * stride + r. Rows past `rows` are zeros.
 */
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

/** Kernel: computes rows item x 8 x STRIP_PANELS and on of C, over all its columns, from the packed operands. */
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
