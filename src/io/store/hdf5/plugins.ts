/**
 * Filters that are no part of HDF5: LZF, which anndata and h5py offer, and Blosc, LZ4 and Zstandard of the Python package
 * hdf5plugin. Their decoders are side modules of the library, from h5wasm-plugins (copied by scripts/hdf5-plugins.mjs).
 *
 * Cost: a decoder is loaded with the first data set that needs it: LZF 6 kB, LZ4 133 kB, Blosc 690 kB, Zstandard 800 kB.
 * Fails: UnsupportedError for another filter. A decoder that meets damaged data makes the library complain or bring itself
 * down; either ends in a FormatError (runtime.ts).
 * Types: `H5Runtime`, the library: decoders (filters that are loaded), module (its WebAssembly), onDisk (it reads the
 *   disk itself).
 */

import type { Dataset } from 'h5wasm';
import { UnsupportedError } from '../../../errors.js';
import { type H5Runtime, LARGEST_BUILTIN_FILTER } from './runtime.js';

interface Decoder {
  readonly file: string;
  /** Beside this module; in the page it may be the bytes themselves (`data:`). */
  readonly url: () => URL;
}

/** Decoders by the number that the HDF Group gave the filter; the URLs stand in full, so that bundlers see them. */
const DECODERS: ReadonlyMap<number, Decoder> = new Map([
  [32000, { file: 'libH5Zlzf.so', url: () => new URL('./plugins/libH5Zlzf.so', import.meta.url) }],
  [32001, { file: 'libH5Zblosc.so', url: () => new URL('./plugins/libH5Zblosc.so', import.meta.url) }],
  [32004, { file: 'libH5Zlz4.so', url: () => new URL('./plugins/libH5Zlz4.so', import.meta.url) }],
  [32015, { file: 'libH5Zzstd.so', url: () => new URL('./plugins/libH5Zzstd.so', import.meta.url) }],
]);
/** Folder of the decoders in the library's file system in memory. */
const FOLDER = '/plugins';

/**
 * Loads the decoders of a data set's filters, each once a runtime. UnsupportedError for a filter without a decoder here.
 * @param where data set and file, for the message.
 */
export async function loadFilters(runtime: H5Runtime, dataset: Dataset, where: string): Promise<void> {
  for (const { id, name } of dataset.filters) {
    const decoder = DECODERS.get(id);
    if (decoder === undefined && id <= LARGEST_BUILTIN_FILTER) continue;
    if (decoder === undefined) throw unknownFilter(name.split(';')[0] || String(id), where);
    if (!runtime.decoders.has(id)) await loadDecoder(runtime, decoder);
    runtime.decoders.add(id);
  }
}

/**
 * Makes the library find a decoder: in its folder on the disk, or copied to FOLDER of the file system in memory.
 * UnsupportedError where the file cannot be fetched.
 */
async function loadDecoder({ module, onDisk }: H5Runtime, { file, url }: Decoder): Promise<void> {
  const place = url();
  const path = place.protocol === 'file:' ? (await import('node:url')).fileURLToPath(place) : null;
  lookIn(module, onDisk && path !== null ? path.slice(0, -file.length - 1) : FOLDER);
  if (onDisk) return;
  const bytes =
    path === null ? await fetched(place, file) : await (await import('node:fs/promises')).readFile(path);
  module.FS.mkdirTree(FOLDER);
  module.FS.writeFile(`${FOLDER}/${file}`, bytes);
}

/** The bytes of a decoder from the page's server. UnsupportedError where they cannot be had. */
async function fetched(place: URL, file: string): Promise<Uint8Array> {
  const response = await fetch(place).catch(() => null);
  if (response?.ok) return new Uint8Array(await response.arrayBuffer());
  throw new UnsupportedError({
    got: `no answer for the decoder ${file}`,
    expected: 'the decoder beside the page',
    remedy: 'load the page again; if it stays so, write the file with gzip or without compression',
  });
}

/** Sets this folder as the only one in which the library looks for decoders. Never throws. */
function lookIn(module: H5Runtime['module'], folder: string): void {
  const known = module.get_plugin_search_paths();
  if (known.length === 1 && known[0] === folder) return;
  for (let i = known.length - 1; i >= 0; i--) module.remove_plugin_search_path(i);
  module.insert_plugin_search_path(folder, 0);
}

/**
 * The error for a filter without a decoder here.
 * @param where data set and file.
 * @param name of the filter.
 */
function unknownFilter(name: string, where: string): UnsupportedError {
  return new UnsupportedError({
    got: `${where}, compressed with the plug-in ${name}`,
    expected: 'data that is not compressed, or with gzip, LZF, Blosc, LZ4 or Zstandard',
    remedy: "write it again with gzip: adata.write_h5ad(path, compression='gzip')",
  });
}
