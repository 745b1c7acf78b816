/**
 * The LZF filter of HDF5 (number 32000), as h5py and anndata write it: a side module that the library loads as a plug-in.
 *
 * Source: the format of liblzf, and H5PLextern.h and H5Zpublic.h for what a plug-in exports.
 * Ours: the length of the result is counted first, because texts are stored without it (the decoder in h5wasm-plugins 0.2.1
 * gives up there). Only decodes.
 * Cost: two passes over the packed bytes. Memory: the unpacked chunk, which the library frees.
 * Fails: 0, which the library reports, for bytes that are no LZF: a copy from before the start, or one that ends too early.
 */

import { free, malloc } from './env';
import { decodeChunk as decodeChunkIndex } from './GOT.func';

const LZF: u32 = 32000;
const CLASS_VERSION: u32 = 1;
const CLASS_BYTES: u32 = 32;
/** Set in `flags` where a chunk is read. */
const REVERSE: u32 = 256;
/** Control bytes below stand before literal bytes. */
const LITERALS: u32 = 32;

/** The kind of plug-in, which the HDF5 library asks for first: 0, a filter. */
export function H5PLget_plugin_type(): i32 {
  return 0;
}

/**
 * Describes the filter to the HDF5 library. Returns the address of a H5Z_class2_t: version, number, can encode, can
 * decode, name, two callbacks that are absent, the filter; 0 without memory.
 */
export function H5PLget_plugin_info(): u32 {
  const info = malloc(CLASS_BYTES + 4);
  if (info === 0) return 0;
  memory.fill(info, 0, CLASS_BYTES + 4);
  store<u32>(info, CLASS_VERSION);
  store<u32>(info, LZF, 4);
  store<u32>(info, 1, 12);
  store<u32>(info, info + CLASS_BYTES, 16);
  store<u32>(info, decodeChunkIndex, 28);
  // "lzf" and a zero, lowest byte first
  store<u32>(info, 0x00667a6c, CLASS_BYTES);
  return info;
}

/**
 * Unpacks a chunk; called by the HDF5 library for every chunk that it reads. Replaces the buffer by a new one.
 * @param flags with REVERSE where a chunk is read.
 * @param bytes packed bytes.
 * @param size address of the number of bytes that the buffer holds, changed.
 * @param buffer address of the buffer's address, changed.
 * @returns bytes of the unpacked chunk, 0 for a failure.
 */
export function decodeChunk(
  flags: u32,
  _count: u32,
  _values: usize,
  bytes: u32,
  size: usize,
  buffer: usize,
): u32 {
  if ((flags & REVERSE) === 0) return 0;
  const packed = load<u32>(buffer);
  const length = unpackedLength(packed, bytes);
  const unpacked: u32 = length === 0 ? 0 : malloc(length);
  if (unpacked === 0) return 0;
  if (!unpack(packed, bytes, unpacked)) {
    free(unpacked);
    return 0;
  }
  free(packed);
  store<u32>(buffer, unpacked);
  store<u32>(size, length);
  return length;
}

/**
 * Bytes that a chunk unpacks to; 0 where it ends too early.
 * @param packed address of the chunk.
 * @param bytes its length.
 */
function unpackedLength(packed: u32, bytes: u32): u32 {
  let length: u32 = 0;
  for (let p: u32 = 0; p < bytes; ) {
    const control = load<u8>(packed + p++) as u32;
    if (control < LITERALS) {
      length += control + 1;
      p += control + 1;
    } else {
      const more: u32 = control >> 5 === 7 ? (p < bytes ? load<u8>(packed + p++) : 0) : 0;
      length += (control >> 5) + 2 + more;
      p++;
    }
    if (p > bytes) return 0;
  }
  return length;
}

/**
 * Unpacks a chunk whose length has been checked to address `unpacked`; false for a copy from before the start.
 * @param packed address of the chunk.
 * @param bytes its length.
 */
function unpack(packed: u32, bytes: u32, unpacked: u32): bool {
  let to = unpacked;
  for (let p: u32 = 0; p < bytes; ) {
    const control = load<u8>(packed + p++) as u32;
    if (control < LITERALS) {
      memory.copy(to, packed + p, control + 1);
      to += control + 1;
      p += control + 1;
      continue;
    }
    let length: u32 = (control >> 5) + 2;
    if (control >> 5 === 7) length += load<u8>(packed + p++);
    const distance: u32 = ((control & 31) << 8) + load<u8>(packed + p++) + 1;
    if (distance > to - unpacked) return false;
    // byte by byte, since a copy may overlap what it writes
    for (let i: u32 = 0; i < length; i++, to++) store<u8>(to, load<u8>(to - distance));
  }
  return true;
}
