import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { bytesSource, formatNumber, readTable, writeCsv, writeNpy } from 'whymap/io';
import { harmless } from '#whymap/io/text/formulas.js';
import { shortestText } from '#whymap/io/text/numbers.js';

test('CSV comes back through an independent parser', () => {
  const rows = fc.array(
    fc.tuple(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a', ' ', '\r') })),
  );
  fc.assert(
    fc.property(rows, (cells) => {
      const text = writeCsv(['a', 'b'], cells);
      const parsed = Papa.parse<string[]>(text, { delimiter: ',', newline: '\n' }).data.slice(0, -1);
      // a cell that a spreadsheet would run has an apostrophe in front, which whymap's own reader takes away
      const written = cells.map((row) => row.map((cell) => harmless(cell)));
      expect(parsed).toEqual([['a', 'b'], ...written]);
    }),
    { seed: 1 },
  );
});

test('numbers are the shortest that read back exactly', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (x) => {
      expect(Math.fround(Number(formatNumber(x)))).toBe(Object.is(x, -0) ? 0 : x);
      expect(formatNumber(x).length).toBeLessThanOrEqual(String(x).length);
    }),
    { seed: 1, numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (x) => {
      if (Math.fround(x) !== x) expect(Number(formatNumber(x))).toBe(x);
    }),
    { seed: 1, numRuns: 2000 },
  );
  expect([0.1, Math.fround(0.1), 3, -0.5, 1e-30].map(formatNumber)).toEqual([
    '0.1',
    '0.1',
    '3',
    '-0.5',
    '1e-30',
  ]);
});

test('a NPY file is read back by our reader, and has the layout of numpy.save', async () => {
  const data = Float32Array.of(1.5, -2, 3, 4, 5, 6);
  const bytes = writeNpy(data, [3, 2]);
  expect((await readTable(bytesSource('x.npy', bytes))).features).toEqual({ rows: 3, columns: 2, data });
  const header = new TextDecoder('latin1').decode(bytes.subarray(6, 128));
  expect(header).toContain("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }");
  expect(bytes.length).toBe(128 + 24);
  expect(() => writeNpy(data, [4, 2])).toThrow('6 values for the shape 4 x 2');
  expect(new TextDecoder('latin1').decode(writeNpy(Int32Array.of(7), [1]))).toContain(
    "'<i4', 'fortran_order': False, 'shape': (1,)",
  );
});

test('numbers of the common sizes have the text that trying numbers of digits gives', () => {
  const sizes = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -8, max: 7 }));
  const rounded = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 10 }));
  const values = fc.oneof(
    sizes.map(([x, e]) => Math.fround(x * 10 ** e)),
    rounded.map(([n, e]) => Math.fround(n / 10 ** e)),
  );
  fc.assert(
    fc.property(values, (x) => {
      if (!Number.isInteger(x)) expect(formatNumber(x)).toBe(shortestText(x));
    }),
    { seed: 2, numRuns: 20_000 },
  );
});
