/**
 * How far two embeddings of the same samples are from one another once rotation and reflection, and
 * position, are taken out: the orthogonal Procrustes problem.
 *
 * Source: Schoenemann (1966). Shapes: both rows x dimensions, row-major. Precision: double.
 * Cost: O(rows * dimensions^2). Deterministic.
 */

import { Matrix as DenseMatrix, SVD } from 'ml-matrix';

export interface ProcrustesOptions {
  /** Also take out a common scale (for methods whose scale means nothing). Default false. */
  readonly scale?: boolean;
}

/**
 * Relative error |A - s B R| / |A| after centering both and turning B by the best orthogonal R
 * (and scale s with `scale`): 0 is equal, 1 is unrelated. When A is constant: 0 if B is too, else infinity.
 */
export function procrustesError(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  dimensions: number,
  options: ProcrustesOptions = {},
): number {
  const left = centered(a, dimensions);
  const right = centered(b, dimensions);
  const squareA = squared(left);
  const squareB = squared(right);
  if (squareA === 0) return squareB === 0 ? 0 : Number.POSITIVE_INFINITY;
  const svd = new SVD(product(left, right, dimensions));
  const rotation = svd.rightSingularVectors.mmul(svd.leftSingularVectors.transpose());
  const nuclear = svd.diagonal.reduce((sum, value) => sum + value, 0);
  const scale = options.scale && squareB > 0 ? nuclear / squareB : 1;
  return Math.sqrt(difference(left, right, rotation, scale, dimensions) / squareA);
}

/** A copy with mean 0 in each dimension. */
function centered(values: ArrayLike<number>, dimensions: number): Float64Array {
  const result = Float64Array.from(values);
  const rows = result.length / dimensions;
  for (let c = 0; c < dimensions; c++) {
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += result[r * dimensions + c];
    mean /= rows;
    for (let r = 0; r < rows; r++) result[r * dimensions + c] -= mean;
  }
  return result;
}

/** Sum of squares. */
function squared(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** A' B, dimensions x dimensions. */
function product(a: Float64Array, b: Float64Array, dimensions: number): DenseMatrix {
  const result = DenseMatrix.zeros(dimensions, dimensions);
  for (let i = 0; i < dimensions; i++) {
    for (let j = 0; j < dimensions; j++) {
      let sum = 0;
      for (let r = 0; r < a.length; r += dimensions) sum += a[r + i] * b[r + j];
      result.set(i, j, sum);
    }
  }
  return result;
}

/** |A - s B R|^2, summed entry by entry: the closed form loses half the digits near zero. */
function difference(
  a: Float64Array,
  b: Float64Array,
  rotation: DenseMatrix,
  scale: number,
  dimensions: number,
): number {
  let sum = 0;
  for (let r = 0; r < a.length; r += dimensions) {
    for (let j = 0; j < dimensions; j++) {
      let turned = 0;
      for (let i = 0; i < dimensions; i++) turned += b[r + i] * rotation.get(i, j);
      sum += (a[r + j] - scale * turned) ** 2;
    }
  }
  return sum;
}
