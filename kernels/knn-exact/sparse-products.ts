/**
 * Products of rows that are mostly 0 (pixels, counts, text): the nonzero integers of a query times panels of
 * data rows.
 *
 * Shapes: a panel holds 32 data rows of i16, pair p of columns of row r at byte p * 128 + r * 4. A list entry
 *   is the byte offset p * 128 and the query's two integers, 8 bytes. 8 accumulators and 1 broadcast.
 * Precision: sums in 32 bits, which no row may exceed (src/engine/wasm/knn-exact/rounding.ts).
 * Cost: a listed pair of columns costs as much as each pair costs `tileOfShorts`. Blocking panels for the
 *   first-level cache gained 1%.
 * Types (a field with an element type such as f32 is the address of an array): `EntriesArguments`: packed (i16 panels
 *   of 32 rows (sparse-products.ts)), rows, depth (pairs of columns), starts (u32 a row and one more: `countEntries`
 *   writes lengths, `listEntries` reads where lists begin), entries (the entries; not used by `countEntries`).
 *   `DistanceBounds`: depth (columns of the blocked product; pairs of nonzero columns where products are of i16),
 *   queries (the two sides of the comparison; the same where rows are compared with themselves), data. `PreparedRows`:
 *   packed (operand of the blocked product: panels of `depth` directions or columns), starts (u32 a row and one more,
 *   and the entries they point to (sparse products); or 0), entries.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { DistanceBounds, ENTRY_BYTES, ENTRY_ROWS, EntriesArguments, TILE_COLUMNS } from './layout';

/** Bytes of a row (a query) of the f32 products. */
const STRIDE: usize = (<usize>TILE_COLUMNS) << 2;
/** Rows of a panel, and bytes of a pair of columns there. */
const WIDE: i32 = 32;
export const WIDE_STEP: usize = (<usize>WIDE) << 2;
const ENTRY: usize = ENTRY_BYTES;

/**
 * Address of the first pair of columns of row `row` in i16 panels of 32 rows; the next pairs follow WIDE_STEP bytes
 * apart.
 * @param depth pairs of columns.
 * @param packed address of the panels.
 */
export function wideRow(packed: usize, row: i32, depth: i32): usize {
  return packed + <usize>(row / WIDE) * <usize>depth * WIDE_STEP + ((<usize>(row % WIDE)) << 2);
}

/**
 * Kernel: writes for each of ENTRY_ROWS rows from item x ENTRY_ROWS on how many of its pairs of columns are not both
 * 0 (u32, at `starts`).
 */
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

/**
 * Kernel: lists the pairs of columns that are not both 0, for ENTRY_ROWS rows from item x ENTRY_ROWS on, each list
 * from its start. Runs after `countEntries`.
 */
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

/**
 * Products of `count` queries from `first` on with `columns` data rows from `firstColumn` on.
 * @param c f32, count x columns, STRIDE bytes a row.
 */
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

/**
 * Products of one query's entries (addresses `entry` to `end`, 8 bytes each) with the 32 rows of a panel: 32 f32 at
 * `c`.
 */
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
