// Writes small .h5ad files, laid out as anndata 0.8 does.
import { File, ready } from 'h5wasm/node';

export interface MadeAnndata {
  layout: 'csr' | 'csc' | 'dense';
  /** Whether a dense matrix lies in one chunk, compressed with gzip. */
  oneChunk?: boolean;
  rows: number;
  columns: number;
  /** rows x columns. */
  values: Float32Array;
  ids: readonly string[];
  featureNames: readonly string[];
  /** rows x 2 each. */
  obsm: Readonly<Record<string, Float32Array>>;
  /** Metadata, one text a row each. */
  obs?: Readonly<Record<string, readonly string[]>>;
  /** Metadata as categories: their names, and the index of each row's. */
  categories?: Readonly<Record<string, { readonly names: readonly string[]; readonly codes: Int32Array }>>;
  /** The same of features, one text a column each. */
  var?: Readonly<Record<string, readonly string[]>>;
}

export async function makeAnndata(path: string, made: MadeAnndata): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  const { rows, columns, values } = made;
  if (made.layout === 'dense') {
    const packed = made.oneChunk ? { chunks: [rows, columns], compression: 'gzip' as const } : {};
    file.create_dataset({ name: 'X', data: values, shape: [rows, columns], ...packed });
  } else {
    const byRow = made.layout === 'csr';
    const [lines, width] = byRow ? [rows, columns] : [columns, rows];
    const [data, indices, indptr]: number[][] = [[], [], [0]];
    for (let line = 0; line < lines; line++) {
      for (let column = 0; column < width; column++) {
        const value = values[byRow ? line * columns + column : column * columns + line];
        if (value === 0) continue;
        data.push(value);
        indices.push(column);
      }
      indptr.push(data.length);
    }
    const group = file.create_group('X');
    group.create_attribute('encoding-type', `${made.layout}_matrix`);
    group.create_attribute('shape', [rows, columns], [2], '<i4');
    group.create_dataset({ name: 'data', data: Float32Array.from(data) });
    group.create_dataset({ name: 'indices', data: Int32Array.from(indices) });
    group.create_dataset({ name: 'indptr', data: Int32Array.from(indptr) });
  }
  for (const [axis, names] of [
    ['obs', made.ids],
    ['var', made.featureNames],
  ] as const) {
    const group = file.create_group(axis);
    group.create_attribute('_index', '_index');
    group.create_attribute('encoding-type', 'dataframe');
    group.create_dataset({ name: '_index', data: [...names] });
    for (const [name, texts] of Object.entries(made[axis] ?? {}))
      group.create_dataset({ name, data: [...texts] });
  }
  for (const [name, { names, codes }] of Object.entries(made.categories ?? {})) {
    const group = file.create_group(`obs/${name}`);
    group.create_attribute('encoding-type', 'categorical');
    group.create_dataset({ name: 'categories', data: [...names] });
    group.create_dataset({ name: 'codes', data: codes });
  }
  const obsm = file.create_group('obsm');
  for (const [key, data] of Object.entries(made.obsm)) {
    obsm.create_dataset({ name: key, data, shape: [rows, 2] });
  }
  file.close();
}
