// CRC-32: the loop by tables and zlib's agree, whole and in pieces, and give the published check value.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32, crc32ByTables, crc32OfPieces } from '#whymap/io/codecs/crc32.js';

test('the check value of the standard', () => {
  const bytes = new TextEncoder().encode('123456789');
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32ByTables([bytes])).toBe(0xcbf43926);
  expect(crc32OfPieces([])).toBe(0);
  expect(crc32ByTables([])).toBe(0);
});

test('pieces give the CRC of the whole, by zlib and by tables', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
      const expected = crc32ByTables([whole]);
      expect([crc32(whole), crc32OfPieces(pieces), crc32ByTables(pieces)]).toEqual([
        expected,
        expected,
        expected,
      ]);
    }),
  );
});
