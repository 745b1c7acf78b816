/**
 * Arrays whose chunks are larger than a block. Their library unpacks a chunk for every reading that touches it, so blocks of
 * such an array are taken out of the chunk that was read last.
 *
 * Memory: one chunk an array, so two of a sparse matrix, each of at most a quarter of what a table may take and LARGEST_READING;
 *   of arrays with larger chunks every block unpacks its chunk again.
 * Types: `Stored`, a matrix in a file: values (its numbers, in lines), indices (sparse only). `Lines`: numbers(start,
 *   end), shape, packed, atOnce (numbers to read at once). `StoredArray`, an array in a file: shape (its sizes), packed
 *   (lines that lie in one chunk, 1 where none do), numbers (elements start to end of the first axis).
 * Fails: as the readings do that it carries out.
 */

import { BLOCK_ENTRIES, type Lines, type Stored } from './blocks.js';
import { LARGEST_READING } from './store.js';

/** Bytes of a number, at most. */
const VALUE_BYTES = 8;

/**
 * The same matrix, but each of its large chunks is unpacked once a pass, not for every block.
 * @param memory bytes that the table may take.
 */
export function chunkByChunk(stored: Stored, memory: number): Stored {
  const { values, indices } = stored;
  return {
    ...stored,
    values: withLastChunk(values, memory),
    indices: indices && withLastChunk(indices, memory),
  };
}

/**
 * The array, which keeps the chunk that was read last; the array itself where a chunk is no larger than a block
 * (BLOCK_ENTRIES) or takes too much memory.
 * @param array in chunks of `packed` lines.
 * @param memory bytes that the table may take.
 */
function withLastChunk(array: Lines, memory: number): Lines {
  const [items, ...rest] = array.shape;
  const width = rest.reduce((product, length) => product * length, 1);
  const chunk = Math.min(array.packed, items);
  const bytes = chunk * width * VALUE_BYTES;
  if (chunk * width <= BLOCK_ENTRIES || bytes > Math.min(memory / 4, LARGEST_READING)) return array;
  let last: { readonly index: number; readonly values: ArrayLike<number> } | null = null;
  const chunkAt = async (index: number) => {
    if (last?.index === index) return last.values;
    last = null;
    const values = await array.numbers(index * chunk, Math.min(items, (index + 1) * chunk));
    last = { index, values };
    return values;
  };
  return {
    ...array,
    async numbers(start, end) {
      const result = new Float64Array((end - start) * width);
      for (let at = start, filled = 0; at < end; ) {
        const index = Math.floor(at / chunk);
        const values = await chunkAt(index);
        const stop = Math.min(end, (index + 1) * chunk);
        const from = (at - index * chunk) * width;
        const count = (stop - at) * width;
        for (let i = 0; i < count; i++) result[filled++] = values[from + i];
        at = stop;
      }
      return result;
    },
  };
}
