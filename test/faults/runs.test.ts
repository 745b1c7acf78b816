// The command line when things go wrong around it: killed while it writes, with closed streams, writing into an .h5ad.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeExplanation } from '#whymap/io/explanation-file.js';
import { JOURNAL } from '#whymap/io/output/commit.js';
import { stageExplanation } from '#whymap/io/store/anndata/h5ad-write.js';
import { writeInThread } from '#whymap/io/store/anndata/h5ad-write-thread.js';
import { start, temporaryFolder, whymap } from '../cli/run.js';

const folder = temporaryFolder();
const penguins = join(import.meta.dirname, '../../data/penguins');
const h5ad = join(import.meta.dirname, '../../fixtures/io/tables/anndata-0.8.h5ad');
const KILLER = ['--require', join(import.meta.dirname, 'kill-at.cjs')];
const read = [
  join(penguins, 'penguins.csv'),
  '-e',
  join(penguins, 'umap.npy'),
  '--id',
  'id',
  '--label',
  'species',
];
const quick = ['-n', '40', '-m', '2', '--draws', '0', '--trust', 'no', '--quiet'];
const explain = ['explain', ...read, ...quick];

function withEnvironment<T>(environment: Record<string, string>, work: () => T): T {
  Object.assign(process.env, environment);
  try {
    return work();
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}

test('killed in the middle of the commit, a run is finished by whoever opens the folder next', async () => {
  expect((await whymap(folder, ...explain, '-o', 'out')).code).toBe(0);
  const before = readFileSync(join(folder, 'out/summary.json'), 'utf8');
  const killed = withEnvironment({ KILL_AT: '4', KILL_AFTER: JOURNAL }, () =>
    start(folder, [...explain, '-o', 'out', '--covering', '1'], KILLER),
  );
  expect((await killed.done).code).toBe(null);
  expect(readdirSync(join(folder, 'out'))).toContain(JOURNAL);
  // a question is answered from the new result, though the folder is in between
  const answer = await whymap(folder, 'query', 'out', '--region', 'label:Gentoo', '--json', '--quiet');
  expect(answer.code).toBe(0);
  // the next run refuses its input, but has finished the commit before
  await whymap(folder, ...explain, '-o', 'out', '-m', '900');
  expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.'))).toEqual([]);
  const after = JSON.parse(readFileSync(join(folder, 'out/summary.json'), 'utf8'));
  expect([JSON.parse(before).options.covering ?? 0, after.options.covering]).toEqual([0, 1]);
});

test.each(['stderr', 'stdout'] as const)('a closed %s does not cost the result', async (stream) => {
  const out = `closed-${stream}`;
  const { process: child, done } = start(folder, [
    ...explain.filter((word) => word !== '--quiet'),
    '-o',
    out,
  ]);
  child[stream]?.destroy();
  expect((await done).code).toBe(0);
  expect(readdirSync(join(folder, out))).toContain('report.html');
});

const cells = [
  '-e',
  'umap',
  '-n',
  '6',
  '-m',
  '1',
  '--support',
  '0',
  '--gate',
  '0',
  '--draws',
  '0',
  '--trust',
  'no',
  '--quiet',
];

test('--write changes the file through a link, with the folder, and nothing where the run fails', async () => {
  copyFileSync(h5ad, join(folder, 'cells.h5ad'));
  symlinkSync('cells.h5ad', join(folder, 'link.h5ad'));
  const before = readFileSync(join(folder, 'cells.h5ad'));
  const failed = await whymap(
    folder,
    'explain',
    'link.h5ad',
    ...cells,
    '-m',
    '900',
    '--normalize',
    'none',
    '--write',
    '-o',
    'h5',
  );
  expect(failed.code).toBe(2);
  expect(readFileSync(join(folder, 'cells.h5ad')).equals(before)).toBe(true);
  const ran = await whymap(
    folder,
    'explain',
    'link.h5ad',
    ...cells,
    '--normalize',
    'none',
    '--write',
    '-o',
    'h5',
  );
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(readFileSync(join(folder, 'cells.h5ad')).equals(before)).toBe(false);
  expect(readFileSync(join(folder, 'link.h5ad')).equals(readFileSync(join(folder, 'cells.h5ad')))).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

test('a request to stop is heard while the .h5ad is written, and leaves it as it was', async () => {
  const explanation = decodeExplanation(readFileSync(join(folder, 'h5/explanation.whymap')));
  const file = join(folder, 'cells.h5ad');
  const before = readFileSync(file);
  const stopped = stageExplanation(explanation, { from: file, to: file }, AbortSignal.abort());
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

test('the thread that writes into an .h5ad ends at once on request', async () => {
  const file = join(folder, 'stopped.h5ad');
  copyFileSync(h5ad, file);
  const stop = new AbortController();
  const results = { path: file, name: 'stopped.h5ad', arrays: [], obsColumns: [] };
  const written = writeInThread(results, stop.signal);
  stop.abort();
  await expect(written).rejects.toMatchObject({ code: 'cancelled' });
  await writeInThread(results, undefined);
});

test('a run killed before its commit leaves the .h5ad and the folder as they were; the next run clears up', async () => {
  copyFileSync(h5ad, join(folder, 'kept.h5ad'));
  mkdirSync(join(folder, 'kept'));
  writeFileSync(join(folder, 'kept/summary.json'), 'mine');
  const args = ['explain', 'kept.h5ad', ...cells, '--normalize', 'none', '--write', '-o', 'kept'];
  const killed = withEnvironment({ KILL_AT: '2', KILL_AFTER: 'report.html' }, () =>
    start(folder, args, KILLER),
  );
  expect((await killed.done).code).toBe(null);
  expect(readFileSync(join(folder, 'kept.h5ad')).equals(readFileSync(h5ad))).toBe(true);
  expect(readFileSync(join(folder, 'kept/summary.json'), 'utf8')).toBe('mine');
  expect((await whymap(folder, ...args)).code).toBe(0);
  const left = [...readdirSync(folder), ...readdirSync(join(folder, 'kept'))].filter((name) =>
    name.includes('partial'),
  );
  expect(left).toEqual([]);
});

test('a read-only .h5ad is refused before the work', async () => {
  copyFileSync(h5ad, join(folder, 'locked.h5ad'));
  chmodSync(join(folder, 'locked.h5ad'), 0o444);
  const ran = await whymap(
    folder,
    'explain',
    'locked.h5ad',
    ...cells,
    '--normalize',
    'none',
    '--write',
    '-o',
    'locked',
  );
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(/locked\.h5ad, which is read-only/);
  expect(existsSync(join(folder, 'locked'))).toBe(false);
});

test('two runs into one folder end with the results of one of them', async () => {
  const runs = ['1', '2'].map((covering) => whymap(folder, ...explain, '--covering', covering, '-o', 'both'));
  for (const { code, err } of await Promise.all(runs)) expect([code, err]).toEqual([0, '']);
  const summary = JSON.parse(readFileSync(join(folder, 'both/summary.json'), 'utf8'));
  const { covering } = summary.options;
  const alone = await whymap(folder, ...explain, '--covering', String(covering), '-o', 'alone');
  expect(alone.code).toBe(0);
  for (const name of ['modules.csv', 'presence.csv', 'localities.csv', 'members.npy', 'explanation.whymap'])
    expect(
      readFileSync(join(folder, 'both', name)).equals(readFileSync(join(folder, 'alone', name))),
      name,
    ).toBe(true);
});
