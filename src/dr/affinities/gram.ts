/**
 * Input affinities of PCA, classical MDS and Isomap: the centered Gram matrix B of the samples, as an
 * operator. PCA: B = Xc Xc' with Xc the centered features, never formed. MDS and Isomap:
 * B = -1/2 C D^2 C with C the centering matrix and D the distances (Torgerson 1952), held densely.
 *
 * Shapes: features rows x columns, dense or sparse; distances rows x rows. Precision: double sums over
 * float32 features; B in double. Cost: one product costs 2 * rows * columns (PCA) or rows^2 a vector.
 * Determinism: sequential.
 */

import { isCsr } from '../../core/csr.js';
import type { ColumnUnits, Csr, Matrix } from '../../model.js';

/** The centered Gram matrix of the samples, as a symmetric map on vectors of length `size`. */
export interface Gram {
  readonly size: number;
  /** out = B x. */
  readonly apply: (x: Float64Array, out: Float64Array) => void;
}

/** Centered features as a pair of products, without a centered copy. */
export interface CenteredFeatures {
  readonly rows: number;
  readonly columns: number;
  readonly mean: Float64Array;
  /** Of the features; null for plain values. */
  readonly units: ColumnUnits | null;
  /** out (columns) = Xc' y, y of length rows. */
  readonly transposed: (y: Float64Array, out: Float64Array) => void;
  /** out (rows) = Xc v, v of length columns. */
  readonly direct: (v: Float64Array, out: Float64Array) => void;
}

/** Mean of each feature. */
export function columnMeans(features: Matrix | Csr): Float64Array {
  const sums = new Float64Array(features.columns);
  if (isCsr(features)) {
    for (let p = 0; p < features.values.length; p++) sums[features.indices[p]] += features.values[p];
  } else {
    const { rows, columns, data } = features;
    for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < columns; c++, at++) sums[c] += data[at];
  }
  return sums.map((sum) => sum / features.rows);
}

/** Products with features less `mean` (by default their means), dense or sparse. */
export function centeredFeatures(features: Matrix | Csr, mean = columnMeans(features)): CenteredFeatures {
  const { rows, columns } = features;
  const [transposed, direct] = isCsr(features) ? sparseProducts(features) : denseProducts(features);
  return {
    rows,
    columns,
    mean,
    units: features.units ?? null,
    transposed(y, out) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += y[r];
      for (let c = 0; c < columns; c++) out[c] = -mean[c] * sum;
      transposed(y, out);
    },
    direct(v, out) {
      let shift = 0;
      for (let c = 0; c < columns; c++) shift += mean[c] * v[c];
      for (let r = 0; r < rows; r++) out[r] = -shift;
      direct(v, out);
    },
  };
}

type Product = (x: Float64Array, out: Float64Array) => void;

/** X' y and X v of dense rows, each added to `out`. */
function denseProducts({ rows, columns, data }: Matrix): [Product, Product] {
  const transposed: Product = (y, out) => {
    for (let r = 0; r < rows; r++) {
      const factor = y[r];
      const base = r * columns;
      for (let c = 0; c < columns; c++) out[c] += factor * data[base + c];
    }
  };
  const direct: Product = (v, out) => {
    for (let r = 0; r < rows; r++) {
      const base = r * columns;
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += v[c] * data[base + c];
      out[r] += sum;
    }
  };
  return [transposed, direct];
}

/** The same of sparse rows. */
function sparseProducts({ rows, offsets, indices, values }: Csr): [Product, Product] {
  const transposed: Product = (y, out) => {
    for (let r = 0; r < rows; r++) {
      for (let p = offsets[r]; p < offsets[r + 1]; p++) out[indices[p]] += y[r] * values[p];
    }
  };
  const direct: Product = (v, out) => {
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let p = offsets[r]; p < offsets[r + 1]; p++) sum += v[indices[p]] * values[p];
      out[r] += sum;
    }
  };
  return [transposed, direct];
}

/** B = Xc Xc' as two products. */
export function featureGram(features: CenteredFeatures): Gram {
  const middle = new Float64Array(features.columns);
  return {
    size: features.rows,
    apply(x, out) {
      features.transposed(x, middle);
      features.direct(middle, out);
    },
  };
}

/** B = -1/2 C D^2 C. Changes `squared` (rows x rows squared distances) in place and keeps it. */
export function distanceGram(squared: Float64Array, rows: number): Gram {
  centerSquares(squared, rows);
  return {
    size: rows,
    apply(x, out) {
      let r = 0;
      // four rows at a time, whose sums do not wait for one another; each is the sum in order
      for (; r + 4 <= rows; r += 4) {
        const [atA, atB, atC, atD] = [r, r + 1, r + 2, r + 3].map((row) => row * rows);
        let [a, b, c, d] = [0, 0, 0, 0];
        for (let i = 0; i < rows; i++) {
          const value = x[i];
          a += squared[atA + i] * value;
          b += squared[atB + i] * value;
          c += squared[atC + i] * value;
          d += squared[atD + i] * value;
        }
        [out[r], out[r + 1], out[r + 2], out[r + 3]] = [a, b, c, d];
      }
      for (; r < rows; r++) {
        out[r] = 0;
        for (let i = 0; i < rows; i++) out[r] += squared[r * rows + i] * x[i];
      }
    },
  };
}

/** -1/2 C D^2 C in place of D^2. */
function centerSquares(squared: Float64Array, rows: number): void {
  const means = new Float64Array(rows);
  let total = 0;
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < rows; c++) sum += squared[r * rows + c];
    means[r] = sum / rows;
    total += means[r] / rows;
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < rows; c++) {
      const at = r * rows + c;
      squared[at] = -0.5 * (squared[at] - means[r] - means[c] + total);
    }
  }
}
