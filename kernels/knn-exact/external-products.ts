/**
 * Products that were made elsewhere: a table of whole numbers for some asked rows and data rows, by an engine that
 * multiplies bytes faster than these kernels (engine/wasm/knn-exact/external-products.ts).
 *
 * Rows are bytes, 0 to 255, a of an asked row and b of a data row; the table holds a . (b - 128), exact in 32 bits, since
 * such engines multiply unsigned by signed bytes; `offsets` holds 128 times the sum of a.
 */

/** The same order of fields in engine/wasm/knn-exact/external-products.ts. */
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

/** Where the numbers of an asked row from data row `chunk` on begin. */
export function numbersAt(table: Table, row: i32, chunk: i32): usize {
  const before = <usize>(row - table.first) * <usize>table.stride;
  return table.numbers + before + ((<usize>(chunk - table.from)) << 2);
}

/** What is to be added to the numbers of an asked row. */
export function offsetOf(table: Table, row: i32): v128 {
  return v128.load_splat<i32>(table.offsets + ((<usize>row) << 2));
}
