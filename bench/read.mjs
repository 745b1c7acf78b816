// A small reader of C-ordered .npy files (u1, f4, f8), as float32 with all but the first axis flattened.
import { readFile } from 'node:fs/promises';

const TYPES = { '|u1': Uint8Array, '<f4': Float32Array, '<f8': Float64Array };

export async function readFeatures(file) {
  const bytes = await readFile(file);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = header
    .match(/\(([^)]*)\)/)[1]
    .split(',')
    .filter((part) => part.trim())
    .map(Number);
  const type = TYPES[header.match(/'descr': '([^']*)'/)[1]];
  const values = new type(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  return { rows: shape[0], columns, data: Float32Array.from(values) };
}
