/**
 * Tables whose rows lie in parts on a disk: nothing of them is in memory, and rows are read where they are needed.
 *
 * Purpose: such a table goes through the same functions as any other, so it has the shape of a dense or sparse one; who reads its
 *   values without knowing better gets an error, never zeros. Source: ours.
 * Types: `Matrix`: row-major float32. `Csr`: sparse rows (offsets, indices, values). `PartedRows`: path, key, layout, order,
 *   positions, read.
 * Fails: WhymapError `bug` where values are asked for as if they were in memory; errors of reading.
 */

import { isCsr } from '../../core/csr.js';
import { positionsOf } from '../../core/order-keys.js';
import { WhymapError } from '../../errors.js';
import type { Csr, Localities, Matrix, PartedRows } from '../../model.js';

type Parted = (Matrix | Csr) & { readonly parts: PartedRows };

/** The table of rows in parts. @param columns features. */
export function partedTable(parts: PartedRows, columns: number): Matrix | Csr {
  const rows = parts.positions.length;
  const sizes = { rows, columns, parts };
  const absent = { get: notInMemory, enumerable: true };
  const arrays = parts.layout === 'dense' ? ['data'] : ['offsets', 'indices', 'values'];
  return Object.defineProperties(
    sizes,
    Object.fromEntries(arrays.map((name) => [name, absent])),
  ) as unknown as Parted;
}

/** Where the rows of a table lie; null where they are in memory. */
export function partsOf(features: Matrix | Csr): PartedRows | null {
  return (features as Partial<Parted>).parts ?? null;
}

/**
 * The table with at least these cells: as it is where it is in memory; else a sparse table of the same shape that holds the columns
 * asked for, of the rows asked for, and nothing of the others.
 * @param rows that are looked at; one may come several times. @param columns that are looked at, or null for all.
 */
export async function withCells(
  features: Matrix | Csr,
  rows: Int32Array,
  columns: ArrayLike<number> | null,
): Promise<Matrix | Csr> {
  const parts = partsOf(features);
  if (!parts) return features;
  const positions = distinctPositions(rows, parts.positions);
  return scattered(
    await parts.read(positions, columns),
    positions.map((position) => parts.order[position]),
    features,
  );
}

/** Members whose rows are read at once. */
const MEMBERS_AT_ONCE = 2 ** 20;

/**
 * A function that gives a table with the cells of a locality (by its number), some columns of them at least. It is to be asked for
 * one locality after another: of a table in parts the rows of some that follow are read together.
 */
export function cellsByLocality(
  features: Matrix | Csr,
  { members, size, count }: Pick<Localities, 'members' | 'size' | 'count'>,
  columns: ArrayLike<number>,
): (locality: number) => Promise<Matrix | Csr> {
  if (!partsOf(features)) return async () => features;
  const together = Math.max(1, Math.floor(MEMBERS_AT_ONCE / size));
  let read = { first: 0, end: 0, cells: features };
  return async (locality) => {
    if (locality >= read.first && locality < read.end) return read.cells;
    const end = Math.min(count, locality + together);
    const cells = await withCells(features, members.subarray(locality * size, end * size), columns);
    read = { first: locality, end, cells };
    return cells;
  };
}

/** Rows of a table, and which these are. */
export interface RowBlock {
  /** Numbered from 0; row i is row `rows[i]` of the table. */
  readonly values: Matrix | Csr;
  /** Null where they are all rows, in order. */
  readonly rows: Int32Array | null;
}

/** Rows that are read at once. */
const BLOCK_ROWS = 2 ** 16;

/** All rows: those in memory as one block, those in parts some at a time, in the order of the parts. */
export async function* rowBlocks(features: Matrix | Csr): AsyncGenerator<RowBlock> {
  const parts = partsOf(features);
  if (!parts) {
    yield { values: features, rows: null };
    return;
  }
  let first = 0;
  for await (const values of positionBlocks(0, features.rows, (positions) => parts.read(positions, null))) {
    yield { values, rows: parts.order.subarray(first, first + values.rows) };
    first += values.rows;
  }
}

/** The rows at consecutive positions of parts, some at a time. */
export async function* positionBlocks(
  first: number,
  count: number,
  read: (positions: Int32Array) => Promise<Matrix | Csr>,
): AsyncGenerator<Matrix | Csr> {
  for (let done = 0; done < count; done += BLOCK_ROWS) {
    const some = Math.min(BLOCK_ROWS, count - done);
    yield await read(Int32Array.from({ length: some }, (_, i) => first + done + i));
  }
}

/** Positions of rows in the parts, ascending, each once. @param positionOf each row of the table. */
export function distinctPositions(rows: Int32Array, positionOf: Int32Array): Int32Array {
  const occurs = new Uint8Array(positionOf.length);
  for (const row of rows) occurs[positionOf[row]] = 1;
  return positionsOf(occurs, 1);
}

/** Some rows as sparse rows of the whole table. @param rowOf row of the table of each row of `some`. */
function scattered(some: Matrix | Csr, rowOf: Int32Array, whole: Matrix | Csr): Csr {
  const { rows, columns } = whole;
  const sparse = isCsr(some) ? some : asCsr(some);
  const offsets = new Float64Array(rows + 1);
  rowOf.forEach((row, i) => {
    offsets[row + 1] = sparse.offsets[i + 1] - sparse.offsets[i];
  });
  for (let r = 0; r < rows; r++) offsets[r + 1] += offsets[r];
  const indices = new Int32Array(sparse.indices.length);
  const values = new Float32Array(sparse.indices.length);
  for (let i = 0; i < rowOf.length; i++) {
    let to = offsets[rowOf[i]];
    for (let p = sparse.offsets[i]; p < sparse.offsets[i + 1]; p++, to++) {
      indices[to] = sparse.indices[p];
      values[to] = sparse.values[p];
    }
  }
  return { rows, columns, offsets, indices, values };
}

/** A dense matrix with every cell as an entry. */
function asCsr({ rows, columns, data }: Matrix): Csr {
  return {
    ...{ rows, columns, values: data },
    offsets: Float64Array.from({ length: rows + 1 }, (_, r) => r * columns),
    indices: Int32Array.from(data, (_, p) => p % columns),
  };
}

/** Throws: values that are not in memory were read as if they were. */
function notInMemory(): never {
  throw new WhymapError('bug', {
    got: 'values of a table in parts, read as if they were in memory',
    expected: 'parts that are read where they are needed',
    remedy: 'please report it',
  });
}
