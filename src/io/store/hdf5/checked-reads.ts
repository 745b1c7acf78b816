/**
 * What the HDF5 library reads of a file, looked at on its way: a reading that would make the library spin is refused.
 *
 * The library (HDF5 2.0.0 in h5wasm 0.10.3, where sizes have 32 bits) walks the objects of a global heap, in which texts
 * lie, by the sizes that they state. A size of zero, or one that wraps around to zero, and it never comes to the end.
 * Source: the HDF5 file format, "Disk Format: Level 1E - Global Heap".
 */

import { bytesRead } from './activity.js';

type ReadBytes = (
  stream: { readonly position: number },
  buffer: Int8Array,
  at: number,
  length: number,
  position?: number,
) => number;

/** The parts of the module's file system that its types leave out. */
export interface FileSystem {
  read: ReadBytes;
  ErrnoError: new (code: number) => Error;
}

export interface ReadWatch {
  /** Why a reading was refused since the last call, or null. */
  refusal(): string | null;
}

const INPUT_OUTPUT_ERROR = 29;
/** "GCOL", version 1, three zeros. */
const GLOBAL_HEAP = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
const OBJECT_HEADER = 16;
const ALIGNMENT = 8;

/**
 * Puts a check between the library and its files: a reading that would make the library spin fails, and `refusal`
 * then says why.
 * @returns `refusal`, which gives the reason once and forgets it.
 */
export function watchReads(files: FileSystem): ReadWatch {
  const original = files.read;
  let refused: string | null = null;
  files.read = (stream, buffer, at, length, position) => {
    const from = position ?? stream.position;
    const count = original(stream, buffer, at, length, position);
    bytesRead(from, count);
    const why = endlessHeap(new Uint8Array(buffer.buffer, buffer.byteOffset + at, Math.max(0, count)));
    if (why === null) return count;
    refused = why;
    throw new files.ErrnoError(INPUT_OUTPUT_ERROR);
  };
  return {
    refusal() {
      const why = refused;
      refused = null;
      return why;
    },
  };
}

/**
 * What is wrong with bytes that are a global heap whose objects have no end, in words; null for all else. A heap that
 * is cut off is judged by the part that is there.
 */
export function endlessHeap(bytes: Uint8Array): string | null {
  if (GLOBAL_HEAP.some((byte, i) => bytes[i] !== byte) || bytes.length < OBJECT_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = Math.min(view.getUint32(GLOBAL_HEAP.length, true), bytes.length);
  for (let at = OBJECT_HEADER; at + OBJECT_HEADER <= size; ) {
    const stated = view.getUint32(at + ALIGNMENT, true);
    const used = view.getUint16(at, true) !== 0;
    const step = (used ? OBJECT_HEADER + ALIGNMENT * Math.ceil(stated / ALIGNMENT) : stated) >>> 0;
    if (step === 0) return `a heap object of ${stated} bytes at ${at}`;
    at += step;
  }
  return null;
}
