/**
 * Zarr: AnnData in a store, or one array of samples x features.
 * Types: `Store`, HDF5 or Zarr: kind (group, array or null), name (for messages). `Settings`: what the file is read
 *   for and what options say of it (options.ts); its featureNames (one a column). `Input`, of a reader: source (the
 *   file or folder).
 * Fails: as zarr-store.ts and anndata/ do.
 */

import type { FormatReader, Input, RawTable, Settings } from '../../options.js';
import { anndataContents, readAnndataEmbedding, readAnndataTexts } from '../anndata/anndata.js';
import { readAnndataTable } from '../anndata/obs-metadata.js';
import { chooseType } from '../feature-types.js';
import { findMatrix } from '../find-matrix.js';
import { readStoredMatrix } from '../matrix.js';
import { refuseOthers } from '../other-tools.js';
import type { Store } from '../store.js';
import { below } from '../store.js';
import { zarrStore } from './zarr-store.js';

/** Path of the array where the store is one (or holds one that `key` names); null where it holds AnnData. */
async function plainArray(store: Store, settings: Settings): Promise<string | null> {
  if ((await store.kind('')) === 'array') return '';
  const { key } = settings;
  return key !== undefined && (await store.kind(key)) === 'array' ? below('', key) : null;
}

/**
 * Reads one array of samples x features at a path as a table without names. FormatError for an array that is not
 * two-dimensional, or beyond the memory.
 */
async function readArray(store: Store, path: string, settings: Settings): Promise<RawTable> {
  // features without types: refuses an option that names one
  chooseType(null, settings, store.name);
  const { features, kept, warnings } = await readStoredMatrix(
    await findMatrix(store, path),
    { ids: [], featureNames: [] },
    { ...settings, chooser: undefined },
    false,
  );
  const featureNames = kept === null ? null : kept.map((c) => settings.featureNames?.[c] ?? `f${c}`);
  return { features, featureNames, ids: null, labels: null, warnings, prepared: true };
}

/** The Zarr store behind an input. */
const open = (input: Input) => zarrStore(input.source);

export const zarrReader: FormatReader = {
  async contents(input, settings) {
    const store = await open(input);
    const single = (await plainArray(store, settings)) !== null;
    if (!single) await refuseOthers(store);
    return single ? { columns: [], arrays: [], layers: [] } : anndataContents(store);
  },
  async table(input, settings) {
    const store = await open(input);
    const array = await plainArray(store, settings);
    if (array === null) await refuseOthers(store);
    return array === null ? readAnndataTable(store, settings) : readArray(store, array, settings);
  },
  async embedding(input, settings) {
    const store = await open(input);
    const array = await plainArray(store, settings);
    const plain = { ...settings, normalize: 'none' as const };
    return array === null ? readAnndataEmbedding(store, settings) : readArray(store, array, plain);
  },
  texts: async (input, settings) => readAnndataTexts(await open(input), settings),
};
