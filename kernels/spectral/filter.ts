/**
 * Steps of a three-term recurrence over a sparse graph, for four vectors at once.
 *
 * Purpose: polynomials of a graph applied to vectors, as the filters of src/dr/spectral/filtered-subspace.ts.
 * Shapes: a block holds BLOCK_VECTORS f32 a row.
 * Precision: products and sums in double, a row's entries in their order; f32 between steps. The same operations as
 *   src/engine/js/graph-filter.ts, to the last bit.
 * Determinism: an item is some rows of one step and waits for all rows of the step before.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { FilterArguments } from './layout';

/**
 * Kernel: one block of rows in one step.
 * @param item step x blocks + block.
 */
export function filterItem(item: i32, _scratch: usize, call: FilterArguments): void {
  const blocks = call.blocks;
  const step = item / blocks;
  const block = item % blocks;
  if (!waitFor(call.counter, step * blocks)) return;
  const from = bufferOf(call, step);
  const before = step > 0 ? bufferOf(call, step - 1) : from;
  const to = bufferOf(call, step + 1);
  const first = <i32>((<i64>call.rows * block) / blocks);
  const end = <i32>((<i64>call.rows * (block + 1)) / blocks);
  stepRows(call, call.factors + <usize>step * 24, from, before, to, first, end);
  markDone(call.counter);
}

/** Address of the block that step number `step` reads. */
function bufferOf(call: FilterArguments, step: i32): usize {
  const turn = step % 3;
  return turn === 0 ? call.first : turn === 1 ? call.second : call.third;
}

/**
 * Rows `first` to `end` of one step: factors[0] x graph x from + factors[1] x from + factors[2] x before.
 * @param factors address of three f64. @param from, before, to addresses of blocks.
 */
function stepRows(
  call: FilterArguments,
  factors: usize,
  from: usize,
  before: usize,
  to: usize,
  first: i32,
  end: i32,
): void {
  const image = f64x2.splat(load<f64>(factors));
  const itself = f64x2.splat(load<f64>(factors, 8));
  const earlier = f64x2.splat(load<f64>(factors, 16));
  const offsets = call.offsets;
  let p = (<usize>load<f64>(offsets + ((<usize>first) << 3))) << 2;
  for (let row = <usize>first; row < <usize>end; row++) {
    const last = (<usize>load<f64>(offsets + (row << 3), 8)) << 2;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (; p < last; p += 4) {
      const weight = f64x2.splat(<f64>load<f32>(call.weights + p));
      const at = from + ((<usize>load<i32>(call.indices + p)) << 4);
      low = f64x2.add(low, f64x2.mul(weight, doublesAt(at)));
      high = f64x2.add(high, f64x2.mul(weight, doublesAt(at + 8)));
    }
    const at = row << 4;
    low = combined(low, from + at, before + at, image, itself, earlier);
    high = combined(high, from + at + 8, before + at + 8, image, itself, earlier);
    v128.store(
      to + at,
      v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5),
    );
  }
}

/** The two f32 at an address, as f64. */
function doublesAt(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address));
}

/** image x sum + itself x the numbers at `from` + earlier x those at `before`, two at a time. */
function combined(sum: v128, from: usize, before: usize, image: v128, itself: v128, earlier: v128): v128 {
  const near = f64x2.add(f64x2.mul(image, sum), f64x2.mul(itself, doublesAt(from)));
  return f64x2.add(near, f64x2.mul(earlier, doublesAt(before)));
}
