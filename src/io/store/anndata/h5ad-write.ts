/**
 * Writes an explanation into an `.h5ad` file, where scanpy and its kin find it:
 *   obsm["X_whymap"]   samples x modules, float32: presence; NaN for samples that were not explained
 *   obs["whymap_score_M1"]...  float32: score of each module; NaN for samples that were not explained
 *   varm["whymap"]     features x modules, float32: loading; NaN for features that did not take part
 *   uns["whymap"]      modules (ids), labels, share, trust, p_adjusted, significant, contrast, explained, and the
 *                      options and descriptions as JSON texts (lists of one)
 *
 * The file is copied, changed and renamed, so nobody ever sees it half written. Results of an earlier run are
 * replaced. h5wasm cannot remove a data set, so ours are made to be resized, with room in their texts; columns of `obs`
 * for modules that are no more leave its list of columns, by which AnnData reads.
 * Types: `Explanation`: a map with its localities, modules and their descriptions. `OpenH5`, an open HDF5 file: close
 *   (closes it), file (of h5wasm). `ResultArray`: path, shape, data. `Source`, a file, folder or bytes: read (bytes
 *   start to end (exclusive)). `Axis`, `obs` or `var`: records (it is a compound data set), index (column of names),
 *   columns (names). `H5Runtime`, the library: guard (turns what goes wrong into a FormatError), h5 (its names).
 */

import type { Group } from 'h5wasm';
import { CancelledError, FormatError, UnsupportedError } from '../../../errors.js';
import type { Explanation, Warning } from '../../../model.js';
import { pathSource } from '../../source/path-source.js';
import { storeOf } from '../hdf5/hdf5-store.js';
import { type OpenH5, openH5 } from '../hdf5/runtime.js';
import { findAxis, readColumn } from './anndata.js';
import { type ResultArray, resultsOf, SCORE_COLUMN } from './h5ad-results.js';

const TEXT_SIZES = [64, 1024, 65536, 2 ** 20, 2 ** 24];
const CHUNK_BYTES = 2 ** 20;
const COPY_BYTES = 2 ** 24;

/**
 * Copies the `.h5ad` at `from` to `to` (which may be the same path) with the explanation in it.
 * @returns what could not be matched. @throws FormatError when the samples of the file are other ones, or when
 * results of an earlier run cannot be replaced; UnsupportedError for files of anndata 0.6.
 */
export async function writeExplanationToAnndata(
  explanation: Explanation,
  paths: { readonly from: string; readonly to: string },
): Promise<{ readonly warnings: readonly Warning[] }> {
  const { rename } = await import('node:fs/promises');
  const { linkTarget } = await import('../../output/target.js');
  const to = await linkTarget(paths.to);
  const { partial, warnings } = await stageExplanation(explanation, { from: paths.from, to });
  await rename(partial, to);
  return { warnings };
}

/**
 * Writes the copy with the explanation in it beside `to`, without touching `to`. The caller renames it, or removes it.
 * @param paths `to` without links. @param signal stops the copy; CancelledError.
 */
export async function stageExplanation(
  explanation: Explanation,
  paths: { readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<{ readonly partial: string; readonly warnings: readonly Warning[] }> {
  const { rm } = await import('node:fs/promises');
  const { partialBeside } = await import('../../output/partial.js');
  const partial = partialBeside(paths.to);
  await pathSource(paths.from).read(0, 1);
  try {
    await copyWhole(paths.from, partial, signal);
    const open = await openH5(pathSource(partial), 'a');
    try {
      const warnings = await writeResults(open, explanation, paths.from);
      if (signal?.aborted) throw new CancelledError();
      return { partial, warnings };
    } finally {
      open.close();
    }
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Copies a file: at once where the file system can share blocks, else in pieces between which `signal` is looked at.
 * @param from path.
 * @param to path.
 */
async function copyWhole(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  const { constants, copyFile, open } = await import('node:fs/promises');
  const shared = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  if (shared) return;
  const [source, target] = [await open(from, 'r'), await open(to, 'w')];
  try {
    const piece = new Uint8Array(COPY_BYTES);
    for (let at = 0; ; ) {
      if (signal?.aborted) throw new CancelledError();
      const { bytesRead } = await source.read(piece, 0, piece.length, at);
      if (bytesRead === 0) break;
      await target.writeFile(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    await target.sync();
  } finally {
    await source.close();
    await target.close();
  }
}

/**
 * Writes the arrays of an explanation into an open file; returns warnings on what did not match.
 * @param name of the file.
 */
async function writeResults(
  open: OpenH5,
  explanation: Explanation,
  name: string,
): Promise<readonly Warning[]> {
  const store = storeOf(open, name);
  const obs = await findAxis(store, 'obs');
  const variables = await findAxis(store, 'var');
  if (obs.records || variables.records) throw tooOld(name);
  const names = {
    samples: await readColumn(store, obs, obs.index),
    features: await readColumn(store, variables, variables.index),
  };
  const { arrays, warnings } = resultsOf(explanation, names, name);
  const write = () => {
    for (const group of ['obsm', 'varm', 'uns', 'uns/whymap']) makeGroup(open, group);
    for (const array of arrays) putArray(open, array, name);
    listScores(open, obs.columns, arrays);
    open.file.flush();
  };
  open.guard(name, write, Number.POSITIVE_INFINITY);
  return warnings;
}

/** Puts the score columns, and none of an earlier run, at the end of the list of columns of `obs`. */
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

/** Bytes that each text gets: enough for the longest, with room for longer ones of a later run. */
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

/** The error for a file whose layout is too old to be added to. */
function tooOld(name: string): UnsupportedError {
  return new UnsupportedError({
    got: `${name}, in the layout of anndata 0.6`,
    expected: 'a file of anndata 0.7 or later, to write results into',
    remedy: 'read and write it once with a current anndata',
  });
}
