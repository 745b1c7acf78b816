/**
 * AnnData in a tree of arrays (`.h5ad`, or Zarr): names, columns and matrices, in the encodings of anndata
 * 0.6 (tables as compound data sets), 0.7 (`__categories`) and 0.8 on (`encoding-type`).
 * Source: anndata's on-disk format specification, and its readers for older files.
 * Types: `Store`, HDF5 or Zarr: name (of the file), kind (group, array or null), array (FormatError where there is
 *   none), keys (members of a group), attributes (of a group or array). `Settings`: what the file is read for and
 *   what options say of it (options.ts); its id (column of ids), label (column of labels), useRaw (of AnnData).
 *   `Stored`, a matrix in a file: columns (features), rows (samples), name (for messages). `StoredArray`, an array in
 *   a file: field (one field of records), shape (its sizes), texts (the same as texts), numbers (elements start to
 *   end of the first axis), fields (names of the fields of records), content (numbers, texts or records).
 *   `TypeChoice`, features of the type sought: kept (columns, or null for all), warnings (of those left out).
 * Fails: FormatError for a damaged file or a part that is missing, OptionError for a name or key that is not there.
 */

import { FormatError, OptionError, option, words } from '../../../errors.js';
import type { Matrix } from '../../../model.js';
import type { Contents, RawTable, RawTexts, Settings } from '../../options.js';
import { describeNames } from '../../table/suggest.js';
import { packMatrix } from '../../table/units.js';
import { amongColumns, chooseType, type TypeChoice } from '../feature-types.js';
import { findMatrix } from '../find-matrix.js';
import { readStoredMatrix } from '../matrix.js';
import { below, type Store, textAttribute } from '../store.js';
import { columnNames, embeddingKeys, emptyMatrix, isNullElement, keysOf, withoutX } from './absent-parts.js';

/** `obs` or `var`, or `raw/var`. */
export interface Axis {
  readonly path: string;
  /** Whether it is a compound data set rather than a group of columns. */
  readonly records: boolean;
  /** The column that holds the names. */
  readonly index: string;
  readonly columns: readonly string[];
}

/** The matrix that settings name (X, a layer or raw), samples x features, with feature names, ids and labels. */
export async function readAnndata(store: Store, settings: Settings): Promise<RawTable> {
  const where = await matrixPath(store, settings);
  const obs = await findAxis(store, 'obs');
  const features = await findAxis(store, where.names);
  const whole = await findMatrix(store, where.matrix);
  if (whole.columns === 0 || whole.rows === 0) throw emptyMatrix(whole.name, whole.rows, whole.columns);
  const all = await readColumn(store, features, features.index);
  const ids = await readColumn(store, obs, settings.id ?? obs.index);
  if (all.length !== whole.columns || ids.length !== whole.rows) {
    throw new FormatError({
      got: `${whole.rows} x ${whole.columns} at ${whole.name}, with ${ids.length} and ${all.length} names`,
      expected: 'one name a sample and one a feature',
      remedy: 'write the file again: its parts do not fit together',
    });
  }
  const labels = settings.label === undefined ? null : await readColumn(store, obs, settings.label);
  const types = await featureTypes(store, features, settings);
  const stored = amongColumns(whole, types.kept);
  const featureNames = types.kept === null ? all : types.kept.map((c) => all[c]);
  const read = await readStoredMatrix(stored, { ids, featureNames }, settings, true);
  return {
    features: read.features,
    featureNames: read.kept === null ? featureNames : read.kept.map((c) => featureNames[c]),
    ids,
    labels,
    warnings: [...types.warnings, ...read.warnings],
    prepared: true,
  };
}

/**
 * Which features are read where there are several types (genes, antibodies): scanpy keeps them in `feature_types`.
 */
async function featureTypes(store: Store, features: Axis, settings: Settings): Promise<TypeChoice> {
  const column = ['feature_types', 'feature_type'].find((name) => features.columns.includes(name));
  const types = column === undefined ? null : await readColumn(store, features, column);
  return chooseType(types, settings, store.name);
}

/** Path of the requested matrix (X, a layer or raw), and of the table with the names of its features. */
async function matrixPath(store: Store, settings: Settings): Promise<{ matrix: string; names: string }> {
  if (settings.useRaw) {
    if (settings.layer !== undefined) {
      throw new OptionError({
        got: words`${option('useRaw')} together with ${option('layer')}`,
        expected: 'one of the two',
        remedy: 'leave one out',
      });
    }
    if ((await store.kind('raw/X')) !== null) return { matrix: 'raw/X', names: 'raw/var' };
    if ((await store.kind('raw.X')) !== null) return { matrix: 'raw.X', names: 'raw.var' };
    throw new OptionError({
      got: words`${option('useRaw')}, but ${store.name} has no raw`,
      expected: 'a file in which adata.raw was set',
      remedy: words`leave ${option('useRaw')} out, or name a ${option('layer')}`,
    });
  }
  if (settings.layer === undefined || settings.layer === 'X') {
    const isNull = (await store.kind('X')) !== null && (await isNullElement(store, 'X'));
    if ((await store.kind('X')) !== null && !isNull) return { matrix: 'X', names: 'var' };
    throw await withoutX(store, isNull);
  }
  const exact = below('layers', settings.layer);
  if ((await store.kind(exact)) !== null) return { matrix: exact, names: 'var' };
  const layers = await keysOf(store, 'layers');
  const layer = complete(settings.layer, layers, 'layer', store.name);
  return { matrix: below('layers', layer), names: 'var' };
}

/**
 * The key that is meant: the same, with `X_` before it, or in another case. OptionError names the nearest.
 * @param what `layer`...
 * @param keys that there are.
 * @param name of the file.
 */
export function complete(wanted: string, keys: readonly string[], what: string, name: string): string {
  const plain = wanted.replace(/^(obsm|layers)\//, '');
  const lower = (text: string) => text.toLowerCase();
  const found =
    keys.find((key) => key === plain) ??
    keys.find((key) => key === `X_${plain}`) ??
    keys.find((key) => lower(key) === lower(plain) || lower(key) === lower(`X_${plain}`));
  if (found !== undefined) return found;
  throw new OptionError({
    got: `the ${what} ${wanted}, which ${name} does not have`,
    expected: `one of its ${what}s`,
    remedy: describeNames(wanted, keys),
  });
}

/** How `obs` or `var`, at `path`, is stored: its column of names and its others. FormatError when it is not there. */
export async function findAxis(store: Store, path: string): Promise<Axis> {
  const kind = await store.kind(path);
  if (kind === 'array') {
    const { fields } = await store.array(path);
    const index = fields.includes('index') ? 'index' : fields[0];
    return { path, records: true, index, columns: fields.filter((field) => field !== index) };
  }
  const keys = kind === 'group' ? await store.keys(path) : [];
  const named = kind === 'group' ? textAttribute(await store.attributes(path), '_index') : null;
  const index = named ?? ['_index', 'index'].find((name) => keys.includes(name));
  if (index === undefined || !keys.includes(index)) {
    throw new FormatError({
      got: `no names at ${path} of ${store.name}`,
      expected: 'an AnnData file with obs and var',
      remedy: 'write the file again with a current anndata',
    });
  }
  return {
    path,
    records: false,
    index,
    columns: await columnNames(store, path, keys, index),
  };
}

/**
 * A column of an axis as texts, one a row; numbers in decimal, missing values empty. OptionError names the nearest.
 */
export async function readColumn(store: Store, axis: Axis, name: string): Promise<string[]> {
  if (name !== axis.index && !axis.columns.includes(name)) {
    throw new OptionError({
      got: `the column ${name}, which ${axis.path} of ${store.name} does not have`,
      expected: 'one of its columns',
      remedy: describeNames(name, axis.columns),
    });
  }
  if (axis.records) return readRecordColumn(store, axis, name);
  const path = below(axis.path, name);
  if ((await store.kind(path)) === 'group') return readEncodedColumn(store, path);
  const values = await readTexts(store, path);
  // anndata 0.7 keeps the categories of a column of codes beside it.
  const categories = below(below(axis.path, '__categories'), name);
  if ((await store.kind(categories)) === null) return values;
  return codesToTexts(values, await readTexts(store, categories));
}

/** A column that is a group, as texts: categorical, or nullable numbers, booleans and strings (anndata 0.8 on). */
async function readEncodedColumn(store: Store, path: string): Promise<string[]> {
  // Not by the names in the group: over HTTP they may not be known.
  if ((await store.kind(below(path, 'codes'))) !== null) {
    const codes = await readTexts(store, below(path, 'codes'));
    return codesToTexts(codes, await readTexts(store, below(path, 'categories')));
  }
  const values = await readTexts(store, below(path, 'values'));
  const mask = await readTexts(store, below(path, 'mask'));
  return values.map((value, i) => (mask[i] === '0' ? value : ''));
}

/** A column of a compound data set as texts; categories of a column of codes are in `uns` (anndata 0.6). */
async function readRecordColumn(store: Store, axis: Axis, name: string): Promise<string[]> {
  const array = await store.array(axis.path);
  const values = (await array.field(name, 0, array.shape[0])).map(String);
  const categories = below('uns', `${name}_categories`);
  if ((await store.kind(categories)) !== 'array') return values;
  return codesToTexts(values, await readTexts(store, categories));
}

/** The categories that codes stand for; an empty text for a code without one. */
function codesToTexts(codes: readonly string[], categories: readonly string[]): string[] {
  return codes.map((code) => (code === '' ? '' : (categories[Number(code)] ?? '')));
}

/** An array at a path as texts; missing numbers as empty texts. */
async function readTexts(store: Store, path: string): Promise<string[]> {
  if ((await store.kind(path)) === 'group') return readEncodedColumn(store, path);
  const array = await store.array(path);
  const length = array.shape[0] ?? 1;
  if (array.content === 'texts') return [...(await array.texts(0, length))];
  return Array.from(await array.numbers(0, length), (value) => (Number.isNaN(value) ? '' : String(value)));
}

/** What an AnnData file holds, for a list of contents: columns of `obs`, keys of `obsm`, layers. */
export async function anndataContents(store: Store): Promise<Contents> {
  const obs = await findAxis(store, 'obs');
  return {
    columns: obs.columns.map((name) => ({ name, kind: 'text' })),
    arrays: await embeddingKeys(store),
    layers: await keysOf(store, 'layers'),
  };
}

/** Coordinates under a key of `obsm`, with the samples' ids. The key may be left out when there is one only. */
export async function readAnndataEmbedding(store: Store, settings: Settings): Promise<RawTable> {
  const obsm = await store.kind('obsm');
  const keys = await embeddingKeys(store);
  if (settings.key === undefined && keys.length !== 1) {
    throw new OptionError({
      got: `${keys.length} embeddings in ${store.name}`,
      expected: 'the key of one',
      remedy: keys.length === 0 ? 'compute one, or give a file' : `name one of ${keys.join(', ')}`,
    });
  }
  const key = settings.key === undefined ? keys[0] : await embeddingKey(store, settings.key, keys);
  const obs = await findAxis(store, 'obs');
  const ids = await readColumn(store, obs, settings.id ?? obs.index);
  const features =
    obsm === 'array' ? await readRecordMatrix(store, key) : await readObsm(store, key, settings);
  return { features, featureNames: null, ids, labels: null, warnings: [] };
}

/** The key of `obsm` that is meant; as it is where it is there, though the names may not be known (over HTTP). */
async function embeddingKey(store: Store, wanted: string, keys: readonly string[]): Promise<string> {
  if (keys.length === 0) {
    for (const key of [wanted, `X_${wanted}`])
      if ((await store.kind(below('obsm', key))) !== null) return key;
  }
  return complete(wanted, keys, 'embedding', store.name);
}

/** The embedding under a key of `obsm`, samples x dimensions: a matrix, a sparse one, or a table. */
async function readObsm(store: Store, key: string, settings: Settings): Promise<RawTable['features']> {
  const path = below('obsm', key);
  const encoding = textAttribute(await store.attributes(path), 'encoding-type');
  if (encoding === 'dataframe') return readFrame(store, path);
  const stored = await findMatrix(store, path);
  const plain = { ...settings, normalize: 'none' as const, maxFeatures: undefined, chooser: undefined };
  return (await readStoredMatrix(stored, { ids: [], featureNames: [] }, plain, false)).features;
}

/** A table of numbers at a path as a matrix, rows x columns; NaN where a value is missing. */
async function readFrame(store: Store, path: string): Promise<Matrix> {
  const axis = await findAxis(store, path);
  const columns = await Promise.all(axis.columns.map((name) => readColumn(store, axis, name)));
  const rows = columns[0]?.length ?? 0;
  const values = new Float64Array(rows * columns.length);
  for (const [c, column] of columns.entries()) {
    for (let r = 0; r < rows; r++)
      values[r * columns.length + c] = column[r] === '' ? Number.NaN : Number(column[r]);
  }
  return packMatrix(rows, columns.length, values);
}

/** One field of the compound `obsm` of anndata 0.6 as a matrix, samples x dimensions. */
async function readRecordMatrix(store: Store, key: string): Promise<Matrix> {
  const array = await store.array('obsm');
  const records = (await array.field(key, 0, array.shape[0])) as (number | number[])[];
  const columns = [records[0]].flat().length;
  return packMatrix(records.length, columns, records.flat());
}

/** The column of `obs` that `key` or `label` names, as texts, with the samples' ids. */
export async function readAnndataTexts(store: Store, settings: Settings): Promise<RawTexts> {
  const obs = await findAxis(store, 'obs');
  const name = settings.key ?? settings.label;
  if (name === undefined) {
    throw new OptionError({
      got: `no column of ${store.name}`,
      expected: 'the name of a column of obs',
      remedy: `name one of ${obs.columns.slice(0, 10).join(', ')}`,
    });
  }
  return {
    values: await readColumn(store, obs, name),
    ids: await readColumn(store, obs, settings.id ?? obs.index),
  };
}
