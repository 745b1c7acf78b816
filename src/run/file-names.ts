/** What the name of a file says, before anything is opened. Light: the command line loads it to check its arguments. */

/** Files in which an embedding may lie beside the features. */
export function holdsArrays(path: string): boolean {
  return /\.(h5ad|h5|h5mu|h5seurat|loom|zarr|zarr\.zip|npz|parquet|json|sqlite3?|db)\/?$/i.test(path);
}

/** A name that ends as files do, or lies in a folder that is no group of AnnData. */
export function isFileName(name: string): boolean {
  return /\.(csv|tsv|tab|txt|npy|npz|parquet|feather|arrow|jsonl?|h5ad|h5|zarr|mtx|idx)(\.gz)?$/i.test(name);
}
