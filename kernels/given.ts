/**
 * Products that were made elsewhere: a table of whole numbers for some asked rows and data rows, by an engine that
 * multiplies bytes faster than these kernels (engine/wasm/tables.ts).
 *
 * Rows are bytes, 0 to 255, a of an asked row and b of a data row; the table holds a . (b - 128), exact in 32 bits, since
 * such engines multiply unsigned by signed bytes; `offsets` holds 128 times the sum of a.
 */

/** The same order of fields in engine/wasm/tables.ts. */
@unmanaged
export class Table {
  /** Asked row and data row of its first number, and bytes of a row. */
  first: i32;
  from: i32;
  stride: i32;
  /** i32: the table, and the offset of every asked row. */
  numbers: usize;
  offsets: usize;
}

/** C (f32, row stride `stride` bytes) = products of `count` asked rows from `first` with `across` data rows from `chunk`. */
export function productsGiven(
  table: Table,
  first: i32,
  count: i32,
  chunk: i32,
  across: i32,
  c: usize,
  stride: usize,
): void {
  const bytes = (<usize>across) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const offset = v128.load_splat<i32>(table.offsets + ((<usize>(first + r)) << 2));
    const row = <usize>(first + r - table.first) * <usize>table.stride;
    const from = table.numbers + row + ((<usize>(chunk - table.from)) << 2);
    const to = c + <usize>r * stride;
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(to + at, f32x4.convert_i32x4_s(i32x4.add(v128.load(from + at), offset)));
    }
  }
}
