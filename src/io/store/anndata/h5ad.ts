/** HDF5: AnnData (`.h5ad`), and the `.h5` of 10x Genomics. */

import { UnsupportedError } from '../../../errors.js';
import type { FormatReader, Input } from '../../options.js';
import { h5Store } from '../hdf5/hdf5-store.js';
import type { Store } from '../store.js';
import { readTenxH5, tenxGroup } from '../tenx/tenx.js';
import { anndataContents, readAnndataEmbedding, readAnndataTexts } from './anndata.js';
import { readAnndataTable } from './obs-metadata.js';

/** Opens an HDF5 file, calls `work` with it as a store, and closes it whatever happens. */
async function within<T>(input: Input, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await h5Store(await input.plain());
  try {
    await refuseOthers(store);
    return await work(store);
  } finally {
    await store.close();
  }
}

/** HDF5 files of other tools: a group that each has, and the way out. */
const OTHERS = [
  {
    has: ['row_attrs', 'col_attrs'],
    what: 'a loom file',
    remedy: "convert it: scanpy.read_loom(path).write_h5ad('x.h5ad')",
  },
  {
    has: ['mod'],
    what: 'a MuData file (.h5mu) of several modalities',
    remedy: "write one of them: mudata.read_h5mu(path).mod['rna'].write_h5ad('x.h5ad')",
  },
  {
    has: ['assays', 'cell.names'],
    what: 'a Seurat file (.h5seurat)',
    remedy: "convert it in R: SeuratDisk::Convert(path, dest = 'h5ad')",
  },
] as const;

/** UnsupportedError for a file of another tool (loom, MuData, Seurat), with what to do. */
async function refuseOthers(store: Store): Promise<void> {
  const keys = await store.keys('');
  const other = OTHERS.find(({ has }) => has.every((key) => keys.includes(key)));
  if (!other || keys.includes('X')) return;
  throw new UnsupportedError({
    got: `${other.what}, ${store.name}`,
    expected: 'an AnnData file (.h5ad) or a 10x .h5',
    remedy: other.remedy,
  });
}

export const h5Reader: FormatReader = {
  contents: (input) =>
    within(input, async (store) =>
      (await tenxGroup(store)) === null ? anndataContents(store) : { columns: [], arrays: [], layers: [] },
    ),
  table: (input, settings) =>
    within(input, async (store) => {
      const tenx = await tenxGroup(store);
      return tenx === null ? readAnndataTable(store, settings) : readTenxH5(store, tenx, settings);
    }),
  embedding: (input, settings) => within(input, (store) => readAnndataEmbedding(store, settings)),
  texts: (input, settings) => within(input, (store) => readAnndataTexts(store, settings)),
};
