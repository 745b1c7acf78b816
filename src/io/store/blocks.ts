/**
 * A stored matrix in blocks of complete lines, from where it lies: a block (16 MiB) is all that is in memory.
 * Types: `Settings`: what the file is read for and what options say of it (options.ts); its onProgress (takes the
 *   fraction done). `StoredArray`, an array in a file: packed (lines that lie in one chunk; 1 where none do), numbers
 *   (elements start to end of the first axis).
 * Fails: FormatError for indices outside the matrix and for damage; OptionError for what is no count; CancelledError once the signal is aborted.
 */

import { CancelledError, FormatError } from '../../errors.js';
import type { Settings } from '../options.js';
import { normalizedCount } from '../table/normalize.js';
import type { StoredArray } from './store.js';

/** What is needed of an array to read it in blocks. */
export interface Lines extends Pick<StoredArray, 'numbers' | 'shape' | 'packed'> {
  /** Numbers to read at once; BLOCK_ENTRIES where it is absent. */
  readonly atOnce?: number;
}

export type Layout = 'dense' | 'rows' | 'columns';

/** A matrix as it lies in a file. Lines are its rows, or its columns where it is stored by column. */
export interface Stored {
  /** Of the file, for messages. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly layout: Layout;
  /** The data set of a dense matrix, or of the values of a sparse one. */
  readonly values: Lines;
  /** Index of each entry in its line, and, one more than lines, the position of each line's first entry; null where dense. */
  readonly indices: Lines | null;
  readonly offsets: ArrayLike<number> | null;
  /** Where only some columns are read: for each column of the file its position among them, or -1. Never for the layout `columns`. */
  readonly among?: Int32Array;
}

/** Some complete lines (rows, or columns when stored by column) of a matrix. */
export interface Block {
  /** Number of the first line. */
  readonly first: number;
  /** Lines. */
  readonly count: number;
  /** Entries of line l of the block: positions offsets[l] to offsets[l + 1]. */
  readonly offsets: ArrayLike<number>;
  /** Index of each entry in its line; null when all are there in order. */
  readonly indices: ArrayLike<number> | null;
  readonly values: ArrayLike<number>;
}

/** Entries of a block: 16 MiB of numbers. */
export const BLOCK_ENTRIES = 2 ** 21;

/**
 * Yields all lines of a matrix in blocks, normalized where the settings say so; looks at the caller's signal between
 * two. Progress is told after each. Nothing for a matrix without lines; OptionError for a value that is no count where it
 * normalizes, and a cell without counts gives 0.
 * @param stored the matrix as it lies.
 * @param totals sum of counts of each cell, needed to normalize a matrix stored by columns; else null.
 */
export async function* blocksOf(
  stored: Stored,
  totals: Float64Array | null,
  settings: Settings,
): AsyncGenerator<Block> {
  const lines = stored.layout === 'columns' ? stored.columns : stored.rows;
  for (let first = 0; first < lines; ) {
    if (settings.signal?.aborted) throw new CancelledError();
    const block = chosenColumns(await readBlock(stored, first, lines), stored.among);
    yield settings.normalize === 'log1p-cp10k' ? normalizeBlock(block, totals) : block;
    first += block.count;
    settings.onProgress?.(first / lines);
    // Reading is synchronous underneath; this lets a signal arrive between blocks.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/**
 * Reads the lines from `first` on that fit into one block. At least one line. FormatError for an index outside.
 * @param lines of the matrix in all.
 */
export async function readBlock(stored: Stored, first: number, lines: number): Promise<Block> {
  const { offsets, indices } = stored;
  if (offsets === null || indices === null) {
    const most = Math.max(
      1,
      Math.floor((stored.values.atOnce ?? BLOCK_ENTRIES) / Math.max(1, widthOf(stored))),
    );
    // whole chunks, where several fit
    const count = Math.min(
      lines - first,
      most - (most > stored.values.packed ? most % stored.values.packed : 0),
    );
    const values = await stored.values.numbers(first, first + count);
    const even = Float64Array.from({ length: count + 1 }, (_, line) => line * widthOf(stored));
    return { first, count, offsets: even, indices: null, values };
  }
  let end = first + 1;
  while (end < lines && offsets[end + 1] - offsets[first] <= BLOCK_ENTRIES) end++;
  const start = offsets[first];
  const block = {
    first,
    count: end - first,
    offsets: Float64Array.from({ length: end - first + 1 }, (_, line) => offsets[first + line] - start),
    indices: await indices.numbers(start, offsets[end]),
    values: await stored.values.numbers(start, offsets[end]),
  };
  checkIndices(block.indices, stored);
  return block;
}

/** Number of columns of the file, of which only some may be read. */
const widthOf = ({ among, columns }: Stored) => among?.length ?? columns;

/**
 * The block with the entries of the columns that are read, numbered among these. Entries of other columns are left
 * out; a dense block stays dense.
 * @param among for each column of the file its number among those read, or -1; undefined where all are.
 */
function chosenColumns(block: Block, among: Int32Array | undefined): Block {
  if (among === undefined) return block;
  const values: number[] = [];
  const indices: number[] = [];
  const offsets = new Float64Array(block.count + 1);
  for (let line = 0; line < block.count; line++) {
    for (let p = block.offsets[line]; p < block.offsets[line + 1]; p++) {
      const place = among[block.indices === null ? p - block.offsets[line] : block.indices[p]];
      if (place < 0) continue;
      values.push(block.values[p]);
      indices.push(place);
    }
    offsets[line + 1] = values.length;
  }
  return { ...block, offsets, values, indices: block.indices === null ? null : indices };
}

/**
 * FormatError for an index of an entry outside the matrix.
 * @param indices of the entries of a block.
 */
function checkIndices(indices: ArrayLike<number>, stored: Stored): void {
  const width = stored.layout === 'columns' ? stored.rows : widthOf(stored);
  for (let p = 0; p < indices.length; p++) {
    if (!(indices[p] >= 0 && indices[p] < width))
      throw notMatrix(stored.name, `the index ${indices[p]} of ${width}`);
  }
}

/**
 * The block with counts normalized to 10,000 a cell, then log1p. OptionError for a value that is no count.
 * @param totals of each cell when lines are features; null when lines are cells, whose totals are summed here.
 */
function normalizeBlock(block: Block, totals: Float64Array | null): Block {
  const values = new Float64Array(block.values.length);
  for (let line = 0; line < block.count; line++) {
    const [start, end] = [block.offsets[line], block.offsets[line + 1]];
    let sum = 0;
    if (totals === null) for (let p = start; p < end; p++) sum += block.values[p];
    for (let p = start; p < end; p++) {
      const cell = block.indices === null ? p - start : block.indices[p];
      values[p] = normalizedCount(block.values[p], totals === null ? sum : totals[cell]);
    }
  }
  return { ...block, values };
}

/**
 * Calls `visit` for the entries of a block, by sample (row) and feature (column). Entries that a sparse matrix does
 * not store are not visited. Never throws.
 */
export function forEachEntry(
  block: Block,
  layout: Layout,
  visit: (value: number, row: number, column: number) => void,
): void {
  const { offsets, indices, values, first } = block;
  for (let line = 0; line < block.count; line++) {
    for (let p = offsets[line]; p < offsets[line + 1]; p++) {
      const other = indices === null ? p - offsets[line] : indices[p];
      if (layout === 'columns') visit(values[p], other, first + line);
      else visit(values[p], first + line, other);
    }
  }
}

/** The error for something that is no matrix. @param name of path and file. @param what was found there. */
export function notMatrix(name: string, what: string): FormatError {
  return new FormatError({
    got: `${what} at ${name}`,
    expected: 'a dense matrix of samples x features, or a CSR or CSC one',
    remedy: 'name another layer, or write the file again with a current anndata',
  });
}
