/**
 * The first bytes by which a format is told.
 * Arguments: `head`, the first bytes of the file, decompressed.
 * Fails: never; a file that ends before the signature does not fit.
 */

/**
 * Whether the bytes begin with a signature; false for fewer bytes than it has.
 * @param head first bytes of the file.
 * @param magic bytes of the signature.
 */
const startsWith = (head: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => head[i] === byte);

/** Whether a file begins as NPY, one array of NumPy. */
export const isNpy = (head: Uint8Array) => startsWith(head, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
/** Whether a file begins as ZIP, which NPZ is too. */
export const isZip = (head: Uint8Array) => startsWith(head, [0x50, 0x4b, 3, 4]);
/** Whether a file begins as HDF5, which .h5ad is too. */
export const isHdf5 = (head: Uint8Array) =>
  startsWith(head, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Whether a file begins as Parquet. */
export const isParquet = (head: Uint8Array) => startsWith(head, [0x50, 0x41, 0x52, 0x31]);
/** Whether a file begins as Arrow: `ARROW1` (Feather version 2), or the continuation mark of a stream. */
export const isArrow = (head: Uint8Array) =>
  startsWith(head, [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]) || startsWith(head, [0xff, 0xff, 0xff, 0xff]);
/** Whether a file begins as an SQLite database. */
export const isSqlite = (head: Uint8Array) =>
  startsWith(
    head,
    [...'SQLite format 3\0'].map((c) => c.charCodeAt(0)),
  );
/** Whether a file begins as gzip. */
export const isGzip = (head: Uint8Array) => startsWith(head, [0x1f, 0x8b]);
/** Whether a file begins as IDX: two zero bytes, a type from 8 to 14, and a number of dimensions from 1 to 8. */
export const isIdx = (head: Uint8Array) =>
  startsWith(head, [0, 0]) && [8, 9, 11, 12, 13, 14].includes(head[2]) && head[3] >= 1 && head[3] <= 8;
