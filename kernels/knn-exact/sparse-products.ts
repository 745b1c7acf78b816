/**
 * Products of rows of which most numbers are 0: pixels, counts, rows of text. Asked rows are lists of their pairs of
 * columns that are not both 0, data rows stand in panels of 32 of 16-bit whole numbers (prepared-rows.ts), and a product takes
 * from a panel only what the list names.
 *
 * A panel holds 32 rows with the pairs of columns outside: pair p of row r is at p * 128 + r * 4. An entry of a list is
 * that p * 128 and the two whole numbers, 8 bytes. Shape: 8 accumulators, 1 broadcast. Cost: as much a pair of columns
 * listed as `tileOfShorts` takes for each pair; taking pairs in parts of which a panel's fits the first-level cache gained
 * 1%. Sums are in 32 bits, which no row may leave (engine/wasm/knn-exact/rounding.ts).
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { DistanceBounds, ENTRY_BYTES, ENTRY_ROWS, EntriesArguments, TILE_COLUMNS } from './layout';

/** Bytes of a row of C. */
const STRIDE: usize = (<usize>TILE_COLUMNS) << 2;
/** Rows of a panel, and bytes of a pair of columns there. */
const WIDE: i32 = 32;
export const WIDE_STEP: usize = (<usize>WIDE) << 2;
const ENTRY: usize = ENTRY_BYTES;

/** Where a row begins among panels. */
export function wideRow(packed: usize, row: i32, depth: i32): usize {
  return packed + <usize>(row / WIDE) * <usize>depth * WIDE_STEP + ((<usize>(row % WIDE)) << 2);
}

/** Counts the entries of rows item * 8 on into `lengths` (i32 a row). */
export function countEntries(item: i32, _scratch: usize, call: EntriesArguments): void {
  const packed = call.packed;
  const rows = call.rows;
  const depth = call.depth;
  const lengths = call.starts;
  for (let row = item * ENTRY_ROWS; row < min(rows, (item + 1) * ENTRY_ROWS); row++) {
    const at = wideRow(packed, row, depth);
    let count: i32 = 0;
    for (let p: usize = 0; p < <usize>depth; p++) if (load<i32>(at + p * WIDE_STEP)) count++;
    store<i32>(lengths + ((<usize>row) << 2), count);
  }
}

/** NearestLists the entries of rows item * 8 on, each from its place in `starts` on (u32 a row). */
export function listEntries(item: i32, _scratch: usize, call: EntriesArguments): void {
  const packed = call.packed;
  const rows = call.rows;
  const depth = call.depth;
  const starts = call.starts;
  const entries = call.entries;
  for (let row = item * ENTRY_ROWS; row < min(rows, (item + 1) * ENTRY_ROWS); row++) {
    const at = wideRow(packed, row, depth);
    let entry = entries + <usize>load<u32>(starts + ((<usize>row) << 2)) * ENTRY;
    for (let p: usize = 0; p < <usize>depth; p++) {
      const value = load<i32>(at + p * WIDE_STEP);
      if (value === 0) continue;
      store<u32>(entry, <u32>(p * WIDE_STEP));
      store<i32>(entry, value, 4);
      entry += ENTRY;
    }
  }
}

/** C (count x 64, row stride `stride` bytes) = products of rows `first` on with two panels from data row `chunk` on. */
export function productsOfLists(
  bounds: DistanceBounds,
  first: i32,
  count: i32,
  firstColumn: i32,
  columns: i32,
  c: usize,
): void {
  const starts = bounds.queries.starts;
  const entries = bounds.queries.entries;
  const packed = bounds.data.packed;
  const depth = bounds.depth;
  for (let j: i32 = 0; j < columns; j += WIDE) {
    if (load<i32>(STOP_ADDRESS)) return;
    const panel = wideRow(packed, firstColumn + j, depth);
    for (let r: i32 = 0; r < count; r++) {
      const at = starts + ((<usize>(first + r)) << 2);
      const from = entries + <usize>load<u32>(at) * ENTRY;
      const to = entries + <usize>load<u32>(at, 4) * ENTRY;
      productsOfList(from, to, panel, c + <usize>r * STRIDE + ((<usize>j) << 2));
    }
  }
}

function productsOfList(entry: usize, end: usize, panel: usize, c: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  let c4 = i32x4.splat(0);
  let c5 = i32x4.splat(0);
  let c6 = i32x4.splat(0);
  let c7 = i32x4.splat(0);
  for (; entry < end; entry += ENTRY) {
    const b = panel + <usize>load<u32>(entry);
    const s = v128.load_splat<i32>(entry, 4);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(s, v128.load(b)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(s, v128.load(b, 16)));
    c2 = i32x4.add(c2, i32x4.dot_i16x8_s(s, v128.load(b, 32)));
    c3 = i32x4.add(c3, i32x4.dot_i16x8_s(s, v128.load(b, 48)));
    c4 = i32x4.add(c4, i32x4.dot_i16x8_s(s, v128.load(b, 64)));
    c5 = i32x4.add(c5, i32x4.dot_i16x8_s(s, v128.load(b, 80)));
    c6 = i32x4.add(c6, i32x4.dot_i16x8_s(s, v128.load(b, 96)));
    c7 = i32x4.add(c7, i32x4.dot_i16x8_s(s, v128.load(b, 112)));
  }
  v128.store(c, f32x4.convert_i32x4_s(c0));
  v128.store(c, f32x4.convert_i32x4_s(c1), 16);
  v128.store(c, f32x4.convert_i32x4_s(c2), 32);
  v128.store(c, f32x4.convert_i32x4_s(c3), 48);
  v128.store(c, f32x4.convert_i32x4_s(c4), 64);
  v128.store(c, f32x4.convert_i32x4_s(c5), 80);
  v128.store(c, f32x4.convert_i32x4_s(c6), 96);
  v128.store(c, f32x4.convert_i32x4_s(c7), 112);
}
