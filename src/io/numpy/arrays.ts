/**
 * An n-dimensional array inside a file as a matrix: the first axis is the rows, the others are laid out in
 * one row. Read in pieces, so that memory holds the float32 result and little else.
 */

import { CancelledError, FormatError, ShapeError } from '../../errors.js';
import type { Matrix, Warning } from '../../model.js';
import type { Settings } from '../options.js';
import { tooLarge } from '../source/bytes.js';
import type { Source } from '../source/source.js';
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

/** Throws unless the file holds exactly the bytes that its header promises. */
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

/** Reads the array as rows x (product of the other axes). */
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
  const data = new Float32Array(count);
  const place = layout.fortranOrder && shape.length > 1 ? fortranPlace(shape) : null;
  let rounded = 0;
  for (let at = 0; at < count; at += PIECE_ELEMENTS) {
    if (settings.signal?.aborted) throw new CancelledError();
    const end = Math.min(count, at + PIECE_ELEMENTS);
    const bytes = await source.read(layout.offset + at * type.size, layout.offset + end * type.size);
    const values = decodeNumbers(bytes, type, source.name);
    if (type.kind !== 'float' && type.size >= 4) rounded += countRounded(values);
    if (place === null) data.set(values, at);
    else for (let i = 0; i < values.length; i++) data[place()] = values[i];
    settings.onProgress?.(end / count);
  }
  const warnings = [...flattened(shape, source.name), ...precision(rounded, source.name)];
  return { matrix: { rows: shape[0], columns: shape[0] === 0 ? 0 : count / shape[0], data }, warnings };
}

/** Positions in C order of the elements of an array stored first axis fastest, one a call. */
function fortranPlace(shape: readonly number[]): () => number {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const index = new Array<number>(shape.length).fill(0);
  let place = 0;
  return () => {
    const current = place;
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]++;
      place += strides[axis];
      if (index[axis] < shape[axis]) break;
      place -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
    return current;
  };
}

export function countRounded(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.fround(values[i]) !== values[i]) count++;
  return count;
}

/** The warning for integers that single precision cannot hold. */
export function precision(rounded: number, name: string): Warning[] {
  if (rounded === 0) return [];
  return [
    {
      code: 'precision',
      message: `${rounded} integers in ${name} are beyond 2^24 and were rounded to single precision.`,
    },
  ];
}

function flattened(shape: readonly number[], name: string): Warning[] {
  if (shape.length <= 2) return [];
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  return [
    {
      code: 'flattened',
      message: `${name} holds ${shape.join(' x ')}; each sample's ${shape.slice(1).join(' x ')} values were laid out as ${columns} features.`,
    },
  ];
}

function scalar(name: string): ShapeError {
  return new ShapeError({
    got: `a single number in ${name}`,
    expected: 'an array of samples x features',
    remedy: 'save a matrix with samples in rows',
  });
}
