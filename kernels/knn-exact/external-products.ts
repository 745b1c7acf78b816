/**
 * Reads a table of integer products that another engine made (src/engine/wasm/knn-exact/external-products.ts).
 *
 * Shapes: rows are bytes 0 to 255, a of a query and b of a data row. The table holds a . (b - 128), exact in 32
 *   bits, because such engines multiply unsigned by signed bytes; the correction of a query is 128 times the
 *   sum of a.
 * Types (a field with an element type such as f32 is the address of an array): `ProductTable`: firstRow (first query
 *   and first data row of the table), firstColumn, stride (bytes of a row of the table), products (i32: the table),
 *   corrections (i32 a query: added to each of its products).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { ProductTable } from './layout';

/** Address of the i32 products of query `row` with data rows `column` and on, in a table that holds them. */
export function productsAt(table: ProductTable, row: i32, column: i32): usize {
  const before = <usize>(row - table.firstRow) * <usize>table.stride;
  return table.products + before + ((<usize>(column - table.firstColumn)) << 2);
}

/** The i32 that is added to each product of query `row`, in all four lanes. */
export function correctionOf(table: ProductTable, row: i32): v128 {
  return v128.load_splat<i32>(table.corrections + ((<usize>row) << 2));
}
