/**
 * An n-dimensional array inside a file as a matrix: the first axis is the rows, the others are flattened in
 * one row. Read in pieces, so that memory holds the float32 result and little else.
 * Types: `Source`, a file, folder or bytes: stat (size in bytes and whether it is a folder; FormatError where nothing
 *   is), name (for people), read (bytes start to end (exclusive)). `Settings`, options with defaults: memory (bytes
 *   that may be held), onProgress (takes the fraction done).
 * Fails: FormatError for another length than promised, or beyond the memory; CancelledError once the signal is
 *   aborted.
 */

import { checkImageSize } from '../../core/image-size.js';
import { CancelledError, FormatError, ShapeError } from '../../errors.js';
import type { Matrix, Warning } from '../../model.js';
import type { Settings } from '../options.js';
import { tooLarge } from '../source/bytes.js';
import type { Source } from '../source/source.js';
import {
  chooseOffsets,
  offsetOf,
  packed,
  packRows,
  SAMPLE_ROWS,
  someOffsets,
  withOffsets,
} from '../table/units.js';
import { decodeNumbers, type NumberType } from './dtypes.js';

/** Where an array lies in a file and how. */
export interface ArrayLayout {
  readonly type: NumberType;
  readonly shape: readonly number[];
  /** First axis fastest (Fortran) rather than last axis fastest (C). */
  readonly fortranOrder: boolean;
  /** Position of the first element. */
  readonly offset: number;
}

const PIECE_ELEMENTS = 2 ** 20;

/**
 * FormatError unless the file holds exactly the bytes that its header promises.
 * @param offset where the data begin, in bytes.
 * @param bytes of data.
 * @param shape for the message.
 */
export async function checkLength(source: Source, offset: number, bytes: number, shape: readonly number[]) {
  const { size } = await source.stat();
  const found = size - offset;
  if (found === bytes) return;
  throw new FormatError({
    got: `${Math.max(0, found)} bytes of data in ${source.name}`,
    expected: `${bytes} bytes for its promised shape ${shape.join(' x ') || 'of no dimension'}`,
    remedy:
      found < bytes ? 'copy or write the file again: it is truncated' : 'write the file again: it is damaged',
  });
}

/**
 * Reads the array as a matrix, rows x (product of the other axes), with warnings for axes that were flattened and
 * integers that were rounded. FormatError beyond the memory, OptionError for another size of image; both before any value
 * is read. A one-dimensional array is one column.
 * @param layout where the data begin, their type, shape and order, from the header.
 */
export async function readMatrix(
  source: Source,
  layout: ArrayLayout,
  settings: Settings,
): Promise<{ matrix: Matrix; warnings: Warning[] }> {
  const { shape, type } = layout;
  const count = shape.reduce((product, length) => product * length, 1);
  await checkLength(source, layout.offset, count * type.size, shape);
  if (count * 4 > settings.memory)
    throw tooLarge(source.name, `${shape.join(' x ')} values`, settings.memory);
  if (shape.length === 0) throw scalar(source.name);
  const columns = shape[0] === 0 ? 0 : count / shape[0];
  if (!settings.transpose) checkImageSize(settings.image, columns);
  const data = new Float32Array(count);
  const nextIndex = layout.fortranOrder && shape.length > 1 ? fortranIndex(shape) : null;
  const offsets = await offsetsOf(source, layout, columns);
  let rounded = 0;
  for (let at = 0; at < count; at += PIECE_ELEMENTS) {
    if (settings.signal?.aborted) throw new CancelledError();
    const end = Math.min(count, at + PIECE_ELEMENTS);
    const bytes = await source.read(layout.offset + at * type.size, layout.offset + end * type.size);
    const values = decodeNumbers(bytes, type, source.name);
    if (nextIndex === null) packRows(values, data, at, columns, offsets);
    else {
      for (let i = 0; i < values.length; i++) {
        const to = nextIndex();
        data[to] = packed(values[i], offsets === null ? 0 : offsets[to % columns]);
      }
    }
    if (type.kind !== 'float' && type.size >= 4 && offsets === null) rounded += countRounded(values);
    settings.onProgress?.(end / count);
  }
  const warnings = [...flattened(shape, source.name), ...precision(rounded, source.name)];
  return { matrix: { rows: shape[0], columns, data, ...withOffsets(offsets) }, warnings };
}

/**
 * For each column, what is subtracted from its values before they become single precision, chosen from the first
 * rows; null where that is 0 for all, and for bytes, which need none.
 * @param layout of the array, from the header.
 * @param columns of the matrix.
 */
async function offsetsOf(source: Source, layout: ArrayLayout, columns: number): Promise<Float64Array | null> {
  const { shape, type, offset, fortranOrder } = layout;
  const [rows, ...rest] = shape;
  if (type.size === 1 || rows * columns === 0) return null;
  const count = Math.min(rows, SAMPLE_ROWS);
  const numbers = async (from: number, length: number) => {
    const bytes = await source.read(offset + from * type.size, offset + (from + length) * type.size);
    return decodeNumbers(bytes, type, source.name);
  };
  if (!fortranOrder || rest.length === 0) return chooseOffsets(await numbers(0, count * columns), columns);
  const offsets = new Float64Array(columns);
  // Runs of `rows` values, one a column; the columns stand first axis fastest too.
  const column = fortranIndex(rest);
  const runs = Math.max(1, Math.floor(PIECE_ELEMENTS / rows));
  for (let run = 0; run < columns; run += runs) {
    const some = Math.min(runs, columns - run);
    const values = await numbers(run * rows, some === 1 ? count : some * rows);
    for (let r = 0; r < some; r++) {
      offsets[column()] = offsetOf(Array.prototype.slice.call(values, r * rows, r * rows + count));
    }
  }
  return someOffsets(offsets);
}

/**
 * A function that gives, one a call, the positions in C order of the elements of an array stored first axis
 * fastest.
 * @param shape sizes of the axes.
 */
function fortranIndex(shape: readonly number[]): () => number {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const index = new Array<number>(shape.length).fill(0);
  let nextIndex = 0;
  return () => {
    const current = nextIndex;
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]++;
      nextIndex += strides[axis];
      if (index[axis] < shape[axis]) break;
      nextIndex -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
    return current;
  };
}

/**
 * How many of the whole numbers single precision cannot represent.
 * @param values to be stored as float32.
 */
export function countRounded(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.fround(values[i]) !== values[i]) count++;
  return count;
}

/**
 * A warning for integers that single precision cannot hold; none for 0.
 * @param rounded their number.
 * @param name of the file.
 */
export function precision(rounded: number, name: string): Warning[] {
  if (rounded === 0) return [];
  return [
    {
      code: 'precision',
      message: `${rounded} integers in ${name} are beyond 2^24 and were rounded to single precision.`,
    },
  ];
}

/**
 * A warning that axes beyond the second became features; none for a matrix.
 * @param name of the file.
 * @param shape sizes of the axes.
 */
function flattened(shape: readonly number[], name: string): Warning[] {
  if (shape.length <= 2) return [];
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  return [
    {
      code: 'flattened',
      message: `${name} holds ${shape.join(' x ')}; each sample's ${shape.slice(1).join(' x ')} values were flattened to ${columns} features.`,
    },
  ];
}

/**
 * The error for an array without axes.
 * @param name of the file.
 */
function scalar(name: string): ShapeError {
  return new ShapeError({
    got: `a single number in ${name}`,
    expected: 'an array of samples x features',
    remedy: 'save a matrix with samples in rows',
  });
}
