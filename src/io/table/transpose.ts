/**
 * Purpose: a table whose rows are features and whose columns are samples (genes x cells) as samples x features.
 * Cost: one pass; twice the table in memory while it is turned.
 * Fails: OptionError for a label column, since a column of such a file is a sample; FormatError where it does not fit in memory.
 * Ours: what makes a table look turned: names of rows as those of genes, names of columns as barcodes.
 * Types: `Settings`, options with defaults: memory (bytes that may be held), purpose (`features`, `map` or `labels`),
 *   transpose (features are in rows). `RawTable`, as in the file: prepared (the reader obeyed normalize and
 *   maxFeatures), features (samples x features, Matrix or Csr), featureNames (or null), ids (one a row, or null),
 *   reading (roles of columns, or absent), warnings (of the reader). `Matrix`: row-major float32, element (r, c) at
 *   `data[r * columns + c]`; its units (offsets and scale of the columns, or absent). `Csr`: sparse, entries of row r
 *   are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`; its units (offsets and
 *   scale of the columns, or absent). `RawReading`, roles of columns: leftOut (name and reason of columns not used).
 *   `Warning`, a finding: code (for programs).
 */

import { isCsr } from '../../core/csr.js';
import { trueValue } from '../../core/units.js';
import { OptionError, option, words } from '../../errors.js';
import type { Csr, Matrix, Warning } from '../../model.js';
import type { RawTable, Settings } from '../options.js';
import type { IdColumn } from '../plan/types.js';
import { tooLarge } from '../source/bytes.js';
import { checkShape } from './checks.js';
import { compressedToCsr } from './sparse.js';
import { packMatrix } from './units.js';

/**
 * The settings for reading the file as it stands; what concerns features is applied after it is transposed.
 * OptionError for a label column.
 * @param name of the file.
 */
export function settingsToTranspose(settings: Settings, name: string): Settings {
  if (settings.label !== undefined) {
    throw new OptionError({
      got: words`${option('label', settings.label)} with ${option('transpose')}: the columns of ${name} are samples`,
      expected: 'labels in a file of their own',
      remedy: words`name the file with ${option('labels')}`,
    });
  }
  const later = { featureNames: undefined, columns: undefined, maxFeatures: undefined, normalize: undefined };
  return { ...settings, ...later, chooser: undefined, transpose: false };
}

/**
 * The table transposed: names of columns become ids, ids become names of features; other texts of the rows are left
 * out. FormatError beyond the memory. OptionError for a format that says itself what samples are.
 * @param name of the file.
 */
export function transposeTable(raw: RawTable, settings: Settings, name: string): RawTable {
  if (raw.prepared) throw alreadySamples(name);
  const { features } = raw;
  const bytes = isCsr(features) ? features.values.length * 24 : features.rows * features.columns * 12;
  if (bytes > settings.memory)
    throw tooLarge(name, `a table to transpose that takes ${bytes} bytes`, settings.memory);
  checkShape({ rows: features.columns, columns: features.rows }, name, settings.memory);
  const turned = isCsr(features) ? transposeSparse(features, name) : transposeDense(features);
  const ids = raw.featureNames;
  const column = 'the names of the columns';
  return {
    ...turned,
    featureNames: raw.ids,
    ids,
    labels: null,
    reading: {
      ids: ids && { column, reason: 'the table was transposed' },
      label: null,
      leftOut: raw.reading?.leftOut ?? [],
      candidates: ids === null ? [] : [nameCandidate(column, ids)],
    },
    warnings: [...raw.warnings.filter(({ code }) => code !== 'maybe-ids'), ...turned.warnings],
  };
}

/**
 * A list of names as a column to pair by.
 * @param name what people call it.
 * @param values one a feature.
 */
function nameCandidate(name: string, values: readonly string[]): IdColumn {
  return { name, values, declared: true, requested: false, counter: null, feature: null };
}

/**
 * The transposed matrix (columns x rows), its offsets chosen anew for the new columns.
 * @param m rows x columns.
 */
function transposeDense(m: Matrix): { features: Matrix; warnings: Warning[] } {
  const { rows, columns, data, units } = m;
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) values[c * rows + r] = trueValue(data[r * columns + c], c, units);
  }
  return { features: packMatrix(columns, rows, values), warnings: [] };
}

/**
 * The transposed matrix (columns x rows): compressed rows are read as compressed columns. FormatError where an
 * index is outside.
 * @param name of the file.
 * @param m samples x features.
 */
function transposeSparse(m: Csr, name: string): { features: Csr; warnings: Warning[] } {
  const values = Float64Array.from(m.values, (value, p) => trueValue(value, m.indices[p], m.units));
  const shape = { rows: m.columns, columns: m.rows, byColumn: true };
  return compressedToCsr(shape, { offsets: m.offsets, indices: m.indices, values }, name);
}

/** The error for transposing a format that states which axis is samples. @param name of the file. */
function alreadySamples(name: string): OptionError {
  return new OptionError({
    got: words`${option('transpose')} for ${name}, a format that says itself what samples are`,
    expected: 'a text table, an array, Parquet, Arrow or SQLite',
    remedy: 'write it the other way round: adata.T.write_h5ad(path)',
  });
}

/** Names of columns of row names in tables of genes. */
const GENE_COLUMN =
  /^(gene[ _.-]?(ids?|names?|symbols?|short_name)?|symbols?|hgnc[ _.-]?symbol|ensembl.*|ensg|probe(set)?[ _.-]?(ids?|names?)?|transcript[ _.-]?(ids?|names?)?|otu[ _.-]?(ids?)?|asv|proteins?([ _.-]?ids?)?|features?[ _.-]?(ids?|names?)?|cpg|locus[ _.-]?tag)$/i;
const GENE =
  /^(ENS[A-Z]{0,4}[GTP]\d{8,}(\.\d+)?|(ACTB|GAPDH|MALAT1|B2M|CD3[DEG]|MT-[A-Z0-9]+|RP[LS]\d+[A-Z]?|EEF1A1|TP53|HBB)|(Actb|Gapdh|Malat1|B2m|Cd3[deg]|mt-[A-Z][a-z0-9]+|Rp[ls]\d+[a-z]?|Eef1a1))$/;
const BARCODE = /(^|[_:#.-])[ACGT]{10,}([-._]\d+)?$/;
/** Share of names that must look so. */
const TELLING = 0.2;

/**
 * A warning where rows are named as genes are, or columns as cells, so that the table may be features x samples; none
 * otherwise. Never throws.
 * @param source name of the file.
 */
export function transposedWarning(
  { ids, featureNames, reading, prepared }: RawTable,
  settings: Settings,
  source: string,
): Warning[] {
  if (settings.transpose || prepared || settings.purpose !== 'features') return [];
  const share = (names: readonly string[] | null, pattern: RegExp) =>
    names === null || names.length === 0
      ? 0
      : names.filter((name) => pattern.test(name)).length / names.length;
  const column = reading?.ids?.column ?? '';
  const called = GENE_COLUMN.test(column);
  const rows = called || share(ids, GENE) >= TELLING;
  const columns = share(featureNames, BARCODE) >= 0.5;
  if (!rows && !columns) return [];
  const why = called
    ? `rows are named by ${column}`
    : rows
      ? `rows are named as genes are (${ids?.find((id) => GENE.test(id))})`
      : `columns are named as cells are (${featureNames?.find((name) => BARCODE.test(name))})`;
  const message = `Rows of ${source} were read as samples, but ${why}. If samples are in columns, transpose the table (option transpose).`;
  return [{ code: 'maybe-transposed', message }];
}
