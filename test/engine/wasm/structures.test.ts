// The structures that kernels read: layouts as AssemblyScript makes them, and fields written where they belong.
import { expect, test } from 'vitest';
import { kernelArguments, layouts } from '#whymap/engine/wasm/runtime/layouts.js';
import { structureBytes, writeStructure } from '#whymap/engine/wasm/runtime/structures.js';

const sizes = { i32: 4, u32: 4, f32: 4, f64: 8 };

test('fields follow one another, each aligned to its size, and none overlap', () => {
  for (const [name, { bytes, fields }] of Object.entries(layouts)) {
    let end = 0;
    for (const [type, offset] of Object.values(fields) as [keyof typeof sizes, number][]) {
      expect(offset, name).toBe(Math.ceil(end / sizes[type]) * sizes[type]);
      end = offset + sizes[type];
    }
    expect(bytes, name).toBeGreaterThanOrEqual(end);
    expect(bytes - end, name).toBeLessThan(8);
  }
  expect(Object.keys(layouts).length).toBeGreaterThan(20);
});

test('every kernel takes a structure that exists', () => {
  expect(Object.keys(kernelArguments)).toContain('associateLocality');
  for (const structure of Object.values(kernelArguments)) expect(layouts).toHaveProperty(structure);
});

test('doubles, floats, signed and unsigned integers are written with their own type, little-endian', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new DataView(memory.buffer, 128);
  const umap = Object.fromEntries(Object.keys(layouts.UmapArguments.fields).map((field) => [field, 0]));
  const values = { ...umap, rows: -3, seed: 0xfedcba98, offsets: 2 ** 31 + 8, learningRate: 0.1 };
  writeStructure(memory, 128, 'UmapArguments', values as never);
  const { fields } = layouts.UmapArguments;
  expect(view.getInt32(fields.rows[1], true)).toBe(-3);
  expect(view.getUint32(fields.seed[1], true)).toBe(0xfedcba98);
  expect(view.getUint32(fields.offsets[1], true)).toBe(2 ** 31 + 8);
  expect(view.getFloat32(fields.learningRate[1], true)).toBe(Math.fround(0.1));
  writeStructure(memory, 128, 'RankLimitsArguments', { rankToBound: 0.1, ranks: 640 });
  expect(view.getFloat64(0, true)).toBe(0.1);
  expect(view.getUint32(8, true)).toBe(640);
  expect(structureBytes('RankLimitsArguments')).toBe(16);
});
