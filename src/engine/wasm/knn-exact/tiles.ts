/** Sides of what the kernels work on at a time; `kernels/knn-exact/bounds.ts` knows the same. */

/** Asked rows of an item of a comparison. */
export const BLOCK_ROWS = 256;
/** Data rows of a tile: rows in the engine's memory are padded to a whole number of these. */
export const CHUNK_ROWS = 64;
