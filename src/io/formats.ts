/**
 * Which format a file has: by its first bytes, then by its name. Each reader is loaded on first use, so that
 * no format costs anything to those who do not use it.
 * Types: `Source`, a file, folder or bytes: origin (path, URL, bytes or parts), name (for people), stat (size in
 *   bytes and whether it is a folder; FormatError where nothing is), read (bytes start to end (exclusive)), list
 *   (names inside the folder), child (a file inside the folder). `Settings`, options with defaults: memory (bytes
 *   that may be held), signal (aborts), encoding (of the text). `Input`, of a reader: pieces (the decompressed bytes
 *   in order), name (without a compression suffix), plain (the decompressed file as a Source). `ZipMember`, of an
 *   archive: open (gives its bytes as a Source).
 */

import { FormatError } from '../errors.js';
import type { FormatReader, Input, Settings } from './options.js';
import { checkText, emptyFile, isOtherFile, startsWith, unknownFile } from './other-files.js';
import { isArrow, isGzip, isHdf5, isIdx, isNpy, isParquet, isSqlite, isZip } from './signatures.js';
import { gunzip, join, piecesOf, tooLarge } from './source/bytes.js';
import { folderParts } from './source/path-source.js';
import { bytesSource, type Source } from './source/source.js';

interface Format {
  readonly name: string;
  /** Whether the file is of this format, from its first bytes and its name. */
  readonly fits: (head: Uint8Array, name: string) => boolean;
  readonly load: () => Promise<FormatReader>;
}

/** A source with the reader for it. */
export interface Opened {
  readonly input: Input;
  /** The first bytes, after decompression. */
  readonly head: Uint8Array;
  readonly format: string;
  readonly reader: FormatReader;
}

const HEAD = 4096;
/** Bytes of text that may stand for one byte of float32 table; more is taken as a decompression bomb. */
const TEXT_BYTES = 8;

const FORMATS: readonly Format[] = [
  { name: 'npy', fits: isNpy, load: async () => (await import('./numpy/npy.js')).npyReader },
  { name: 'npz', fits: isZip, load: async () => (await import('./numpy/npz.js')).npzReader },
  { name: 'h5', fits: isHdf5, load: async () => (await import('./store/anndata/h5ad.js')).h5Reader },
  {
    name: 'parquet',
    fits: isParquet,
    load: async () => (await import('./parquet/parquet.js')).parquetReader,
  },
  { name: 'arrow', fits: isArrow, load: async () => (await import('./arrow/arrow.js')).arrowReader },
  { name: 'sqlite', fits: isSqlite, load: async () => (await import('./sqlite.js')).sqliteReader },
  { name: 'idx', fits: isIdx, load: async () => (await import('./numpy/idx.js')).idxReader },
  {
    name: 'mtx',
    fits: isMatrixMarket,
    load: async () => (await import('./text/matrix-market.js')).matrixMarketReader,
  },
  { name: 'json', fits: isJson, load: async () => (await import('./text/json.js')).jsonReader },
  { name: 'csv', fits: isText, load: async () => (await import('./csv/csv.js')).csvReader },
];

/**
 * Opens a source: decompresses it where it is gzipped, and finds the reader for what is inside. FormatError for an
 * empty file, an unknown format or a folder that is none; UnsupportedError for known other formats.
 */
export async function openInput(source: Source, settings: Settings): Promise<Opened> {
  if (source.origin.kind === 'url' && /\.zarr\/?$/.test(source.name))
    return openZarr(plain(source, 0, settings));
  const { folder, size } = await source.stat();
  if (folder) return openFolder(source, settings);
  if (size === 0) throw emptyFile(source.name);
  const start = await source.read(0, HEAD);
  const input = inputOf(source, { start, size }, settings);
  const head = isGzip(start) ? await firstBytes(input.pieces()) : start;
  checkText(head, source.name);
  const packed = isZip(head) ? await onlyMember(input, settings) : null;
  if (packed !== null) return openInput(packed, settings);
  const format = FORMATS.find((candidate) => candidate.fits(head, input.name) || isWide(candidate, settings));
  if (!format) throw unknownFile(head, source.name);
  return { input, head, format: format.name, reader: await format.load() };
}

/**
 * The file in a ZIP archive that holds one file and no NumPy array (`table.csv.zip`), as a source; null for other
 * archives.
 */
async function onlyMember(input: Input, settings: Settings): Promise<Source | null> {
  const { openZip } = await import('./codecs/zip.js');
  const members = await openZip(await input.plain(), settings.memory);
  const [only] = members;
  if (members.length !== 1 || only.name.endsWith('.npy')) return null;
  const opened = await only.open();
  return { ...opened, name: only.name };
}

/**
 * The source as input, decompressed where its first bytes are those of gzip.
 * @param found its first bytes and its size in bytes.
 */
function inputOf(source: Source, found: { start: Uint8Array; size: number }, settings: Settings): Input {
  return isGzip(found.start) ? gzipped(source, settings) : plain(source, found.size, settings);
}

const ZARR_FILES = ['.zgroup', '.zattrs', '.zarray', '.zmetadata', 'zarr.json'];

/** Opens a folder that is a Zarr store, or the output of Cell Ranger; FormatError for other folders. */
async function openFolder(source: Source, settings: Settings): Promise<Opened> {
  const names = await source.list();
  const input = plain(source, 0, settings);
  if (ZARR_FILES.some((name) => names.includes(name))) return openZarr(input);
  const { isTenxFolder, readTenxFolder } = await import('./store/tenx/tenx.js');
  if (!isTenxFolder(names)) throw new FormatError(folderParts(source.name));
  const open = async (name: string) => {
    const file = source.child(name);
    const { size } = await file.stat();
    return inputOf(file, { start: await file.read(0, HEAD), size }, settings);
  };
  const reader: FormatReader = {
    table: () => readTenxFolder(names, open, settings),
    texts: () => {
      throw new FormatError(folderParts(source.name));
    },
  };
  return { input, head: new Uint8Array(0), format: '10x', reader };
}

/** A folder, archive or URL opened as a Zarr store. */
async function openZarr(input: Input): Promise<Opened> {
  return {
    input,
    head: new Uint8Array(0),
    format: 'zarr',
    reader: (await import('./store/zarr/zarr.js')).zarrReader,
  };
}

/**
 * A source that is not compressed, as input. FormatError for bytes in memory beyond the limit.
 * @param size in bytes.
 */
function plain(source: Source, size: number, settings: Settings): Input {
  // A table of text shrinks when it becomes numbers; a binary file is refused where its shape is known.
  if (source.origin.kind === 'bytes' && size > settings.memory) {
    throw tooLarge(source.name, `${size} bytes`, settings.memory);
  }
  return {
    source,
    name: source.name,
    plain: async () => source,
    pieces: () => piecesOf(source, settings.signal),
  };
}

/** A gzipped source as input: its pieces are decompressed on the way, bounded by the memory allowed. */
function gzipped(source: Source, settings: Settings): Input {
  const name = source.name.replace(/\.gz$/i, '');
  const pieces = (limit: number) => gunzip(piecesOf(source, settings.signal), source.name, limit);
  return {
    source,
    name,
    plain: async () => bytesSource(name, await join(pieces(settings.memory))),
    pieces: () => pieces(settings.memory * TEXT_BYTES),
  };
}

/** The first bytes of a stream, at most HEAD; those of its first piece only. Empty for an empty stream. */
async function firstBytes(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const piece of pieces) return piece.subarray(0, HEAD);
  return new Uint8Array(0);
}

/**
 * Whether first bytes are those of a text: no zero bytes, but for UTF-16, which its byte order mark tells, and
 * of no known other kind.
 * @param head first bytes of the file.
 */
function isText(head: Uint8Array): boolean {
  if (startsWith(head, '\xff\xfe') || startsWith(head, '\xfe\xff')) return true;
  return head.length > 0 && !head.includes(0) && !isOtherFile(head);
}

/** Whether an option says that the file is a text of two bytes a character, in which zeros are no damage. */
function isWide({ name }: Format, { encoding }: Settings): boolean {
  return name === 'csv' && encoding !== undefined && /^utf-?16|^ucs-?2/i.test(encoding);
}

/**
 * Whether first bytes are those of a text that begins with a bracket or a brace.
 * @param head first bytes of the file.
 */
function isJson(head: Uint8Array): boolean {
  return isText(head) && /^\uFEFF?\s*[[{]/.test(new TextDecoder().decode(head));
}

/**
 * Whether first bytes are those of a Matrix Market file.
 * @param head first bytes of the file.
 */
function isMatrixMarket(head: Uint8Array): boolean {
  return startsWith(head, '%%MatrixMarket');
}
