/**
 * Trees of arrays that other tools write, told by their groups, and the way out of each.
 * Types: `Store`, HDF5 or Zarr: keys (members of a group), name (of the file).
 * Fails: UnsupportedError, which is its purpose.
 */

import { UnsupportedError } from '../../errors.js';
import type { Store } from './store.js';

const OTHERS = [
  {
    has: ['row_attrs', 'col_attrs'],
    what: 'a loom file',
    remedy: "convert it: scanpy.read_loom(path).write_h5ad('x.h5ad')",
  },
  {
    has: ['mod'],
    what: 'MuData (.h5mu), which holds several modalities',
    remedy: "write one of them: mudata.read_h5mu(path).mod['rna'].write_h5ad('x.h5ad'), or read_zarr",
  },
  {
    has: ['assays', 'cell.names'],
    what: 'a Seurat file (.h5seurat)',
    remedy: "convert it in R: SeuratDisk::Convert(path, dest = 'h5ad')",
  },
] as const;
/** Groups of which AnnData has at least one. */
const ANNDATA = ['X', 'obs', 'var', 'obsm', 'layers', 'raw', 'raw.X'];
const SHOWN = 4;

/**
 * Throws UnsupportedError that names a file of another tool, or one that is no AnnData at all. Where the names of the groups
 * are not known (over HTTP), nothing is refused.
 */
export async function refuseOthers(store: Store): Promise<void> {
  const keys = await store.keys('');
  const other = OTHERS.find(({ has }) => has.every((key) => keys.includes(key)));
  if (keys.length === 0 || keys.includes('X') || (!other && ANNDATA.some((key) => keys.includes(key))))
    return;
  const members = keys.slice(0, SHOWN).join(', ') + (keys.length > SHOWN ? '...' : '');
  throw new UnsupportedError({
    got: other
      ? `${other.what}, ${store.name}`
      : `${store.name}, which is no AnnData file: it holds ${members}`,
    expected: 'an AnnData file (.h5ad) or a 10x .h5',
    remedy:
      other?.remedy ??
      "save the array with numpy.save, or make an AnnData file of it: anndata.AnnData(x).write_h5ad('x.h5ad')",
  });
}
