/**
 * Finds a samples x features matrix in a store and how it is stored (dense, CSR, CSC); reads no values but the offsets.
 *
 * Types: `Store`, an HDF5 file or Zarr folder: name (for messages), array (FormatError where there is none).
 *   `StoredArray`, an array in a file: shape (its sizes), numbers (of items start to end of the first axis).
 * Fails: FormatError for what is no matrix, and for lines with more entries than places.
 */

import { FormatError } from '../../errors.js';
import { notMatrix, type Stored } from './blocks.js';
import { below, type Store, textAttribute } from './store.js';

/**
 * Finds the matrix at a path, a two-dimensional data set or a CSR or CSC group (its attributes say which), and how it
 * is stored; reads no values but the offsets. FormatError for anything else.
 */
export async function findMatrix(store: Store, path: string): Promise<Stored> {
  const name = `${path} of ${store.name}`;
  if ((await store.kind(path)) === 'array') {
    const values = await store.array(path);
    if (values.shape.length !== 2) throw notMatrix(name, `${values.shape.length} dimensions`);
    const [rows, columns] = values.shape;
    return { name, rows, columns, layout: 'dense', values, indices: null, offsets: null };
  }
  const attributes = await store.attributes(path);
  const encoding =
    textAttribute(attributes, 'encoding-type') ?? textAttribute(attributes, 'h5sparse_format') ?? '';
  const shape = attributes.shape ?? attributes.h5sparse_shape;
  const layout = encoding.startsWith('csr') ? 'rows' : encoding.startsWith('csc') ? 'columns' : null;
  if (layout === null || !Array.isArray(shape) || shape.length !== 2) {
    throw notMatrix(name, encoding === '' ? 'no sparse encoding' : `the encoding ${encoding}`);
  }
  return findSparse(store, path, { rows: Number(shape[0]), columns: Number(shape[1]), layout });
}

/**
 * Finds the compressed matrix at a path whose shape and direction are known, and reads its offsets. FormatError where
 * they do not fit.
 */
export async function findSparse(
  store: Store,
  path: string,
  known: { rows: number; columns: number; layout: 'rows' | 'columns' },
): Promise<Stored> {
  const name = `${path} of ${store.name}`;
  const [values, indices, indptr] = await Promise.all(
    ['data', 'indices', 'indptr'].map((part) => store.array(below(path, part))),
  );
  const lines = known.layout === 'rows' ? known.rows : known.columns;
  const width = known.layout === 'rows' ? known.columns : known.rows;
  const offsets = await indptr.numbers(0, indptr.shape[0]);
  let sound = offsets.length === lines + 1 && offsets[0] === 0 && offsets[lines] === values.shape[0];
  let longest = 0;
  for (let i = 0; sound && i < lines; i++) {
    sound = offsets[i] <= offsets[i + 1];
    longest = Math.max(longest, offsets[i + 1] - offsets[i]);
  }
  if (!sound || values.shape[0] !== indices.shape[0] || values.shape[0] > lines * width) {
    throw notMatrix(name, `offsets that do not fit ${lines} lines of ${values.shape[0]} entries`);
  }
  if (longest > width) throw repeatedEntries(name, longest, width);
  return { name, ...known, values, indices, offsets };
}

/**
 * The error for a line with more entries than it has places.
 * @param name of the matrix.
 * @param width indices that a line may have.
 */
function repeatedEntries(name: string, entries: number, width: number): FormatError {
  return new FormatError({
    got: `a line of ${entries} entries for ${width} places at ${name}, so that some places have several`,
    expected: 'one entry a place',
    remedy: 'add them up in Python and write the file again: adata.X.sum_duplicates()',
  });
}
