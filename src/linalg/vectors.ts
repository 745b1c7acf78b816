/** Plain loops over vectors of doubles. */

/** Inner product. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** target += factor * source. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}

/** Euclidean norm. */
export function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

/**
 * v . b for each b of `vectors`, four at a time: sums that do not wait for one another, and one reading of v.
 */
export function dots(v: Float64Array, vectors: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(vectors.length);
  let at = 0;
  for (; at + 4 <= vectors.length; at += 4) {
    const [a, b, c, d] = [vectors[at], vectors[at + 1], vectors[at + 2], vectors[at + 3]];
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = 0; i < v.length; i++) {
      const value = v[i];
      sumA += value * a[i];
      sumB += value * b[i];
      sumC += value * c[i];
      sumD += value * d[i];
    }
    result.set([sumA, sumB, sumC, sumD], at);
  }
  for (; at < vectors.length; at++) result[at] = dot(v, vectors[at]);
  return result;
}

/** target += sum of factors[k] vectors[k], four at a time. */
export function addCombined(
  target: Float64Array,
  factors: ArrayLike<number>,
  vectors: readonly Float64Array[],
): void {
  let at = 0;
  for (; at + 4 <= vectors.length; at += 4) {
    const [a, b, c, d] = [vectors[at], vectors[at + 1], vectors[at + 2], vectors[at + 3]];
    const [factorA, factorB, factorC, factorD] = [
      factors[at],
      factors[at + 1],
      factors[at + 2],
      factors[at + 3],
    ];
    for (let i = 0; i < target.length; i++) {
      target[i] += factorA * a[i] + factorB * b[i] + (factorC * c[i] + factorD * d[i]);
    }
  }
  for (; at < vectors.length; at++) addScaled(target, factors[at], vectors[at]);
}

/**
 * Makes `v` orthogonal to the orthonormal `basis` (classical Gram-Schmidt twice, which is enough: Giraud et al.
 * 2005) and of unit length. Returns false when nothing is left of it beyond rounding.
 */
export function orthonormalize(v: Float64Array, basis: readonly Float64Array[]): boolean {
  const before = norm(v);
  if (!(before > 0)) return false;
  for (let pass = 0; pass < 2; pass++) {
    const along = dots(v, basis);
    addCombined(
      v,
      along.map((value) => -value),
      basis,
    );
  }
  const after = norm(v);
  if (!(after > 1e-12 * before)) return false;
  for (let i = 0; i < v.length; i++) v[i] /= after;
  return true;
}

/** The columns as one row-major rows x columns array, column k times scale[k]. */
export function columnsToRows(columns: readonly Float64Array[], scale: ArrayLike<number>): Float64Array {
  const rows = columns[0]?.length ?? 0;
  const result = new Float64Array(rows * columns.length);
  columns.forEach((column, k) => {
    for (let r = 0; r < rows; r++) result[r * columns.length + k] = column[r] * scale[k];
  });
  return result;
}

/** Turns each vector in place so that its entry of largest size (the first of them) is positive. */
export function fixSigns(vectors: readonly Float64Array[]): void {
  for (const v of vectors) {
    let at = 0;
    for (let i = 1; i < v.length; i++) if (Math.abs(v[i]) > Math.abs(v[at]) * (1 + 1e-9)) at = i;
    if (v[at] < 0) for (let i = 0; i < v.length; i++) v[i] = -v[i];
  }
}
