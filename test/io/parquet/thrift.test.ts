// Thrift's compact protocol as Parquet writes it: what may be walked over, and promises that are refused before a list is made.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { expect, test } from 'vitest';
import { bytesSource, readTable } from 'whymap/io';
import { createRandom } from '#whymap/core/random.js';
import { levelsOf } from '#whymap/io/parquet/levels.js';
import { readStruct } from '#whymap/io/parquet/thrift.js';

const MIB = 2 ** 20;
const [BOOLEAN, BYTE, I32, DOUBLE, TEXT, LIST, STRUCT] = [1, 3, 5, 7, 8, 9, 12];
const tables = join(import.meta.dirname, '../../../fixtures/io/tables');
const fixtures = readdirSync(tables).filter((name) => name.endsWith('.parquet'));
const read = (...bytes: number[]) => readStruct(Uint8Array.from(bytes), 0);
const filled = (byte: number) => readStruct(new Uint8Array(1e6).fill(byte), 0);

/** The end of a Parquet file, from its footer on. */
function footerOf(name: string): Uint8Array {
  const file = readFileSync(join(tables, name));
  return new Uint8Array(file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8)));
}

test('fields of every kind', () => {
  const { fields, end } = read(
    ...[0x11, 0x12, 0x13, 7, 0x15, 3, 0x16, 0x80, 1, 0x18, 2, 65, 66],
    ...[0x1c, 0x15, 2, 0, 0x19, 0x25, 2, 4, 0x05, 100, 8, 0, 99],
  );
  expect(fields).toEqual({ 1: true, 2: false, 3: 7, 4: -2, 5: 64, 7: { 1: 1 }, 50: 4 });
  expect(end).toBe(25);
});

test('lists that promise more than is left are refused, of every type; booleans take a byte each', () => {
  for (const type of [BOOLEAN, BOOLEAN + 1, BYTE, I32, TEXT, LIST, STRUCT]) {
    const promise = (count: number) => [0x19, 0xf0 | type, ...[(count & 127) | 128, count >> 7]];
    expect(read(...promise(200), ...new Uint8Array(201)).end).toBe(205);
    expect(() => read(...promise(202), ...new Uint8Array(201))).toThrow('a list of 202 elements in the 201');
    expect(() => read(0x19, 0x30 | type, 0, 0)).toThrow('a list of 3 elements in the 2 bytes');
  }
  expect(() => read(0x19, 0x30 | DOUBLE, ...new Uint8Array(20))).toThrow('a value of 8 bytes in the 4');
});

test('what is cut off, unknown, or too deep is refused', () => {
  expect(() => read(0x18, 9, 65)).toThrow('a value of 9 bytes in the 1');
  expect(() => read(0x15)).toThrow('cut off');
  expect(() => read(0x15, 2)).toThrow('cut off');
  expect(() => read(0x1b, 0, 0)).toThrow('unknown type 11');
  expect(() => read(0x15, ...new Array(11).fill(128), 0)).toThrow('a number of more than 10 bytes');
  expect(() => filled(0x1c)).toThrow('64 deep');
  expect(() => filled(0x19)).toThrow('64 deep');
});

test.each(fixtures)('the footer of %s is walked to its end', (name) => {
  const footer = footerOf(name);
  expect(readStruct(footer, 0).end).toBe(footer.length - 8);
});

/** How many elements the lists of what hyparquet made of a footer hold. */
function elements(value: unknown): number {
  if (ArrayBuffer.isView(value) || typeof value !== 'object' || value === null) return 0;
  return (
    Object.values(value).reduce((sum: number, part) => sum + elements(part), 0) + Object.keys(value).length
  );
}

test('of a damaged footer that passes, hyparquet makes no more than it has bytes', () => {
  const random = createRandom(5, 'footers');
  const seen = { refused: 0, passed: 0 };
  for (let i = 0; i < 6000; i++) {
    const footer = footerOf(fixtures[i % fixtures.length]);
    for (let flips = 1 + random.below(3); flips > 0; flips--)
      footer[random.below(footer.length - 8)] ^= 1 << random.below(8);
    try {
      readStruct(footer.subarray(0, -8), 0);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      seen.refused++;
      continue;
    }
    seen.passed++;
    try {
      expect(elements(parquetMetadata(footer, { geoparquet: false }))).toBeLessThan(20 * footer.length);
    } catch (error) {
      expect((error as Error).message).not.toContain('Invalid array length');
    }
  }
  expect(Math.min(seen.refused, seen.passed)).toBeGreaterThan(500);
});

test('whatever the bytes, the walk ends within them or in a RangeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        expect(readStruct(bytes, 0).end).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 3000, seed: 3 },
  );
});

test('a footer that promises thirty million row groups takes no memory for them', async () => {
  const count = 30_000_000;
  const varint = [count & 127, (count >> 7) & 127, (count >> 14) & 127].map((bits) => bits | 128);
  const footer = [0x49, 0xfc, ...varint, count >> 21, 0];
  const mark = Buffer.from('PAR1');
  const file = Buffer.concat([mark, Buffer.of(...footer, footer.length, 0, 0, 0), mark]);
  const before = process.resourceUsage().maxRSS;
  await expect(readTable(bytesSource('x.parquet', file))).rejects.toThrow(
    `a list of ${count} elements in the 1 bytes that are left`,
  );
  expect(process.resourceUsage().maxRSS - before).toBeLessThan((64 * MIB) / 1024);
});

test('levels of a column are those of its path, whatever stands before it in the schema', () => {
  const schema = [
    { name: 'root', num_children: 3 },
    { name: 'a', repetition_type: 'REQUIRED' },
    { name: 'lists', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'a', repetition_type: 'OPTIONAL' },
    { name: 'b', repetition_type: 'OPTIONAL' },
  ];
  const of = (...path: string[]) => levelsOf({ schema } as unknown as FileMetaData, path);
  expect(of('a')).toEqual({ maxDefinition: 0, maxRepetition: 0 });
  expect(of('b')).toEqual({ maxDefinition: 1, maxRepetition: 0 });
  expect(of('lists', 'list', 'a')).toEqual({ maxDefinition: 3, maxRepetition: 1 });
  expect(() => of('c')).toThrow('no c in the schema');
});
