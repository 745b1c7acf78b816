// The Arrow reader against flechette (an oracle) on random tables, and against headers that promise too much.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as flechette from '@uwdata/flechette';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WhymapError } from 'whymap';
import { bytesSource, readTable, readTexts } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { trueValues } from '#whymap/core/units.js';

const tables = join(import.meta.dirname, '../../../fixtures/io/tables');
const options = { missing: 'mean', memory: 2 ** 26 } as const;

const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const columnKinds = {
  float64: { type: flechette.float64(), value: double },
  float32: { type: flechette.float32(), value: double.map(Math.fround) },
  int16: { type: flechette.int16(), value: fc.integer({ min: -32768, max: 32767 }) },
  uint32: { type: flechette.uint32(), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
  bool: { type: flechette.bool(), value: fc.boolean() },
  utf8: { type: flechette.utf8(), value: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  largeUtf8: { type: flechette.largeUtf8(), value: fc.string({ maxLength: 20 }) },
  dictionary: { type: flechette.dictionary(flechette.utf8()), value: fc.constantFrom('a', 'bé', '') },
  pair: { type: flechette.fixedSizeList(flechette.float32(), 2), value: fc.tuple(double, double) },
  list: { type: flechette.list(flechette.float64()), value: fc.tuple(double, double, double) },
};
type Kind = keyof typeof columnKinds;

const tableOf = fc
  .tuple(
    fc.integer({ min: 2, max: 40 }),
    fc.array(fc.constantFrom(...(Object.keys(columnKinds) as Kind[])), { maxLength: 6 }),
  )
  .chain(([rows, kinds]) => {
    const column = (kind: Kind) => {
      const value = columnKinds[kind].value as fc.Arbitrary<unknown>;
      // flechette writes two dictionaries, or one without a value, in a way that it cannot read itself
      const mayMiss = kind !== 'pair' && kind !== 'list' && kind !== 'dictionary';
      const cell = mayMiss ? fc.option(value, { freq: 6, nil: null }) : value;
      return fc.array(cell, { minLength: rows, maxLength: rows }).map((values) => ({ kind, values }));
    };
    const others = kinds.filter((kind, i) => kind !== 'dictionary' || kinds.indexOf(kind) === i);
    return fc.tuple(...['float64' as const, 'int16' as const, ...others].map(column));
  });

test('random tables are read as flechette reads them', async () => {
  const property = fc.asyncProperty(
    tableOf,
    fc.boolean(),
    fc.integer({ min: 1, max: 50 }),
    async (columns, file, size) => {
      const named = columns.map(({ kind, values }, c) => {
        const column = flechette.columnFromArray(values, columnKinds[kind].type, { maxBatchRows: size });
        return [`c${c}`, column] as [string, typeof column];
      });
      const bytes = flechette.tableToIPC(flechette.tableFromColumns(named), {
        format: file ? 'file' : 'stream',
      });
      if (!bytes) throw new Error('nothing written');
      const oracle = flechette.tableFromIPC(bytes);
      const width: Partial<Record<Kind, number>> = { pair: 2, list: 3, utf8: 0, largeUtf8: 0, dictionary: 0 };
      const expected = Array.from({ length: oracle.numRows }, (_, r) =>
        columns.flatMap(({ kind }, c) => {
          const value = oracle.getChild(`c${c}`).at(r) as unknown;
          if (width[kind] === 0) return [];
          return (kind in width ? Array.from(value as ArrayLike<number>) : [value]).map((v) =>
            v === null ? Number.NaN : Number(v),
          );
        }),
      ).flat();
      const source = bytesSource('x.arrow', bytes);
      const read = await readTable(source, { missing: 'mean' }).catch((error: unknown) => error);
      if (read instanceof WhymapError) return; // all constant, or a column without a value: told so
      const table = read as Awaited<ReturnType<typeof readTable>>;
      if (table.dropped.features.length > 0) return; // columns without a value
      const values = trueValues(toDense(table.features));
      expect(values.length).toBe(expected.length);
      const count = expected.length / oracle.numRows;
      for (const [i, value] of expected.entries()) {
        if (Number.isNaN(value)) continue;
        const column = expected.filter((v, p) => p % count === i % count && !Number.isNaN(v));
        const largest = column.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(1.5e-7 * largest + 2e-45);
      }
      for (const [c, { kind }] of columns.entries()) {
        if (width[kind] !== 0) continue;
        const texts = await readTexts(source, { key: `c${c}` });
        expect(texts.values).toEqual(Array.from(oracle.getChild(`c${c}`), (value) => value ?? ''));
      }
    },
  );
  await fc.assert(property, { numRuns: 150, seed: 5 });
});

// A list of 2^31 entries, and offsets and lengths to match, in place of each word of a file: the reader that was used before
// made lists of that length until the process ended.
const HUGE = [0x7fffffff, 0x10000000, 0x00ffffff];

const chosen = [
  'polars-categorical-uncompressed.feather',
  'polars-categorical-1.arrows',
  'pyarrow-types-None.arrow',
  'pyarrow-dictionary-delta.feather',
  'pyarrow-zstd.feather',
  'pyarrow-lz4.feather',
  'arrow-js-lists.feather',
];
/** Words that are tried in a file: all, or as many spread over it. */
const MOST_WORDS = 600;

test.each(chosen)('%s with a huge number in place of a word, anywhere', async (name) => {
  const bytes = new Uint8Array(readFileSync(join(tables, name)));
  let refused = 0;
  const step = 4 * Math.ceil(bytes.length / 4 / MOST_WORDS);
  for (let at = 0; at + 4 <= bytes.length; at += step) {
    const damaged = bytes.slice();
    new DataView(damaged.buffer).setUint32(at, HUGE[(at / step) % HUGE.length], true);
    const result = await readTable(bytesSource(name, damaged), options).catch((error: unknown) => error);
    if (result instanceof WhymapError) refused++;
    else if (result instanceof Error) throw result;
  }
  expect(refused).toBeGreaterThan(20);
});

test('a stream that does not say that it ends is read with a warning, and one cut inside a batch is not', async () => {
  const bytes = new Uint8Array(readFileSync(join(tables, 'pyarrow.arrows')));
  const unended = await readTable(bytesSource('x.arrows', bytes.slice(0, -8)));
  expect(unended.warnings.map(({ code }) => code)).toContain('no-end-mark');
  await expect(readTable(bytesSource('x.arrows', bytes.slice(0, -16)))).rejects.toThrow(
    'damaged or truncated Arrow',
  );
});

test('two columns of one name are told', async () => {
  const column = () => flechette.columnFromArray([1, 2, 4], flechette.float64());
  const table = flechette.tableFromColumns([
    ['a', column()],
    ['b', column()],
    ['a', column()],
  ]);
  const bytes = flechette.tableToIPC(table, { format: 'file' });
  if (!bytes) throw new Error('nothing written');
  await expect(readTable(bytesSource('x.arrow', bytes))).rejects.toThrow('two columns named a');
});

test('a column of fractions holds the ids when it is requested, wherever it stands, and is a feature otherwise', async () => {
  const names = Array.from({ length: 80 }, (_, c) => `c${c}`);
  const bytes = flechette.tableToIPC(
    flechette.tableFromColumns(
      names.map((name, c) => [name, flechette.columnFromArray([c + 0.5, 2, c + 3.25], flechette.float64())]),
    ),
    { format: 'file' },
  );
  const source = () => bytesSource('x.arrow', bytes as Uint8Array<ArrayBuffer>);
  const { ids, featureNames } = await readTable(source(), { id: 'c70' });
  expect(ids).toEqual(['70.5', '2', '73.25']);
  expect(featureNames).toEqual(names.filter((name) => name !== 'c70'));
  expect((await readTable(source())).featureNames).toEqual(names);
});
