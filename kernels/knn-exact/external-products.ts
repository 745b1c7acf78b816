/**
 * Products that were made elsewhere: a table of whole numbers for some queries rows and data rows, by an engine that
 * multiplies bytes faster than these kernels (engine/wasm/knn-exact/external-products.ts).
 *
 * Rows are bytes, 0 to 255, a of an queries row and b of a data row; the table holds a . (b - 128), exact in 32 bits, since
 * such engines multiply unsigned by signed bytes; `offsets` holds 128 times the sum of a.
 */

import { ProductTable } from './layout';

/** Where the numbers of an queries row from data row `chunk` on begin. */
export function productsAt(table: ProductTable, row: i32, column: i32): usize {
  const before = <usize>(row - table.firstRow) * <usize>table.stride;
  return table.products + before + ((<usize>(column - table.firstColumn)) << 2);
}

/** What is to be added to the numbers of an queries row. */
export function correctionOf(table: ProductTable, row: i32): v128 {
  return v128.load_splat<i32>(table.corrections + ((<usize>row) << 2));
}
