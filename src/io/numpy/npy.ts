/**
 * NPY, NumPy's file of one array: versions 1.0 to 3.0, all number types, both memory and byte orders, and
 * texts (`U` and `S`) for ids and labels. Own reader: npyjs and numpy-parser leave out Fortran order or the
 * later versions. Source: NumPy Enhancement Proposal 1 and numpy.lib.format.
 * Types: `Source`, a file, folder or bytes: read (bytes start to end (exclusive)), name (for people). `Settings`:
 *   what the file is read for and what options say of it (options.ts). `Input`, of a reader: plain (the decompressed
 *   file as a Source). `ArrayLayout`, of stored numbers: type (of an element), offset (byte of the first element).
 *   `NumberType`, of an element: size (bytes: 1, 2, 4 or 8).
 * Fails: FormatError for a damaged header or length; UnsupportedError for arrays of objects and other types.
 */

import { FormatError } from '../../errors.js';
import type { FormatReader, Input, RawTable, RawTexts, Settings } from '../options.js';
import { isNpy } from '../signatures.js';
import type { Source } from '../source/source.js';
import { type ArrayLayout, checkLength, readMatrix } from './arrays.js';
import { decodeNumbers, notNumeric, numberType } from './dtypes.js';

/** Longer headers than any array needs are taken as damage; NumPy itself stops at 10,000. */
const LONGEST_HEADER = 2 ** 16;
const LARGEST_COUNT = 2 ** 48;

export interface NpyHeader {
  readonly descriptor: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  readonly offset: number;
}

/**
 * Type, order, shape and data offset of an NPY file, checked against its size limits. FormatError where one is wrong.
 * @returns the descriptor of the type (`<f4`), order, shape, and offset of the data in bytes.
 */
export async function readNpyHeader(source: Source): Promise<NpyHeader> {
  const start = await source.read(0, 12);
  const major = start[6];
  if (!isNpy(start) || start.length < 10 || !(major >= 1 && major <= 3)) {
    throw damaged(source.name, isNpy(start) ? `format version ${major}` : 'no NPY signature');
  }
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const lengthSize = major === 1 ? 2 : 4;
  if (start.length < 8 + lengthSize) throw damaged(source.name, 'a header that is cut off');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) throw damaged(source.name, `a header of ${length} bytes`);
  const offset = 8 + lengthSize + length;
  const bytes = await source.read(8 + lengthSize, offset);
  if (bytes.length < length) throw damaged(source.name, 'a header that is cut off');
  return { ...parseHeader(new TextDecoder().decode(bytes), source.name), offset };
}

/**
 * Type, order and shape from the text of a header, which is a Python dictionary of three keys; FormatError for
 * anything else.
 * @param name of the file.
 */
function parseHeader(text: string, name: string): Omit<NpyHeader, 'offset'> {
  const descriptor = /'descr'\s*:\s*(?:'([^']*)'|(\[.*\]))\s*,\s*'fortran_order'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)\s*,/.exec(text);
  // one class of characters, checked piece by piece below: nested repeats take forever on a long row of digits
  const shape = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text);
  if (!descriptor || !order || !shape) throw damaged(name, `the header ${JSON.stringify(text.slice(0, 60))}`);
  const pieces = shape[1].split(',').map((piece) => piece.trim());
  // Python writes a comma behind the only length of one dimension, and nothing between the brackets for one value
  if (pieces.at(-1) === '') pieces.pop();
  if (!pieces.every((piece) => /^\d{1,16}L?$/.test(piece)))
    throw damaged(name, `the shape (${shape[1].slice(0, 60)})`);
  const lengths = pieces.map((piece) => Number.parseInt(piece, 10));
  const count = lengths.reduce((product, length) => product * Math.max(1, length), 1);
  if (count > LARGEST_COUNT) throw damaged(name, `a promised shape of ${lengths.join(' x ')}`);
  return {
    descriptor: descriptor[1] ?? descriptor[2],
    fortranOrder: order[1] === 'True',
    shape: lengths,
  };
}

/**
 * Reads the array as a table without names: first axis samples, the others features. Columns have no names; a
 * one-dimensional array is one column.
 */
export async function readNpyTable(source: Source, settings: Settings): Promise<RawTable> {
  const { matrix, warnings } = await readMatrix(source, await numericLayout(source), settings);
  return { features: matrix, featureNames: null, ids: null, labels: null, warnings };
}

/**
 * Where and how an array of numbers lies in a file. FormatError for a damaged header, UnsupportedError for other
 * types.
 */
async function numericLayout(source: Source): Promise<ArrayLayout> {
  const header = await readNpyHeader(source);
  const type = numberType(header.descriptor);
  if (!type) throw notNumeric(header.descriptor, source.name);
  return { type, shape: header.shape, fortranOrder: header.fortranOrder, offset: header.offset };
}

/**
 * All numbers of an array, in the order in which they are stored. For short arrays (offsets, a shape). 64-bit
 * integers become doubles.
 */
export async function readNpyNumbers(source: Source): Promise<ArrayLike<number>> {
  const { type, shape, offset } = await numericLayout(source);
  const bytes = shape.reduce((product, length) => product * length, 1) * type.size;
  await checkLength(source, offset, bytes, shape);
  return decodeNumbers(await source.read(offset, offset + bytes), type, source.name);
}

/**
 * Reads a one-dimensional array (or one value) as texts; numbers are written in decimal. FormatError for an array of
 * more dimensions.
 * @returns one text a row, and no ids.
 */
export async function readNpyTexts(source: Source): Promise<RawTexts> {
  const header = await readNpyHeader(source);
  const count = header.shape.reduce((product, length) => product * length, 1);
  if (count !== (header.shape[0] ?? 1)) {
    throw new FormatError({
      got: `an array of ${header.shape.join(' x ') || 'one number'} in ${source.name}`,
      expected: 'one value a sample',
      remedy: 'save a one-dimensional array',
    });
  }
  const text = /^([<>|=]?)([US])(\d+)$/.exec(header.descriptor);
  if (!text) return { values: Array.from(await readNpyNumbers(source), String), ids: null };
  const size = Number(text[3]) * (text[2] === 'U' ? 4 : 1);
  await checkLength(source, header.offset, count * size, header.shape);
  const bytes = await source.read(header.offset);
  const decode = text[2] === 'U' ? utf32(text[1] !== '>') : utf8;
  const values = Array.from({ length: count }, (_, i) => {
    return decode(bytes.subarray(i * size, (i + 1) * size), source.name);
  });
  return { values, ids: null };
}

/**
 * A function that decodes one NumPy `U` text: four bytes a character, zeros at the end.
 * @param littleEndian byte order of the array.
 */
function utf32(littleEndian: boolean): (bytes: Uint8Array, name: string) => string {
  return (bytes, name) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let text = '';
    for (let at = 0; at < bytes.length; at += 4) {
      const code = view.getUint32(at, littleEndian);
      if (code === 0) break;
      if (code > 0x10ffff) throw damaged(name, `the character code ${code}`);
      text += String.fromCodePoint(code);
    }
    return text;
  };
}

/** Decodes one NumPy `S` text: its bytes up to the first zero. */
function utf8(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/**
 * The error for a file that is no sound NPY.
 * @param name of the file.
 * @param what is wrong, as "got".
 */
function damaged(name: string, what: string): FormatError {
  return new FormatError({
    got: `${what} in ${name}`,
    expected: 'an NPY file of version 1 to 3',
    remedy: 'write the file again with numpy.save: it is damaged or no NPY file',
  });
}

export const npyReader: FormatReader = {
  table: async (input: Input, settings) => readNpyTable(await input.plain(), settings),
  texts: async (input: Input) => readNpyTexts(await input.plain()),
};
