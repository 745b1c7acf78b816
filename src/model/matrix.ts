/** Matrices, dense and sparse, and the units of their stored numbers. Types only. */

/**
 * How the values of columns were moved and scaled before they became single precision (see core/units.ts): the value of
 * a stored number in column c is `stored * scale + offsets[c]`. Distances and correlations of the stored numbers are
 * those of the values, but for the scale.
 */
export interface ColumnUnits {
  /** One a column. */
  readonly offsets: Float64Array;
  /** A power of two, the same for all columns. */
  readonly scale: number;
}

/** Dense matrix, row-major: element (r, c) is `data[r * columns + c]`, in `units` where they are there. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
  /** Absent where the stored numbers are the values. */
  readonly units?: ColumnUnits;
}

/**
 * Sparse matrix in compressed rows: the entries of row r are at positions `offsets[r]` to
 * `offsets[r + 1]` (exclusive) of `indices` and `values`, indices ascending, each at most once.
 */
export interface Csr {
  readonly rows: number;
  readonly columns: number;
  /** Length rows + 1. A double holds every position exactly up to 2^53. */
  readonly offsets: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** As of a dense matrix; a column with an offset has an entry in every row. */
  readonly units?: ColumnUnits;
}

/** Rows of a table that lie in parts on a disk that every machine sees under the same path (lava/associations/parted.ts). */
export interface PartedRows {
  /** Folder of the parts. */
  readonly path: string;
  /** Names what the parts hold, and nothing else. */
  readonly key: string;
  readonly layout: 'dense' | 'sparse';
  /** Row at each position of the parts, one part after another. */
  readonly order: Int32Array;
  /** Position of each row. */
  readonly positions: Int32Array;
  /**
   * The rows at some positions, in that order, as a table of so many rows.
   * @param positions ascending, each once. @param columns that are wanted; the cells of others are 0. Null for all.
   */
  read(positions: Int32Array, columns: ArrayLike<number> | null): Promise<Matrix | Csr>;
}
