// Options fail first: what is wrong with options, named files and outputs is refused before the data are opened. The features
// here are a broken file, so that a run that opened them would say so.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();

beforeAll(() => {
  writeFileSync(join(folder, 'broken.npy'), 'no array');
  writeFileSync(join(folder, 'map.csv'), 'x,y\n1,2\n');
  writeFileSync(join(folder, 'broken.gmt'), 'a set without genes\n');
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'out/presence.csv'), 'x\n1\n');
  writeFileSync(join(folder, 'cells.h5ad'), 'no cells');
  mkdirSync(join(folder, 'cells.zarr'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});

const explain = ['explain', 'broken.npy', '-e', 'map.csv'];
const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'a missing gene-set file',
    [...explain, '--gene-sets', 'missing.gmt'],
    /got --gene-sets missing\.gmt, where there is no file/,
  ],
  ['a broken gene-set file', [...explain, '--gene-sets', 'broken.gmt'], /line 1 of broken\.gmt/],
  ['a missing label file', [...explain, '--labels', 'missing.csv'], /got --labels missing\.csv/],
  [
    'a missing file of names',
    [...explain, '--feature-names', 'missing.txt'],
    /got --feature-names missing\.txt/,
  ],
  ['a missing embedding', ['explain', 'broken.npy', '-e', 'missing.npy'], /got --embedding missing\.npy/],
  ['neither yes nor no', [...explain, '--trust', 'maybe'], /got --trust maybe; expected yes or no/],
  ['a support below 0', [...explain, '--support', '-1'], /got --support -1/],
  [
    'a support above the locality',
    [...explain, '-n', '30', '--support', '30'],
    /--support 30 with --locality-size 30/,
  ],
  ['a gate below 0', [...explain, '--gate', '-0.5'], /got --gate -0\.5/],
  [
    'an output that is an input',
    [...explain, '--labels', 'out/presence.csv', '-o', 'out'],
    /over the input out\/presence\.csv/,
  ],
  [
    'an output that is the features',
    ['embed', 'broken.npy', '-o', 'broken.npy'],
    /over the input broken\.npy/,
  ],
  [
    'an output inside the features',
    ['explain', 'cells.zarr', '-e', 'map.csv', '-o', 'cells.zarr/out'],
    /over the input cells\.zarr/,
  ],
  [
    'a copy that is the features',
    ['explain', 'cells.h5ad', '--write-to', 'cells.h5ad'],
    /--write-to cells\.h5ad, which would be/,
  ],
  ['results into no .h5ad', [...explain, '--write'], /got --write and features from broken\.npy/],
  ['an empty output', [...explain, '-o', ''], /got --out without a value/],
  ['an output of no known format', ['embed', 'broken.npy', '-o', 'map.txt'], /ends in \.npy or \.csv/],
  ['a map and a method', [...explain, '--method', 'pca'], /both --embedding map\.csv and --method pca/],
  ['no map to audit', ['audit', 'broken.npy'], /no --embedding/],
  ['standard input', ['explain', '-', '-e', 'map.csv'], /got -, standard input; .*save it to a file/],
  ['a pipe', ['explain', 'pipe', '-e', 'map.csv'], /got pipe, which is a pipe/],
  ['a device', ['explain', '/dev/null', '-e', 'map.csv'], /got \/dev\/null, which is a device/],
  [
    'a port out of range',
    ['view', '--port', '70000'],
    /got --port 70000; expected a whole number from 0 to 65535/,
  ],
  ['two arguments', ['explain', 'broken.npy', 'map.csv'], /arguments broken\.npy map\.csv/],
];

test.each(cases)('%s', async (_name, args, expected) => {
  const before = readdirSync(folder).sort();
  const { code, out, err } = await whymap(folder, ...args);
  expect(err).toMatch(expected);
  expect(err.trim().split('\n').length).toBe(1);
  expect([code, out]).toEqual([2, '']);
  expect(readdirSync(folder).sort()).toEqual(before);
});

test('the same command without a fault opens the features', async () => {
  const { code, err } = await whymap(folder, ...explain, '--quiet');
  expect(code).toBe(2);
  expect(err).toMatch(/broken\.npy/);
});
