// Files that are small and promise, or expand to, more than there is or may be: refused with the numbers.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { FormatError } from 'whymap';
import { bytesSource, filesSource, type ReadOptions, readEmbedding, readTable, type Source } from 'whymap/io';
import { crc32 } from '#whymap/io/codecs/crc32.js';
import { zstdDecoder } from '#whymap/io/codecs/zstd.js';
import { type PageSpec, parquetOf } from '../parquet/make-parquet.js';

const MIB = 2 ** 20;
const text = (content: string) => new TextEncoder().encode(content);
const zeros = (bytes: number) => new Uint8Array(bytes);

async function refused(
  source: Source,
  message: string,
  options: ReadOptions = {},
  read = readTable as (s: Source, o: ReadOptions) => Promise<unknown>,
) {
  const error = await read(source, options).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as FormatError).message).toContain(message);
}

/** An NPY file with any header. */
function npy(descriptor: string, shape: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${shape}), }`
    .padEnd(117)
    .concat('\n');
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\0', 'latin1'),
    Buffer.of(header.length, 0),
    text(header),
    data,
  ]);
}

async function zip(members: Record<string, Uint8Array>): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const [name, bytes] of Object.entries(members)) await writer.add(name, new Uint8ArrayReader(bytes));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

test('archives that expand', async () => {
  const member = npy('<f4', '2048, 2048', zeros(16 * MIB));
  const one = await zip({ 'x.npy': member });
  expect(one.length).toBeLessThan(MIB / 16);
  await refused(bytesSource('x.npz', one), `${member.length} bytes once decompressed`, { memory: MIB });
  const many = await zip({ 'a.npy': member, 'b.npy': member, 'c.npy': member });
  await refused(bytesSource('x.npz', many), 'bytes once decompressed', { memory: 20 * MIB });
  // The size that the archive states, in its directory and before the member, is less than what comes out.
  const lying = new Uint8Array(one);
  const stated = new DataView(lying.buffer);
  for (let at = 0; at + 4 <= lying.length; at++) {
    if (stated.getUint32(at, true) === member.length) stated.setUint32(at, 4096, true);
  }
  await refused(bytesSource('x.npz', lying), 'damaged or truncated archive', { memory: MIB });
});

test('shapes that no file holds', async () => {
  await refused(bytesSource('x.npy', npy('<f4', '1000000, 1000000', zeros(64))), '1000000 x 1000000');
  await refused(
    bytesSource('x.npy', npy('<f4', '99999999999, 99999999999', zeros(64))),
    '99999999999 x 99999999999',
  );
  const idx = Uint8Array.of(0, 0, 13, 2, 0x7f, 255, 255, 255, 0x7f, 255, 255, 255, 1, 2, 3, 4);
  await refused(bytesSource('x.idx', idx), '2147483647');
  const banner = '%%MatrixMarket matrix coordinate real general\n';
  await refused(bytesSource('x.mtx', text(`${banner}2 2000000000 1\n1 1 1\n`)), '2000000000 features');
  await refused(bytesSource('x.mtx', text(`${banner}9999999999 9 1\n1 1 1\n`)), '9999999999');
  await refused(bytesSource('x.mtx', text(`${banner}9 9 9999999999\n1 1 1\n`)), '9999999999');
  await refused(
    bytesSource('x.mtx', text(`${banner}20000 200000 1\n1 1 1\n`)),
    '20000 x 200000 coordinates',
    { memory: 2 ** 31 },
    readEmbedding,
  );
  const dense = '%%MatrixMarket matrix array real general\n';
  await refused(bytesSource('x.mtx', text(`${dense}100000 100000\n1\n2\n`)), '100000 x 100000');
});

test('a sparse archive of more features than have room for names', async () => {
  const longs = (...values: number[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  const archive = await zip({
    'format.npy': npy('|S3', '', text('csr')),
    'shape.npy': npy('<i8', '2,', longs(2, 3e9)),
    'indptr.npy': npy('<i8', '3,', longs(0, 1, 1)),
    'indices.npy': npy('<i8', '1,', longs(0)),
    'data.npy': npy('<i8', '1,', longs(7)),
  });
  await refused(bytesSource('x.npz', archive), '3000000000 features');
});

/** A Zstandard frame of blocks of one byte repeated 128 KiB times each; its length in the header, or not. */
function zstdBomb(blocks: number, promised: number | null): Uint8Array {
  const head = promised === null ? [0x00, 0x58] : [0xa0, ...new Uint8Array(Uint32Array.of(promised).buffer)];
  const block = (last: number) => {
    const header = ((2 ** 17) << 3) | 2 | last;
    return [header & 255, (header >> 8) & 255, header >> 16, 0];
  };
  const body = Array.from({ length: blocks }, (_, i) => block(i === blocks - 1 ? 1 : 0));
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...head, ...body.flat()]);
}

test('Zstandard frames stop at the length that they should have', async () => {
  const decode = await zstdDecoder();
  const isZeros = (bytes: Uint8Array, length: number) =>
    bytes.length === length && bytes.every((byte) => byte === 0);
  expect(isZeros(decode(zstdBomb(1, null), 2 ** 17, 2 ** 20), 2 ** 17)).toBe(true);
  expect(isZeros(decode(zstdBomb(2, 2 ** 18), null, 2 ** 20), 2 ** 18)).toBe(true);
  expect(() => decode(zstdBomb(4000, null), 1000, 2 ** 30)).toThrow('more than 1000 bytes');
  expect(() => decode(zstdBomb(4000, null), null, 1000)).toThrow('more than 1000 bytes');
  expect(() => decode(zstdBomb(4000, 4000 * 2 ** 17), 1000, 2 ** 30)).toThrow('524288000 bytes where 1000');
  expect(() => decode(zstdBomb(4, 2 ** 31), null, 2 ** 40)).toThrow('2147483648 bytes promised');
  expect(() => decode(zstdBomb(1, null), 2 ** 18, 2 ** 30)).toThrow('131072 bytes where 262144');
});

function zarr(compressor: object | null, chunk: Uint8Array, shape = [4, 2]): Source {
  const array = {
    zarr_format: 2,
    shape,
    chunks: [4, 2],
    dtype: '<f4',
    compressor,
    fill_value: 0,
    order: 'C',
    filters: null,
  };
  return filesSource(
    'x.zarr',
    new Map([
      ['.zarray', new Blob([JSON.stringify(array)])],
      ['0.0', new Blob([chunk as BlobPart])],
    ]),
  );
}

test('chunks of Zarr that expand', async () => {
  const bomb = zeros(8 * MIB);
  await refused(zarr({ id: 'gzip', level: 9 }, gzipSync(bomb)), 'more than 4128 bytes');
  await refused(zarr({ id: 'zlib', level: 9 }, deflateSync(bomb)), 'more than 4128 bytes');
  await refused(zarr({ id: 'zstd', level: 1 }, zstdBomb(4000, null)), 'more than 4128 bytes');
  await refused(zarr({ id: 'zstd', level: 1 }, zstdBomb(4000, 4000 * 2 ** 17)), 'a chunk of 524288000 bytes');
  const blosc = Uint8Array.of(2, 1, 33, 4, 0, 0, 0, 0x40, 0, 0, 0, 0x40, 16, 0, 0, 0);
  await refused(
    zarr({ id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 1, blocksize: 0 }, blosc),
    'a chunk of 1073741824 bytes',
  );
  await refused(zarr({ id: 'lz4' }, Uint8Array.of(0, 0, 0, 0x70, 1, 2, 3)), 'a chunk of 1879048192 bytes');
});

test('shapes of Zarr that nobody has', async () => {
  const chunk = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 9).buffer);
  expect((await readTable(zarr(null, chunk))).features.rows).toBe(4);
  await refused(zarr(null, chunk, [2 ** 40, 4]), `${2 ** 40} x 4`);
  await refused(zarr(null, chunk, [4, 2 ** 40]), `4 x ${2 ** 40}`, { maxFeatures: 2 });
});

const GZIP = 2;
const BROTLI = 4;
const ZSTD = 6;

test('pages of Parquet that expand, and rows that are not there', async () => {
  const floats = new Uint8Array(Float32Array.of(1, 2, 3, 5).buffer);
  const page = (codec: number, content: Uint8Array, more: Partial<PageSpec> = {}) =>
    bytesSource('x.parquet', parquetOf({ codec, content, size: 16, values: 4, rows: 4, ...more }));
  expect((await readTable(page(0, floats))).features).toMatchObject({ rows: 4, columns: 2 });
  expect((await readTable(page(GZIP, gzipSync(floats)))).features.rows).toBe(4);
  const bomb = zeros(8 * MIB);
  for (const [codec, content] of [
    [GZIP, gzipSync(bomb)],
    [BROTLI, brotliCompressSync(bomb)],
    [ZSTD, zstdBomb(500, null)],
  ] as const) {
    await refused(page(codec, content), 'damaged or truncated Parquet');
    await refused(
      page(codec, content.subarray(0, 40), { size: 2 ** 31 - 8 }),
      'damaged or truncated Parquet',
    );
  }
  await refused(page(0, floats, { rows: 2 ** 40 }), `${2 ** 40} x 2`);
  await refused(page(0, floats, { rows: 2 ** 24 }), 'damaged or truncated Parquet');
  await refused(page(0, floats, { rows: 2 ** 24, values: 2 ** 24 }), 'damaged or truncated Parquet');
});

test('a schema of Parquet that never ends, or promises columns that are not there', async () => {
  const content = new Uint8Array(Float32Array.of(1, 2, 3, 5).buffer);
  const page = { codec: 0, content, size: 16, values: 4, rows: 4 };
  expect((await readTable(bytesSource('x.parquet', parquetOf({ ...page, children: 0 })))).features.rows).toBe(
    4,
  );
  for (const children of [-1, -2, 1, 2 ** 30]) {
    await refused(bytesSource('x.parquet', parquetOf({ ...page, children })), 'a schema of 3 elements');
  }
  // levels of the root would be read out of the values: a run of millions ended the process
  const levels = Uint8Array.from([0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1, 0, 0, 0, 0, 0, 0]);
  const ofRoot = (root: number, values: Uint8Array) =>
    bytesSource('x.parquet', parquetOf({ ...page, content: values, root }));
  for (const root of [0, 1]) expect((await readTable(ofRoot(root, content))).features.rows).toBe(4);
  for (const values of [content, levels]) await refused(ofRoot(2, values), 'a schema whose root is repeated');
});

test('pages of Parquet with a checksum', async () => {
  const content = new Uint8Array(Float32Array.of(1, 2, 3, 5).buffer);
  const page = { codec: 0, content, size: 16, values: 4, rows: 4, checksum: crc32(content) };
  expect((await readTable(bytesSource('x.parquet', parquetOf(page)))).features.rows).toBe(4);
  const flipped = content.slice();
  flipped[2] ^= 1;
  await refused(bytesSource('x.parquet', parquetOf({ ...page, content: flipped })), 'checksum does not fit');
});
