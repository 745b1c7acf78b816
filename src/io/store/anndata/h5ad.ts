/**
 * HDF5: AnnData (`.h5ad`), and the `.h5` of 10x Genomics.
 * Types: `Input`, of a reader: plain (the decompressed file as a Source). `Store`, HDF5 or Zarr: close (ends it).
 * Fails: FormatError for a damaged file, UnsupportedError for files of other tools.
 */

import type { FormatReader, Input } from '../../options.js';
import { h5Store } from '../hdf5/hdf5-store.js';
import { refuseOthers } from '../other-tools.js';
import type { Store } from '../store.js';
import { readTenxH5, tenxGroup } from '../tenx/tenx.js';
import { anndataContents, readAnndataEmbedding, readAnndataTexts } from './anndata.js';
import { readAnndataTable } from './obs-metadata.js';

/** Opens an HDF5 file, calls `work` with it as a store, and closes it whatever happens. */
async function within<T>(input: Input, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await h5Store(await input.plain());
  try {
    if ((await tenxGroup(store)) === null) await refuseOthers(store);
    return await work(store);
  } finally {
    await store.close();
  }
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
