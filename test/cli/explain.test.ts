// The contract of `explain`: files, fields, bytes, and what a person reads.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decodeExplanation } from '#whymap/io/explanation-file.js';
import { writeCsv } from '#whymap/io/write.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { type Ran, start, temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const planted = plantModules({
  seed: 1,
  correlation: 0.8,
  samples: 900,
  features: 40,
  modules: 3,
  clusters: 6,
});
const FILES = [
  'explanation.whymap',
  'localities.csv',
  'members.npy',
  'modules.csv',
  'pairs.csv',
  'presence.csv',
  'scores.csv',
  'summary.json',
];
const options = [
  '-e',
  'map.csv',
  '-n',
  '60',
  '--overlap',
  '3',
  '-m',
  '5',
  '--label',
  'cluster',
  '--seed',
  '3',
];
/** Without the evaluation, where a test is not about it. */
const FIT_ONLY = ['--draws', '0', '--refits', '0', '--trust', 'no'];
let ran: Ran;

const read = (out: string, name: string) => readFileSync(join(folder, out, name));
const summary = (out: string) => JSON.parse(read(out, 'summary.json').toString());

beforeAll(async () => {
  const features = planted.table.features;
  if (!('data' in features)) throw new Error('planted tables are dense');
  const id = (r: number) => `cell${r}`;
  const row = (data: Float32Array, columns: number, r: number) => [
    ...data.subarray(r * columns, (r + 1) * columns),
  ];
  const samples = Array.from({ length: 900 }, (_, r) => r);
  const table = samples.map((r) => [id(r), planted.table.labels?.[r] ?? '', ...row(features.data, 40, r)]);
  const header = ['id', 'cluster', ...planted.table.featureNames];
  writeFileSync(join(folder, 'features.csv'), writeCsv(header, table));
  // the embedding in another order: rows must be joined by id
  const points = planted.embedding.coordinates.data;
  const shuffled = [...samples].reverse().map((r) => [id(r), ...row(points, 2, r)]);
  writeFileSync(join(folder, 'map.csv'), writeCsv(['id', 'x', 'y'], shuffled));
  ran = await whymap(folder, 'explain', 'features.csv', ...options, '--id', 'id', '-o', 'out');
});

test('ends with 0 and says what was found, in words, and where', () => {
  expect(ran.err).not.toMatch(/whymap:/);
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(
    /40 features. They were found by comparing 45 localities of 60 samples all over the map.\n900 samples/,
  );
  expect(ran.out).toMatch(/M1 .*f\d+, f\d+/);
  expect(ran.out).toMatch(/present in \d+(\.\d)?% of samples: cluster \d/);
  expect(ran.out).toContain(join(folder, 'out'));
  for (const stage of ['localities', 'associations', 'modules']) expect(ran.err).toContain(stage);
});

test('writes every file of the contract', () => {
  for (const file of FILES) expect(readdirSync(join(folder, 'out'))).toContain(file);
});

test('summary.json has the fields that scripts rely on', () => {
  const found = summary('out');
  expect(found.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(found.options).toMatchObject({
    seed: 3,
    localitySize: 60,
    overlap: 3,
    modules: 5,
    association: 'pearson',
  });
  expect(found.data).toMatchObject({ rows: 900, features: 40, dropped: { rows: 0, features: [] } });
  expect(Array.isArray(found.data.warnings)).toBe(true);
  expect(found.data.source.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(found.localities).toMatchObject({ count: 45, size: 60, overlap: 3 });
  expect(found.localities.coverageTv).toBeGreaterThan(0);
  expect(found.localities.uncovered).toBeGreaterThanOrEqual(0);
  expect(found.explained).toBeGreaterThan(0);
  for (const field of ['localities', 'associations', 'modules'])
    expect(found.timings[field]).toBeGreaterThan(0);
  for (const module of found.modules) {
    for (const field of [
      'id',
      'label',
      'share',
      'topFeatures',
      'significance',
      'stability',
      'trust',
      'boundary',
    ]) {
      expect(module).toHaveProperty(field);
    }
  }
});

test('the tables agree with the explanation and with one another', async () => {
  const explanation = decodeExplanation(read('out', 'explanation.whymap'));
  const presence = read('out', 'presence.csv')
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  expect(presence[7][0]).toBe('cell7');
  expect(Float32Array.from(presence.flatMap((cells) => cells.slice(1).map(Number)))).toEqual(
    explanation.samplePresence.data,
  );
  const lines = read('out', 'modules.csv').toString().trim().split('\n');
  expect(lines[0]).toBe('module,rank,feature,loading,verdict');
  expect(lines[1]).toMatch(/^M1,1,f\d+,1,(local|border|global|chance|not-replicated)$/);
  expect(read('out', 'pairs.csv').toString()).toMatch(
    /^module,feature_a,feature_b,weight,correlation\nM1,f\d+,f\d+,/,
  );
  const localities = read('out', 'localities.csv').toString().trim().split('\n');
  expect(localities.length).toBe(46);
  expect(localities[0]).toMatch(/^locality,x0,x1,radius,label,label_share,label_samples,M1/);
  for (const [l, line] of localities.slice(1).entries()) {
    const [, , , , label, share, samples] = line.split(',');
    const rows = explanation.localities.members.subarray(l * 60, (l + 1) * 60);
    const counted = rows.filter((row) => explanation.labels?.[row] === label).length;
    expect([Number(samples), Number(share)]).toEqual([counted, Math.round((counted / 60) * 1e6) / 1e6]);
  }
  const members = read('out', 'members.npy');
  expect(members.subarray(members.length - 45 * 60 * 4)).toEqual(
    Buffer.from(
      explanation.localities.members.buffer,
      explanation.localities.members.byteOffset,
      45 * 60 * 4,
    ),
  );
});

test('rows are joined by id: the planted modules are found although the map was in another order', () => {
  const explanation = decodeExplanation(read('out', 'explanation.whymap'));
  for (let k = 0; k < 3; k++) {
    const truth = planted.loadings.data.subarray(k * 40, (k + 1) * 40);
    const cosines = explanation.descriptions.map((_, j) => {
      const row = explanation.modules.loadings.data.subarray(j * 40, (j + 1) * 40);
      const product = row.reduce((sum, v, f) => sum + v * truth[f], 0);
      return product / Math.hypot(...row) / Math.hypot(...truth);
    });
    expect(Math.max(...cosines)).toBeGreaterThan(0.95);
  }
});

test('the same seed and options give the same bytes in every file but timings, on any number of threads', async () => {
  cpSync(join(folder, 'out'), join(folder, 'repeat'), { recursive: true });
  writeFileSync(join(folder, 'repeat/modules.csv'), 'old');
  writeFileSync(join(folder, 'repeat/mine.txt'), 'kept');
  const again = ['--id', 'id', '-o', 'repeat', '--threads', '3', '--quiet'];
  await whymap(folder, 'explain', 'features.csv', ...options, ...again);
  for (const file of readdirSync(join(folder, 'out'))) {
    if (file !== 'summary.json') expect(read('repeat', file).equals(read('out', file)), file).toBe(true);
  }
  const strip = (out: string) => ({ ...summary(out), timings: {}, engine: {} });
  expect(strip('repeat')).toEqual(strip('out'));
  // an earlier result is replaced, and what else is in the folder stays
  expect(read('repeat', 'mine.txt').toString()).toBe('kept');
});

test('--json puts the summary on standard output and words on standard error', async () => {
  const { code, out, err } = await whymap(
    folder,
    'explain',
    'features.csv',
    ...options,
    '--id',
    'id',
    '-o',
    'json',
    '--json',
    '--quiet',
    ...FIT_ONLY,
  );
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(summary('json'));
  expect(err).toMatch(/modules, sets of features that move together, account for/);
});

test('Ctrl-C ends at once and leaves nothing behind', async () => {
  mkdirSync(join(folder, 'interrupted'));
  const { process: child, done } = start(join(folder, 'interrupted'), [
    'explain',
    '../features.csv',
    '-e',
    '../map.csv',
    '--engine',
    'js',
    '--id',
    'id',
    '--label',
    'cluster',
    '-n',
    '300',
  ]);
  child.stderr?.on('data', (data) => {
    if (String(data).includes('associations')) child.kill('SIGINT');
  });
  await done;
  expect(child.signalCode).toBe('SIGINT');
  expect(readdirSync(join(folder, 'interrupted'))).toEqual([]);
});

test('help is complete and starts without loading the work', async () => {
  const help = await whymap(folder, 'explain', '--help');
  expect(help.code).toBe(0);
  for (const name of [
    '--embedding',
    '--locality-size',
    '--overlap',
    '--modules',
    '--association',
    '--form',
    '--max-features',
    '--id',
    '--label',
    '--image',
    '--seed',
    '--engine',
    '--threads',
    '--memory',
    '--out',
    '--json',
    '--quiet',
    '--missing',
  ]) {
    expect(help.out).toContain(name);
  }
  const main = readFileSync(join(import.meta.dirname, '../../dist/cli/main.js'), 'utf8');
  expect(main).not.toMatch(/from '.*(lava|engine|io)\//);
  expect(existsSync(join(folder, 'whymap-out'))).toBe(false);
});

test('X_umap of the file of the features is taken where no map is named, unless one is to be made', async () => {
  const file = join(import.meta.dirname, '../../fixtures/io/tables/anndata-0.8.h5ad');
  const taken = await whymap(folder, 'explain', file, '-o', 'taken', ...FIT_ONLY);
  expect(taken.code).toBe(0);
  expect(taken.out).toContain('No embedding was named: X_umap of the file was taken.');
  const named = await whymap(folder, 'explain', file, '-e', 'X_umap', '-o', 'named', ...FIT_ONLY);
  expect(named.out).not.toContain('No embedding was named');
  const presence = (out: string) => readFileSync(join(folder, out, 'presence.csv'), 'utf8');
  expect(presence('taken')).toBe(presence('named'));
  const made = await whymap(folder, 'explain', file, '--method', 'pca', '-o', 'made', ...FIT_ONLY);
  expect(made.out).toContain('The file holds X_umap: name it as the map to explain it.');
});
