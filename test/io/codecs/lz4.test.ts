// Blocks of LZ4 that are cut: each cut is an error or gives what was whole before it, never a copy that was not written.
import { expect, test } from 'vitest';
import { decodeLz4Block } from '#whymap/io/codecs/lz4.js';

// 3 literals (a b c), a copy of 6 bytes from 3 back, then 2 literals (d e)
const block = Uint8Array.of(0x32, 97, 98, 99, 3, 0, 0x20, 100, 101);

test('a block is its literals and copies', () => {
  expect(new TextDecoder().decode(decodeLz4Block(block, 64))).toBe('abcabcabcde');
});

test('a block that is cut inside the distance of a copy is refused', () => {
  expect(() => decodeLz4Block(block.subarray(0, 5), 64)).toThrow(RangeError);
  expect(new TextDecoder().decode(decodeLz4Block(block.subarray(0, 4), 64))).toBe('abc');
});
