/**
 * Results as arrays of an `.h5ad` file that is open: made where none are, else written over. Called by the thread that writes.
 * Types: `H5Runtime`, the library: guard (turns what goes wrong into a FormatError), h5 (its names). `ResultArray`,
 *   to be written: path (in the file), shape (its sizes), data (numbers or texts in C order).
 */

import type { Group } from 'h5wasm';
import { FormatError } from '../../../errors.js';
import type { sentError } from '../hdf5/messages.js';
import type { OpenH5 } from '../hdf5/runtime.js';
import { type ResultArray, SCORE_COLUMN } from './h5ad-results.js';

/** What the thread is to write, and where. */
export interface WrittenResults {
  readonly path: string;
  /** Of the file, for messages. */
  readonly name: string;
  readonly arrays: readonly ResultArray[];
  /** Columns of `obs` before. */
  readonly obsColumns: readonly string[];
}

/** What the thread answers: null once all is written. */
export interface WriteReply {
  readonly error: ReturnType<typeof sentError> | null;
}

const TEXT_SIZES = [64, 1024, 65536, 2 ** 20, 2 ** 24];
const CHUNK_BYTES = 2 ** 20;

/** Writes all results into an open file. FormatError where another program wrote what would be written over. */
export function writeArrays(open: OpenH5, { arrays, obsColumns, name }: WrittenResults): void {
  const write = () => {
    for (const group of ['obsm', 'varm', 'uns', 'uns/whymap']) makeGroup(open, group);
    for (const array of arrays) putArray(open, array, name);
    listScores(open, obsColumns, arrays);
    open.file.flush();
  };
  open.guard(name, write, Number.POSITIVE_INFINITY);
}

/**
 * Puts the score columns, and none of an earlier run, at the end of the list of columns of `obs`.
 * @param arrays all results.
 */
function listScores({ file }: OpenH5, columns: readonly string[], arrays: readonly ResultArray[]): void {
  const scores = arrays.map(({ path }) => path).filter((path) => path.startsWith(`obs/${SCORE_COLUMN}`));
  const others = columns.filter((column) => !column.startsWith(SCORE_COLUMN));
  if (scores.length === 0 && others.length === columns.length) return;
  const order = [...others, ...scores.map((path) => path.slice('obs/'.length))];
  const obs = file.get('obs') as Group;
  // files of other writers lack it
  if ('column-order' in obs.attrs) obs.delete_attribute('column-order');
  obs.create_attribute('column-order', order, [order.length], 'S');
}

/** Makes an empty group of anndata at `path`, unless it is there. */
function makeGroup({ file }: OpenH5, path: string): void {
  if (file.get(path) !== null) return;
  const group = file.create_group(path);
  group.create_attribute('encoding-type', 'dict', null, 'S');
  group.create_attribute('encoding-version', '0.1.0', null, 'S');
}

/** Writes an array, in place of one of the same path. @param name of the file. */
function putArray(open: OpenH5, array: ResultArray, name: string): void {
  const present = open.file.get(array.path);
  if (present === null) createArray(open, array);
  else replaceArray(open, array, name);
}

/** Writes an array where none is, so that it can be resized later. */
function createArray({ file }: OpenH5, array: ResultArray): void {
  const { path, shape, data } = array;
  const texts = isTexts(data);
  const size = texts ? textSize(data) : data.BYTES_PER_ELEMENT;
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  const rows = Math.max(1, Math.min(shape[0], Math.floor(CHUNK_BYTES / (size * width))));
  const dataset = file.create_dataset({
    name: path,
    data: (texts ? [...data] : data) as Float32Array | string[],
    shape: [...shape],
    dtype: texts ? `S${size}` : data instanceof Float64Array ? '<d' : '<f',
    maxshape: shape.map(() => null),
    chunks: [rows, ...shape.slice(1).map((length) => Math.max(1, length))],
    compression: 'gzip',
  });
  dataset.create_attribute('encoding-type', texts ? 'string-array' : 'array', null, 'S');
  dataset.create_attribute('encoding-version', '0.2.0', null, 'S');
}

/** Whether the data of a result are texts, not numbers. */
function isTexts(data: ResultArray['data']): data is readonly string[] {
  return Array.isArray(data);
}

/**
 * Bytes that each text gets: enough for the longest, with room for longer ones of a later run.
 * @param texts one at least.
 */
function textSize(texts: readonly string[]): number {
  const longest = Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));
  return TEXT_SIZES.find((size) => size >= longest) ?? longest;
}

/**
 * Overwrites an array of an earlier run, resized where its shape is another. FormatError where another program wrote
 * it.
 * @param name of the file.
 */
function replaceArray({ h5, file }: OpenH5, array: ResultArray, name: string): void {
  const present = file.get(array.path);
  const { data, shape } = array;
  const cannot = () =>
    new FormatError({
      got: `${array.path} in ${name}, which cannot be resized (it was written by another program)`,
      expected: 'a file without results, or with those that whymap wrote',
      remedy: "remove obsm['X_whymap'], varm['whymap'] and uns['whymap'] in Python and write the file again",
    });
  if (!(present instanceof h5.Dataset) || present.metadata.vlen) throw cannot();
  if (isTexts(data) && textSize(data) > present.metadata.size) throw cannot();
  const same =
    present.shape?.length === shape.length && shape.every((length, i) => present.shape?.[i] === length);
  const { maxshape } = present.metadata;
  const resizable = maxshape?.length === shape.length && maxshape.every((length) => length > 2 ** 52);
  if (!same && !resizable) throw cannot();
  if (!same) present.resize([...shape]);
  present.refresh();
  present.write_slice(
    shape.map((length) => [0, length]),
    data,
  );
}
