/**
 * Values as arrays of frames, and back.
 *
 * Types: `FrameArray`: name, shape and data of an array. Fails: ShapeError for an array that is missing or no matrix.
 */

import { matrix } from '../../core/matrix.js';
import { ShapeError } from '../../errors.js';
import type { FrameArray, FrameData } from './frames.js';
import { arrayOf } from './messages.js';

/** Arrays of one name, in order. */
export function lists(name: string, all: readonly FrameData[]): FrameArray[] {
  return all.map((data) => ({ name, shape: [data.length], data }));
}

/** A matrix as an array. */
export function matrixArray(name: string, { rows, columns, data }: ReturnType<typeof matrix>): FrameArray {
  return { name, shape: [rows, columns], data };
}

/** The matrix of that name. ShapeError where there is none. */
export function matrixIn(arrays: readonly FrameArray[], name: string): ReturnType<typeof matrix> {
  const [rows = 0, columns = 0] = arrays.find((array) => array.name === name)?.shape ?? [];
  const data = arrayOf(arrays, name, Float32Array);
  if (data.length === rows * columns) return matrix(rows, columns, data);
  throw new ShapeError({
    got: `an array ${name} that is no matrix`,
    expected: 'rows and columns',
    remedy: 'run the same whymap on both sides',
  });
}
