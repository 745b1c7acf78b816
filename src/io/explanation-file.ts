/**
 * `explanation.whymap`: an explanation in one file with a version.
 *
 * Layout, all little-endian, every section at a multiple of 8 bytes:
 *   0  8  magic, 0x89 "WHYMAP" 0x0A (a text-mode copy damages the first or the last byte and is noticed)
 *   8  4  format version
 *  12  4  CRC-32 of everything from 16 to the end of the header
 *  16  8  length of the whole file (double)
 *  24  8  length of the header (double)
 *  32  -  header: JSON `{ kind, value, sections: [{ type, offset, length, crc }] }`, padded with spaces
 *   -  -  sections: the elements of the typed arrays
 * `value` is the explanation with every typed array replaced by `{ "$array": section }` and every number that
 * JSON cannot hold by `{ "$number": "NaN" }`, so new fields travel without changes here. Offsets count from
 * the file's start. Decoded arrays are views of the bytes given where those are aligned.
 *
 * Cost: one copy of the data, or none in pieces; the header's bytes. Determinism: equal explanations (key order included) give equal bytes.
 * Types: `Explanation`: a map with its localities, modules and their descriptions.
 * Fails: FormatError while decoding; TypeError from encoding for a typed array that the layout lacks.
 */

import { FormatError } from '../errors.js';
import type { Explanation } from '../model.js';
import { crc32, crc32OfPieces } from './codecs/crc32.js';
import { joined } from './source/bytes.js';

export const EXPLANATION_VERSION = 2;
const MAGIC = [0x89, 0x57, 0x48, 0x59, 0x4d, 0x41, 0x50, 0x0a];
const CHECKED = 16;
const PRELUDE = 32;
const ALIGNMENT = 8;

const ARRAY_TYPES = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
} as const;
type ArrayType = keyof typeof ARRAY_TYPES;
type TypedArray = InstanceType<(typeof ARRAY_TYPES)[ArrayType]>;

interface Section {
  readonly type: ArrayType;
  readonly offset: number;
  /** Elements. */
  readonly length: number;
  readonly crc: number;
}

interface Header {
  readonly kind: string;
  readonly value: unknown;
  readonly sections: readonly Section[];
}

/** The explanation as the bytes of a file `explanation.whymap`. Equal explanations give equal bytes. */
export function encodeExplanation(explanation: Explanation): Uint8Array {
  return encodeTree('explanation', explanation);
}

/**
 * The explanation in the bytes of a file.
 * @throws FormatError when it is truncated, damaged, of another kind, or written by another version.
 * @param bytes the whole file.
 * @param name for the message. Arrays are views of `bytes` where these are aligned to 8.
 */
export function decodeExplanation(bytes: Uint8Array, name = 'explanation.whymap'): Explanation {
  return decodeTree('explanation', bytes, name) as Explanation;
}

/** The same bytes in pieces, one after another: arrays are views of the explanation's, not copied. */
export function explanationPieces(explanation: Explanation): readonly Uint8Array[] {
  return treePieces('explanation', explanation);
}

/**
 * A tree of plain objects, lists, texts, numbers, booleans, nulls and typed arrays as the bytes of a file of
 * this layout. TypeError for another kind of typed array. Undefined members are left out.
 * @param kind is written into it, and checked when it is read.
 * @param value any plain value: objects, lists, texts, numbers, typed arrays.
 */
export function encodeTree(kind: string, value: unknown): Uint8Array {
  return joined(treePieces(kind, value));
}

/** The same bytes in pieces, one after another. */
function treePieces(kind: string, value: unknown): readonly Uint8Array[] {
  const arrays: TypedArray[] = [];
  const tree = lift(value, arrays);
  const contents = arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  // Section offsets depend on the header's length and stand in the header: room is made for the largest.
  const sections = arrays.map((array, i) => ({
    type: array.constructor.name as ArrayType,
    offset: Number.MAX_SAFE_INTEGER,
    length: array.length,
    crc: crc32(contents[i]),
  }));
  const before = encodedJson({ kind, value: tree } satisfies Omit<Header, 'sections'>);
  // what closes the object comes after the sections
  before.push(before.pop()?.subarray(0, -1) ?? new Uint8Array(0));
  const render = (list: readonly Section[]) =>
    new TextEncoder().encode(`,"sections":${JSON.stringify(list)}}`);
  const headerLength = padded(bytesIn(before) + render(sections).length);
  let end = PRELUDE + headerLength;
  const located = sections.map((section, i) => {
    const offset = end;
    end += padded(contents[i].length);
    return { ...section, offset };
  });
  const after = new Uint8Array(headerLength - bytesIn(before)).fill(0x20);
  after.set(render(located));
  const prelude = new Uint8Array(PRELUDE);
  prelude.set(MAGIC);
  const view = new DataView(prelude.buffer);
  view.setUint32(8, EXPLANATION_VERSION, true);
  view.setFloat64(16, end, true);
  view.setFloat64(24, headerLength, true);
  view.setUint32(12, crc32OfPieces([prelude.subarray(CHECKED), ...before, after]), true);
  const filled = (content: Uint8Array) => [content, new Uint8Array(padded(content.length) - content.length)];
  return [prelude, ...before, after, ...contents.flatMap(filled)];
}

/** Bytes of all pieces. */
const bytesIn = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);

/** Items of a list that become one piece of text. */
const ITEMS_OF_PIECE = 2 ** 14;
/** Objects inside one another that are taken apart for their long lists: the header, an explanation, its columns. */
const DEPTH = 3;

/** Characters from which a text is a piece of its own. */
const PIECE_LENGTH = 2 ** 16;

/** The JSON of an object as bytes in pieces: of a list of millions of ids there is never one text. At least one piece. */
function encodedJson(value: object): Uint8Array[] {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let text = '';
  for (const more of jsonTexts(value, DEPTH)) {
    text += more;
    if (text.length < PIECE_LENGTH) continue;
    pieces.push(encoder.encode(text));
    text = '';
  }
  return [...pieces, ...(text === '' && pieces.length > 0 ? [] : [encoder.encode(text)])];
}

/** The text of `JSON.stringify` in pieces. @param depth objects to take apart. */
function* jsonTexts(value: unknown, depth: number): Generator<string> {
  if (Array.isArray(value) && value.length > ITEMS_OF_PIECE) {
    for (let at = 0; at < value.length; at += ITEMS_OF_PIECE)
      yield `${at === 0 ? '[' : ','}${JSON.stringify(value.slice(at, at + ITEMS_OF_PIECE)).slice(1, -1)}`;
    yield ']';
  } else if (depth > 0 && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    let begin = '{';
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${begin}${JSON.stringify(key)}:`;
      begin = ',';
      yield* jsonTexts(member, depth - 1);
    }
    yield begin === '{' ? '{}' : '}';
  } else yield JSON.stringify(value);
}

/**
 * The tree in the bytes of a file. FormatError when it is truncated, damaged, of another kind, or of another version.
 * @param kind that the file must have.
 * @param name of the file.
 */
export function decodeTree(kind: string, file: Uint8Array, name: string): unknown {
  const bytes = file.byteOffset % ALIGNMENT === 0 ? file : file.slice();
  const header = readHeader(bytes, name);
  if (header.kind !== kind) throw damaged(name, `a file of kind ${header.kind}`);
  const arrays = header.sections.map((section, i) => readSection(bytes, section, `section ${i} of ${name}`));
  return lower(header.value, arrays);
}

/**
 * The header of a file after checking signature, version, length and checksum; FormatError where one is wrong.
 * @param name of the file.
 * @returns kind, value with marks, and sections.
 * @param bytes of the whole file.
 */
function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < PRELUDE || !MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw damaged(name, bytes.length < PRELUDE ? `${bytes.length} bytes` : 'no whymap signature');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(8, true);
  if (version !== EXPLANATION_VERSION) {
    throw new FormatError({
      got: `version ${version} of the explanation format in ${name}`,
      expected: `version ${EXPLANATION_VERSION}`,
      remedy:
        'explain the data again with this version of whymap, or open the file with the one that wrote it',
    });
  }
  const length = view.getFloat64(16, true);
  if (length !== bytes.length) throw damaged(name, `${bytes.length} of ${length} bytes`);
  const headerLength = view.getFloat64(24, true);
  if (!(headerLength >= 0 && PRELUDE + headerLength <= bytes.length)) throw damaged(name, 'a broken header');
  const header = bytes.subarray(PRELUDE, PRELUDE + headerLength);
  const crc = crc32(bytes.subarray(CHECKED, PRELUDE + headerLength));
  if (crc !== view.getUint32(12, true)) throw damaged(name, 'a header that fails its checksum');
  return JSON.parse(new TextDecoder().decode(header));
}

/**
 * The typed array of a section, without a copy. FormatError where it ends outside or fails its checksum.
 * @param name of section and file.
 * @param bytes of the whole file.
 */
function readSection(bytes: Uint8Array, section: Section, name: string): TypedArray {
  const ArrayOfType = ARRAY_TYPES[section.type];
  if (!ArrayOfType) throw damaged(name, `elements of type ${section.type}`);
  const size = section.length * ArrayOfType.BYTES_PER_ELEMENT;
  if (section.offset + size > bytes.length) throw damaged(name, 'data that is cut off');
  if (crc32(bytes.subarray(section.offset, section.offset + size)) !== section.crc) {
    throw damaged(name, 'data that fails its checksum');
  }
  return new ArrayOfType(bytes.buffer as ArrayBuffer, bytes.byteOffset + section.offset, section.length);
}

/**
 * The value with typed arrays replaced by their number in `arrays`, to which they are appended, and numbers that JSON
 * lacks (-0, NaN, infinities) marked. Lists (but of texts) and objects are copied; an object that has a member of a mark's name is
 * marked itself.
 */
function lift(value: unknown, arrays: TypedArray[]): unknown {
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) {
    // A Node Buffer and its like are written as the bytes that they are.
    const array = value instanceof Uint8Array ? new Uint8Array(value) : (value as TypedArray);
    if (!(array.constructor.name in ARRAY_TYPES)) {
      throw new TypeError(`an explanation cannot hold a ${array.constructor.name}`);
    }
    return { $array: arrays.push(array) - 1 };
  }
  if (Array.isArray(value)) {
    // ids are many, and as they are
    return value.every((item) => typeof item === 'string') ? value : value.map((item) => lift(item, arrays));
  }
  const entries = Object.entries(value).map(([key, item]) => [key, lift(item, arrays)]);
  const object = Object.fromEntries(entries);
  return entries.some(([key]) => String(key).startsWith('$')) ? { $object: object } : object;
}

/** The value that `lift` was given, from what it returned and the arrays. */
function lower(value: unknown, arrays: readonly TypedArray[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => lower(item, arrays));
  if ('$array' in value) return arrays[Number(value.$array)];
  if ('$number' in value) return Number(value.$number);
  const object = '$object' in value ? (value.$object as object) : value;
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, lower(item, arrays)]));
}

/** A length in bytes rounded up to the alignment of sections. Never throws. */
function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/**
 * The error for a file that is truncated or damaged.
 * @param name of the file.
 * @param what is wrong, as "got".
 */
function damaged(name: string, what: string): FormatError {
  return new FormatError({
    got: `${what} in ${name}`,
    expected: 'a complete explanation.whymap',
    remedy: 'copy it again, or explain the data again: it is truncated, damaged or another kind of file',
  });
}
