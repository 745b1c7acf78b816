// Every wrong input: exit code 2, one line with what was got, expected and to do, no trace, nothing written.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { writeNpy } from '#whymap/io/write.js';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const rows = 60;

function csv(
  count: number,
  columns: number,
  cell: (r: number, c: number) => string | number,
  header = true,
): string {
  const names = Array.from({ length: columns }, (_, c) => `v${c}`).join(',');
  const lines = Array.from({ length: count }, (_, r) =>
    Array.from({ length: columns }, (_, c) => cell(r, c)).join(','),
  );
  return `${[...(header ? [names] : []), ...lines].join('\n')}\n`;
}

beforeAll(() => {
  const random = createRandom(1);
  const noise = () => random.normal().toFixed(4);
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  put('good.csv', csv(rows, 4, noise));
  put('map.csv', csv(rows, 2, noise));
  put('short-map.csv', csv(rows - 7, 2, noise));
  put('empty.csv', '');
  put('header.csv', 'a,b,c\n');
  put('one-row.csv', csv(1, 4, noise));
  put('one-column.csv', csv(rows, 1, noise));
  put('ragged.csv', csv(rows, 4, noise).replace(/,[^,\n]*\n$/, '\n'));
  put(
    'text.csv',
    csv(rows, 4, (r, c) => (r === 30 && c === 2 ? 'many' : noise())),
  );
  put(
    'nan.csv',
    csv(rows, 4, (r, c) => (r === 5 && c === 1 ? 'NaN' : noise())),
  );
  put(
    'constant.csv',
    csv(rows, 4, () => 7),
  );
  const values = Float32Array.from({ length: rows * 4 }, () => random.normal());
  const npy = writeNpy(values, [rows, 4]);
  put('truncated.npy', npy.subarray(0, npy.length - 40));
  put(
    'corrupt.npy',
    Uint8Array.from(npy, (byte, i) => (i > 10 && i < 60 ? byte ^ 0x15 : byte)),
  );
  put('corrupt.npz', Uint8Array.of(0x50, 0x4b, 3, 4, 9, 9, 9, 9, 9, 9));
  put('short.idx', Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 9, 0, 0, 0, 4, 1, 2, 3));
  put('truncated.csv.gz', gzipSync(csv(rows, 4, noise)).subarray(0, 60));
  put('a-file', 'x');
  mkdirSync(join(folder, 'a-folder'));
});

const map = ['-e', 'map.csv'];
const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['empty file', ['explain', 'empty.csv', ...map], /empty/],
  ['header only', ['explain', 'header.csv', ...map], /header\.csv/],
  ['one row', ['explain', 'one-row.csv', ...map], /1 row/],
  ['one column', ['explain', 'one-column.csv', ...map], /1 column/],
  ['ragged rows', ['explain', 'ragged.csv', ...map], /line 61/],
  ['text in a number column', ['explain', 'text.csv', ...map], /many.*|.*v2/],
  ['a cell without a number', ['explain', 'nan.csv', ...map], /--missing/],
  ['all features constant', ['explain', 'constant.csv', ...map], /constant/],
  ['locality larger than the samples', ['explain', 'good.csv', ...map, '-n', '500'], /500/],
  ['more modules than localities', ['explain', 'good.csv', ...map, '-m', '900'], /900 modules/],
  ['embedding with another row count', ['explain', 'good.csv', '-e', 'short-map.csv'], /60.*53|53.*60/],
  ['truncated NPY', ['explain', 'truncated.npy', ...map], /truncated\.npy/],
  ['corrupt NPY', ['explain', 'corrupt.npy', ...map], /corrupt\.npy/],
  ['corrupt NPZ', ['explain', 'corrupt.npz', ...map], /corrupt\.npz/],
  ['short IDX', ['explain', 'short.idx', ...map], /short\.idx/],
  ['truncated gzip', ['explain', 'truncated.csv.gz', ...map], /truncated\.csv/],
  ['a folder for a file', ['explain', 'a-folder', ...map], /a-folder/],
  ['a missing file', ['explain', 'nowhere.csv', ...map], /nowhere\.csv/],
  ['a missing embedding', ['explain', 'good.csv', '-e', 'nowhere.npy'], /nowhere\.npy/],
  ['an output folder that is a file', ['explain', 'good.csv', ...map, '-o', 'a-file'], /a-file/],
  ['an output folder below a file', ['explain', 'good.csv', ...map, '-o', 'a-file/out'], /a-file/],
  ['an image of another size', ['explain', 'good.csv', ...map, '--image', '3x3'], /3x3/],
  ['not an image size', ['explain', 'good.csv', ...map, '--image', 'large'], /--image large/],
  ['not a number', ['explain', 'good.csv', ...map, '-n', 'ten'], /--locality-size ten/],
  ['not a whole number', ['explain', 'good.csv', ...map, '-m', '2.5'], /--modules 2\.5/],
  ['an unknown measure', ['explain', 'good.csv', ...map, '--association', 'kendall'], /pearson, spearman/],
  ['an unknown engine', ['explain', 'good.csv', ...map, '--engine', 'gpu'], /--engine gpu/],
  ['an unknown column', ['explain', 'good.csv', ...map, '--label', 'kind'], /kind/],
  ['a bad memory size', ['explain', 'good.csv', ...map, '--memory', 'lots'], /--memory lots/],
  ['no features', ['explain'], /features/],
  ['an unknown option', ['explain', 'good.csv', ...map, '--fast'], /fast/],
  ['an unknown command', ['explian', 'good.csv'], /explian/],
];

test.each(cases)('%s', async (_name, args, expected) => {
  const before = readdirSync(folder).sort();
  const { code, out, err } = await whymap(folder, ...args, '--quiet');
  expect(err).toMatch(expected);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err.trim().split('\n').length).toBe(1);
  expect(err).toMatch(/^whymap: /);
  expect(err).not.toMatch(/\bat .*\.js|defect/);
  expect(readdirSync(folder).sort()).toEqual(before);
});

test('the same good input works, so that the cases fail for their reason', async () => {
  const { code, err } = await whymap(
    folder,
    'explain',
    'good.csv',
    ...map,
    '-o',
    'fine',
    '--quiet',
    '-m',
    '2',
  );
  // together, so that what went wrong is seen whole
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
