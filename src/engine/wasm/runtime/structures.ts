/**
 * Writes the structures that kernels read; their layouts are made from the layout.ts files of kernels/ (layouts.ts).
 * Fails: never; a field that is missing is written as 0 or NaN.
 */

import { layouts, type Structures } from './layouts.js';

export type StructureName = keyof Structures;

/** Size of a structure in bytes. */
export const structureBytes = (name: StructureName): number => layouts[name].bytes;

/**
 * Writes the fields of a structure at byte offset `address`, little-endian, each in the type that its layout gives.
 * @param name of a structure in a layout.ts of kernels/.
 * @param values one number a field; addresses are byte offsets into `memory`.
 */
export function writeStructure<N extends StructureName>(
  memory: WebAssembly.Memory,
  address: number,
  name: N,
  values: Structures[N],
): void {
  const { bytes, fields } = layouts[name];
  const view = new DataView(memory.buffer, address, bytes);
  for (const [field, [type, offset]] of Object.entries(fields)) {
    const value = (values as Record<string, number>)[field];
    if (type === 'f64') view.setFloat64(offset, value, true);
    else if (type === 'f32') view.setFloat32(offset, value, true);
    else if (type === 'i32') view.setInt32(offset, value, true);
    else view.setUint32(offset, value, true);
  }
}
