// Files that are named for what they are, with the way out; archives of Zarr; SciPy's other sparse layouts.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { File, ready } from 'h5wasm/node';
import { afterAll, expect, test } from 'vitest';
import { bytesSource, pathSource, readEmbedding, readTable, readTexts, writeNpy } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { FormatError } from '#whymap/errors.js';
import { compressEntries } from '#whymap/io/numpy/sparse-layouts.js';
import { openH5 } from '#whymap/io/store/hdf5/runtime.js';
import { zarrStore } from '#whymap/io/store/zarr/zarr-store.js';

const folder = mkdtempSync(join(tmpdir(), 'whymap-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixtures = join(import.meta.dirname, '../../fixtures/io');

/** An HDF5 file made by `fill`. */
async function hdf5(name: string, fill: (file: InstanceType<typeof File>) => void): Promise<string> {
  await ready;
  const path = join(folder, name);
  const file = new File(path, 'w');
  fill(file);
  file.close();
  return path;
}

function axis(file: InstanceType<typeof File>, path: string, names: readonly string[]) {
  const group = file.create_group(path);
  group.create_attribute('_index', '_index');
  group.create_attribute('encoding-type', 'dataframe');
  group.create_dataset({ name: '_index', data: [...names] });
  return group;
}

test.each([
  ['x.loom', ['matrix'], ['row_attrs', 'col_attrs'], 'read_loom'],
  ['x.h5mu', [], ['mod', 'obs', 'var'], 'read_h5mu'],
  ['x.h5seurat', ['cell.names'], ['assays', 'meta.data'], 'SeuratDisk'],
] as const)('%s is named, with the way out', async (name, arrays, groups, remedy) => {
  const path = await hdf5(name, (file) => {
    for (const array of arrays) file.create_dataset({ name: array, data: Float32Array.of(1, 2) });
    for (const group of groups) file.create_group(group);
  });
  await expect(readTable(pathSource(path))).rejects.toMatchObject({ code: 'unsupported' });
  await expect(readTable(pathSource(path))).rejects.toThrow(remedy);
});

test('AnnData without X: what there is instead', async () => {
  const path = await hdf5('without.h5ad', (file) => {
    axis(file, 'obs', ['a', 'b', 'c']);
    axis(file, 'var', ['g', 'h']);
    const layers = file.create_group('layers');
    layers.create_dataset({ name: 'counts', data: Float32Array.of(1, 2, 3, 4, 5, 7), shape: [3, 2] });
  });
  await expect(readTable(pathSource(path))).rejects.toThrow(/no X in .*: counts/);
  const table = await readTable(pathSource(path), { layer: 'counts', normalize: 'none' });
  expect(table.features.columns).toBe(2);
});

test('AnnData without features, and columns of obs with slashes in their names', async () => {
  const empty = await hdf5('empty.h5ad', (file) => {
    axis(file, 'obs', ['a', 'b']);
    axis(file, 'var', ['g']);
    const x = file.create_group('X');
    x.create_attribute('encoding-type', 'csr_matrix');
    x.create_attribute('shape', [2, 0], [2], '<i4');
    x.create_dataset({ name: 'data', data: Float32Array.of(1) });
    x.create_dataset({ name: 'indices', data: Int32Array.of(0) });
    x.create_dataset({ name: 'indptr', data: Int32Array.of(0, 0, 1) });
  });
  await expect(readTable(pathSource(empty))).rejects.toMatchObject({ code: 'format' });
  const slashed = await hdf5('slashed.h5ad', (file) => {
    const obs = axis(file, 'obs', ['a', 'b', 'c']);
    obs.create_attribute('column-order', ['T/NK type', 'batch']);
    file.create_group('obs/T');
    file.create_dataset({ name: 'obs/T/NK type', data: ['t', 'nk', 't'] });
    file.create_dataset({ name: 'obs/batch', data: ['1', '2', '1'] });
    axis(file, 'var', ['g', 'h']);
    file.create_dataset({ name: 'X', data: Float32Array.of(1.5, 2, 3, 4, 5, 7), shape: [3, 2] });
  });
  const table = await readTable(pathSource(slashed), { label: 'T/NK type' });
  expect(table.labels).toEqual(['t', 'nk', 't']);
});

test.each([
  ['x.csv', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n', 'git lfs pull'],
  ['x.h5ad', '<!DOCTYPE html>\n<html><body>Sign in</body></html>', 'a web page'],
])('%s that is something else is named: %s', async (name, text, said) => {
  await expect(readTable(bytesSource(name, new TextEncoder().encode(text)))).rejects.toThrow(said);
});

/** A ZIP archive of named bytes. */
async function zip(members: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, bytes] of Object.entries(members)) await writer.add(name, new Uint8ArrayReader(bytes));
  return writer.close();
}

test.each(['', 'store.zarr/'])(
  'a Zarr store in a ZIP file, under "%s", reads as the folder does',
  async (prefix) => {
    const store = join(fixtures, 'tables/anndata-0.13.4.zarr');
    const members: Record<string, Uint8Array> = {};
    for (const path of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
      if (statSync(join(store, path)).isFile()) members[prefix + path] = readFileSync(join(store, path));
    }
    const archive = bytesSource('x.zarr.zip', await zip(members));
    const options = { normalize: 'none' } as const;
    const [found, expected] = [
      await readTable(archive, options),
      await readTable(pathSource(store), options),
    ];
    expect(found.features).toEqual(expected.features);
    expect([found.featureNames, found.ids]).toEqual([expected.featureNames, expected.ids]);
    const map = await readEmbedding(archive, { key: 'umap' });
    expect(map.coordinates).toEqual((await readEmbedding(pathSource(store), { key: 'umap' })).coordinates);
    const labels = await readTexts(archive, { key: 'kind' });
    expect(labels.values.length).toBe(expected.features.rows);
  },
);

/** A text as NumPy's `S` of one value. */
function npyText(text: string): Uint8Array {
  const header = `${`{'descr': '|S${text.length}', 'fortran_order': False, 'shape': (), }`.padEnd(117)}\n`;
  const head = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8];
  return Uint8Array.from([...head, ...new TextEncoder().encode(header + text)]);
}

const ints = (...values: number[]) => writeNpy(Int32Array.from(values), [values.length]);
const floats = (values: number[], shape: number[]) => writeNpy(Float32Array.from(values), shape);

/** The same matrix in SciPy's layouts: rows (1 2 0 0), (3 4 5 0), (0 0 6 7), (0 0 8 9). */
const WANTED = [1, 2, 0, 0, 3, 4, 5, 0, 0, 0, 6, 7, 0, 0, 8, 9];
const layouts: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
  coo: {
    row: ints(0, 0, 1, 1, 1, 2, 2, 3, 3, 3),
    col: ints(0, 1, 0, 1, 2, 2, 3, 2, 3, 3),
    data: floats([1, 2, 3, 4, 5, 6, 7, 8, 4, 5], [10]),
  },
  dia: {
    offsets: ints(-1, 0, 1),
    data: floats([3, 0, 8, 0, 1, 4, 6, 9, 0, 2, 5, 7], [3, 4]),
  },
  bsr: {
    indptr: ints(0, 2, 3),
    indices: ints(0, 1, 1),
    data: floats([1, 2, 3, 4, 0, 0, 5, 0, 6, 7, 8, 9], [3, 2, 2]),
  },
};

test.each(Object.keys(layouts))('a sparse matrix in SciPy layout %s', async (layout) => {
  const members = { ...layouts[layout], format: npyText(layout), shape: ints(4, 4) };
  const archive = await zip(
    Object.fromEntries(Object.entries(members).map(([key, bytes]) => [`${key}.npy`, bytes])),
  );
  const { features } = await readTable(bytesSource('x.npz', archive));
  expect(Array.from(toDense(features).data)).toEqual(WANTED);
});

test('an array of more than two axes is flattened, and says to what', async () => {
  const bytes = floats(
    Array.from({ length: 24 }, (_, i) => i),
    [4, 2, 3],
  );
  const { features, warnings } = await readTable(bytesSource('x.npy', bytes));
  expect([features.rows, features.columns]).toEqual([4, 6]);
  expect(warnings.find(({ code }) => code === 'flattened')?.message).toContain('to 6 features');
});

test('a folder where a file is expected is named as one', async () => {
  await expect(pathSource(folder).read()).rejects.toMatchObject({ code: 'format' });
  await expect(pathSource(folder).read()).rejects.toThrow('folder');
});

test('whatever goes wrong in the HDF5 library is told as a fault of the file, with its reason', async () => {
  const path = await hdf5('guarded.h5', (file) => {
    file.create_dataset({ name: 'x', data: Float32Array.of(1, 2) });
  });
  const open = await openH5(pathSource(path));
  for (const thrown of [new Error('an odd reason'), 'an odd reason']) {
    const work = () => {
      throw thrown;
    };
    expect(() => open.guard('guarded.h5', work)).toThrow('an odd reason');
  }
  open.close();
});

test('coordinates in any order become rows whose columns ascend, equal ones added up', () => {
  const entries = [
    [1, 3, 1],
    [0, 2, 2],
    [1, 0, 3],
    [0, 1, 4],
    [1, 2, 5],
    [1, 0, 2],
  ].map(([row, column, value]) => ({ row, column, value }));
  const { offsets, indices, values } = compressEntries(entries, 2, 4, 'x.npz');
  expect([offsets, indices, values].map((part) => Array.from(part))).toEqual([
    [0, 2, 5],
    [1, 2, 0, 2, 3],
    [4, 2, 5, 5, 1],
  ]);
  expect(() => compressEntries([{ row: 2, column: 0, value: 1 }], 2, 4, 'x.npz')).toThrow(
    'outside its shape',
  );
});

test('a sparse matrix without an array of its layout is an error that names it', async () => {
  const members = { 'format.npy': npyText('coo'), 'shape.npy': ints(4, 4), 'data.npy': floats([1], [1]) };
  const archive = await zip(members);
  await expect(readTable(bytesSource('x.npz', archive))).rejects.toThrow('row');
});

test('files of R, MATLAB, MuData and tar, workbooks and plain HDF5 are named with the way out', async () => {
  const at = (place: number, text: string) => {
    const bytes = new Uint8Array(600);
    bytes.set(new TextEncoder().encode(text), place);
    return bytes;
  };
  const fails = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
    expect(readTable(bytesSource(name, bytes)), name).rejects;
  await fails('x.h5mu', at(0, 'MuData (format-version=0.1.0;')).toThrow("mudata.read_h5mu(path).mod['rna']");
  await fails('x.rds', at(0, 'X\n\0\0\0\x03')).toThrow('an R object (.rds), x.rds');
  await fails('x.mat', at(0, 'MATLAB 5.0 MAT-file')).toThrow('writematrix');
  await fails('x.tar', at(257, 'ustar')).toThrow('a TAR archive, x.tar');
  const plain = await hdf5('plain.h5', (file) => {
    file.create_dataset({ name: 'weights', data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
  });
  await expect(readTable(pathSource(plain))).rejects.toThrow('is no AnnData file: it holds weights');
  const zip = new ZipWriter(new Uint8ArrayWriter());
  await zip.add('xl/workbook.xml', new Uint8ArrayReader(at(0, '<workbook/>')));
  await zip.add('[Content_Types].xml', new Uint8ArrayReader(at(0, '<Types/>')));
  await fails('x.xlsx', new Uint8Array(await zip.close())).toThrow('a workbook of Excel or LibreOffice');
});

test.each(['<html>', 'null', '{"metadata": null}'])(
  'a Zarr store of a URL whose metadata are %s is damaged',
  async (text) => {
    const url = 'https://example.org/x.zarr';
    const file = bytesSource('.zmetadata', new TextEncoder().encode(text));
    const source = { ...file, name: url, origin: { kind: 'url', url } as const, child: () => file };
    await expect(zarrStore(source)).rejects.toThrow(FormatError);
  },
);
