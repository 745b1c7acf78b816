/** What the name of a file says, before anything is opened. Light: the command line loads it to check its arguments. */

/** Files with named arrays beside the features; a database has several tables, of which an option names one. */
export function holdsKeys(path: string): boolean {
  return /\.(h5ad|h5|h5mu|h5seurat|loom|zarr|zarr\.zip|npz)\/?$/i.test(path);
}

/** Files in which an embedding may lie beside the features. */
export function holdsArrays(path: string): boolean {
  return holdsKeys(path) || /\.(parquet|json|sqlite3?|db)\/?$/i.test(path);
}

/** A name that ends as files do, or lies in a folder that is no group of AnnData. */
export function isFileName(name: string): boolean {
  return /\.(csv|tsv|tab|txt|npy|npz|parquet|feather|arrow|jsonl?|h5ad|h5|zarr|mtx|idx)(\.gz)?$/i.test(name);
}
