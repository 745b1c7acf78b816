/**
 * Purpose: the columns of `obs` with their types: categories with their levels in the file's order, numbers as numbers.
 * Cost: one read a column.
 * Fails: never; a column that cannot be read as one value a sample (nested tables, unknown encodings) is named in a warning.
 * Types: `Store`, HDF5 or Zarr: name (of the file), kind (group, array or null), array (FormatError where there is
 *   none). `Settings`: what the file is read for and what options say of it (options.ts). `Axis`, `obs` or `var`:
 *   columns (names), path (of the group), records (it is a compound data set). `MetadataColumn`: `categorical` (codes
 *   into levels, -1 where missing) or `numeric` (values, NaN where missing), one a sample. `RawTable`, as in the
 *   file: features (samples x features, Matrix or Csr), warnings (of the reader). `CategoricalColumn`, groups of the
 *   samples: kind (`categorical`), codes (one a sample, index into levels, -1 where missing). `StoredArray`, an array
 *   in a file: numbers (elements start to end of the first axis), shape (its sizes), texts (the same as texts),
 *   content (numbers, texts or records). `Matrix`, row-major float32: rows (how many).
 */

import { WhymapError } from '../../../errors.js';
import type { MetadataColumn, Warning } from '../../../model.js';
import type { RawTable, Settings } from '../../options.js';
import { categoricalOf, missingAsEmpty } from '../../plan/metadata.js';
import { below, type Store } from '../store.js';
import { type Axis, findAxis, readAnndata, readColumn } from './anndata.js';
import { SCORE_COLUMN } from './h5ad-results.js';

/** Reads the table of an AnnData file, with all columns of `obs` as metadata. Errors as of `readAnndata`. */
export async function readAnndataTable(store: Store, settings: Settings): Promise<RawTable> {
  const table = await readAnndata(store, settings);
  const { metadata, warnings } = await readMetadata(store, await findAxis(store, 'obs'), table.features.rows);
  return { ...table, metadata, warnings: [...table.warnings, ...warnings] };
}

/**
 * All columns of an axis but scores of an earlier run, in its order, and a warning about those that were left out.
 * Cancelling passes.
 * @param rows samples that a column must have.
 */
async function readMetadata(
  store: Store,
  axis: Axis,
  rows: number,
): Promise<{ metadata: readonly MetadataColumn[]; warnings: readonly Warning[] }> {
  const metadata: MetadataColumn[] = [];
  const unread: string[] = [];
  for (const name of axis.columns.filter((column) => !column.startsWith(SCORE_COLUMN))) {
    const column = await metadataColumn(store, axis, name).catch((error: unknown) => {
      if (!(error instanceof WhymapError) || error.code === 'cancelled') throw error;
      return null;
    });
    if (column === null || lengthOf(column) !== rows) unread.push(name);
    else metadata.push(column);
  }
  if (unread.length === 0) return { metadata, warnings: [] };
  const message = `Left out ${unread.length} column(s) of ${axis.path} of ${store.name} that hold no plain value a sample: ${unread.slice(0, 5).join(', ')}.`;
  return { metadata, warnings: [{ code: 'other-columns', message }] };
}

/** Number of samples of a metadata column. */
const lengthOf = (column: MetadataColumn) =>
  column.kind === 'categorical' ? column.codes.length : column.values.length;

/**
 * A column of `obs` as metadata: categories and texts become categorical, other columns numeric. WhymapError
 * where it is not one value a sample.
 * @param name of the column.
 */
async function metadataColumn(store: Store, axis: Axis, name: string): Promise<MetadataColumn> {
  const path = below(axis.path, name);
  if (axis.records) return fromTexts(name, await readColumn(store, axis, name));
  if ((await store.kind(path)) === 'group') {
    if ((await store.kind(below(path, 'codes'))) !== null) return categories(store, path, name);
    return fromTexts(name, await readColumn(store, axis, name));
  }
  const array = await store.array(path);
  const coded = (await store.kind(below(below(axis.path, '__categories'), name))) !== null;
  if (array.content !== 'numbers' || coded) {
    return categoricalOf(name, missingAsEmpty(await readColumn(store, axis, name)));
  }
  return { name, kind: 'numeric', values: Float64Array.from(await array.numbers(0, array.shape[0])) };
}

/** What a missing value becomes where pandas turns it into a text before it makes categories. */
const MISSING_AS_TEXT = new Set(['nan', 'NaN', '<NA>', 'NaT']);

/**
 * The categorical column at `path`; its levels stay in the order of the file. A category that is the text of a missing
 * value is none; others such as `None` and `NA` stay, since an untreated sample may be called so.
 * @param name of the column.
 */
async function categories(store: Store, path: string, name: string): Promise<MetadataColumn> {
  const codes = await store.array(below(path, 'codes'));
  const stored = await levelsOf(store, below(path, 'categories'));
  const values = await codes.numbers(0, codes.shape[0]);
  const levels = stored.filter((level) => !MISSING_AS_TEXT.has(level));
  const position = stored.map((level) => levels.indexOf(level));
  return {
    name,
    kind: 'categorical',
    codes: Int32Array.from(values, (code) => position[code] ?? -1),
    levels,
  };
}

/**
 * The categories at `path`, as texts; nullable ones have them in `values`. FormatError where nothing is at the path.
 */
async function levelsOf(store: Store, path: string): Promise<readonly string[]> {
  const inner = (await store.kind(path)) === 'group' ? below(path, 'values') : path;
  const array = await store.array(inner);
  const length = array.shape[0] ?? 0;
  if (array.content === 'texts') return [...(await array.texts(0, length))];
  return Array.from(await array.numbers(0, length), String);
}

/**
 * A column of texts as metadata: numeric where every text is a number (empty ones missing), categorical
 * otherwise. Never throws.
 * @param name of the column.
 */
function fromTexts(name: string, texts: readonly string[]): MetadataColumn {
  const present = texts.filter((text) => text !== '');
  const numeric = present.length > 0 && present.every((text) => Number.isFinite(Number(text)));
  if (!numeric) return categoricalOf(name, missingAsEmpty(texts));
  return {
    name,
    kind: 'numeric',
    values: Float64Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text))),
  };
}
