/**
 * Units of columns: single precision holds a table whose columns were moved near zero, and scaled, in double.
 *
 * Purpose: an easting of 4,500,000.757 m with a spread of 3 m keeps seven digits of its spread instead of none. Distances,
 *   correlations and everything else that does not change when a column is moved are computed on the stored values.
 * Shapes: one offset a column, one scale for all, so that columns stay comparable; value = stored * scale + offset.
 * Precision: offsets and scale are exact doubles; the scale is a power of two.
 * Fails: what depends on the origin (cosine, correlation between samples, normalization of counts) needs `withoutUnits`.
 */

import type { ColumnUnits, Csr, Matrix } from '../model.js';

/** The value in column c of a stored number, in double. */
export function trueValue(stored: number, c: number, units: ColumnUnits | undefined): number {
  return units ? stored * units.scale + units.offsets[c] : stored;
}

/** The stored number of a value in column c, in double. */
export function storedValue(value: number, c: number, units: ColumnUnits | undefined): number {
  return units ? (value - units.offsets[c]) / units.scale : value;
}

/** Units of some columns, in that order. */
export function pickUnits(
  units: ColumnUnits | undefined,
  columns: ArrayLike<number>,
): { units?: ColumnUnits } {
  if (!units) return {};
  const offsets = Float64Array.from(columns, (c) => units.offsets[c]);
  return { units: { offsets, scale: units.scale } };
}

/** The same units, for a matrix of the same columns. */
export function keepUnits({ units }: { readonly units?: ColumnUnits }): { units?: ColumnUnits } {
  return units ? { units } : {};
}

/** All values of a dense matrix in double, row by row. */
export function trueValues(m: Matrix): Float64Array {
  const { units, columns } = m;
  return Float64Array.from(m.data, (stored, p) => trueValue(stored, p % columns, units));
}

/** The matrix with its values as they are in the file, rounded to single precision. */
export function withoutUnits<T extends Matrix | Csr>(m: T): T;
export function withoutUnits(m: Matrix | Csr): Matrix | Csr {
  const { units, ...rest } = m;
  if (!units) return m;
  if ('values' in rest) {
    const { indices, values } = rest;
    return { ...rest, values: values.map((stored, p) => trueValue(stored, indices[p], units)) };
  }
  return { ...rest, data: rest.data.map((stored, p) => trueValue(stored, p % rest.columns, units)) };
}

/** The units that are compared: those of a table without any are 1 and 0. */
const offsetIn = (units: ColumnUnits | null | undefined, c: number) => units?.offsets[c] ?? 0;
/** The scale of the columns, 1 without units. */
const scaleIn = (units: ColumnUnits | null | undefined) => units?.scale ?? 1;

/**
 * Features of another table in the units of this one, so that stored numbers of both compare. Sparse rows keep their
 * storage unless a column has to be moved.
 */
export function inUnits(m: Matrix | Csr, units: ColumnUnits | null): Matrix | Csr {
  const { units: before, ...stored } = m;
  const moves = Array.from({ length: m.columns }, (_, c) => offsetIn(before, c) - offsetIn(units, c));
  const factor = scaleIn(before) / scaleIn(units);
  const moved = moves.some((move) => move !== 0);
  if (factor === 1 && !moved) return m;
  const kept = units ? { units } : {};
  const convert = (value: number, c: number) => value * factor + moves[c] / scaleIn(units);
  if ('values' in stored) {
    if (moved) return inUnits(spread(m as Csr), units);
    return { ...stored, ...kept, values: stored.values.map((value, p) => convert(value, stored.indices[p])) };
  }
  return { ...stored, ...kept, data: stored.data.map((value, p) => convert(value, p % m.columns)) };
}

/** Sparse rows as dense ones. */
function spread({ rows, columns, offsets, indices, values, units }: Csr): Matrix {
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let p = offsets[r]; p < offsets[r + 1]; p++) data[r * columns + indices[p]] = values[p];
  }
  return units ? { rows, columns, data, units } : { rows, columns, data };
}
