/**
 * NPZ: several NPY arrays in a ZIP file, as numpy.savez and scipy.sparse.save_npz write it.
 * Types: `Input`, of a reader: plain (the decompressed file as a Source), name (without a compression suffix).
 *   `Settings`, options with defaults: memory (bytes that may be held). `ZipMember`: name (path inside), size in
 *   bytes, open(). `NpyHeader`, of an array: shape (its sizes). `RawTexts`, a list of texts: values (one a row).
 * Fails: FormatError for a damaged archive or member; UnsupportedError for a workbook; OptionError where the array that is meant cannot be told.
 */

import { FormatError, OptionError, UnsupportedError } from '../../errors.js';
import { openZip, type ZipMember } from '../codecs/zip.js';
import type { FormatReader, Input, RawTable, Settings } from '../options.js';
import { zipSource } from '../source/zip-source.js';
import { checkShape } from '../table/checks.js';
import { compressedToCsr } from '../table/sparse.js';
import { describeNames } from '../table/suggest.js';
import { readNpyHeader, readNpyNumbers, readNpyTable, readNpyTexts } from './npy.js';
import { compressEntries, OTHER_LAYOUTS } from './sparse-layouts.js';

/** Arrays that every file of scipy.sparse.save_npz has. */
const SPARSE_KEYS = ['format', 'data', 'shape'];

/** A NumPy array of the archive. `key` is its name without `.npy`. */
interface Array {
  readonly key: string;
  readonly member: ZipMember;
}

/**
 * The NumPy arrays of an archive, unread, by name without `.npy`. FormatError where it holds none, or other members
 * besides while no `key` says which array is meant; UnsupportedError for a workbook. Members are held to `settings.memory` when
 * they are opened, not here.
 */
async function arraysOf(input: Input, settings: Settings): Promise<Array[]> {
  const members = await openZip(await input.plain(), settings.memory);
  const arrays = members.filter((member) => member.name.endsWith('.npy'));
  if (arrays.length > 0) {
    const others = members.filter((member) => !arrays.includes(member));
    if (others.length > 0 && settings.key === undefined) throw notOnlyArrays(input.name, others);
    return arrays.map((member) => ({ key: member.name.slice(0, -4), member }));
  }
  if (members.some(({ name }) => /^(xl\/|content\.xml$)/.test(name))) throw workbook(input.name);
  throw new FormatError({
    got: `a ZIP file without NumPy arrays, ${input.name} (${members.slice(0, 3).map((m) => m.name)})`,
    expected: 'an NPZ file',
    remedy: 'write it with numpy.savez',
  });
}

/**
 * The error for a spreadsheet of Excel or LibreOffice.
 * @param name of the file.
 */
function workbook(name: string): UnsupportedError {
  return new UnsupportedError({
    got: `a workbook of Excel or LibreOffice, ${name}`,
    expected: 'one table in a text file',
    remedy: 'save the sheet as CSV (UTF-8)',
  });
}

/**
 * The error for members that are no arrays. Without it, a damaged name would hide an array, and another would
 * be read instead.
 * @param others members that are no arrays.
 */
const notOnlyArrays = (name: string, others: readonly ZipMember[]) =>
  new FormatError({
    got: `members that are no NumPy arrays in ${name} (${others.slice(0, 3).map((m) => JSON.stringify(m.name))})`,
    expected: 'arrays only, as numpy.savez writes them',
    remedy: 'write the file again with numpy.savez',
  });

/**
 * The array named `key`, or the only one whose number of dimensions passes `dimensions`. OptionError where
 * there is none, or more than one.
 * @param name of the file, for messages.
 * @param dimensions whether an array of so many may be meant.
 * @returns the opened member.
 * @param arrays of the file.
 */
async function choose(
  arrays: readonly Array[],
  key: string | undefined,
  dimensions: (d: number) => boolean,
  name: string,
) {
  const keys = arrays.map((array) => array.key);
  const wrong = (got: string) =>
    new OptionError({ got, expected: 'the name of one array', remedy: describeNames(key ?? '', keys) });
  if (key !== undefined) {
    const found = arrays.find((array) => array.key === key);
    if (!found) throw wrong(`the array ${key}, which is not in ${name}`);
    return found.member.open();
  }
  const fitting = [];
  for (const array of arrays) {
    const source = await array.member.open();
    if (dimensions((await readNpyHeader(source)).shape.length)) fitting.push(source);
  }
  if (fitting.length !== 1) throw wrong(`${fitting.length} arrays that may be meant in ${name}`);
  return fitting[0];
}

/**
 * The sparse matrix of an archive, or the array that `key` names, or the only one that can be a table. OptionError
 * where several arrays may be it; FormatError for a damaged one.
 */
async function table(input: Input, settings: Settings): Promise<RawTable> {
  const arrays = await arraysOf(input, settings);
  const isSparse = SPARSE_KEYS.every((key) => arrays.some((array) => array.key === key));
  if (isSparse && settings.key === undefined) return sparseTable(arrays, input.name, settings.memory);
  return readNpyTable(await choose(arrays, settings.key, (d) => d >= 2, input.name), settings);
}

/**
 * A sparse matrix as scipy.sparse.save_npz writes it, in any layout. FormatError where an array is missing or
 * outside the shape, or beyond the memory.
 * @param arrays of the file.
 * @param name of the file.
 */
async function sparseTable(arrays: readonly Array[], name: string, memory: number): Promise<RawTable> {
  const open = async (key: string) => {
    const member = arrays.find((array) => array.key === key)?.member;
    if (!member) throw noSparseArray(key, name);
    return member.open();
  };
  const numbers = async (key: string) => readNpyNumbers(await open(key));
  const [format] = (await readNpyTexts(await open('format'))).values;
  const [rows, columns] = Array.from(await numbers('shape'));
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) throw noSparseArray('shape', name);
  checkShape({ rows, columns }, name, memory);
  const other = OTHER_LAYOUTS[format];
  const parts = other
    ? compressEntries(
        await other(async (key) => ({
          values: await numbers(key),
          shape: (await readNpyHeader(await open(key))).shape,
        })),
        rows,
        columns,
        name,
      )
    : { offsets: await numbers('indptr'), indices: await numbers('indices'), values: await numbers('data') };
  if (!other && format !== 'csr' && format !== 'csc') {
    throw new UnsupportedError({
      got: `a sparse matrix in ${format} format in ${name}`,
      expected: 'csr, csc, coo, dia or bsr',
      remedy: 'convert it with .tocsr() before saving',
    });
  }
  const { features, warnings } = compressedToCsr({ rows, columns, byColumn: format === 'csc' }, parts, name);
  return { features, featureNames: null, ids: null, labels: null, warnings };
}

/**
 * The error for a sparse matrix that lacks an array of its layout.
 * @param key of the array that is missing.
 * @param name of the file.
 */
function noSparseArray(key: string, name: string): FormatError {
  return new FormatError({
    got: `a sparse matrix without a sound array ${key} in ${name}`,
    expected: 'all arrays that scipy.sparse.save_npz writes',
    remedy: 'write the file again',
  });
}

/** What tells a Zarr store: a file at its root, or in the only folder there. */
const ZARR_ROOT = /^([^/]+\/)?(\.zgroup|\.zarray|zarr\.json)$/;

/**
 * The Zarr reader and its input when the archive is a zipped Zarr store; null for NPZ. Called first by every reading
 * of a ZIP file. FormatError for a damaged archive.
 */
async function zarrInside(input: Input, settings: Settings) {
  const members = await openZip(await input.plain(), Number.POSITIVE_INFINITY);
  const root = members.map(({ name }) => ZARR_ROOT.exec(name)).find((match) => match !== null);
  if (!root) return null;
  const { zarrReader } = await import('../store/zarr/zarr.js');
  const source = zipSource(input.name, members, settings.memory, root[1] ?? '');
  return { reader: zarrReader, input: { ...input, source } };
}

export const npzReader: FormatReader = {
  async table(input, settings) {
    const zarr = await zarrInside(input, settings);
    return zarr ? zarr.reader.table(zarr.input, settings) : table(input, settings);
  },
  async embedding(input, settings) {
    const zarr = await zarrInside(input, settings);
    if (zarr?.reader.embedding) return zarr.reader.embedding(zarr.input, settings);
    return table(input, settings);
  },
  async contents(input, settings) {
    const zarr = await zarrInside(input, settings);
    if (zarr?.reader.contents) return zarr.reader.contents(zarr.input, settings);
    const arrays = (await arraysOf(input, settings)).map(({ key }) => key);
    return { columns: [], arrays, layers: [] };
  },
  async texts(input, settings) {
    const zarr = await zarrInside(input, settings);
    if (zarr) return zarr.reader.texts(zarr.input, settings);
    const arrays = await arraysOf(input, settings);
    return readNpyTexts(await choose(arrays, settings.key ?? settings.label, (d) => d === 1, input.name));
  },
};
