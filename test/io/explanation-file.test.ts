import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeExplanation } from 'whymap/io';
import { decodeTree, encodeTree } from '#whymap/io/explanation-file.js';

const typedArray = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
  fc.int8Array(),
  fc.int16Array(),
);
const key = fc.oneof(
  fc.string().filter((k) => k !== '__proto__'),
  fc.constantFrom('$array', '$number', '$object'),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    typedArray,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test('any tree comes back exactly, from any alignment, in the same bytes', () => {
  fc.assert(
    fc.property(tree, fc.nat(9), (value, shift) => {
      const bytes = encodeTree('test', value);
      const shifted = new Uint8Array(bytes.length + shift);
      shifted.set(bytes, shift);
      const back = decodeTree('test', shifted.subarray(shift), 'x');
      expect(back).toEqual(value);
      expect(encodeTree('test', back)).toEqual(bytes);
      expect(bytes.length % 8).toBe(0);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('long lists come in pieces of the text that JSON has for them', () => {
  const long = Array.from({ length: 40_000 }, (_, i) => `"sample" ${i} é`);
  const value = {
    ids: long,
    columns: { numbers: long.map((_, i) => (i % 3 === 0 ? null : i / 7)) },
    last: [],
  };
  const bytes = encodeTree('test', value);
  expect(decodeTree('test', bytes, 'x')).toEqual(value);
  expect(new TextDecoder().decode(bytes.subarray(32)).trimEnd()).toBe(
    JSON.stringify({ kind: 'test', value, sections: [] }),
  );
});

const sample = () => encodeTree('explanation', { rows: 3, a: Float32Array.of(1, 2, 3), names: ['x', 'y'] });

test('every truncation and every flipped bit is noticed', () => {
  const bytes = sample();
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeExplanation(bytes.slice(0, length))).toThrow(/explanation\.whymap/);
  }
  const padding = 4; // three floats fill 12 of 16 bytes
  for (let bit = 0; bit < (bytes.length - padding) * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    expect(() => decodeExplanation(flipped)).toThrow(expect.objectContaining({ code: 'format' }));
  }
});

test('another version and another kind are told apart', () => {
  const newer = sample();
  newer[8] = 3;
  expect(() => decodeExplanation(newer)).toThrow(/got version 3 .*explain the data again/);
  expect(() => decodeExplanation(encodeTree('other', {}))).toThrow('a file of kind other');
  expect(() =>
    decodeExplanation(new TextEncoder().encode('{"some": "json file that is longer than 32"}')),
  ).toThrow('no whymap signature');
});
