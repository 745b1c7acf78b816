/**
 * Values of a few features over the samples of a locality, and their correlations.
 *
 * Shapes: one column a feature, one value a sample. Precision: double. Cost: samples x features, and
 * samples x features^2 for all correlations. Deterministic: sums in the order of the samples.
 * Types: `Localities`, n-neighborhoods of probes: members (count x size sample rows, nearest first), size (n, samples
 *   in each). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r
 *   are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`. `AssociationMeasure`:
 *   `pearson`, `spearman` or `bicor`. `MeasureSteps`, steps of a correlation: center (subtracts the center from the
 *   values of a feature). `LevelRuns`, localities with the samples of a level side by side: counts (samples that take
 *   part, one a locality), lengths (samples of each run), freedom (degrees of freedom, one a locality).
 * Fails: never; constant columns give zeros.
 */

import { ASSOCIATION_MEASURES, toUnitNorm } from '../../core/association-measures.js';
import { denseCells, isCsr } from '../../core/csr.js';
import { centerRuns, levelRuns } from '../../core/level-runs.js';
import type { AssociationMeasure, Csr, Localities, Matrix } from '../../model.js';

/** Rows whose cells are gathered at once. */
const BLOCK_ROWS = 8;

/**
 * Rows of the samples in locality `l` (its number, from 0), nearest to the probe first; a view of `members`, not to be changed.
 */
export function membersOf({ members, size }: Pick<Localities, 'members' | 'size'>, l: number): Int32Array {
  return members.subarray(l * size, (l + 1) * size);
}

/** Samples of a locality among which features are correlated. */
export interface LocalSamples {
  /** Their rows; with levels run after run of one level. */
  readonly rows: Int32Array;
  /** Samples of each run; null where all are one level. */
  readonly lengths: Int32Array | null;
  /** Degrees of freedom of a correlation. */
  readonly freedom: number;
}

/**
 * The samples among `members` that take part in correlations inside levels, or all of them.
 * @param members sample rows of a locality, or some of them.
 * @param levels code of each sample's level, below 0 where it takes no part; nothing where all samples are one level.
 */
export function samplesInLevels(members: Int32Array, levels?: Int32Array | null): LocalSamples {
  if (!levels) return { rows: members, lengths: null, freedom: members.length - 1 };
  const runs = levelRuns(members, members.length, levels);
  const [count = 0] = runs.counts;
  return { rows: runs.members.subarray(0, count), lengths: runs.lengths, freedom: runs.freedom[0] ?? 0 };
}

/**
 * As `localValues`, among the samples of a locality and centered in their levels. Pass the columns to `unitColumn` or
 * `correlationMatrix`.
 * @param features samples x d.
 * @param wanted feature indices.
 * @returns one column for each of these, one value for each of the samples' rows.
 */
export function localColumns(
  features: Matrix | Csr,
  { rows, lengths }: LocalSamples,
  wanted: readonly number[],
  measure: AssociationMeasure,
): readonly Float64Array[] {
  return centeredInLevels(localValues(features, rows, wanted, measure), lengths);
}

/**
 * The columns less their means in each run of one level; zeros where only rounding is left (`centerRuns`). New arrays, or the
 * same ones where `lengths` is null.
 * @param columns one value a sample, run after run.
 * @param lengths samples of each run.
 */
export function centeredInLevels(
  columns: readonly Float64Array[],
  lengths: LocalSamples['lengths'],
): readonly Float64Array[] {
  return lengths ? columns.map((column) => centerRuns(column, lengths)) : columns;
}

/**
 * One column for each of the features, one value a sample, as the measure compares them: the values, or for
 * `spearman` their ranks among these rows. A sparse cell that is not stored is 0. A measure with ranks gives ties
 * their mean rank.
 * @param rows sample rows.
 * @param wanted feature indices.
 */
export function localValues(
  features: Matrix | Csr,
  rows: ArrayLike<number>,
  wanted: readonly number[],
  measure: AssociationMeasure,
): Float64Array[] {
  const n = rows.length;
  const flat = new Float64Array(n * wanted.length);
  if (isCsr(features)) {
    const { data, columns: width } = denseCells(features, rows, wanted);
    for (let s = 0; s < n; s++) for (let c = 0; c < width; c++) flat[c * n + s] = data[s * width + c];
  } else gatherCells(features, rows, wanted, flat);
  return wanted.map((_, c) => ASSOCIATION_MEASURES[measure].values(flat.subarray(c * n, (c + 1) * n)));
}

/**
 * Cells of dense rows, column after column. Rows are taken in blocks: those of a block stay in the cache while all columns are read,
 * and each column's values of a block are written side by side.
 * @param flat room for rows x wanted values.
 */
function gatherCells(
  { data, columns: width }: Matrix,
  rows: ArrayLike<number>,
  wanted: readonly number[],
  flat: Float64Array,
): void {
  const n = rows.length;
  const cells = Int32Array.from(wanted);
  for (let first = 0; first < n; first += BLOCK_ROWS) {
    const last = Math.min(n, first + BLOCK_ROWS);
    for (let c = 0; c < cells.length; c++) {
      const cell = cells[c];
      for (let s = first; s < last; s++) flat[c * n + s] = data[rows[s] * width + cell];
    }
  }
}

/**
 * The column centered as the measure says and scaled to a norm of 1, so that a dot product of two is their
 * correlation; zeros when constant.
 * @param values one a sample, as `localValues` returns them.
 */
export function unitColumn(values: Float64Array, measure: AssociationMeasure): Float64Array {
  return toUnitNorm(ASSOCIATION_MEASURES[measure].center(values));
}

/**
 * Dot product of two columns of equal length, summed in order. 0 for empty columns.
 * @param a one number a sample.
 * @param b of the same length.
 */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let s = 0; s < a.length; s++) sum += a[s] * b[s];
  return sum;
}

/**
 * Correlations of all columns with one another: f x f, row by row, 1 on the diagonal; 0 with a constant column, its
 * diagonal included.
 * @param values f columns, as `localValues` returns them.
 */
export function correlationMatrix(
  values: readonly Float64Array[],
  measure: AssociationMeasure,
): Float64Array {
  return unitCorrelations(values.map((column) => unitColumn(column, measure)));
}

/**
 * As `correlationMatrix`, of columns that are centered and scaled already (`unitColumn`).
 * @param columns f of one length, each of norm 1 or all 0.
 * @returns f x f, row by row; a column of zeros has 0 everywhere, its diagonal included.
 */
export function unitCorrelations(columns: readonly Float64Array[]): Float64Array {
  const size = columns.length;
  const packed = packedCorrelations(columns, new Float64Array((size * (size + 1)) / 2));
  return unpackedCorrelations(packed, size, size);
}

/**
 * The same for pairs i <= j only, row by row.
 * @param result f (f + 1) / 2; returned.
 */
export function packedCorrelations(columns: readonly Float64Array[], result: Float64Array): Float64Array {
  const size = columns.length;
  let at = 0;
  for (let i = 0; i < size; i++) {
    let j = i;
    for (; j + 3 < size; j += 4, at += 4) fourDots(columns, i, j, result, at);
    for (; j < size; j++) result[at++] = dot(columns[i], columns[j]);
  }
  return result;
}

/** Packed correlations of f features as the matrix of the first `size` of them, size x size. */
export function unpackedCorrelations(packed: Float64Array, f: number, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0, row = 0; i < size; row += f - i, i++) {
    for (let j = i; j < size; j++) {
      const value = packed[row + j - i];
      result[i * size + j] = value;
      result[j * size + i] = value;
    }
  }
  return result;
}

/** Writes the dot products of column i with columns j to j + 3 from `at` on: four sums at once, each in the order of `dot`. */
function fourDots(
  columns: readonly Float64Array[],
  i: number,
  j: number,
  result: Float64Array,
  at: number,
): void {
  const column = columns[i];
  const [a, b, c, d] = [columns[j], columns[j + 1], columns[j + 2], columns[j + 3]];
  let sumA = 0;
  let sumB = 0;
  let sumC = 0;
  let sumD = 0;
  for (let s = 0; s < column.length; s++) {
    const value = column[s];
    sumA += value * a[s];
    sumB += value * b[s];
    sumC += value * c[s];
    sumD += value * d[s];
  }
  result[at] = sumA;
  result[at + 1] = sumB;
  result[at + 2] = sumC;
  result[at + 3] = sumD;
}

/**
 * Correlation of two columns by the measure, -1 to 1; null where either is constant.
 * @param a one raw value a sample; `spearman` takes ranks of them here.
 * @param b of the same length.
 */
export function columnCorrelation(
  a: Float64Array,
  b: Float64Array,
  measure: AssociationMeasure,
): number | null {
  const [x, y] = [a, b].map((column) => unitColumn(ASSOCIATION_MEASURES[measure].values(column), measure));
  const varies = x.some((value) => value !== 0) && y.some((value) => value !== 0);
  return varies ? dot(x, y) : null;
}
