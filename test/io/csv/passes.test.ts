// A CSV that does not fit in memory, of which some features are wanted: read in passes, to the very table of the whole.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  fileSource,
  joinEmbedding,
  pathSource,
  type ReadOptions,
  readEmbedding,
  readTable,
  writeCsv,
} from 'whymap/io';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { explain } from '#whymap/lava/explain.js';
import { explainFiles, explainOptions } from '#whymap/run/explain.js';
import { temporaryFolder } from '../../cli/run.js';

const folder = temporaryFolder();
const random = createRandom(4, 'passes');
const [rows, columns] = [400, 30];
/** Means of up to a million beside spreads of about one, so that sums in another order would choose otherwise. */
const cells = Array.from({ length: rows }, (_, r) => [
  `s${r}`,
  `k${r % 3}`,
  ...Array.from({ length: columns }, (_, c) => Math.abs(random.normal()) * (1 + (c % 7)) + (c % 4) * 1000),
]);
const names = Array.from({ length: columns }, (_, c) => `g${c}`);
const csv = writeCsv(['id', 'kind', ...names], cells);
const counts = writeCsv(
  ['id', 'kind', ...names],
  cells.map((row) => row.map((cell) => (typeof cell === 'number' ? Math.round(10 * cell) : cell))),
);
/** Less than the numbers of all columns take, more than those of twelve. */
const memory = rows * columns * 4 - 1;
const read = (content: string, options: ReadOptions) =>
  readTable(fileSource(new File([content], 'x.csv')), options);

test.each([
  ['by variance', { maxFeatures: 12 }],
  ['with ids and labels', { maxFeatures: 12, id: 'id', label: 'kind' }],
  ['normalized', { maxFeatures: 5, label: 'kind', normalize: 'log1p-cp10k' }],
  ['named otherwise', { maxFeatures: 5, featureNames: names.map((name) => `${name}!`) }],
] as const)('%s: the same table as without a limit', async (_, options) => {
  const content = 'normalize' in options ? counts : csv;
  const whole = await read(content, options);
  const passed = await read(content, { ...options, memory });
  expect(passed.features).toEqual(whole.features);
  expect([passed.featureNames, passed.ids, passed.labels]).toEqual([
    whole.featureNames,
    whole.ids,
    whole.labels,
  ]);
  expect(passed.featureNames).toHaveLength(options.maxFeatures);
  expect(passed.warnings.map(({ code }) => code).sort()).toEqual(
    whole.warnings.map(({ code }) => code).sort(),
  );
});

test('compressed, without a header, and where text columns come first', async () => {
  const packed = fileSource(new File([gzipSync(csv)], 'x.csv.gz'));
  const plain = csv.split('\n').slice(1).join('\n');
  const [whole, passed] = [
    await read(plain, { maxFeatures: 4 }),
    await read(plain, { maxFeatures: 4, memory }),
  ];
  expect(passed.features).toEqual(whole.features);
  expect(passed.featureNames).toEqual(whole.featureNames);
  expect((await readTable(packed, { maxFeatures: 4, memory })).features).toEqual(whole.features);
});

test('what is refused: too much also so, missing cells, text among numbers, a wrong number of names', async () => {
  await expect(read(csv, { memory })).rejects.toThrow(`at most ${memory} bytes`);
  for (const maxFeatures of [30, 12])
    await expect(read(csv, { memory: 18_000, maxFeatures })).rejects.toThrow('keep fewer features');
  const line = csv.split('\n')[300];
  const missing = csv.replace(line, line.replace(/,[^,]*$/, ','));
  await expect(read(missing, { memory, maxFeatures: 4 })).rejects.toThrow('row 300 (s299), g29: missing');
  await expect(read(missing, { memory, maxFeatures: 4, missing: 'mean' })).rejects.toThrow('at most');
  const text = csv.replace(line, line.replace(/,[^,]*$/, ',x'));
  await expect(read(text, { memory, maxFeatures: 4 })).rejects.toThrow(
    'the text "x" in column g29 on line 301',
  );
  await expect(read(csv, { memory, maxFeatures: 4, featureNames: ['a'] })).rejects.toThrow(
    '1 feature names for 30',
  );
});

test('a file that loses rows between two passes is refused', async () => {
  const source = fileSource(new File([csv], 'x.csv'));
  const short = csv.lastIndexOf('\n', csv.length - 200) + 1;
  let passes = 0;
  const shrinking = {
    ...source,
    read: (start = 0, end = csv.length) => {
      if (start === 0 && end === csv.length) passes++;
      return source.read(start, passes > 2 ? Math.min(short, end) : end);
    },
  };
  await expect(readTable(shrinking, { memory, maxFeatures: 4 })).rejects.toThrow('fewer rows in x.csv');
});

test('with an embedding: the features that the whole table would give, of the localities', async () => {
  const coordinates = cells.map(([id], r) => [id, 5 * (r % 3) + random.normal(), random.normal()]);
  writeFileSync(join(folder, 'x.csv'), csv);
  writeFileSync(join(folder, 'map.csv'), writeCsv(['id', 'x', 'y'], coordinates.reverse()));
  const values = {
    maxFeatures: 12,
    localitySize: 40,
    modules: 3,
    draws: 0,
    trust: false,
    label: 'kind',
  };
  const withEmbedding = { ...values, embedding: join(folder, 'map.csv') };
  const files = { open: pathSource, exists: async () => true };
  const context = await resolveContext({ seed: 1, memory });
  const run = { context, files, seed: 1 };
  const { explanation } = await explainFiles(join(folder, 'x.csv'), withEmbedding, run);
  const table = await readTable(pathSource(join(folder, 'x.csv')), { label: 'kind' });
  const { warnings: _, ...embedding } = await readEmbedding(pathSource(join(folder, 'map.csv')));
  const whole = await explain(joinEmbedding(table, embedding), explainOptions(values), { seed: 1 });
  expect(explanation.featureNames).toEqual(whole.featureNames);
  expect(explanation.localities).toEqual(whole.localities);
  expect(explanation.modules.loadings).toEqual(whole.modules.loadings);
});

test('15 MiB of numbers with 4 MiB allowed: what is held stays below half of them', () => {
  const [many, wide] = [1500, 2600];
  const line = (r: number) =>
    Array.from({ length: wide }, (_, c) => ((r * 31 + c * 17 + r * c) % 1000) / 8).join(',');
  const file = join(folder, 'wide.csv');
  writeFileSync(file, Array.from({ length: many }, (_, r) => `${line(r)}\n`).join(''));
  const io = pathToFileURL(join(import.meta.dirname, '../../../dist/io/index.js')).href;
  const program = `import { pathSource, readTable } from ${JSON.stringify(io)};
    const held = [];
    const onProgress = () => { gc(); gc(); held.push(process.memoryUsage().arrayBuffers); };
    const options = { header: false, maxFeatures: 20, memory: 4 * 2 ** 20, onProgress };
    const { features } = await readTable(pathSource(${JSON.stringify(file)}), options);
    console.log(JSON.stringify([features.rows, features.columns, ...held]));`;
  const options = ['--expose-gc', '--input-type=module', '-e', program];
  const [found, kept, ...collected] = JSON.parse(
    execFileSync(process.execPath, options, { encoding: 'utf8' }),
  );
  expect([found, kept]).toEqual([many, 20]);
  expect(collected.length).toBeGreaterThan(6);
  // buffers are given back by a thread some time after they are let go, at the latest when the next collection begins
  expect(Math.min(...collected)).toBeLessThan((many * wide * 4) / 2);
});
