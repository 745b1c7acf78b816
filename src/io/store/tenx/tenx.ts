/**
 * What Cell Ranger of 10x Genomics writes: a folder of `matrix.mtx`, `features.tsv` (or `genes.tsv`) and
 * `barcodes.tsv`, gzipped or not, and the `.h5` files of versions 2 and 3. Both hold genes x cells and are read
 * as cells x genes. A symbol that comes twice is followed by its identifier.
 * Types: `Input`, of a reader: source (the file or folder). `Settings`: what the file is read for and what options
 *   say of it (options.ts); its normalize (`none` or `log1p-cp10k`). `Store`, HDF5 or Zarr: keys (members of a
 *   group), kind (group, array or null), array (FormatError where there is none), name (of the file). `Source`, a
 *   file, folder or bytes: name (for people). `FeatureSums`, one entry a feature: whole (all are whole and not
 *   negative), largest (value). `StoredArray`, an array in a file: texts (the same as texts), shape (its sizes),
 *   numbers (elements start to end of the first axis). `RawTexts`, a list of texts: values (one a row). `TypeChoice`,
 *   features of the type sought: kept (columns, or null for all), warnings (of those left out).
 * Fails: FormatError for parts that do not fit or are missing, OptionError for options that 10x files cannot have.
 */

import { FormatError, OptionError, option, words } from '../../../errors.js';
import type { Input, RawTable, Settings } from '../../options.js';
import { selectColumns } from '../../table/missing.js';
import { askNormalize } from '../../table/normalize.js';
import { sumsOf } from '../../table/select-features.js';
import { readMatrixMarket } from '../../text/matrix-market.js';
import { readLines } from '../../text/text-lists.js';
import { amongColumns, chooseType } from '../feature-types.js';
import { findSparse } from '../find-matrix.js';
import { readStoredMatrix } from '../matrix.js';
import { below, type Store } from '../store.js';

/** Names of the files, with and without `.gz`. */
const MATRIX = ['matrix.mtx.gz', 'matrix.mtx'];
const FEATURES = ['features.tsv.gz', 'features.tsv', 'genes.tsv.gz', 'genes.tsv'];
const BARCODES = ['barcodes.tsv.gz', 'barcodes.tsv'];

/** Whether a folder holds what Cell Ranger writes. @param names of its files. */
export function isTenxFolder(names: readonly string[]): boolean {
  return MATRIX.some((name) => names.includes(name));
}

/**
 * Reads the folder of Cell Ranger as cells x genes. FormatError where a file is missing or the parts do not fit.
 * OptionError for counts that no option says how to treat.
 * @param names of its files.
 * @param open makes an input of a file inside the folder.
 */
export async function readTenxFolder(
  names: readonly string[],
  open: (name: string) => Promise<Input>,
  settings: Settings,
): Promise<RawTable> {
  const find = (wanted: readonly string[]) => wanted.find((name) => names.includes(name));
  const [features, barcodes] = [find(FEATURES), find(BARCODES)];
  const folder = (await open(find(MATRIX) ?? MATRIX[0])).source.name.replace(/\/[^/]*$/, '');
  if (features === undefined || barcodes === undefined) {
    throw new FormatError({
      got: `${folder} without ${features === undefined ? 'features.tsv' : 'barcodes.tsv'}`,
      expected: 'matrix.mtx, features.tsv (or genes.tsv) and barcodes.tsv',
      remedy: 'copy the whole folder that Cell Ranger wrote',
    });
  }
  const lines = async (name: string) => (await readLines(await open(name), settings)).values;
  const rows = (await lines(features)).map((line) => line.split('\t'));
  const ids = (await lines(barcodes)).map((line) => line.split('\t')[0]);
  const types = chooseType(
    rows.map(([, , type]) => type?.trim()),
    settings,
    folder,
  );
  const featureNames = nameFeatures(rows.map(([id, symbol]) => ({ id, symbol })));
  const all = await readMatrixMarket(await open(find(MATRIX) ?? MATRIX[0]), settings, true);
  checkNames(folder, all, ids.length, featureNames.length);
  const matrix = types.kept === null ? all : selectColumns(all, types.kept);
  if (settings.normalize === undefined) {
    const sums = sumsOf(matrix);
    if (sums.whole && sums.largest > 1) throw askNormalize(sums.largest, folder);
  }
  return {
    features: matrix,
    featureNames: keptNames(featureNames, types.kept),
    ids,
    labels: noLabels(settings, folder),
    warnings: types.warnings,
  };
}

/** Name of the group that holds a 10x matrix in an HDF5 file, or null when there is none. The first such group. */
export async function tenxGroup(store: Store): Promise<string | null> {
  const keys = await store.keys('');
  if (keys.includes('X') || keys.includes('obs')) return null;
  for (const key of keys) {
    if ((await store.kind(key)) === 'group' && (await store.keys(key)).includes('barcodes')) return key;
  }
  return null;
}

/**
 * Reads a `.h5` of Cell Ranger 2 or 3 as cells x genes. OptionError for counts that no option says how to treat.
 * @param group name of the group that holds the matrix.
 */
export async function readTenxH5(store: Store, group: string, settings: Settings): Promise<RawTable> {
  const texts = async (path: string) => {
    const array = await store.array(below(group, path));
    return array.texts(0, array.shape[0]);
  };
  const current = (await store.kind(below(group, 'features'))) === 'group';
  const ids = await texts('barcodes');
  const symbols = await texts(current ? 'features/name' : 'gene_names');
  const genes = await texts(current ? 'features/id' : 'genes');
  const types = current ? await texts('features/feature_type') : null;
  const all = nameFeatures(symbols.map((symbol, i) => ({ id: genes[i], symbol })));
  const choice = chooseType(types, settings, store.name);
  const shape = await store.array(below(group, 'shape'));
  const [columns, rows] = Array.from(await shape.numbers(0, 2));
  checkNames(store.name, { rows, columns }, ids.length, all.length);
  const featureNames = keptNames(all, choice.kept);
  const stored = await findSparse(store, group, { rows, columns, layout: 'rows' });
  const chosen = amongColumns(stored, choice.kept);
  const read = await readStoredMatrix(chosen, { ids, featureNames }, settings, true);
  return {
    features: read.features,
    featureNames: keptNames(featureNames, read.kept),
    ids: [...ids],
    labels: noLabels(settings, store.name),
    warnings: [...choice.warnings, ...read.warnings],
    prepared: true,
  };
}

interface Feature {
  readonly id: string;
  readonly symbol: string | undefined;
}

/**
 * Names of the features: their symbols, followed by the identifier where one comes twice. One a feature, in order.
 * Never throws.
 */
function nameFeatures(features: readonly Feature[]): string[] {
  const counts = new Map<string, number>();
  for (const { symbol, id } of features) counts.set(symbol ?? id, (counts.get(symbol ?? id) ?? 0) + 1);
  return features.map(({ symbol, id }) =>
    symbol === undefined || counts.get(symbol) === 1 ? (symbol ?? id) : `${symbol} (${id})`,
  );
}

/** Names of the kept columns. @param kept positions of columns, null for all. */
const keptNames = (names: readonly string[], kept: readonly number[] | null) =>
  kept === null ? [...names] : kept.map((c) => names[c]);

/**
 * FormatError unless there is one barcode a cell and one feature a gene.
 * @param size `rows` (cells) and `columns` (genes) of the matrix.
 * @param ids number of barcodes.
 * @param features number of features.
 * @param name of the file.
 */
function checkNames(
  name: string,
  size: { rows: number; columns: number },
  ids: number,
  features: number,
): void {
  if (size.rows === ids && size.columns === features) return;
  throw new FormatError({
    got: `${size.rows} cells x ${size.columns} genes in ${name}, with ${ids} barcodes and ${features} features`,
    expected: 'one barcode a cell and one feature a gene',
    remedy: 'copy the whole output of Cell Ranger again: its parts do not fit together',
  });
}

/**
 * Null; OptionError where a label or id column is requested, which 10x files do not hold.
 * @param name of the file.
 */
function noLabels(settings: Settings, name: string): null {
  const wanted = settings.label ?? settings.id;
  if (wanted === undefined) return null;
  throw new OptionError({
    got: `the column ${wanted} of ${name}`,
    expected: words`no ${option('label')} or ${option('id')}, because 10x files hold barcodes only`,
    remedy: 'give the labels in a file of their own, with barcodes as ids',
  });
}
