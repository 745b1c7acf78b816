// Large offsets and odd magnitudes: every reader stores what double holds (issue: UTM coordinates, epoch seconds, 1e22).
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as flechette from '@uwdata/flechette';
import fc from 'fast-check';
import { File, ready } from 'h5wasm/node';
import { expect, test } from 'vitest';
import { embed } from 'whymap/dr';
import { bytesSource, pathSource, readEmbedding, readTable, type Source, writeNpy } from 'whymap/io';
import { explain } from 'whymap/lava';
import { audit } from 'whymap/trust';
import { toDense } from '#whymap/core/csr.js';
import { createRandom } from '#whymap/core/random.js';
import { inUnits, trueValues, withoutUnits } from '#whymap/core/units.js';
import { chooseOffsets, offsetFor, packMatrix } from '#whymap/io/table/units.js';
import type { Matrix, Table } from '#whymap/model.js';
import { fileOf } from '../plan/random-files.js';

const folder = mkdtempSync(join(tmpdir(), 'whymap-units-'));
const [ROWS, COLUMNS] = [90, 5];

/** Correlated columns around 0 with a standard deviation of about 1, in double, on a grid of 2^-20. */
function centeredValues(seed: number): Float64Array {
  const random = createRandom(seed);
  const data = new Float64Array(ROWS * COLUMNS);
  for (let r = 0; r < ROWS; r++) {
    const shared = random.normal();
    for (let c = 0; c < COLUMNS; c++) {
      const value = (c % 2 === 0 ? shared : -shared) + 0.5 * random.normal() + (r % 3);
      data[r * COLUMNS + c] = Math.round(value * 2 ** 20) / 2 ** 20;
    }
  }
  return data;
}

/** An NPY of doubles. */
function npyDoubles(values: Float64Array, fortran = false): Uint8Array {
  const order = fortran ? 'True' : 'False';
  const header =
    `{'descr': '<f8', 'fortran_order': ${order}, 'shape': (${ROWS}, ${COLUMNS}), }`.padEnd(117) + '\n';
  const head = new Uint8Array(10 + header.length);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  head.set(new TextEncoder().encode(header), 10);
  const data = fortran
    ? Float64Array.from(values, (_, p) => values[(p % ROWS) * COLUMNS + Math.floor(p / ROWS)])
    : values;
  return Uint8Array.from([...head, ...new Uint8Array(data.buffer)]);
}

function arrow(values: Float64Array): Uint8Array {
  const columns = Array.from({ length: COLUMNS }, (_, c) => [
    `c${c}`,
    flechette.columnFromArray(
      Array.from({ length: ROWS }, (_, r) => values[r * COLUMNS + c]),
      flechette.float64(),
      { maxBatchRows: 70 },
    ),
  ]) as [string, ReturnType<typeof flechette.columnFromArray>][];
  return flechette.tableToIPC(flechette.tableFromColumns(columns), { format: 'file' }) as Uint8Array;
}

/** An .h5ad of doubles: dense, or CSR and CSC with every entry stored. */
async function anndata(
  values: Float64Array,
  layout: 'dense' | 'csr' | 'csc',
  name: string,
): Promise<Uint8Array> {
  await ready;
  const path = join(folder, name);
  const file = new File(path, 'w');
  if (layout === 'dense') file.create_dataset({ name: 'X', data: values, shape: [ROWS, COLUMNS] });
  else {
    const byRow = layout === 'csr';
    const [lines, width] = byRow ? [ROWS, COLUMNS] : [COLUMNS, ROWS];
    const at = (p: number) => (byRow ? values[p] : values[(p % ROWS) * COLUMNS + Math.floor(p / ROWS)]);
    const group = file.create_group('X');
    group.create_attribute('encoding-type', `${layout}_matrix`);
    group.create_attribute('shape', [ROWS, COLUMNS], [2], '<i4');
    group.create_dataset({ name: 'data', data: Float64Array.from(values, (_, p) => at(p)) });
    group.create_dataset({ name: 'indices', data: Int32Array.from(values, (_, p) => p % width) });
    group.create_dataset({
      name: 'indptr',
      data: Int32Array.from({ length: lines + 1 }, (_, l) => l * width),
    });
  }
  for (const [axis, count] of [
    ['obs', ROWS],
    ['var', COLUMNS],
  ] as const) {
    const group = file.create_group(axis);
    group.create_attribute('_index', '_index');
    group.create_attribute('encoding-type', 'dataframe');
    group.create_dataset({ name: '_index', data: Array.from({ length: count }, (_, i) => `${axis}${i}`) });
  }
  file.close();
  return readFileSync(path);
}

const jsonLines = (values: Float64Array) =>
  Array.from({ length: ROWS }, (_, r) => {
    const entries = Array.from({ length: COLUMNS }, (_, c) => [`c${c}`, values[r * COLUMNS + c]]);
    return JSON.stringify(Object.fromEntries(entries));
  }).join('\n');

const csv = (values: Float64Array) => {
  const lines = Array.from({ length: ROWS }, (_, r) =>
    values.subarray(r * COLUMNS, (r + 1) * COLUMNS).join(','),
  );
  return [Array.from({ length: COLUMNS }, (_, c) => `c${c}`).join(','), ...lines].join('\n');
};

/** Rows as samples; entries column after column. */
const matrixMarket = (values: Float64Array, sparse: boolean) => {
  const order = Array.from(values, (_, p) => [p % ROWS, Math.floor(p / ROWS)]);
  const lines = order.map(([r, c]) => `${sparse ? `${r + 1} ${c + 1} ` : ''}${values[r * COLUMNS + c]}`);
  const head = `%%MatrixMarket matrix ${sparse ? 'coordinate' : 'array'} real general`;
  return [head, `${ROWS} ${COLUMNS}${sparse ? ` ${ROWS * COLUMNS}` : ''}`, ...lines].join('\n');
};

const text = (content: string) => new TextEncoder().encode(content);

/** A Zarr array of one chunk. */
function zarr(values: Float64Array): string {
  const path = join(mkdtempSync(join(folder, 'zarr-')), 'x.zarr');
  mkdirSync(path);
  const shape = [ROWS, COLUMNS];
  const packed = { compressor: null, filters: null, fill_value: 0, order: 'C' };
  writeFileSync(
    join(path, '.zarray'),
    JSON.stringify({ zarr_format: 2, shape, chunks: shape, dtype: '<f8', ...packed }),
  );
  writeFileSync(join(path, '0.0'), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return path;
}

/** Columns of doubles, in a format of columns. */
const columnFile = (format: 'parquet' | 'sqlite', values: Float64Array) =>
  fileOf(
    format,
    'x',
    Array.from({ length: COLUMNS }, (_, c) => ({
      name: `c${c}`,
      type: 'number' as const,
      cells: Array.from({ length: ROWS }, (_, i) => String(values[i * COLUMNS + c])),
    })),
    { delimiter: ',', ids: null },
  );

/** The same doubles in every format that holds doubles. */
const writers: Readonly<Record<string, (values: Float64Array) => Promise<Source> | Source>> = {
  'npy, C order': (values) => bytesSource('x.npy', npyDoubles(values)),
  'npy, Fortran order': (values) => bytesSource('x.npy', npyDoubles(values, true)),
  arrow: (values) => bytesSource('x.arrow', arrow(values)),
  'JSON lines': (values) => bytesSource('x.jsonl', text(jsonLines(values))),
  csv: (values) => bytesSource('x.csv', text(csv(values))),
  'Matrix Market, array': (values) => bytesSource('x.mtx', text(matrixMarket(values, false))),
  'Matrix Market, coordinate': (values) => bytesSource('x.mtx', text(matrixMarket(values, true))),
  parquet: (values) => columnFile('parquet', values),
  sqlite: (values) => columnFile('sqlite', values),
  zarr: (values) => pathSource(zarr(values)),
  'h5ad, dense': async (values) => bytesSource('x.h5ad', await anndata(values, 'dense', 'dense.h5ad')),
  'h5ad, CSR': async (values) => bytesSource('x.h5ad', await anndata(values, 'csr', 'csr.h5ad')),
  'h5ad, CSC': async (values) => bytesSource('x.h5ad', await anndata(values, 'csc', 'csc.h5ad')),
};

const moved = (values: Float64Array, offsets: readonly number[]) =>
  values.map((value, p) => value + offsets[p % COLUMNS]);

/** Largest difference of two lists of numbers. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

const read = async (source: Source | Promise<Source>) => readTable(await source, { normalize: 'none' });
const dense = (table: Table): Matrix => toDense(table.features);

/** Distances of all pairs of rows over the largest of them. */
function distances({ rows, columns, data }: Matrix): Float64Array {
  const all: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += (data[i * columns + c] - data[j * columns + c]) ** 2;
      all.push(Math.sqrt(sum));
    }
  }
  const most = Math.max(...all);
  return Float64Array.from(all, (value) => value / most);
}

test.each(Object.keys(writers))(
  '%s: columns with offsets up to 1e9 spreads keep their values and distances',
  async (format) => {
    const offsets = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
      minLength: COLUMNS,
      maxLength: COLUMNS,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), offsets, async (seed, by) => {
        const values = centeredValues(seed);
        const shifted = moved(values, by);
        const table = dense(await read(writers[format](shifted)));
        expect(apart(trueValues(table), shifted)).toBeLessThan(2e-6);
        expect(apart(distances(table), distances(dense(await read(writers[format](values)))))).toBeLessThan(
          2e-6,
        );
      }),
      { seed: 3, numRuns: 12 },
    );
  },
);

test.each(Object.keys(writers))(
  '%s: an offset of a power of two changes no stored number',
  async (format) => {
    const values = centeredValues(5);
    const offsets = [2 ** 30, -(2 ** 28), 0, 2 ** 32, 2 ** 20];
    const plain = await read(writers[format](values));
    const shifted = await read(writers[format](moved(values, offsets)));
    expect(dense(plain).units).toBeUndefined();
    expect(dense(shifted).data).toEqual(dense(plain).data);
    expect(Array.from(dense(shifted).units?.offsets ?? [])).toEqual(offsets);
  },
);

test.each(Object.keys(writers))('%s: stores the same numbers as every other reader', async (format) => {
  const shifted = moved(centeredValues(7), [4.5e6, 1.7e9, -3e11, 7e5, 1e12]);
  const [one, other] = [await read(writers[format](shifted)), await read(writers['npy, C order'](shifted))];
  expect(dense(one).data).toEqual(dense(other).data);
  expect(dense(one).units).toEqual(dense(other).units);
});

// At 1e12 spreads double holds steps of 1.2e-4 of a spread: what is left of the values there is what the answer can be about, and
// taking the offset from it again in double loses nothing.
test.each([1e3, 1e6, 1e9, 1e12])('explain, audit and embed at an offset of %d spreads', async (offset) => {
  const offsets = [1, -0.7, 0.31, 0.9, -0.123].map((part) => part * offset);
  const shifted = moved(centeredValues(7), offsets);
  const left = shifted.map((value, p) => value - offsets[p % COLUMNS]);
  const plain = await read(writers['npy, C order'](left));
  const table = await read(writers['npy, C order'](shifted));
  const [first, second] = [await embed(plain, { method: 'pca' }), await embed(table, { method: 'pca' })];
  expect(apart(first.values, second.values)).toBeLessThan(1e-5);
  const map = first.embedding;
  const options = { localitySize: 30, modules: 2, draws: 0 };
  const [a, b] = [
    await explain({ table: plain, embedding: map }, options, {}),
    await explain({ table, embedding: map }, options, {}),
  ];
  expect(apart(a.modules.loadings.data, b.modules.loadings.data)).toBeLessThan(1e-5);
  const [x, y] = [
    await audit({ features: plain.features, embedding: map.coordinates }),
    await audit({ features: table.features, embedding: map.coordinates }),
  ];
  const compared = Object.entries(x.measures).filter(([, { value }]) => !Number.isNaN(value));
  expect(compared.length).toBeGreaterThan(10);
  for (const [name, { value }] of compared) {
    const other = y.measures[name as keyof typeof y.measures]?.value ?? Number.NaN;
    expect(Math.abs(other - value) / Math.max(1, Math.abs(value)), name).toBeLessThan(1e-5);
  }
});

test('methods that depend on the origin see the values themselves', async () => {
  const values = centeredValues(9);
  const offsets = [200, 300, 400, 250, 350];
  const table = await read(writers['npy, C order'](moved(values, offsets)));
  const plain = { ...table, features: withoutUnits(toDense(table.features)) };
  expect(toDense(table.features).units).toBeDefined();
  const options = { method: 'mds', metric: 'cosine' } as const;
  const [a, b] = [await embed(table, options), await embed(plain, options)];
  expect(apart(a.values, b.values)).toBe(0);
  const embedding = a.embedding.coordinates;
  const input = (of: Table) => ({ features: of.features, embedding });
  const [x, y] = [
    await audit(input(table), { metric: 'correlation' }),
    await audit(input(plain), { metric: 'correlation' }),
  ];
  expect(x.measures).toEqual(y.measures);
});

test('values of 1e22 and of 1e-20 give the map of the same values at scale 1, in their units', async () => {
  const values = centeredValues(11);
  for (const factor of [2 ** 73, 2 ** -66]) {
    const plain = await read(writers['npy, C order'](values));
    const table = await read(writers['npy, C order'](values.map((value) => value * factor)));
    const [a, b] = [await embed(plain, { method: 'pca' }), await embed(table, { method: 'pca' })];
    expect(
      apart(
        a.values,
        b.values.map((value) => value / factor),
      ),
    ).toBeLessThan(1e-9);
    const [u, v] = [await embed(plain, { method: 'umap' }), await embed(table, { method: 'umap' })];
    expect(Number.isFinite(v.values[0])).toBe(true);
    const trust = async (of: Table, map: Matrix) =>
      (await audit({ features: of.features, embedding: map })).measures;
    const [s, t] = [await trust(plain, u.embedding.coordinates), await trust(table, v.embedding.coordinates)];
    expect(Math.abs((s.trustworthiness?.value ?? 0) - (t.trustworthiness?.value ?? 0))).toBeLessThan(0.02);
    const stress = (await trust(table, b.embedding.coordinates)).normalizedStress?.value ?? Number.NaN;
    expect(stress).toBeCloseTo((await trust(plain, a.embedding.coordinates)).normalizedStress?.value ?? 0, 5);
  }
});

test('a value beside which all others vanish is refused with its cell', async () => {
  const values = centeredValues(13);
  for (const [huge, said] of [
    [-3.4028234663852886e38, 'a value of -3.4e38 or beyond in row 18, c3'],
    [1e39, 'a value of 3.4e38 or beyond in row 18, c3'],
    [2e25, 'the value 2.00000e+25 in row 18, c3'],
  ] as const) {
    const spoiled = values.slice();
    spoiled[17 * COLUMNS + 3] = huge;
    await expect(read(writers.arrow(spoiled))).rejects.toThrow(said);
  }
});

test('no column is called constant that is not', async () => {
  const values = centeredValues(15).map((value, p) =>
    p % COLUMNS === 2 ? 4.5e6 + value / 2 ** 10 : 1e9 + value,
  );
  const { warnings } = await read(writers['npy, C order'](values));
  expect(warnings.map(({ code }) => code)).not.toContain('constant-features');
});

test('coordinates of a map keep their digits, and come out in their units', async () => {
  const values = centeredValues(17);
  const by = [4.5e6, 3.2e7, 1e8, 0, 0];
  const shifted = moved(values, by);
  const { coordinates } = await readEmbedding(bytesSource('e.npy', npyDoubles(shifted)));
  expect(apart(trueValues(coordinates), shifted)).toBeLessThan(1e-5);
  const table = await read(writers['npy, C order'](values));
  const { localities } = await explain(
    { table, embedding: { coordinates, ids: null, source: { name: 'e', sha256: null } } },
    { localitySize: 30, modules: 2, draws: 0 },
    {},
  );
  const probes = trueValues(localities.probes);
  for (let c = 0; c < 3; c++) expect(Math.abs(probes[c] - by[c])).toBeLessThan(10);
});

test('an offset is a multiple of a power of two near the range, or 0 for values near zero', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      (low, range) => {
        const high = low + range;
        const offset = offsetFor(low, high);
        if (offset === 0) {
          expect(Math.max(Math.abs(low), Math.abs(high))).toBeLessThanOrEqual(8 * (high - low));
          return;
        }
        expect(Number.isInteger(offset / 2 ** Math.floor(Math.log2(high - low)))).toBe(true);
        expect(Math.max(Math.abs(low - offset), Math.abs(high - offset))).toBeLessThanOrEqual(
          2.5 * (high - low),
        );
      },
    ),
    { seed: 1, numRuns: 500 },
  );
  expect(chooseOffsets([5, 5, 5], 1)).toEqual(Float64Array.of(5));
  expect(chooseOffsets([0, 1, 1, 0], 2)).toBeNull();
});

test('features in the units of another table compare with it', () => {
  const [a, b] = [packMatrix(2, 2, [1e6, 1, 1e6 + 1, 2]), packMatrix(2, 2, [1e6 + 3, 4, 1e6 + 5, 6])];
  const converted = inUnits(b, a.units ?? null) as Matrix;
  expect(Array.from(trueValues(converted))).toEqual([1e6 + 3, 4, 1e6 + 5, 6]);
  expect(converted.units).toBe(a.units);
});

test('single precision files are as they were', async () => {
  const data = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
  const { features } = await readTable(bytesSource('x.npy', writeNpy(data, [6, 2])));
  expect(features).toEqual({ rows: 6, columns: 2, data });
  expect(pathSource('x').name).toBe('x');
});
