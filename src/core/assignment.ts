/**
 * Optimal assignment: which row goes with which column so that the sum of scores is largest.
 *
 * Source: the Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(rows^2 * columns), double precision.
 * Deterministic; among equal optima the one found first in row order is taken.
 */

/**
 * For each row the column it is assigned, or -1 when there are more rows than columns and it gets none.
 * @param scores rows x columns, row-major, finite; larger is better.
 */
export function assign(scores: Float64Array, rows: number, columns: number): Int32Array {
  const size = Math.max(rows, columns);
  const cost = (r: number, c: number) => (r < rows && c < columns ? -scores[r * columns + c] : 0);
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1); // row assigned to each column, 1-based; 0 is free
  for (let r = 1; r <= size; r++) augment(r, size, cost, rowPotential, columnPotential, rowOf);
  const result = new Int32Array(rows).fill(-1);
  for (let c = 1; c <= columns; c++) if (rowOf[c] >= 1 && rowOf[c] <= rows) result[rowOf[c] - 1] = c - 1;
  return result;
}

/** Adds row r to the assignment along the cheapest augmenting path. */
function augment(
  r: number,
  size: number,
  cost: (r: number, c: number) => number,
  rowPotential: Float64Array,
  columnPotential: Float64Array,
  rowOf: Int32Array,
): void {
  const slack = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
  const cameFrom = new Int32Array(size + 1);
  const visited = new Uint8Array(size + 1);
  rowOf[0] = r;
  let column = 0;
  while (rowOf[column] !== 0) {
    visited[column] = 1;
    const from = rowOf[column];
    let least = Number.POSITIVE_INFINITY;
    let next = 0;
    for (let c = 1; c <= size; c++) {
      if (visited[c]) continue;
      const reduced = cost(from - 1, c - 1) - rowPotential[from] - columnPotential[c];
      if (reduced < slack[c]) {
        slack[c] = reduced;
        cameFrom[c] = column;
      }
      if (slack[c] < least) {
        least = slack[c];
        next = c;
      }
    }
    for (let c = 0; c <= size; c++) {
      if (visited[c]) {
        rowPotential[rowOf[c]] += least;
        columnPotential[c] -= least;
      } else slack[c] -= least;
    }
    column = next;
  }
  while (column !== 0) {
    rowOf[column] = rowOf[cameFrom[column]];
    column = cameFrom[column];
  }
}
