// Ranges of columns in one pass, against a plain account of the same cells.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toDense } from '#whymap/core/csr.js';
import { forEachCell } from '#whymap/io/table/missing-cells.js';
import { rangesOf } from '#whymap/io/table/ranges.js';
import { packed, packRows } from '#whymap/io/table/units.js';
import type { Csr, Matrix } from '#whymap/model.js';

const cell = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.float(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, -1e30, 2 ** 30),
);
const dense = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc
      .array(cell, { minLength: rows * columns, maxLength: rows * columns })
      .map((values): Matrix => ({ rows, columns, data: Float32Array.from(values) })),
  );

/** The cells of a matrix that are not 0, as sparse rows. */
function sparse(m: Matrix): Csr {
  const offsets = new Float64Array(m.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  forEachCell(m, (value, row, column) => {
    if (value !== 0) {
      indices.push(column);
      values.push(value);
    }
    offsets[row + 1] = values.length;
  });
  const { rows, columns } = m;
  return { rows, columns, offsets, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

function plain(m: Matrix | Csr) {
  const byColumn = Array.from({ length: m.columns }, (): number[] => []);
  forEachCell(m, (value, _row, column) => void byColumn[column].push(value));
  const all = byColumn.flat();
  const numbers = byColumn.map((values) => values.filter((value) => !Number.isNaN(value)));
  return {
    low: Float32Array.from(numbers, (values) => Math.min(...values) + 0),
    high: Float32Array.from(numbers, (values) => Math.max(...values) + 0),
    stored: Int32Array.from(byColumn, ({ length }) => length),
    finite: all.every(Number.isFinite),
  };
}

test('ranges, counts and gaps of dense and of sparse rows', () => {
  fc.assert(
    fc.property(dense, (m) => {
      for (const features of [m, sparse(m)]) {
        const { low, high, stored, finite } = rangesOf(features);
        const unsigned = (list: Float32Array) => list.map((value) => value + 0);
        expect({ low: unsigned(low), high: unsigned(high), stored, finite }).toEqual(plain(features));
      }
    }),
  );
});

test('whole numbers are known from fractions', () => {
  const data = Float32Array.of(1, 2, -3, 2 ** 30);
  expect(rangesOf({ rows: 2, columns: 2, data }).whole).toBe(true);
  expect(rangesOf({ rows: 2, columns: 2, data: Float32Array.of(1, 2, 0.5, 4) }).whole).toBe(false);
  const m = { rows: 2, columns: 2, data: Float32Array.of(0, 1.5, 2, 0) };
  expect(rangesOf(sparse(m)).whole).toBe(false);
  expect(toDense(sparse(m)).data).toEqual(m.data);
});

test('numbers of any type are packed one by one or at once alike', () => {
  const types = [
    Uint8Array,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ];
  const values = [0, 1, 255, -1, 65535, 2 ** 31, 4e9, 16777217, 0.1, 3.4e38, -1e-40, 1e39, -1e300];
  for (const Type of types) {
    const given = Type.from(values);
    const data = new Float32Array(values.length + 3);
    packRows(given, data, 3, values.length + 3, null);
    const expected = Float32Array.from(given, (value) => packed(value, 0));
    expect(data.subarray(3)).toEqual(expected);
  }
});
