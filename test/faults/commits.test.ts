// A folder holds the results of one run, whenever its writer is killed and however many write at once.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { committedPath, JOURNAL } from '#whymap/io/output/commit.js';
import { openOutput } from '#whymap/io/output/folder.js';
import { LOCK } from '#whymap/io/output/lock.js';
import { partialBeside } from '#whymap/io/output/partial.js';
import { temporaryFolder } from '../cli/run.js';

const root = temporaryFolder();
const folder = join(root, 'out');
const NAMES = ['a', 'b', 'c'];

/** Runs writer.mjs; its exit code, or its signal. */
function write(text: string, times: number, environment: Record<string, string> = {}) {
  const args = [
    '--require',
    join(import.meta.dirname, 'kill-at.cjs'),
    join(import.meta.dirname, 'writer.mjs'),
  ];
  const child = spawn(process.execPath, [...args, folder, text, String(times)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  return new Promise<{ code: number | null; signal: string | null; errors: string }>((done) => {
    child.on('close', (code, signal) => done({ code, signal, errors }));
  });
}

/** The texts of all files, which are one text where nothing is mixed. */
function texts(): Set<string> {
  return new Set(
    [...NAMES.map((name) => join(folder, name)), `${folder}.h5ad`].map((path) => readFileSync(path, 'utf8')),
  );
}

const hidden = () => [...readdirSync(root), ...readdirSync(folder)].filter((name) => name.startsWith('.'));

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of [...NAMES, 'optional']) writeFileSync(join(folder, name), 'old');
  writeFileSync(`${folder}.h5ad`, 'old');
  writeFileSync(join(folder, 'mine'), 'mine');
});

test('files attached before the first is written are removed with the rest, and put in place without any', async () => {
  const to = `${folder}.h5ad`;
  for (const end of ['discard', 'commit'] as const) {
    const out = await openOutput(folder);
    const beside = partialBeside(to);
    writeFileSync(beside, 'new');
    out.attach(beside, to);
    await out[end]();
    await out.discard();
    expect(hidden()).toEqual([]);
    expect(readFileSync(to, 'utf8')).toBe(end === 'commit' ? 'new' : 'old');
  }
});

test('a writer killed at any file operation leaves the old results or the new ones', async () => {
  const seen = new Set<string>();
  let repaired = 0;
  for (let at = 1; ; at++) {
    const { signal, errors } = await write('new', 1, { KILL_AT: String(at) });
    expect(errors).toBe('');
    if (signal === null) break;
    expect(signal).toBe('SIGKILL');
    // who reads before the repair has the new explanation from the moment of the commit
    const journal = readdirSync(folder).includes(JOURNAL);
    const read = readFileSync(await committedPath(folder, 'a'), 'utf8');
    if (journal) {
      repaired++;
      expect(read).toBe('new');
    } else expect(texts().size).toBe(1);
    // whoever opens the folder next finds it whole, and nothing else of the killed run
    await (await openOutput(folder)).discard();
    const [text] = texts();
    expect(texts()).toEqual(new Set([text]));
    expect(text).toBe(read);
    expect(hidden().filter((name) => !name.startsWith('.out.h5ad'))).toEqual([]);
    expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).includes('optional')).toBe(text === 'old');
    seen.add(text);
    for (const name of [...NAMES, 'optional']) writeFileSync(join(folder, name), 'old');
    writeFileSync(`${folder}.h5ad`, 'old');
  }
  expect(seen).toEqual(new Set(['old', 'new']));
  expect(repaired).toBeGreaterThan(4);
});

test('a new folder that is killed while it is written is not there, or whole', async () => {
  for (let at = 1; ; at++) {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    const { signal } = await write('new', 1, { KILL_AT: String(at) });
    await (await openOutput(folder)).discard();
    if (readdirSync(root).includes('out') && readdirSync(folder).length > 0)
      expect(texts()).toEqual(new Set(['new']));
    if (signal === null) break;
  }
  expect(texts()).toEqual(new Set(['new']));
});

test('of several writers at once, the results of one are there in the end, never mixed', async () => {
  const runs = await Promise.all(['x', 'y', 'z'].map((text) => write(text, 12)));
  expect(runs.map(({ code, errors }) => [code, errors])).toEqual(runs.map(() => [0, '']));
  expect(texts().size).toBe(1);
  expect(hidden()).toEqual([]);
});

test('the lock of a killed process is broken, that of a running one is not', async () => {
  const { hostname } = await import('node:os');
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((done) => dead.on('close', done));
  writeFileSync(join(folder, LOCK), `${hostname()} ${dead.pid}\n`);
  expect((await write('new', 1)).code).toBe(0);
  writeFileSync(join(folder, LOCK), `${hostname()} ${process.pid}\n`);
  let done = false;
  const waiting = write('newer', 1).then((ran) => {
    done = true;
    return ran;
  });
  await new Promise((later) => setTimeout(later, 400));
  expect(done).toBe(false);
  expect(texts()).toEqual(new Set(['new']));
  rmSync(join(folder, LOCK));
  expect((await waiting).code).toBe(0);
  expect(texts()).toEqual(new Set(['newer']));
});

test('a journal that names other files is refused, and moves nothing', async () => {
  const victim = join(root, 'victim');
  writeFileSync(victim, 'untouched');
  const bad = [
    { staging: '.whymap-partial-0-0-0', files: ['../victim'], removed: [], others: [] },
    { staging: '.whymap-partial-0-0-0', files: [], removed: ['../victim'], others: [] },
    { staging: '..', files: ['victim'], removed: [], others: [] },
    {
      staging: '.whymap-partial-0-0-0',
      files: [],
      removed: [],
      others: [{ from: victim, to: join(root, 'x') }],
    },
    'no journal',
  ];
  for (const journal of bad) {
    writeFileSync(join(folder, JOURNAL), JSON.stringify(journal));
    await expect(openOutput(folder)).rejects.toMatchObject({ code: 'format' });
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  }
});
