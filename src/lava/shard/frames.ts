/**
 * Frames: messages of a JSON header and typed arrays on a stream of bytes, as coordinator and shards exchange them.
 *
 * Layout: magic `WMSH`, u32 protocol version, u32 header length, u64 body length, the header (UTF-8 JSON, with name, type
 *   and shape of each array in `arrays`), the arrays one after another without padding; all little endian, as every machine is
 *   that Node runs on but s390x. docs/lab/shard-protocol.md describes the messages.
 * Fails: FrameError for bytes that are no frame. A reader that has failed must not be used again, since nobody knows where the
 *   next frame begins.
 */

import { WhymapError } from '../../errors.js';

/** Version of the protocol: of frames and of messages. */
export const PROTOCOL_VERSION = 3;
const MAGIC = 0x48_53_4d_57;
const PREFIX_BYTES = 20;
const MOST_HEADER_BYTES = 2 ** 24;
const MOST_BODY_BYTES = 2 ** 40;

const TYPES = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
type TypeName = keyof typeof TYPES;
/** What an array of a frame may hold. */
export type FrameData = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** An array with its name and shape. */
export interface FrameArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: FrameData;
}

/** A message. */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: readonly FrameArray[];
}

/** Bytes that are no frame of this protocol. */
export class FrameError extends WhymapError {
  constructor(got: string, expected = 'a frame of the shard protocol') {
    super('frame', {
      got,
      expected,
      remedy: 'run the same whymap on both sides, and let nothing else write to its pipes',
    });
  }
}

/**
 * The frame as pieces of bytes to be written one after another. Arrays are views, not copied: they must not change before they
 * are written.
 */
export function encodeFrame({ header, arrays }: Frame): Uint8Array[] {
  const described = arrays.map(({ name, shape, data }) => ({ name, type: typeOf(data), shape }));
  const text = new TextEncoder().encode(JSON.stringify({ ...header, arrays: described }));
  const prefix = new DataView(new ArrayBuffer(PREFIX_BYTES));
  prefix.setUint32(0, MAGIC, true);
  prefix.setUint32(4, PROTOCOL_VERSION, true);
  prefix.setUint32(8, text.length, true);
  const bytes = arrays.reduce((sum, { data }) => sum + data.byteLength, 0);
  prefix.setBigUint64(12, BigInt(bytes), true);
  const bodies = arrays.filter(({ data }) => data.length > 0);
  return [
    new Uint8Array(prefix.buffer),
    text,
    ...bodies.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** The name of an array's type in headers. */
function typeOf(data: FrameData): TypeName {
  const found = Object.entries(TYPES).find(([, type]) => data instanceof type);
  return found?.[0] as TypeName;
}

/** Reads frames from chunks of bytes. */
export interface FrameReader {
  /** Takes the next bytes; calls back for each frame that they complete. */
  push(chunk: Uint8Array): void;
  /** Whether the bytes so far end inside a frame. */
  isInside(): boolean;
}

/** What is read next: bytes to be filled, and what follows once they are. */
interface Part {
  readonly target: Uint8Array;
  readonly next: () => Part;
}

/** Makes a reader of frames. @param take is called with each frame, in order. */
export function createFrameReader(take: (frame: Frame) => void): FrameReader {
  const prefix = (): Part => {
    const target = new Uint8Array(PREFIX_BYTES);
    return { target, next: () => header(readPrefix(target)) };
  };
  const header = ({ headerBytes, bodyBytes }: ReturnType<typeof readPrefix>): Part => {
    const target = new Uint8Array(headerBytes);
    return { target, next: () => body(readHeader(target, bodyBytes), 0) };
  };
  const body = (frame: Frame, index: number): Part => {
    const array = frame.arrays[index];
    if (!array) {
      take(frame);
      return prefix();
    }
    const { buffer, byteLength } = array.data;
    return { target: new Uint8Array(buffer, 0, byteLength), next: () => body(frame, index + 1) };
  };
  let part = prefix();
  let filled = 0;
  return {
    push(chunk) {
      for (let at = 0; ; ) {
        const some = Math.min(chunk.length - at, part.target.length - filled);
        part.target.set(chunk.subarray(at, at + some), filled);
        at += some;
        filled += some;
        if (filled < part.target.length) return;
        part = part.next();
        filled = 0;
      }
    },
    isInside: () => filled > 0 || part.target.length !== PREFIX_BYTES,
  };
}

/** The lengths that follow the prefix of a frame. */
function readPrefix(bytes: Uint8Array): { readonly headerBytes: number; readonly bodyBytes: number } {
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new FrameError('bytes that are no frame');
  const version = view.getUint32(4, true);
  if (version !== PROTOCOL_VERSION) {
    throw new FrameError(`version ${version} of the shard protocol`, `version ${PROTOCOL_VERSION}`);
  }
  const headerBytes = view.getUint32(8, true);
  const bodyBytes = view.getBigUint64(12, true);
  if (headerBytes > MOST_HEADER_BYTES) throw new FrameError(`a header of ${headerBytes} bytes`);
  if (bodyBytes > BigInt(MOST_BODY_BYTES)) throw new FrameError(`a frame of ${bodyBytes} bytes`);
  return { headerBytes, bodyBytes: Number(bodyBytes) };
}

/** The header of a frame, with arrays of zeros to be filled. */
function readHeader(bytes: Uint8Array, bodyBytes: number): Frame {
  const { arrays, ...header } = parseObject(bytes);
  if (!Array.isArray(arrays)) throw new FrameError('a header without arrays');
  const described = arrays.map(readDescription);
  const total = described.reduce((sum, { length, type }) => sum + length * TYPES[type].BYTES_PER_ELEMENT, 0);
  if (total !== bodyBytes) throw new FrameError(`arrays of ${total} bytes in a body of ${bodyBytes}`);
  try {
    const made = described.map(({ name, shape, length, type }) => ({
      name,
      shape,
      data: new TYPES[type](length),
    }));
    return { header, arrays: made };
  } catch (error) {
    if (error instanceof RangeError)
      throw new FrameError(`arrays of ${total} bytes`, 'arrays that fit in memory');
    throw error;
  }
}

/** The JSON object in some bytes. */
function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new FrameError('a header that is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FrameError('a header that is no object');
  return value as Record<string, unknown>;
}

/** Name, type and shape of an array, checked. */
function readDescription(value: unknown): {
  readonly name: string;
  readonly type: TypeName;
  readonly shape: readonly number[];
  readonly length: number;
} {
  const { name, type, shape } = (value ?? {}) as Record<string, unknown>;
  const known = typeof type === 'string' && Object.hasOwn(TYPES, type);
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (typeof name !== 'string' || !known || !isShape)
    throw new FrameError('an array without name, type and shape');
  const length = (shape as number[]).reduce((a, b) => a * b, 1);
  if (length > MOST_BODY_BYTES) throw new FrameError(`an array of ${length} numbers`);
  return { name, type: type as TypeName, shape: shape as number[], length };
}
