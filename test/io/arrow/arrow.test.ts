import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesSource, pathSource, readTable, readTexts } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { decodeLz4Frame } from '#whymap/io/codecs/lz4.js';

const tables = join(import.meta.dirname, '../../../fixtures/io/tables');

test.each(['lz4', 'zstd'])('a long Feather file compressed with %s', async (codec) => {
  const { features, featureNames } = await readTable(pathSource(join(tables, `arrow-js-${codec}.feather`)));
  expect(featureNames).toEqual(['a', 'b']);
  const { data } = toDense(features);
  const wanted = Float32Array.from({ length: 40000 }, (_, p) => {
    const i = p >> 1;
    return p % 2 === 0 ? i % 500 : (i * i) % 11;
  });
  expect(data).toEqual(wanted);
});

test('LZ4: a match that overlaps itself, stored blocks, and damage', () => {
  const frame = (...blocks: number[][]) =>
    Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, ...blocks.flat(), 0, 0, 0, 0]);
  // Literal "ab", then 9 bytes from 2 back; then a stored block.
  const overlapping = frame([7, 0, 0, 0, 0x25, 97, 98, 2, 0, 0x10, 99], [2, 0, 0, 0x80, 120, 121]);
  expect(new TextDecoder().decode(decodeLz4Frame(overlapping, 100))).toBe('abababababacxy');
  expect(() => decodeLz4Frame(overlapping, 10)).toThrow(RangeError);
  for (let length = 0; length < overlapping.length; length++) {
    expect(() => decodeLz4Frame(overlapping.slice(0, length), 100)).toThrow(RangeError);
  }
  expect(() => decodeLz4Frame(frame([3, 0, 0, 0, 0, 9, 0]), 100)).toThrow('before the start');
});

test('labels from columns of Parquet and Arrow', async () => {
  for (const name of ['duckdb-snappy-V1.parquet', 'arrow-js-file.feather']) {
    const labels = await readTexts(pathSource(join(tables, name)), { key: 'kind', id: 'id' });
    expect(labels.values.slice(0, 4)).toEqual(['é', 'b', 'c', 'é']);
    expect(labels.ids?.[3]).toBe('cell 3');
    await expect(readTexts(pathSource(join(tables, name)), { key: 'kinds' })).rejects.toThrow(
      'did you mean kind?',
    );
  }
});

test.each([
  'duckdb-zstd-V2.parquet',
  'arrow-rs-groups.parquet',
  'arrow-js-file.feather',
  'arrow-js-stream.arrows',
])('%s cut off anywhere', async (name) => {
  const bytes = new Uint8Array(readFileSync(join(tables, name)));
  for (let length = 0; length < bytes.length - 8; length += 13) {
    await expect(readTable(bytesSource(name, bytes.slice(0, length)))).rejects.toMatchObject({
      name: expect.stringMatching(/FormatError|ShapeError/),
    });
  }
});
