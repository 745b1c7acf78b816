/**
 * Rows of a table in parts, read from the parts that hold them.
 *
 * Shapes: rows in the order of the positions asked for. Memory: the result, and what is stored of one part.
 * Types: `Source`, a folder. `Stored`, a matrix in a file: values, indices, offsets, layout. `Csr`: sparse rows. `Matrix`: row-major
 *   float32.
 * Fails: FormatError for parts that are missing or damaged; CancelledError once the signal is aborted.
 */

import { CancelledError } from '../../errors.js';
import type { Csr, Matrix } from '../../model.js';
import type { Source } from '../source/source.js';
import type { Stored } from '../store/blocks.js';
import { findMatrix } from '../store/find-matrix.js';
import { zarrStore } from '../store/zarr/zarr-store.js';
import { sortRows } from '../table/sparse.js';
import { damagedParts, type PartsManifest } from './manifest.js';

/** What is read of parts. */
export interface PartsRequest {
  /** Ascending, each once. */
  readonly positions: Int32Array;
  /** Columns that are wanted; the cells of others are 0. Null for all. */
  readonly columns: ArrayLike<number> | null;
  readonly signal?: AbortSignal | undefined;
}

/** The rows at some positions. */
export async function readRows(
  folder: Source,
  manifest: PartsManifest,
  request: PartsRequest,
): Promise<Matrix | Csr> {
  const last = request.positions.at(-1) ?? 0;
  if (!(last >= 0 && last < manifest.samples)) throw damagedParts(folder.name);
  return manifest.layout === 'dense'
    ? denseRowsOf(folder, manifest, request)
    : sparseRowsOf(folder, manifest, request);
}

/** A part, and which of the positions asked for lie in it: numbers `from` to `to` (exclusive). */
interface Piece {
  readonly stored: Stored;
  /** Position of its first row. */
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

/** The parts that hold some of the positions, one after another. */
async function* piecesOf(
  folder: Source,
  { parts, features, layout }: PartsManifest,
  { positions, signal }: PartsRequest,
): AsyncGenerator<Piece> {
  let from = 0;
  for (const { path, first, rows } of parts) {
    let to = from;
    while (to < positions.length && positions[to] < first + rows) to++;
    if (to === from) continue;
    if (signal?.aborted) throw new CancelledError();
    const stored = await findMatrix(await zarrStore(folder.child(path)), 'X');
    const fits = stored.rows === rows && stored.columns === features;
    if (!fits || (stored.layout === 'dense') !== (layout === 'dense'))
      throw damagedParts(folder.child(path).name);
    yield { stored, first, from, to };
    from = to;
  }
}

/** Rows of dense parts; cells of columns that are not wanted are 0. */
async function denseRowsOf(folder: Source, manifest: PartsManifest, request: PartsRequest): Promise<Matrix> {
  const { positions, columns: wanted } = request;
  const columns = manifest.features;
  const data = new Float32Array(positions.length * columns);
  for await (const { stored, first, from, to } of piecesOf(folder, manifest, request)) {
    const start = positions[from] - first;
    const values = await stored.values.numbers(start, positions[to - 1] - first + 1);
    for (let i = from; i < to; i++) {
      const at = (positions[i] - first - start) * columns;
      for (let c = 0; c < (wanted ?? data).length && c < columns; c++) {
        const column = wanted ? wanted[c] : c;
        data[i * columns + column] = values[at + column];
      }
    }
  }
  return { rows: positions.length, columns, data };
}

/** Rows of sparse parts: entries are counted, then filled in. */
async function sparseRowsOf(folder: Source, manifest: PartsManifest, request: PartsRequest): Promise<Csr> {
  const { positions, columns: wanted } = request;
  const columns = manifest.features;
  const isWanted = wanted && new Uint8Array(columns);
  if (isWanted && wanted) for (let c = 0; c < wanted.length; c++) isWanted[wanted[c]] = 1;
  const room = wanted === null ? await countEntries(folder, manifest, request) : FIRST_ROOM;
  const entries = createEntries(positions.length, columns, room);
  for await (const piece of piecesOf(folder, manifest, request)) {
    const { stored, first, from, to } = piece;
    const { offsets, indices: stores } = stored;
    if (!offsets || !stores) throw damagedParts(stored.name);
    const start = offsets[positions[from] - first];
    const end = offsets[positions[to - 1] - first + 1];
    const [indices, values] = await Promise.all([
      stores.numbers(start, end),
      stored.values.numbers(start, end),
    ]);
    const typed = { indices: asInt32(indices), values: asFloat32(values) };
    if (!insideOf(typed.indices, columns)) throw damagedParts(stored.name);
    const entry = { ...typed, from: 0, to: 0 };
    for (let i = from; i < to; i++) {
      const row = positions[i] - first;
      entry.from = offsets[row] - start;
      entry.to = offsets[row + 1] - start;
      entries.add(i, entry, isWanted);
    }
  }
  const result = entries.take();
  sortRows(result, folder.name);
  return result;
}

/** Entries of all rows asked for, by the offsets of the parts. */
async function countEntries(folder: Source, manifest: PartsManifest, request: PartsRequest): Promise<number> {
  let count = 0;
  for await (const { stored, first, from, to } of piecesOf(folder, manifest, request)) {
    const { offsets } = stored;
    if (!offsets) throw damagedParts(stored.name);
    for (let i = from; i < to; i++) {
      const row = request.positions[i] - first;
      count += offsets[row + 1] - offsets[row];
    }
  }
  return count;
}

/** The numbers as they are where they are of that type, else copied. */
const asInt32 = (numbers: ArrayLike<number>) =>
  numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
const asFloat32 = (numbers: ArrayLike<number>) =>
  numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);

/** Whether all are columns. */
function insideOf(indices: Int32Array, columns: number): boolean {
  for (let p = 0; p < indices.length; p++) if (!(indices[p] >= 0 && indices[p] < columns)) return false;
  return true;
}

/** Entries of a row, among those of others. */
interface RowEntries {
  readonly indices: Int32Array;
  readonly values: Float32Array;
  readonly from: number;
  readonly to: number;
}

/** Factor by which the room for entries grows. */
const GROWTH = 1.5;
const FIRST_ROOM = 2 ** 16;

/** Sparse rows that are added one after another. @param rows how many there will be. @param room for so many entries at first. */
function createEntries(rows: number, columns: number, room: number) {
  const offsets = new Float64Array(rows + 1);
  let indices = new Int32Array(room);
  let values = new Float32Array(room);
  let count = 0;
  const makeRoom = (wanted: number, done: number): void => {
    if (wanted <= indices.length) return;
    // what the rows to come will need, judged by those so far
    const expected = done > 0 ? Math.ceil((1.02 * wanted * rows) / done) : 0;
    const larger = Math.max(wanted, Math.min(expected, Math.ceil(GROWTH * wanted)));
    const [smallIndices, smallValues] = [indices, values];
    indices = new Int32Array(larger);
    values = new Float32Array(larger);
    indices.set(smallIndices);
    values.set(smallValues);
  };
  return {
    /** Adds row `i`; rows come in order. @param isWanted 1 for each column that is kept, or null for all. */
    add(i: number, row: RowEntries, isWanted: Uint8Array | null): void {
      makeRoom(count + row.to - row.from, i + 1);
      for (let p = row.from; p < row.to; p++) {
        const column = row.indices[p];
        if (isWanted && isWanted[column] === 0) continue;
        indices[count] = column;
        values[count++] = row.values[p];
      }
      offsets[i + 1] = count;
    },
    take(): Csr {
      const fits = count === indices.length;
      return {
        ...{ rows, columns, offsets },
        ...(fits
          ? { indices, values }
          : { indices: indices.slice(0, count), values: values.slice(0, count) }),
      };
    },
  };
}
