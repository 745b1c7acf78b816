/**
 * Purpose: refuses options that a file's format cannot have, which its reader would ignore without a word.
 * Fails: OptionError before values are used; for a label or id as soon as the table is read.
 * Types: `Settings`, options with defaults: purpose (`features`, `map` or `labels`), idIfThere (`id` may be absent).
 *   `RawTable`, as in the file: ids (one a row, or null), reading (roles of columns, or absent), labels (one a row,
 *   or null).
 */

import { OptionError, option, words } from '../errors.js';
import type { RawTable, Settings } from './options.js';

/**
 * OptionError for options that only files of other formats have: a table or query of SQLite, a layer or raw of
 * AnnData, types of features of AnnData and 10x. Called once the format is known. Nothing happens where all fit.
 * @param format name of the file's format.
 * @param source name of the file.
 */
export function checkApplicable(format: string, settings: Settings, source: string): void {
  for (const [name, formats, kind] of [
    ['table', ['sqlite'], 'an SQLite file'],
    ['query', ['sqlite'], 'an SQLite file'],
    ['layer', ['h5', 'zarr'], 'AnnData (.h5ad or .zarr)'],
    ['useRaw', ['h5', 'zarr'], 'AnnData (.h5ad or .zarr)'],
    ['featureType', ['h5', 'zarr', '10x'], '10x or AnnData, whose features have types'],
  ] as const) {
    const value = settings[name];
    if (value === undefined || value === false || formats.some((fit) => fit === format)) continue;
    throw new OptionError({
      got: words`${value === true ? option(name) : option(name, value)} for ${source}, which is ${format}`,
      expected: kind,
      remedy: 'leave it out',
    });
  }
}

/** Formats of one array, in which there is nothing for `key` to choose from. */
const ONE_ARRAY = ['npy', 'idx', 'mtx', 'csv'];

/**
 * OptionError for `key` with an embedding in a format of one array, where there is nothing to choose from.
 * @param format name of the file's format.
 * @param name of the file.
 */
export function checkKey(format: string, { key }: Settings, name: string): void {
  if (key === undefined || !ONE_ARRAY.includes(format)) return;
  throw new OptionError({
    got: words`${option('embeddingKey', key)} for ${name}, which holds one array without a name`,
    expected: 'a key only for files of several arrays (NPZ, .h5ad, Zarr, Parquet...)',
    remedy: 'leave it out',
  });
}

/**
 * OptionError for an id or label column by name in a file without named columns (NPY, IDX, 10x...), whose reader
 * ignores both. Called after the table was read.
 * @param name of the file.
 * @param raw the table as the reader gave it.
 */
export function checkRequestedColumns(
  raw: RawTable,
  { id, idIfThere, label, purpose }: Settings,
  name: string,
): void {
  const isIdIgnored = id !== undefined && !idIfThere && raw.ids === null && raw.reading === undefined;
  const isLabelIgnored = label !== undefined && purpose === 'features' && raw.labels === null;
  if (!isIdIgnored && !isLabelIgnored) return;
  const optionName = isLabelIgnored ? 'label' : purpose === 'map' ? 'mapId' : 'id';
  throw new OptionError({
    got: words`${option(optionName, isLabelIgnored ? label : id)} for ${name}, which has no column of that name`,
    expected: 'a column of the file',
    remedy: isLabelIgnored
      ? words`name the file with the labels by ${option('labels')}, or leave the option out`
      : 'leave it out to pair rows by their order, or use a file with a column of ids',
  });
}
