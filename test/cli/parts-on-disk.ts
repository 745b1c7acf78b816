/** Writes sparse tables as anndata does in Zarr (version 2, nothing compressed), whole or in parts ordered by region. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selectRows } from '#whymap/core/csr.js';
import { writeNpy } from '#whymap/io/write.js';
import type { Csr, Matrix } from '#whymap/model.js';

export interface Cells {
  readonly features: Csr;
  readonly featureNames: readonly string[];
  readonly ids: readonly string[];
  readonly map: Matrix;
}

type Attributes = Readonly<Record<string, unknown>>;

/** A group. */
function group(folder: string, attributes: Attributes): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.zgroup'), '{"zarr_format":2}');
  writeFileSync(join(folder, '.zattrs'), JSON.stringify(attributes));
}

/** An array in one chunk. */
function array(
  folder: string,
  dtype: string,
  shape: readonly number[],
  bytes: Uint8Array,
  attributes: Attributes = {},
): void {
  mkdirSync(folder, { recursive: true });
  const chunks = shape.map((length) => Math.max(1, length));
  const filters = dtype === '|O' ? [{ id: 'vlen-utf8' }] : null;
  const about = {
    zarr_format: 2,
    shape,
    chunks,
    dtype,
    filters,
    compressor: null,
    fill_value: dtype === '|O' ? '' : 0,
    order: 'C',
  };
  writeFileSync(join(folder, '.zarray'), JSON.stringify(about));
  writeFileSync(join(folder, '.zattrs'), JSON.stringify(attributes));
  writeFileSync(join(folder, shape.map(() => '0').join('.')), bytes);
}

/** The bytes of numbers. */
const bytesOf = (data: ArrayBufferView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A data frame of an index alone. */
function names(folder: string, texts: readonly string[]): void {
  group(folder, {
    'encoding-type': 'dataframe',
    'encoding-version': '0.2.0',
    _index: '_index',
    'column-order': [],
  });
  const pieces = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const count = Buffer.alloc(4);
  count.writeUInt32LE(texts.length);
  array(join(folder, '_index'), '|O', [texts.length], Buffer.concat([count, ...pieces]), {
    'encoding-type': 'string-array',
    'encoding-version': '0.2.0',
  });
}

/** A store of AnnData. */
export function writeAnndata(folder: string, { features, featureNames, ids, map }: Cells): void {
  group(folder, { 'encoding-type': 'anndata', 'encoding-version': '0.1.0' });
  const { rows, columns, offsets, indices, values } = features;
  group(join(folder, 'X'), {
    'encoding-type': 'csr_matrix',
    'encoding-version': '0.1.0',
    shape: [rows, columns],
  });
  array(join(folder, 'X/data'), '<f4', [values.length], bytesOf(values));
  array(join(folder, 'X/indices'), '<i4', [indices.length], bytesOf(indices));
  array(join(folder, 'X/indptr'), '<i4', [rows + 1], bytesOf(Int32Array.from(offsets)));
  names(join(folder, 'obs'), ids);
  names(join(folder, 'var'), featureNames);
  group(join(folder, 'obsm'), { 'encoding-type': 'dict', 'encoding-version': '0.1.0' });
  array(join(folder, 'obsm/X_umap'), '<f4', [map.rows, map.columns], bytesOf(map.data));
}

/** The same in parts, rows in order of their first coordinate, with the manifest of the pre-pass. @param source named in it. */
export function writeParts(folder: string, cells: Cells, count: number, source: string): void {
  const { features, ids, map } = cells;
  const { rows } = features;
  mkdirSync(folder, { recursive: true });
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => map.data[a * map.columns] - map.data[b * map.columns] || a - b,
  );
  const bound = (part: number) => Math.floor((part * rows) / count);
  const parts = Array.from({ length: count }, (_, part) => {
    const [first, end] = [bound(part), bound(part + 1)];
    const own = order.subarray(first, end);
    const path = `part-${part}.zarr`;
    const chosen = {
      ...cells,
      features: selectRows(features, own) as Csr,
      ids: Array.from(own, (row) => ids[row]),
    };
    writeAnndata(join(folder, path), { ...chosen, map: { rows: 0, columns: 2, data: new Float32Array(0) } });
    return { path, first, rows: end - first, key: 'content' };
  });
  writeFileSync(join(folder, 'order.npy'), writeNpy(order, [rows]));
  writeFileSync(join(folder, 'map.npy'), writeNpy(map.data, [rows, map.columns]));
  const manifest = {
    ...{ format: 'whymap-parts', version: 1, key: 'these parts', source: { path: source } },
    ...{ samples: rows, features: features.columns, layout: 'sparse', embedding: 'X_umap' },
    ...{ order: 'order.npy', map: 'map.npy', parts },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
