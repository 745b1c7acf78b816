/** CRC-32 (IEEE 802.3, as in ZIP and gzip): by zlib where the platform has it, else by tables of four bytes. */

/** What zlib offers from Node 20.15 on: the CRC-32 after further bytes. */
type Continued = (bytes: Uint8Array, before?: number) => number;

/** Zlib's, ten times as fast as a loop here; absent in browsers and in older Node. */
const byZlib: Continued | undefined = (
  globalThis.process as undefined | { getBuiltinModule?: (name: string) => { crc32?: Continued } | undefined }
)?.getBuiltinModule?.('node:zlib')?.crc32;

const TABLES = makeTables();

/** Four tables of 256 remainders, one for each byte of four that are taken at once. */
function makeTables(): readonly Uint32Array[] {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    tables[0][n] = c;
  }
  for (let n = 0; n < 256; n++) {
    for (let t = 1; t < 4; t++) {
      const c = tables[t - 1][n];
      tables[t][n] = (c >>> 8) ^ tables[0][c & 255];
    }
  }
  return tables;
}

/** The CRC-32 of the bytes, an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array): number {
  return crc32OfPieces([bytes]);
}

/** The CRC-32 of bytes that come in pieces. */
export function crc32OfPieces(pieces: Iterable<Uint8Array>): number {
  if (!byZlib) return crc32ByTables(pieces);
  let crc = 0;
  for (const piece of pieces) crc = byZlib(piece, crc);
  return crc;
}

/** The same without zlib. */
export function crc32ByTables(pieces: Iterable<Uint8Array>): number {
  let c = 0xffffffff;
  for (const piece of pieces) c = withPiece(c, piece);
  return (c ^ 0xffffffff) >>> 0;
}

/** The remainder after further bytes. @param before the remainder so far. */
function withPiece(before: number, bytes: Uint8Array): number {
  const [t0, t1, t2, t3] = TABLES;
  let c = before;
  let i = 0;
  for (const end = bytes.length - 3; i < end; i += 4) {
    c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    c = t3[c & 255] ^ t2[(c >>> 8) & 255] ^ t1[(c >>> 16) & 255] ^ t0[c >>> 24];
  }
  for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return c;
}
