// A table in parts, read by the shards: the same files as from the table in one process, and what is refused.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { decodeExplanation } from '#whymap/io/index.js';
import type { Matrix } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { toCsr } from '../engine/cases.js';
import { type Cells, writeAnndata, writeParts } from './parts-on-disk.js';
import { start, temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const SAMPLES = 900;

/** A sparse table in which some samples share their point of the map. */
function makeCells(): Cells {
  const planted = plantModules({
    ...{ samples: SAMPLES, features: 16, modules: 3, clusters: 6, seed: 5, correlation: 0.8 },
  });
  const { data, rows, columns } = planted.table.features as Matrix;
  const features = toCsr({ rows, columns, data: data.map((value) => Math.max(0, value - 0.2)) });
  const { coordinates } = planted.embedding;
  const map = { ...coordinates, data: coordinates.data.slice() };
  for (const row of [11, 222, 333, 444]) map.data.set(map.data.subarray(20, 22), 2 * row);
  return {
    ...{ features, map, featureNames: planted.table.featureNames },
    ids: Array.from({ length: SAMPLES }, (_, row) => `cell ${row}`),
  };
}

let cells: Cells;
beforeAll(() => {
  cells = makeCells();
  writeAnndata(join(folder, 'cells.zarr'), cells);
  writeParts(join(folder, 'parts'), cells, 4, 'cells.zarr');
});

const OPTIONS = ['--trust', 'no', '-m', '4', '--locality-size', '30', '--quiet'];

test('the command writes the same files from parts, read by two processes, as from the table', async () => {
  const whole = await whymap(folder, 'explain', 'cells.zarr', '-e', 'X_umap', ...OPTIONS, '-o', 'whole');
  const parted = await whymap(folder, 'explain', 'parts', ...OPTIONS, '-o', 'parted', '--cluster', 'local:2');
  expect([whole.err, parted.err]).toEqual(['', '']);
  expect([whole.code, parted.code]).toEqual([0, 0]);
  const names = readdirSync(join(folder, 'whole')).sort();
  expect(readdirSync(join(folder, 'parted')).sort()).toEqual(names);
  for (const name of names.filter((each) => /\.(csv|npy)$/.test(each))) {
    const [a, b] = ['whole', 'parted'].map((out) => readFileSync(join(folder, out, name)));
    expect(b.equals(a), name).toBe(true);
  }
  // what the page shows, but for how the map was read and paired
  const [a, b] = ['whole', 'parted'].map((out) => {
    const { embedding, ...rest } = decodeExplanation(readFileSync(join(folder, out, 'explanation.whymap')));
    const warnings = rest.warnings.filter(({ code }) => code !== 'joined-by-id');
    return { ...rest, warnings, coordinates: embedding.coordinates };
  });
  expect(b).toEqual(a);
  expect(b.values?.features.length).toBe(16);
});

const inLinux = test.runIf(process.platform === 'linux');

inLinux(
  'a process killed by SIGKILL in each step, its request taken or its reply half written, changes no byte',
  async () => {
    const options = [...OPTIONS, '--draws', '0', '--refits', '0'];
    await whymap(folder, 'explain', 'cells.zarr', '-e', 'X_umap', ...options, '-o', 'calm');
    const kills = join(folder, 'kills');
    for (const name of ['landed', 'shards']) mkdirSync(join(kills, name), { recursive: true });
    const plan = [
      'seeParts',
      'specify',
      'associate',
      'quadraticForms',
      'sumPatterns',
      'sumLocalSquares',
    ].flatMap((step) =>
      ['received', 'half'].map((at) => ({ name: `${step}-${at}`, step, at, whom: 'shard' })),
    );
    writeFileSync(join(kills, 'plan.json'), JSON.stringify(plan));
    const hook = pathToFileURL(join(import.meta.dirname, '../../bench/cluster-kills-hook.mjs')).href;
    const args = ['explain', 'parts', ...options, '-o', 'killed', '--cluster', 'local:2'];
    const environment = { ...process.env, NODE_OPTIONS: `--import ${hook}`, WHYMAP_KILLS: kills };
    const { code, err } = await start(folder, args, [], environment).done;
    expect([code, err]).toEqual([0, '']);
    expect(readdirSync(join(kills, 'landed')).sort()).toEqual(plan.map(({ name }) => name).sort());
    for (const name of readdirSync(join(folder, 'calm')).filter((each) => /\.(csv|npy)$/.test(each))) {
      const [a, b] = ['calm', 'killed'].map((out) => readFileSync(join(folder, out, name)));
      expect(b.equals(a), name).toBe(true);
    }
  },
);

test.each([
  [[], /without --cluster/],
  [['--cluster', 'local:1'], /--trust no/],
  [['--cluster', 'local:1', '--trust', 'no', '--label', 'kind'], /with --label/],
  [['--cluster', 'local:1', '--trust', 'no', '-e', 'parts/map.npy'], /ordered by X_umap/],
  [['--cluster', 'local:1', '--trust', 'no', '--normalize', 'log1p-cp10k'], /normalize the values before/],
  [['--cluster', 'local:1', '--trust', 'no', '--max-features', '5'], /choose features before/],
])('parts with %j are refused in plain words', async (options, words) => {
  const { code, err } = await whymap(folder, 'explain', 'parts', '-o', 'refused', ...options);
  expect(err).toMatch(words);
  expect(code).toBe(2);
});

test('parts that are damaged, or that change while they are read, are said', async () => {
  const args = ['explain', 'damaged', ...OPTIONS, '--cluster', 'local:1', '-o', 'refused'];
  writeParts(join(folder, 'damaged'), cells, 3, 'cells.zarr');
  const path = join(folder, 'damaged/manifest.json');
  const manifest = readFileSync(path, 'utf8');
  writeFileSync(path, manifest.replace('"first":300', '"first":301'));
  expect((await whymap(folder, ...args)).err).toMatch(/does not say what parts it has/);
  writeFileSync(path, manifest);
  renameSync(join(folder, 'damaged/part-1.zarr'), join(folder, 'damaged/part-x.zarr'));
  expect((await whymap(folder, ...args)).err).toMatch(/part-1\.zarr/);
  rmSync(join(folder, 'damaged'), { recursive: true });
});
