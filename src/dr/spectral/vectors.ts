/** Plain loops over vectors of doubles. */

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** target += factor * source. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}

export function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

/**
 * Makes `v` orthogonal to the orthonormal `basis` (twice, which is enough: Kahan and Parlett) and of unit
 * length. False when nothing is left of it beyond rounding.
 */
export function orthonormalize(v: Float64Array, basis: readonly Float64Array[]): boolean {
  const before = norm(v);
  if (!(before > 0)) return false;
  for (let pass = 0; pass < 2; pass++) {
    for (const b of basis) addScaled(v, -dot(v, b), b);
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

/** Turns each vector so that its entry of largest size (the first of them) is positive: a fixed sign. */
export function fixSigns(vectors: readonly Float64Array[]): void {
  for (const v of vectors) {
    let at = 0;
    for (let i = 1; i < v.length; i++) if (Math.abs(v[i]) > Math.abs(v[at]) * (1 + 1e-9)) at = i;
    if (v[at] < 0) for (let i = 0; i < v.length; i++) v[i] = -v[i];
  }
}
